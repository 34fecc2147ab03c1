"""The publishers the warehouse knows: every module of this package that declares a SOURCE.

Belongs here: finding them, and their rows in the warehouse. Does not belong here: naming them, so that adding a publisher
changes no other file.
"""

import pkgutil
from functools import cache
from importlib import import_module

import polars as pl

import edumig_pipeline.sources as package
from edumig_pipeline.model.reference import DOWNLOADS, SOURCES
from edumig_pipeline.model.schemas import polars_schema
from edumig_pipeline.sources.layout import Source


@cache
def sources() -> dict[str, Source]:
    """All declared sources by id, in order of id."""
    modules = [import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)]
    found = [module.SOURCE for module in modules if isinstance(getattr(module, "SOURCE", None), Source)]
    return {source.id: source for source in sorted(found, key=lambda source: source.id)}


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
