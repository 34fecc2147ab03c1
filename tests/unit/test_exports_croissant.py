"""Croissant: the library of its makers finds no fault, and reads the same records without a network."""

import json
import socket
from itertools import islice
from pathlib import Path
from typing import NoReturn

import mlcroissant  # type: ignore[import-untyped]
import pyarrow.parquet as pq
import pytest

from edumig_pipeline.exports.exporting import export
from edumig_pipeline.exports.extract import Wanted
from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.model.schemas import arrow_schema
from tests.unit.fabricated import as_frame, made_up_rows, made_up_warehouse
from tests.unit.test_exports import Silent

# Of the libraries that the library uses.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up warehouse in Croissant."""
    folder = made_up_warehouse(tmp_path_factory.mktemp("warehouse"), made_up_rows())
    target = tmp_path_factory.mktemp("export") / "croissant"
    export(folder, "croissant", Wanted(), target, Silent())
    return target


@pytest.fixture
def described(exported: Path, monkeypatch: pytest.MonkeyPatch) -> mlcroissant.Dataset:
    """The data set as the library sees it, without a network."""

    def no_network(*_: object) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    return mlcroissant.Dataset(str(exported / "croissant.json"))


def test_the_description_has_no_fault_and_no_gap(described: mlcroissant.Dataset) -> None:
    issues = described.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    assert described.metadata.license == ["https://creativecommons.org/licenses/by/4.0/"]
    assert described.metadata.cite_as == "=Nobody (2026)"
    assert described.metadata.version == "2026.3.1"


def test_the_records_are_the_warehouse_s(described: mlcroissant.Dataset) -> None:
    expected = as_frame("observations", made_up_rows()).rows(named=True)
    found = list(described.records("observations"))
    assert len(found) == len(expected)
    for record, row in zip(found, expected, strict=True):
        for name, value in row.items():
            read = record[f"observations/{name}"]
            if value is None:
                assert read is None or read != read  # noqa: PLR0124 - not a number
            elif isinstance(value, str):
                assert read.decode() == value
            elif name.startswith("period_"):
                assert read.date() == value
            else:
                assert read == value


def test_namibia_is_no_missing_value(described: mlcroissant.Dataset) -> None:
    assert next(islice(described.records("areas"), 1))["areas/iso2"] == b"NA"


def test_every_table_and_column_is_described_by_its_declaration(exported: Path) -> None:
    description = json.loads((exported / "croissant.json").read_text(encoding="utf-8"))
    assert [one["@id"] for one in description["recordSet"]] == [one.name for one in TABLES if not one.is_view]
    for records in description["recordSet"]:
        declared = table(records["@id"])
        assert [field["name"] for field in records["field"]] == list(declared.names)
        assert all(f["description"].startswith(c.description) for f, c in zip(records["field"], declared.columns, strict=True))
        assert [key["@id"].partition("/")[2] for key in records.get("key", [])] == list(declared.key)
    assert "A = normal value" in json.dumps(description)
    assert description["isBasedOn"][0]["creditText"] == "=Nobody (2026)"


@pytest.mark.parametrize("name", [declared.name for declared in TABLES if not declared.is_view])
def test_every_value_of_every_table_comes_back_with_its_type(name: str, exported: Path) -> None:
    found = pq.read_table(exported / "data" / f"{name}.parquet")
    assert found.schema.equals(arrow_schema(table(name)), check_metadata=True)
    assert found.to_pylist() == as_frame(name, made_up_rows()).rows(named=True)


def test_a_changed_file_does_not_fit_its_checksum(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for path in exported.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(exported)).write_bytes(path.read_bytes())
    (tmp_path / "data" / "areas.parquet").write_bytes((tmp_path / "data" / "sources.parquet").read_bytes())
    with pytest.raises(Exception, match=r"Download\(areas.parquet\)"):
        list(mlcroissant.Dataset(str(tmp_path / "croissant.json")).records("areas"))
