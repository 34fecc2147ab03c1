"""The publishers the warehouse knows: every module of this package that declares a SOURCE.

Belongs here: finding them. Does not belong here: naming them, so that adding a publisher changes no other file.
"""

import pkgutil
from functools import cache
from importlib import import_module

import edumig_pipeline.sources as package
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
