"""Whether what came is what was asked for, looked at with the eyes of the refresh.

Belongs here: the verdict on files before they enter raw/. Does not belong here: recognising a layout (`ingest/`), or how
the files came (`web`).
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from edumig_pipeline.ingest.inventory import FoundFile
from edumig_pipeline.ingest.recognition import Recognised, Refused, recognise
from edumig_pipeline.sources.downloads import Download
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.reading.records import RefusedError

# A piece that no layout fits, beside those that a release must have: publishers add such pieces, and the refresh refuses
# each by name. Any other refusal tells of damage or of half an answer.
_BEARABLE = "known_layout"


class InspectionError(Exception):
    """What came is not what was asked for."""


def inspect(folder: Path, source: Source, download: Download, sources: Mapping[str, Source]) -> tuple[str, ...]:
    """Look through all files of a release that lies in `folder`; a line for each piece that will not land.

    Raises InspectionError when a file is damaged or says that it is half an answer, or when it has no records of a layout
    that the download must have.
    """
    strange: list[str] = []
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        layouts, lines = _look(file, source, download, sources)
        strange += lines
        if not layouts & set(download.layouts):
            expected = " or ".join(download.layouts)
            raise InspectionError(f"{file.name} has no records of the layout {expected}{''.join(f'; {line}' for line in lines)}")
    return tuple(strange)


def _look(file: Path, source: Source, download: Download, sources: Mapping[str, Source]) -> tuple[set[str], list[str]]:
    """The layouts in a file that have records, and the pieces that no layout fits."""
    scratch = file.parent / f".{file.name}.members"
    scratch.mkdir()
    layouts, strange = set(), []
    # Some layouts are told by the release's name, too, which begins with that of the download where nobody else names it.
    raw_file = f"{source.id}/{download.id}/{file.name}"
    try:
        for found in recognise(FoundFile(file, raw_file, None, None), source.id, sources, scratch):
            if isinstance(found, Recognised) and (download.blank_files or _has_records(found)):
                layouts.add(found.layout)
            elif isinstance(found, Refused):
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
