"""The first sheet of a workbook: what it holds, where the figures are from, how to cite them, what statuses mean.

Belongs here: that text. Does not belong here: sheets of tables (`xlsx`).
"""

from collections.abc import Iterator, Sequence

import xlsxwriter  # type: ignore[import-untyped]

from edumig_pipeline.exports.extract import Extract
from edumig_pipeline.exports.readme import filters_text
from edumig_pipeline.exports.terms import Terms, licence
from edumig_pipeline.model.codes import OBS_STATUS, STATUS_WITHOUT_VALUE, UNIT_MEASURE

_HEADINGS = ("source", "release", "publisher", "title", "licence", "cite as", "published", "retrieved", "address")


def write_about(
    sheet: xlsxwriter.worksheet.Worksheet,
    bold: xlsxwriter.format.Format,
    wrapped: xlsxwriter.format.Format,
    extract: Extract,
    terms: Sequence[Terms],
) -> None:
    """Fill the sheet; texts only."""
    for number, (line, is_heading) in enumerate(_lines(extract, terms)):
        # A sentence that stands alone runs on over the empty cells beside it.
        style = bold if is_heading else wrapped if len(line) > 1 else None
        for place, text in enumerate(line):
            sheet.write_string(number, place, text, style)
    sheet.set_column(0, 1, 24)
    sheet.set_column(2, 5, 48)
    sheet.set_column(6, 8, 20)


def _lines(extract: Extract, terms: Sequence[Terms]) -> Iterator[tuple[Sequence[str], bool]]:
    """Cells of each row, and whether it is a heading."""
    yield ["Educational migration: harmonised figures with source, release and status"], True
    yield [f"Generation of the warehouse: {extract.generation}"], False
    yield [filters_text(extract)], False
    yield ["A cell without a figure is blank: there is no number, and the status says why. It is never zero."], False
    yield [], False
    yield ["Sources, licences and citations"], True
    yield _HEADINGS, True
    for one in terms:
        known = licence(one.licence_text)
        stated = known.text + (f" {known.url}" if known.url else "")
        days = (one.published or "", str(one.retrieved or ""))
        yield [one.source, one.release, one.publisher, one.title, stated, one.cite_as, *days, one.url or ""], False
    yield [], False
    yield ["Tables"], True
    yield ["sheet", "rows", "what it holds", "a row is"], True
    for declared in extract.tables:
        yield [declared.name, f"{extract.rows(declared):,}", declared.description, declared.grain], False
    yield [], False
    yield ["obs_status: what kind of figure it is (SDMX CL_OBS_STATUS)"], True
    for code, meaning in OBS_STATUS.items():
        yield [code, "no number" if code in STATUS_WITHOUT_VALUE else "", meaning], False
    yield [], False
    yield ["unit_measure"], True
    for code, meaning in UNIT_MEASURE.items():
        yield [code, "", meaning], False
