"""The data package: the frictionless library finds no fault in it, finds every fault put into it, and reads the same rows."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package, Report, system
from frictionless.resources import TableResource

from edumig_pipeline.exports.exporting import export
from edumig_pipeline.exports.extract import Wanted
from edumig_pipeline.model.catalogue import TABLES, table
from tests.unit.fabricated import HOSTILE, as_frame, made_up_rows, made_up_warehouse, observation
from tests.unit.test_exports import Silent


def exported(folder: Path, rows: dict[str, list[dict[str, Any]]], wanted: Wanted | None = None) -> Path:
    target = folder / "package"
    export(made_up_warehouse(folder / "warehouse", rows), "datapackage", wanted or Wanted(), target, Silent())
    return target


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up warehouse as a data package."""
    return exported(tmp_path_factory.mktemp("datapackage"), made_up_rows())


@pytest.fixture(scope="module")
def few_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The observations and the tables they refer to: validating all of them takes a while."""
    tables = ("observations", "areas", "indicators", "releases", "sources")
    return exported(tmp_path_factory.mktemp("few"), made_up_rows(), Wanted(tables=tables))


def validated(folder: Path) -> Report:
    with system.use_context(trusted=True):
        report: Report = Package(str(folder / "datapackage.json")).validate(limit_errors=5)
    return report


def complaints(folder: Path) -> Iterator[tuple[str, str]]:
    for task in validated(folder).tasks:
        yield from ((task.name, error.type) for error in task.errors)


def test_every_row_of_every_table_is_valid(package: Path) -> None:
    report = validated(package)
    assert [error.message for error in report.errors] == []
    assert list(complaints(package)) == []
    assert report.stats["tasks"] == len([one for one in TABLES if not one.is_view])


@pytest.mark.parametrize(
    ("table_name", "damage", "complaint"),
    [
        ("observations", (",PS,", ",persons,"), "constraint-error"),
        ("observations", ("made_up,set,2026-02,", "made_up,,2026-02,"), ""),  # an empty text, which is a text
        ("observations", ("made_up,set,2026-02,", "made_up,\\N\\N\\N,2026-02,"), "constraint-error"),
        ("observations", ("-5.0", "minus five"), "type-error"),
        ("observations", ("2019-12-31", "31.12.2019"), "type-error"),
        ("observations", ("made_up,set,2026-02,", "made_up,set,2027-02,"), "foreign-key"),
        ("observations", ("inbound_students", "outbound"), "foreign-key"),
        ("observations", ("_T,1991,", "_T,1990,"), "primary-key"),
        ("areas", ("NAM,Namibia", "NAM,Namibia,of"), "constraint-error extra-cell"),
    ],
)
def test_a_damaged_cell_is_found(
    table_name: str, damage: tuple[str, str], complaint: str, few_tables: Path, tmp_path: Path
) -> None:
    for path in few_tables.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(few_tables)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    # What is looked for is the rule, not the checksum, which finds anything.
    descriptor = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        for stated in ("hash", "bytes"):
            del resource[stated]
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    damaged = tmp_path / "data" / f"{table_name}.csv"
    content = damaged.read_bytes()
    was, became = (text.encode() for text in damage)
    assert was in content
    damaged.write_bytes(content.replace(was, became, 1))
    assert {found for name, found in complaints(tmp_path) if name == table_name} == set(complaint.split())


def test_a_changed_byte_does_not_fit_the_checksum(few_tables: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for path in few_tables.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(few_tables)).write_bytes(path.read_bytes())
    damaged = tmp_path / "data" / "areas.csv"
    damaged.write_bytes(damaged.read_bytes().replace(b"Namibia", b"namibia"))
    assert list(complaints(tmp_path)) == [("areas", "hash-count")]


def test_the_library_reads_every_value_as_it_is_in_the_warehouse(package: Path) -> None:
    with system.use_context(trusted=True):
        resources = Package(str(package / "datapackage.json")).resources
        read = {one.name: one.read_rows() for one in resources if isinstance(one, TableResource)}
    assert len(read) == len(resources)
    for name, rows in read.items():
        expected = as_frame(name, made_up_rows()).rows(named=True)
        assert [{k: float(v) if isinstance(v, Decimal) else v for k, v in row.to_dict().items()} for row in rows] == expected


def test_the_mark_of_null_is_another_one_where_a_text_says_the_same(package: Path, tmp_path: Path) -> None:
    descriptor = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    marks = {one["name"]: one["schema"]["missingValues"] for one in descriptor["resources"]}
    assert {r"\N", r"\N\N"} < set(HOSTILE)
    assert marks["observations"] == [r"\N\N\N"]
    assert marks["areas"] == [r"\N"]
    rows = made_up_rows() | {"observations": [observation(source_area=r"\N"), observation(sex="F", source_area=None)]}
    content = (exported(tmp_path, rows) / "data" / "observations.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[16] for line in content[1:]] == [r"\N", r"\N\N"]


def test_formulas_stand_as_they_are(package: Path) -> None:
    content = (package / "data" / "observations.csv").read_text(encoding="utf-8")
    assert ",=1+1," in content
    assert "'=1+1" in content  # the text that has an apostrophe of its own
    assert content.count("'=1+1") == 2


def test_columns_are_described_by_their_declaration(package: Path) -> None:
    descriptor = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        declared = table(resource["name"])
        fields = resource["schema"]["fields"]
        assert [(f["name"], f["description"]) for f in fields] == [(c.name, c.description) for c in declared.columns]
        assert [f.get("constraints", {}).get("required", False) for f in fields] == [not c.nullable for c in declared.columns]
        assert [f.get("constraints", {}).get("enum", []) for f in fields] == [list(c.allowed) for c in declared.columns]
        assert resource["schema"].get("primaryKey", []) == list(declared.key)
    of = {resource["name"]: resource["schema"] for resource in descriptor["resources"]}
    sex = next(field for field in of["observations"]["fields"] if field["name"] == "sex")
    assert sex["categories"] == [
        {"value": "_T", "label": "total"},
        {"value": "F", "label": "female"},
        {"value": "M", "label": "male"},
    ]
    year = next(field for field in of["student_flows"]["fields"] if field["name"] == "year")
    assert year["constraints"] == {"required": True, "minimum": 1950, "maximum": 2100}


def test_a_reference_that_does_not_hold_is_not_claimed(package: Path) -> None:
    descriptor = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    keys = {one["name"]: [k["fields"] for k in one["schema"].get("foreignKeys", [])] for one in descriptor["resources"]}
    assert keys["observations"] == [["source", "release"], ["source"], ["indicator"], ["ref_area"]]
    assert keys["claim_intervals"] == []  # its claim is not there


def test_whose_figures_they_are_is_in_the_descriptor(package: Path) -> None:
    descriptor = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["licenses"] == [
        {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/", "title": "CC BY 4.0"}
    ]
    assert descriptor["sources"] == [
        {
            "title": "Nobody: Made-up figures",
            "version": "2026-02",
            "source": "made_up",
            "licence": "CC BY 4.0",
            "citation": "=Nobody (2026)",
            "published": "2026-02",
            "retrieved": str(date(2026, 3, 1)),
        }
    ]
    assert (descriptor["version"], descriptor["created"]) == ("2026.3.1", "2026-03-01T00:00:00Z")
    assert {"title": "Nobody", "roles": ["creator"]} in descriptor["contributors"]


def test_a_part_of_the_tables_is_a_valid_package_too(tmp_path: Path) -> None:
    wanted = Wanted(tables=("observations", "areas"), ref_area=("KZ-75", "made_up:1"))
    target = exported(tmp_path, made_up_rows(), wanted)
    assert list(complaints(target)) == []
    keys = json.loads((target / "datapackage.json").read_text(encoding="utf-8"))["resources"][0]["schema"]["foreignKeys"]
    assert [key["reference"]["resource"] for key in keys] == ["areas"]
