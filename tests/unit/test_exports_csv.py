"""CSV for spreadsheets: read back it is the warehouse, and no text of it is a formula."""

from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edumig_pipeline.exports.delimited import records_in
from edumig_pipeline.exports.exporting import export
from edumig_pipeline.exports.extract import Wanted
from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.wording.formulas import disarmed, looks_like_formula
from tests.unit.fabricated import HOSTILE, as_frame, made_up_rows, made_up_warehouse, observation
from tests.unit.records_of_csv import records
from tests.unit.test_exports import Silent

DANGEROUS = "=+-@＝＋－＠\t\r\n"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up warehouse as CSV."""
    folder = made_up_warehouse(tmp_path_factory.mktemp("warehouse"), made_up_rows())
    target = tmp_path_factory.mktemp("export") / "csv"
    export(folder, "csv", Wanted(), target, Silent())
    return target


def armed(text: str | None) -> str | None:
    """What README.txt says: one apostrophe is taken from each text that still looks like a formula behind apostrophes."""
    return text[1:] if text and text.startswith("'") and looks_like_formula(text) else text


def read_back(path: Path, name: str) -> pl.DataFrame:
    """A file as its README.txt says it is to be read, by a reader of our own."""
    header, *rows = records(path, "utf-8-sig")
    assert header == list(table(name).names)
    texts = pl.DataFrame(rows, schema=dict.fromkeys(table(name).names, pl.String), orient="row")
    types = as_frame(name, {}).schema
    return texts.with_columns(pl.col(pl.String).map_elements(armed, return_dtype=pl.String, skip_nulls=False)).select(
        pl.col(n) == "true"
        if t == pl.Boolean
        else pl.col(n).str.strptime(t)
        if isinstance(t, pl.Date | pl.Datetime)
        else pl.col(n).cast(t)
        for n, t in types.items()
    )


@pytest.mark.parametrize("name", [declared.name for declared in TABLES if not declared.is_view])
def test_every_value_of_every_table_comes_back(name: str, exported: Path) -> None:
    assert read_back(exported / f"{name}.csv", name).equals(as_frame(name, made_up_rows()))


def test_another_reader_finds_the_same(exported: Path) -> None:
    path = exported / "observations.csv"
    with duckdb.connect() as db:
        found = db.execute(
            "SELECT obs_value, source_area FROM read_csv($1, delim = ',', quote = '\"', escape = '\"', all_varchar = true, "
            "header = true, parallel = false, strict_mode = true, allow_quoted_nulls = false)",
            [str(path)],
        ).fetchall()
    expected = as_frame("observations", made_up_rows())
    assert [None if value is None else float(value) for value, _ in found] == expected["obs_value"].to_list()
    assert [armed(text) for _, text in found] == expected["source_area"].to_list()


def test_no_text_begins_as_a_formula_does(exported: Path) -> None:
    for path in exported.glob("*.csv"):
        texts = [column.name for column in table(path.stem).columns if column.type == "VARCHAR"]
        header, *rows = records(path, "utf-8-sig")
        places = [header.index(name) for name in texts]
        cells = [row[place] for row in rows for place in places]
        assert [cell for cell in cells if cell and cell[0] != "'" and looks_dangerous(cell)] == []


def looks_dangerous(cell: str) -> bool:
    behind_blanks = cell.lstrip(" \u00a0\ufeff\x00")
    return cell[0] in DANGEROUS or behind_blanks.startswith(tuple("=+-@＝＋－＠"))


def test_negative_figures_are_figures(exported: Path) -> None:
    assert ",-5.0," in (exported / "observations.csv").read_text(encoding="utf-8-sig")


def test_excel_is_told_that_it_is_unicode_and_lines_end_as_rfc_4180_wants(exported: Path) -> None:
    content = (exported / "observations.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfsource,dataset,")
    assert content.endswith(b"\r\n")
    assert "Қазақстан Республикасы".encode() in content


def test_an_empty_text_and_no_value_are_not_the_same(exported: Path) -> None:
    header, *rows = records(exported / "observations.csv", "utf-8-sig")
    place = header.index("source_area")
    assert {rows[n][place] for n, text in enumerate(HOSTILE) if not text} == {"", None}


def test_a_table_without_rows_has_its_header(exported: Path) -> None:
    assert records(exported / "quarantine.csv", "utf-8-sig") == [list(table("quarantine").names)]


def test_the_codebook_comes_along_with_any_table(tmp_path: Path) -> None:
    folder = made_up_warehouse(tmp_path / "w", made_up_rows())
    report = export(folder, "csv", Wanted(tables=("areas",)), tmp_path / "out", Silent())
    assert set(report.files) == {"areas.csv", "codebook.csv", "LICENCES.txt", "README.txt", "export.json"}


@given(st.text(st.sampled_from([*"'=+-@＝＋－＠\t\r\n \u00a0\ufeff\x00ax1", "🎓"]), max_size=6))
def test_taking_the_apostrophe_gives_back_any_text(text: str) -> None:
    (safe,) = pl.DataFrame({"text": [text]}).select(disarmed(pl.col("text"))).to_series().to_list()
    assert armed(safe) == text
    assert safe == text or (safe == f"'{text}" and looks_like_formula(text))
    if text and looks_dangerous(text):
        assert safe == f"'{text}"


def test_a_text_of_many_megabytes_is_whole_and_its_row_is_counted(tmp_path: Path) -> None:
    rows = made_up_rows() | {"observations": [observation(source_area="long text, " * 500_000), observation(sex="F")]}
    report = export(made_up_warehouse(tmp_path / "w", rows), "csv", Wanted(tables=("observations",)), tmp_path / "out", Silent())
    assert report.rows["observations"] == 2
    assert report.files["observations.csv"].bytes > 5_500_000


def test_a_file_that_was_broken_off_is_not_counted(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"a,b\r\n1,2\r\n3\r\n")
    with pytest.raises(pa.ArrowInvalid, match="Expected 2 columns, got 1"):
        records_in(broken)
