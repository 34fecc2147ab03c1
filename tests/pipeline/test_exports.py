"""`edumig export` of the shipped warehouse: every format, read back by other readers, is the DuckDB file that users open."""

import io
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import mlcroissant  # type: ignore[import-untyped]
import pytest
import python_calamine
import sdmx
from frictionless import Package, system
from sdmx.reader.csv import Reader as SdmxCsvReader

from edumig_pipeline.exports.formats import FORMATS
from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.model.ddl import create_table
from tests.pipeline.conftest import ROOT, Place, Ran, edumig, uis

ALL_TABLES = [declared.name for declared in TABLES if not declared.is_view]
EVERY_TABLE = pytest.mark.parametrize("name", ALL_TABLES)
EVERY_FORMAT = pytest.mark.parametrize("name", FORMATS)
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def exported(shipped_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The shipped warehouse in a format; written once."""
    folder = tmp_path_factory.mktemp("exports")

    def of(name: str) -> Path:
        if not (folder / name).exists():
            ran = edumig("export", name, "--warehouse", str(shipped_folder), "--output", str(folder / name))
            assert (ran.code, ran.err) == (0, "")
        return folder / name

    return of


def warehouse_rows(shipped: Ask, name: str) -> list[tuple[Any, ...]]:
    """All rows of a table, in any order that does not change."""
    return sorted(shipped(f"SELECT * FROM {name}"), key=repr)


def rows_of_csv(path: Path, name: str, null: str) -> list[tuple[Any, ...]]:
    """The rows of a CSV in the types that the table is declared with."""
    with duckdb.connect() as db:
        db.execute(create_table(table(name)))
        db.execute(
            f"INSERT INTO {name} SELECT * FROM read_csv($1, delim = ',', quote = '\"', escape = '\"', header = true, "
            "all_varchar = true, parallel = false, nullstr = $2, allow_quoted_nulls = false)",
            [str(path), null],
        )
        return db.execute(f"SELECT * FROM {name}").fetchall()


@EVERY_FORMAT
def test_every_row_of_the_warehouse_is_in_the_export(name: str, exported: Callable[[str], Path], shipped: Ask) -> None:
    manifest = json.loads((exported(name) / "export.json").read_text(encoding="utf-8"))
    assert manifest["rows"] == {table_: shipped(f"SELECT count(*) FROM {table_}")[0][0] for table_ in (manifest["rows"])}
    assert set(manifest["rows"]) == ({"observations"} if name == "sdmx-csv" else set(ALL_TABLES))


@EVERY_FORMAT
def test_every_release_s_licence_and_citation_go_along(name: str, exported: Callable[[str], Path], shipped: Ask) -> None:
    said = (exported(name) / "LICENCES.txt").read_text(encoding="utf-8")
    of = "observations" if name == "sdmx-csv" else "raw_files"
    terms = shipped(
        f"SELECT source, release, licence, citation FROM releases WHERE (source, release) IN (SELECT (source, release) FROM {of})"
    )
    assert len(terms) == said.count("\n  Licence: ")
    for source, release, licence, citation in terms:
        assert f"\n{source}, release {release}\n" in said
        assert f"  Licence: {licence}" in said
        assert f"  Cite as: {' '.join(citation.split())}\n" in said


@EVERY_TABLE
def test_csv_is_the_warehouse(name: str, exported: Callable[[str], Path], shipped: Ask) -> None:
    found = rows_of_csv(exported("csv") / f"{name}.csv", name, "")
    # As README.txt says: the flag "-" of publishers and lists that begin with a line feed have an apostrophe before them.
    texts = [tuple(v[1:] if isinstance(v, str) and v[:2] in ("'-", "'\n") else v for v in row) for row in found]
    assert sorted(texts, key=repr) == warehouse_rows(shipped, name)


@EVERY_TABLE
def test_the_data_package_is_the_warehouse(name: str, exported: Callable[[str], Path], shipped: Ask) -> None:
    found = rows_of_csv(exported("datapackage") / "data" / f"{name}.csv", name, "\\N")
    assert sorted(found, key=repr) == warehouse_rows(shipped, name)


@EVERY_TABLE
def test_croissant_is_the_warehouse(name: str, exported: Callable[[str], Path], shipped: Ask) -> None:
    with duckdb.connect() as db:
        found = db.execute("SELECT * FROM read_parquet($1)", [str(exported("croissant") / "data" / f"{name}.parquet")]).fetchall()
    assert sorted(found, key=repr) == warehouse_rows(shipped, name)


@pytest.fixture(scope="module")
def book(exported: Callable[[str], Path]) -> Iterator[python_calamine.CalamineWorkbook]:
    """The workbook, opened."""
    with python_calamine.CalamineWorkbook.from_path(exported("xlsx") / "educational-migration.xlsx") as opened:
        yield opened


@EVERY_TABLE
def test_the_workbook_is_the_warehouse(name: str, book: python_calamine.CalamineWorkbook, shipped: Ask) -> None:
    header, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    assert header == list(table(name).names)
    # This reader has blanks as empty texts and every number as a float.
    expected = [tuple("" if v is None else v for v in row) for row in shipped(f"SELECT * FROM {name}")]
    assert len(rows) == len(expected)
    key = [place for place, one in enumerate(table(name).columns) if one.type == "VARCHAR"]
    integers = [place for place, one in enumerate(table(name).columns) if one.type in ("INTEGER", "BIGINT")]
    found = [tuple(row) for row in rows]

    def ordered(all_rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return sorted(all_rows, key=lambda row: (repr([row[k] for k in key]), [str(row[k]).removesuffix(".0") for k in integers]))

    for row, wanted in zip(ordered(found), ordered(expected), strict=True):
        for value, one in zip(row, wanted, strict=True):
            same = abs(value - one) <= 1e-15 * abs(one) if isinstance(one, int | float) and value != "" else value == one
            assert same, (row, wanted)


def test_frictionless_finds_no_fault_in_any_row(exported: Callable[[str], Path]) -> None:
    with system.use_context(trusted=True):
        report = Package(str(exported("datapackage") / "datapackage.json")).validate()
    assert [error.message for task in report.tasks for error in task.errors] == []
    assert (report.valid, report.stats["tasks"]) == (True, len(ALL_TABLES))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_makers_of_croissant_find_no_fault_and_read_its_records(exported: Callable[[str], Path]) -> None:
    described = mlcroissant.Dataset(str(exported("croissant") / "croissant.json"))
    assert (described.metadata.ctx.issues.errors, described.metadata.ctx.issues.warnings) == (set(), set())
    for name in ("observations", "claim_checks", "areas", "identity_checks"):
        records = list(itertools.islice(described.records(name), 5))
        assert [set(record) for record in records] == [{f"{name}/{column}" for column in table(name).names}] * 5


def test_another_sdmx_library_reads_every_observation(exported: Callable[[str], Path], shipped: Ask) -> None:
    def decoded(text: str) -> str:
        return unquote(text.replace("$", "%"), errors="strict")

    def period(text: str) -> str:
        start, slash, length = text.partition("/P")
        return f"{start[:4]}/{int(start[:4]) + int(length.removesuffix('Y')) - 1}" if slash else text

    folder = exported("sdmx-csv")
    structure = sdmx.read_sdmx(io.BytesIO((folder / "structure.xml").read_bytes()))
    found = []
    for name in ("observations", "undated_observations"):
        content = io.BytesIO((folder / f"{name}.csv").read_bytes())
        data = SdmxCsvReader().convert(content, structure=structure.dataflow[name.upper()])  # type: ignore[attr-defined]
        for one in data.data[0].obs:
            said = {key: value.value for key, value in one.dimension.values.items()}
            said |= {key: value.value for key, value in one.attached_attribute.items()}
            found.append(
                (
                    *(
                        decoded(said[key])
                        for key in ("SOURCE", "DATASET", "RELEASE", "INDICATOR", "REF_AREA", "COUNTERPART_AREA")
                    ),
                    said["SEX"],
                    said["BREAKDOWN"],
                    period(said["TIME_PERIOD"]) if "TIME_PERIOD" in said else None,
                    None if one.value == "" else float(one.value),
                    said["OBS_STATUS"],
                    said["SOURCE_STATUS"],
                    int(said["RAW_ROW"]),
                    said["RAW_COLUMN"],
                )
            )
    expected = shipped(
        "SELECT source, dataset, release, indicator, ref_area, counterpart_area, sex, breakdown, time_period, obs_value, "
        "obs_status, coalesce(source_status, ''), raw_row, coalesce(raw_column, '') FROM observations"
    )
    assert sorted(found, key=repr) == sorted(expected, key=repr)


def test_every_code_of_sdmx_is_in_its_list(exported: Callable[[str], Path]) -> None:
    folder = exported("sdmx-csv")
    structure = sdmx.read_sdmx(io.BytesIO((folder / "structure.xml").read_bytes()))
    dsd = structure.dataflow["OBSERVATIONS"].structure  # type: ignore[attr-defined]
    with duckdb.connect() as db:
        rows = db.read_csv(str(folder / "observations.csv"), all_varchar=True, header=True, sep=",")
        for component in [*dsd.dimensions, *dsd.attributes]:
            if (codes := component.local_representation.enumerated) is not None:
                said = {code for (code,) in rows.project(component.id).distinct().fetchall()}
                assert said <= set(codes.items), component.id


# The command


def test_json_says_what_was_written(shipped_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = edumig("export", "csv", "--table", "areas", "--warehouse", str(shipped_folder), "--output", str(out), "--json")
    said = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert (said["format"], said["folder"], said["rows"]["areas"]) == ("csv", str(out), 510)
    assert {name: found["bytes"] for name, found in said["files"].items()} == {
        path.name: path.stat().st_size for path in out.iterdir()
    }
    assert said["warnings"] == []


def refused(ran: Ran, code: int, said: str) -> bool:
    return ran.code == code and ran.out == "" and said in ran.err and "Traceback" not in ran.err


def test_wrong_usage_ends_with_64(shipped_folder: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> Ran:
        return edumig("export", *arguments, "--warehouse", str(shipped_folder), "--output", str(tmp_path / "out"))

    assert refused(run("excel"), 64, "'excel' is not one of")
    assert refused(run("csv", "--table", "observation"), 64, "did you mean observations")
    assert refused(run("csv", "--ref-area", "kazakhstan"), 64, "did you mean KAZ (Kazakhstan)?")
    assert refused(run("csv", "--indicator", "inbound"), 64, "there is no indicator inbound: did you mean")
    assert refused(run("csv", "--source", "unesco"), 64, "did you mean unesco_uis")
    assert refused(run("sdmx-csv", "--table", "claims"), 64, "it takes observations or latest_observations")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_ends_with_2(shipped_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").touch()
    ran = edumig("export", "csv", "--warehouse", str(shipped_folder), "--output", str(tmp_path / "mine"))
    assert refused(ran, 2, "edumig: nothing was exported: ")
    ran = edumig("export", "csv", "--warehouse", str(tmp_path / "none"), "--output", str(tmp_path / "out"))
    assert refused(ran, 2, "there is no warehouse in")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_release_whose_licence_nobody_stated_ends_with_1(place: Place, tmp_path: Path) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2019,1,,"]))
    assert place.refresh().code == 0
    ran = edumig("export", "csv", "--warehouse", str(place.warehouse), "--output", str(tmp_path / "out"))
    assert ran.code == 1
    assert "warning: unesco_uis/2026-02: nobody stated its licence" in ran.err
    assert (tmp_path / "out" / "observations.csv").exists()


def test_tables_that_stay_whole_are_said(shipped_folder: Path, tmp_path: Path) -> None:
    ran = edumig(
        *("export", "csv", "--table", "observations", "--table", "student_flows", "--ref-area", "KAZ"),
        *("--warehouse", str(shipped_folder), "--output", str(tmp_path / "out")),
    )
    assert (ran.code, ran.err) == (0, "whole, since they have no such column: codebook, student_flows\n")


COMMAND = "from edumig_pipeline.cli import main; main()"


def start(*arguments: str, **options: Any) -> "subprocess.Popen[str]":  # noqa: ANN401 - as Popen has them
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "export", *arguments], stderr=subprocess.PIPE, text=True, env=environment, **options
    )


@EVERY_FORMAT
def test_a_disk_that_fills_up_leaves_nothing_and_no_traceback(name: str, shipped_folder: Path, tmp_path: Path) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    process = start(name, "--warehouse", str(shipped_folder), "--output", str(tmp_path / "out"), preexec_fn=limit)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert f"{tmp_path / 'out'} cannot be written: " in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_who_interrupts_an_export_finds_what_was_there_before(shipped_folder: Path, tmp_path: Path) -> None:
    ran = edumig("export", "csv", "--table", "areas", "--warehouse", str(shipped_folder), "--output", str(tmp_path / "out"))
    before = sorted(path.name for path in (tmp_path / "out").iterdir())
    process = start("xlsx", "--warehouse", str(shipped_folder), "--output", str(tmp_path / "out"))
    deadline = time.monotonic() + 60
    while not any(path.name.startswith(".out.") for path in tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (ran.code, process.returncode) == (0, 2)
    assert "Traceback" not in said
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_day_of_an_export_is_that_of_its_data(exported: Callable[[str], Path], shipped: Ask) -> None:
    ((newest,),) = shipped("SELECT max(retrieved) FROM releases")
    package = json.loads((exported("datapackage") / "datapackage.json").read_text(encoding="utf-8"))
    described = json.loads((exported("croissant") / "croissant.json").read_text(encoding="utf-8"))
    assert isinstance(newest, date)
    assert package["created"] == f"{newest}T00:00:00Z"
    assert described["datePublished"] == str(newest)
    assert package["version"] == described["version"] == f"{newest.year}.{newest.month}.{newest.day}"
