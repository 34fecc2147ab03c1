"""The publishers the warehouse knows: every module here that declares a SOURCE, or folder with a module `source` that does.

Belongs here: finding them, and their rows in the warehouse. Does not belong here: naming them, so that adding a publisher
changes no other file.
"""

import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import polars as pl

import edumig_pipeline.sources as package
from edumig_pipeline.model.reference import DOWNLOADS, SOURCES
from edumig_pipeline.model.schemas import polars_schema
from edumig_pipeline.sources.layout import Source


@cache
def sources() -> dict[str, Source]:
    """All declared sources by id, in order of id."""
    modules = [import_module(name) for info in pkgutil.iter_modules(package.__path__) if (name := _declares(info))]
    found = [module.SOURCE for module in modules if isinstance(getattr(module, "SOURCE", None), Source)]
    return {source.id: source for source in sorted(found, key=lambda source: source.id)}


def _declares(info: pkgutil.ModuleInfo) -> str | None:
    """Where a publisher would be declared: in the module itself, of a folder in its module `source`; None for other folders."""
    name = f"{package.__name__}.{info.name}"
    if not info.ispkg:
        return name
    return f"{name}.source" if find_spec(f"{name}.source") else None


@cache
def area_prefixes() -> tuple[str, ...]:
    """What stands before publishers' own area codes, in order."""
    return tuple(sorted({source.area_prefix for source in sources().values()}))


def source_rows() -> pl.DataFrame:
    """The rows of `sources`: each publisher, and what there is to say of all its downloads together."""
    rows = [
        {
            "source": source.id,
            "publisher": source.publisher,
            "url": source.url,
            "description": source.description,
            "addresses": "\n".join(one.address for one in source.downloads) or None,
            "licence": "; ".join(dict.fromkeys(one.licence for one in source.downloads)) or None,
            "citation": "\n".join(dict.fromkeys(one.citation for one in source.downloads)) or None,
            "cadence": source.cadence,
        }
        for source in sources().values()
    ]
    return pl.DataFrame(rows, schema=polars_schema(SOURCES))


def download_rows() -> pl.DataFrame:
    """The rows of `downloads`: everything that `edumig fetch` can bring."""
    rows = [
        {
            "source": source.id,
            "download": one.id,
            **{name: getattr(one, name) for name in ("title", "address", "licence", "citation", "cadence", "max_bytes")},
            "layouts": "; ".join(one.layouts),
            "key_variable": one.key.variable if one.key else None,
        }
        for source in sources().values()
        for one in source.downloads
    ]
    return pl.DataFrame(rows, schema=polars_schema(DOWNLOADS))
