"""Which layout a raw file is of, told by its content.

Belongs here: asking a source's layouts about a file, its members and its sheets, and the message when none fits. Does
not belong here: any layout.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edumig_pipeline.ingest.inventory import FoundFile
from edumig_pipeline.ingest.pieces import members, sheets
from edumig_pipeline.sources.layout import Layout, Part, Source
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.table_layout import TableLayout, as_published

_MOST_NAMED = 20  # columns, in a message


@dataclass(frozen=True)
class Recognised:
    """A file, member or sheet of a known layout."""

    raw_file: str
    layout: str
    part: Part


@dataclass(frozen=True)
class Refused:
    """A file, member or sheet that no layout fits, or that cannot be read."""

    raw_file: str
    why: RefusedError


def recognise(file: FoundFile, source_id: str, sources: Mapping[str, Source], scratch: Path) -> Iterator[Recognised | Refused]:
    """What is recognised in a file by the layouts of its source, and what is not, in the order it stands there.

    The message of a refusal names the layouts that were tried and, where another source would read the file, that one.
    Members of an archive are unpacked into `scratch`, where they must stay until they are read.
    """
    if file.fault:
        yield Refused(file.raw_file, RefusedError(*file.fault))
    elif source_id not in sources:
        known = f"no source is called '{source_id}'; folders under raw/ are named {', '.join(sources)}"
        yield Refused(file.raw_file, RefusedError("known_source", known))
    else:
        yield from _Asking(sources[source_id], sources, scratch).about(RawFile(file.path, file.raw_file))


@dataclass(frozen=True)
class _Asking:
    """The layouts of one source, asked about files."""

    source: Source
    sources: Mapping[str, Source]
    scratch: Path

    def about(self, raw: RawFile, *, inside: bool = False) -> Iterator[Recognised | Refused]:
        """What is in a file; `inside` an archive no archive is unpacked again."""
        try:
            if found := self._as_it_is(raw):
                yield from found
            elif raw.is_archive:
                yield from self._members(raw, inside=inside)
            elif raw.is_workbook:
                yield from self._sheets(raw)
            else:
                raise self._unknown(raw)
        except RefusedError as refused:
            yield Refused(raw.raw_file, refused)

    def _as_it_is(self, raw: RawFile) -> list[Recognised]:
        for layout in self.source.layouts:
            if (parts := layout.parts(raw)) is not None:
                return [Recognised(raw.raw_file + part.member, layout.name, part) for part in parts]
        return []

    def _members(self, raw: RawFile, *, inside: bool) -> Iterator[Recognised | Refused]:
        if inside:
            raise RefusedError("readable", "this is an archive within an archive; unpack it")
        empty = True
        for member in members(raw, self.scratch):
            empty = False
            if isinstance(member, RawFile):
                yield from self.about(member, inside=True)
            else:
                yield Refused(*member)
        if empty:
            raise RefusedError("known_layout", "the archive holds no data file")

    def _sheets(self, raw: RawFile) -> Iterator[Recognised | Refused]:
        """What is on the sheets; a workbook of which none is known is refused as one."""
        found = [(sheet, self._as_it_is(sheet)) for sheet in sheets(raw)]
        if not any(recognised for _, recognised in found):
            raise self._unknown(raw)
        for sheet, recognised in found:
            if recognised:
                yield from recognised
            else:
                yield Refused(sheet.raw_file, self._unknown(sheet))

    def _unknown(self, raw: RawFile) -> RefusedError:
        if raw.text_fault:
            return RefusedError("encoding", raw.text_fault)
        others = [
            f"{other.id} ({layout.name})"
            for other in self.sources.values()
            if other.id != self.source.id
            for layout in other.layouts
            if _fits(layout, raw)
        ]
        hint = f" It looks like a file of {', '.join(others)}." if others else _closest(raw, self.source)
        tried = "; ".join(f"{layout.name} expects {layout.expects}" for layout in self.source.layouts)
        return RefusedError(
            "known_layout", f"no layout of {self.source.id} fits; the file has {raw.begins_with}.{hint} Tried: {tried}"
        )


def _fits(layout: Layout, raw: RawFile) -> bool:
    """Whether a file is of the layout; one that another source's layout refuses is not, so that its message stays away."""
    try:
        return layout.parts(raw) is not None
    except RefusedError:
        return False


def _closest(raw: RawFile, source: Source) -> str:
    """How the file's columns differ from those of the layout it is most like; empty when it has too few of them."""
    layout = max(source.layouts, key=lambda one: _likeness(_spelt(raw, one), set(one.header)))
    spelling = _spelling(layout)
    found, expected = _spelt(raw, layout), set(layout.header)
    if len(found & expected) * 2 < len(expected) or not expected:
        return ""
    names = [spelling(name) for name in raw.header]
    missing = [name for name in layout.header if name not in found]
    unexpected = [name for name in raw.header if spelling(name) not in expected]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    differences = [
        f"{what} {_listed(names)}"
        for what, names in (("lacks", missing), ("has unexpected", unexpected), ("has twice", twice))
        if names
    ]
    return f" Compared with {layout.name} it {' and '.join(differences) or 'has its columns in another order'}."


def _listed(names: Sequence[str]) -> str:
    """The first of some names, of which a header may have a hundred thousand."""
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(name[:80] for name in names[:_MOST_NAMED]) + more


def _likeness(found: set[str], expected: set[str]) -> float:
    """The columns both have, as a share of those either has."""
    return len(found & expected) / (len(found | expected) or 1)


def _spelling(layout: Layout) -> Callable[[str], str]:
    return layout.spelling if isinstance(layout, TableLayout) else as_published


def _spelt(raw: RawFile, layout: Layout) -> set[str]:
    """The file's columns by the names the layout would have for them."""
    return {_spelling(layout)(name) for name in raw.header}
