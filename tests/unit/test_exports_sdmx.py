"""SDMX-CSV 2.0: two readers find the warehouse in it, and the structure says what every column may hold."""

import io
import re
from datetime import date
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import duckdb
import polars as pl
import pytest
import sdmx
from sdmx.message import StructureMessage
from sdmx.reader.csv import Reader as SdmxCsvReader

from edumig_pipeline.exports.exporting import export
from edumig_pipeline.exports.extract import Wanted
from edumig_pipeline.model.observations import OBSERVATIONS
from tests.unit.fabricated import as_frame, hostile_observations, made_up_rows, made_up_warehouse, observation
from tests.unit.records_of_csv import records
from tests.unit.test_exports import Silent

# The project's own names of the columns that are no ids and stand as they are.
CODED = {"source", "dataset", "release", "indicator", "ref_area", "counterpart_area"}
SDMX_ID = re.compile(r"[A-Za-z0-9_@$\-]+")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up warehouse in SDMX-CSV."""
    folder = made_up_warehouse(tmp_path_factory.mktemp("warehouse"), made_up_rows())
    target = tmp_path_factory.mktemp("export") / "sdmx"
    export(folder, "sdmx-csv", Wanted(), target, Silent())
    return target


@pytest.fixture(scope="module")
def structure(exported: Path) -> StructureMessage:
    """Its structure as another library reads it."""
    return structure_of(exported)


def structure_of(folder: Path) -> StructureMessage:
    message = sdmx.read_sdmx(io.BytesIO((folder / "structure.xml").read_bytes()))
    assert isinstance(message, StructureMessage)
    return message


def code(identifier: str) -> str:
    """The code behind an id: $ and two digits are a byte."""
    assert SDMX_ID.fullmatch(identifier)
    return unquote(identifier.replace("$", "%"), errors="strict")


def period(text: str) -> str:
    """An interval as the warehouse writes it."""
    if not (parts := re.fullmatch(r"(\d{4})-01-01/P(\d+)Y", text)):
        return text
    return f"{parts[1]}/{int(parts[1]) + int(parts[2]) - 1}"


def back(path: Path) -> list[dict[str, object]]:
    """The rows of a file in the warehouse's columns and writing."""
    header, *rows = records(path)
    return [warehouse_row(dict(zip(map(str, header), row, strict=True))) for row in rows]


def warehouse_row(said: dict[str, str | None]) -> dict[str, object]:
    row: dict[str, object] = {name: said.get(name.upper()) for name in OBSERVATIONS.names}
    for name, value in row.items():
        if not isinstance(value, str):
            continue
        if name in CODED:
            row[name] = code(value)
        elif name == "time_period":
            row[name] = period(value)
        elif name == "obs_value":
            row[name] = float(value)
        elif name == "raw_row":
            row[name] = int(value)
        elif name.startswith("period_"):
            row[name] = date.fromisoformat(value)
    return row


def test_every_value_comes_back_dated_and_undated(exported: Path) -> None:
    expected = as_frame("observations", made_up_rows())
    dated = pl.DataFrame(back(exported / "observations.csv"), schema=expected.schema)
    assert dated.equals(expected.filter(pl.col("time_period").is_not_null()))
    undated = pl.DataFrame(back(exported / "undated_observations.csv"), schema=expected.schema)
    without_days = [name for name in expected.columns if not name.startswith("period_")]
    assert undated.select(without_days).equals(expected.filter(pl.col("time_period").is_null()).select(without_days))


def test_the_first_columns_are_those_of_sdmx_csv_2(exported: Path) -> None:
    header, first, *_ = records(exported / "observations.csv")
    assert header[:4] == ["STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ"]
    assert first[:4] == ["dataflow", "EDUMIG:OBSERVATIONS(1.0)", "I", "A"]
    assert not (exported / "observations.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("time_period", "written"),
    [
        ("2019", ("A", "2019")),
        ("2020-S1", ("S", "2020-S1")),
        ("2019-11", ("M", "2019-11")),
        ("2020-01-05", ("D", "2020-01-05")),
        ("2011/2020", ("_O", "2011-01-01/P10Y")),
        ("2015/2015", ("_O", "2015-01-01/P1Y")),
    ],
)
def test_periods_are_written_as_sdmx_writes_them(time_period: str, written: tuple[str, str], exported: Path) -> None:
    (row,) = {one["raw_row"] for one in hostile_observations() if one["time_period"] == time_period and one["sex"] == "M"} or {1}
    header, *rows = records(exported / "observations.csv")
    found = next(one for one in rows if one[header.index("RAW_ROW")] == str(row))
    assert (found[header.index("FREQ")], found[header.index("TIME_PERIOD")]) == written


def test_codes_that_are_no_ids_are_written_as_ids_and_none_is_another_s(structure: StructureMessage) -> None:
    areas = structure.codelist["CL_AREA"].items
    expected = {one[column] for one in hostile_observations() for column in ("ref_area", "counterpart_area")}
    assert {code(identifier) for identifier in areas} == expected
    assert len(areas) == len(expected)
    assert areas["uis$3ASDG$3A$20Asia"].annotations[0].text.localizations["en"] == "uis:SDG: Asia"
    assert areas["KZ-75"].annotations == []
    assert str(areas["_T"].name) == "All areas"


