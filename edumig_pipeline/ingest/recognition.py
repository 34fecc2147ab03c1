"""Which layout a raw file is of, told by its content.

Belongs here: asking a source's layouts, and the message when none fits. Does not belong here: any layout.
"""

from collections.abc import Mapping

from edumig_pipeline.ingest.inventory import FoundFile
from edumig_pipeline.sources.layout import Part, RefusedError, Source
from edumig_pipeline.sources.rawfile import RawFile


def recognise(file: FoundFile, source_id: str, sources: Mapping[str, Source]) -> tuple[str, list[Part]]:
    """The name of the file's layout among those of its source, and its parts.

    Raises RefusedError for a file that cannot be read, lies under no known source, or fits no layout; the message names
    the layouts that were tried and, where another source would read the file, that one.
    """
    if file.fault:
        raise RefusedError(*file.fault)
    if source_id not in sources:
        raise RefusedError(
            "known_source", f"no source is called '{source_id}'; folders under raw/ are named {', '.join(sources)}"
        )
    raw = RawFile(file.path, file.raw_file)
    source = sources[source_id]
    for layout in source.layouts:
        if (parts := layout.parts(raw)) is not None:
            return layout.name, parts
    if raw.text_fault:
        raise RefusedError("encoding", raw.text_fault)
    others = [
        f"{other.id} ({layout.name})"
        for other in sources.values()
        if other.id != source_id
        for layout in other.layouts
        if layout.parts(raw) is not None
    ]
    hint = f" It looks like a file of {', '.join(others)}." if others else _closest(raw, source)
    tried = "; ".join(f"{layout.name} expects {layout.expects}" for layout in source.layouts)
    raise RefusedError("known_layout", f"no layout of {source_id} fits; the file has {raw.begins_with}.{hint} Tried: {tried}")


def _closest(raw: RawFile, source: Source) -> str:
    """How the file's columns differ from those of the layout it shares most with; empty when it shares too few."""
    found = set(raw.header)
    layout = max(source.layouts, key=lambda one: len(found & set(one.header)))
    expected = set(layout.header)
    if len(found & expected) * 2 < len(expected) or not expected:
        return ""
    missing = [name for name in layout.header if name not in found]
    unexpected = [name for name in raw.header if name not in expected]
    twice = sorted({name for name in raw.header if raw.header.count(name) > 1})
    differences = [
        f"{what} {', '.join(names)}"
        for what, names in (("lacks", missing), ("has unexpected", unexpected), ("has twice", twice))
        if names
    ]
    return f" Compared with {layout.name} it {' and '.join(differences) or 'has its columns in another order'}."
