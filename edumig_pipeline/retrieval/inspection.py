"""Whether what came is what was asked for, looked at with the eyes of the refresh.

Belongs here: the verdict on files before they enter raw/. Does not belong here: recognising a layout (`ingest/`), or how
the files came (`web`).
"""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from edumig_pipeline.ingest.inventory import FoundFile
from edumig_pipeline.ingest.recognition import Recognised, recognise
from edumig_pipeline.sources.downloads import Download
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.reading.records import RefusedError

# A piece that no layout fits, beside those that a release must have: publishers add such pieces, and the refresh refuses
# each by name. Any other refusal tells of damage or of half an answer.
_BEARABLE = "known_layout"


class InspectionError(Exception):
    """What came is not what was asked for."""


def inspect(
    folder: Path, source: Source, download: Download, blank: Collection[str], sources: Mapping[str, Source]
) -> tuple[str, ...]:
    """Look through all files of a release that lies in `folder`; a line for each piece that will not land.

    Raises InspectionError when a file is damaged or says that it is half an answer, when it is of no layout that the
    download has, or when it has no records; those in `blank` may have none, as long as another has some.
    """
    strange: list[str] = []
    filled = False
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        layouts, lines = _look(file, source, download, sources)
        strange += lines
        expected = " or ".join(download.layouts)
        if not any(name in download.layouts for name in layouts):
            raise InspectionError(f"{file.name} is not of the layout {expected}{''.join(f'; {line}' for line in lines)}")
        has_records = any(has_any for name, has_any in layouts.items() if name in download.layouts)
        if not has_records and file.name not in blank:
            raise InspectionError(f"{file.name} has no records of the layout {expected}")
        filled |= has_records
    if not filled:
        raise InspectionError("what came has no records at all")
    return tuple(strange)


def _look(file: Path, source: Source, download: Download, sources: Mapping[str, Source]) -> tuple[dict[str, bool], list[str]]:
    """The layouts in a file, with whether there are records of it, and the pieces that no layout fits."""
    scratch = file.parent / f".{file.name}.members"
    scratch.mkdir()
    layouts: dict[str, bool] = {}
    strange = []
    # Some layouts are told by the release's name, too, which begins with that of the download where nobody else names it.
    raw_file = f"{source.id}/{download.id}/{file.name}"
    try:
        for found in recognise(FoundFile(file, raw_file, None, None), source.id, sources, scratch):
            if isinstance(found, Recognised):
                layouts[found.layout] = layouts.get(found.layout, False) or _has_records(found)
                continue
            line = f"{_inside(found.raw_file)}: {found.why.rule}: {found.why.reason}"
            if found.why.rule != _BEARABLE:
                raise InspectionError(line)
            strange.append(line)
    finally:
        shutil.rmtree(scratch)
    return layouts, strange


def _has_records(found: Recognised) -> bool:
    """Whether there is a record that is no repeated header or the like; raises InspectionError when it cannot be read."""
    try:
        return any(batch.records["exclusion"].null_count() for batch in found.part.records())
    except RefusedError as refused:
        raise InspectionError(f"{_inside(found.raw_file)}: {refused.rule}: {refused.reason}") from refused


def _inside(raw_file: str) -> str:
    """The file, and what is meant in it, without the release, which it has not got yet."""
    return raw_file.split("/", 2)[2]