def test_the_structure_has_a_code_for_every_cell_of_a_coded_column(exported: Path, structure: StructureMessage) -> None:
    for name, dataflow in (("observations", "OBSERVATIONS"), ("undated_observations", "UNDATED_OBSERVATIONS")):
        dsd = structure.dataflow[dataflow].structure
        header, *rows = records(exported / f"{name}.csv")
        components = [*dsd.dimensions, *dsd.measures, *dsd.attributes]
        assert header[3:] == [one.id for one in components]
        for component in components:
            cells = {row[header.index(component.id)] for row in rows}
            if (codes := component.local_representation.enumerated) is not None:
                assert cells - {None} <= set(codes.items), component.id
            if component in [*dsd.dimensions]:
                assert None not in cells


def test_another_library_reads_the_same_figures(structure: StructureMessage, tmp_path: Path) -> None:
    # It takes a line feed within a field for the end of the record.
    rows = made_up_rows()
    rows["observations"] = [one for one in rows["observations"] if len((one["source_area"] or "").splitlines()) < 2]
    export(made_up_warehouse(tmp_path / "w", rows), "sdmx-csv", Wanted(), tmp_path / "out", Silent())
    content = io.BytesIO((tmp_path / "out" / "observations.csv").read_bytes())
    message = SdmxCsvReader().convert(content, structure=structure.dataflow["OBSERVATIONS"])
    found = [
        (
            code(one.dimension["REF_AREA"].value),
            period(one.dimension["TIME_PERIOD"].value),
            float(one.value) if one.value else None,
            one.attached_attribute["OBS_STATUS"].value,
        )
        for one in message.data[0].obs
    ]
    expected = as_frame("observations", rows).filter(pl.col("time_period").is_not_null())
    assert found == expected.select("ref_area", "time_period", "obs_value", "obs_status").rows()


def test_a_database_reads_the_same_figures(exported: Path) -> None:
    with duckdb.connect() as db:
        found = db.execute(
            "SELECT OBS_VALUE, OBS_STATUS, SOURCE_AREA FROM read_csv($1, delim = ',', quote = '\"', escape = '\"', "
            "header = true, all_varchar = true, parallel = false, allow_quoted_nulls = false)",
            [str(exported / "observations.csv")],
        ).fetchall()
    expected = as_frame("observations", made_up_rows()).filter(pl.col("time_period").is_not_null())
    figures = [(None if value is None else float(value), status, area) for value, status, area in found]
    assert figures == expected.select("obs_value", "obs_status", "source_area").rows()


def test_no_number_is_no_zero(exported: Path) -> None:
    header, *rows = records(exported / "observations.csv")
    by_status = {row[header.index("OBS_STATUS")]: row[header.index("OBS_VALUE")] for row in rows}
    assert {status: by_status[status] for status in "HKMOQN"} == dict.fromkeys("HKMOQ") | {"N": "0.0"}


def test_without_undated_statements_there_is_neither_their_file_nor_their_dataflow(tmp_path: Path) -> None:
    rows = made_up_rows() | {"observations": [observation()]}
    report = export(made_up_warehouse(tmp_path / "w", rows), "sdmx-csv", Wanted(), tmp_path / "out", Silent())
    assert "undated_observations.csv" not in report.files
    assert list(structure_of(tmp_path / "out").dataflow) == ["OBSERVATIONS"]


def test_the_structure_goes_by_the_order_of_its_schema(exported: Path) -> None:
    root = ET.parse(exported / "structure.xml").getroot()
    name = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/%s}%s"
    assert root.tag == name % ("message", "Structure")
    assert [part.tag for part in root] == [name % ("message", part) for part in ("Header", "Structures")]
    parts = [part.tag for part in root[1]]
    assert parts == [name % ("structure", part) for part in ("Dataflows", "Codelists", "Concepts", "DataStructures")]
    assert all(SDMX_ID.fullmatch(element.attrib["id"]) for element in root.iter() if "id" in element.attrib)


def test_what_xml_cannot_hold_is_lost_to_no_code(tmp_path: Path) -> None:
    rows = made_up_rows()
    rows["observations"] = [observation(ref_area="made_up:\x00\x01")]
    rows["areas"] = [{"code": "made_up:\x00\x01", "name": "a\x00b\ufffe", "kind": "aggregate"}]
    export(made_up_warehouse(tmp_path / "w", rows), "sdmx-csv", Wanted(), tmp_path / "out", Silent())
    areas = structure_of(tmp_path / "out").codelist["CL_AREA"].items
    assert {code(identifier) for identifier in areas} == {"made_up:\x00\x01", "_T"}
    assert str(areas["made_up$3A$00$01"].name) == "a\ufffdb\ufffd"
