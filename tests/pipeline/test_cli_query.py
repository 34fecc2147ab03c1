"""`edumig query`: what SQL may do and may not, and the forms an answer comes in."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import ROOT, Ran, edumig

Ask = Callable[..., Ran]
PROGRAM = [sys.executable, "-c", "import sys; from edumig_pipeline.cli import main; main(sys.argv[1:])"]


@pytest.fixture
def ask(shipped_folder: Path) -> Ask:
    """Run `edumig query` on the shipped warehouse."""
    return lambda *arguments: edumig("query", *arguments, "--warehouse", str(shipped_folder))


def state(folder: Path) -> dict[str, int]:
    """Every file below a folder with its time."""
    return {str(path): path.lstat().st_mtime_ns for path in folder.rglob("*")}


# What SQL may not do


@pytest.mark.parametrize(
    "sql",
    [
        # write
        "CREATE TABLE x AS SELECT 1",
        "CREATE TEMP TABLE x AS SELECT 1",
        "CREATE VIEW x AS SELECT 1",
        "INSERT INTO claims SELECT * FROM claims",
        "WITH x AS (INSERT INTO claims SELECT * FROM claims RETURNING *) SELECT * FROM x",
        "UPDATE claims SET statement = ''",
        "DELETE FROM claims",
        "DROP TABLE claims",
        "ALTER TABLE claims DROP COLUMN statement",
        "COMMENT ON TABLE claims IS 'x'",
        "CHECKPOINT",
        "COPY claims TO '{folder}/x.csv'",
        "COPY (SELECT 1) TO '/dev/stdout'",
        "COPY (SELECT 1) TO '{file}.wal'",
        "COPY (SELECT 1) TO '{file}'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{file}.wal'",
        "EXPORT DATABASE '{folder}/x'",
        "IMPORT DATABASE '{folder}'",
        # other databases and extensions
        "ATTACH '{folder}/x.duckdb'",
        "ATTACH ':memory:' AS x",
        "ATTACH '{file}' AS x (READ_ONLY)",
        "DETACH edumig",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{folder}/x.duckdb_extension'",
        "CREATE SECRET x (TYPE s3)",
        # settings
        "SET threads = 1",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "PRAGMA threads = 1",
        "PRAGMA enable_profiling",
        "CALL enable_logging()",
        # other files, variables, addresses
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_text('{file}.tmp/../../../../../../../../../../etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_json('/etc/passwd')",
        "SELECT * FROM read_parquet('{folder}/parquet/claims/*.parquet')",
        "SELECT * FROM parquet_metadata('{folder}/parquet/claims/*.parquet')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM '{folder}/parquet/claims/*.parquet'",
        "SELECT * FROM read_csv('http://127.0.0.1:1/x')",
        "SELECT getenv('HOME')",
        # this program's own variables
        "SELECT * FROM statements",
        # more than one statement, or none
        "SELECT 1; DROP TABLE claims",
        "SELECT 1; SELECT 2",
        "",
        "/* nothing */",
    ],
)
def test_sql_reads_this_file_and_does_nothing_else(ask: Ask, shipped_folder: Path, sql: str) -> None:
    file = (shipped_folder / "edumig.duckdb").resolve()
    before = state(shipped_folder)
    ran = ask(sql.format(folder=shipped_folder, file=file), "--format", "csv")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("edumig: ")
    assert "Traceback" not in ran.err
    assert state(shipped_folder) == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM observations",
        "FROM sources",
        "WITH x AS (FROM claims) SELECT count(*) FROM x",
        "VALUES (1, 2)",
        "DESCRIBE claims",
        "SHOW TABLES",
        "SUMMARIZE sources",
        "TABLE sources",
        "FROM observations_as_of(DATE '2025-12-31') LIMIT 1",
        "PIVOT student_mobility ON year IN (2017, 2018) USING sum(outbound_students) GROUP BY ref_area",
        "SELECT 1;",
    ],
)
def test_every_way_to_read_is_open(ask: Ask, sql: str) -> None:
    assert ask(sql).code == 0


@pytest.mark.parametrize(
    ("sql", "said", "place"),
    [
        ("SELECT * FRM claims", 'syntax error at or near "claims"', "LINE 1: SELECT * FRM claims"),
        ("SELECT statment FROM claims", 'Referenced column "statment" not found', "LINE 1: SELECT statment FROM claims"),
        ("FROM clams", 'Did you mean "claims"?', "LINE 1: FROM clams"),
        ("SELECT CAST(printed AS INTEGER) FROM claims", "Could not convert string", "LINE 1: "),
        ("SELECT 'a'::INTEGER FROM observations", "Could not convert string 'a'", "LINE 1: "),
        ("SELECT\n  statement,\n  nothing\nFROM claims", 'Referenced column "nothing" not found', "LINE 3:   nothing"),
        ("SELECT\n  statement,\n  printed::INTEGER AS n\nFROM claims", "Could not convert string", "LINE 3:   printed::INTEGER"),
    ],
)
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_wrong_sql_is_told_with_its_place_and_writes_nothing(ask: Ask, sql: str, said: str, place: str, form: str) -> None:
    ran = ask(sql, "--format", form)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err
    assert place in ran.err
    assert "^" in ran.err


# The forms of an answer

_ODD = """
    SELECT 1 AS a, 2 AS a, 'nan'::DOUBLE AS n, ['inf'::DOUBLE] AS l, 'so NaN, he said' AS t, NULL AS z, '' AS e,
        69836.0::DOUBLE AS w, 79.35007385524372::DOUBLE AS p, DATE '2020-01-31' AS d,
        10::HUGEINT AS h, TRUE AS b, -5 AS g, 'é "quoted", here' AS q
"""


def test_csv_tells_null_from_an_empty_text_and_keeps_every_digit(ask: Ask) -> None:
    header, row = ask(_ODD, "--format", "csv").out.splitlines()
    assert header == '"a","a_1","n","l","t","z","e","w","p","d","h","b","g","q"'
    assert row == '1,2,nan,"[inf]","so NaN, he said",,"",69836,79.35007385524372,2020-01-31,10,true,-5,"é ""quoted"", here"'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " =1+1", "\u00a0=1", "＝1+1", "''=1"])
def test_a_text_that_a_spreadsheet_would_run_is_made_safe(ask: Ask, text: str) -> None:
    said = "'" + text.replace("'", "''") + "'"
    ran = ask(f"SELECT {said} AS t, {said}::ENUM({said}) AS u, -1 AS number, '1-1' AS fine", "--format", "csv")
    _, row = csv.reader(io.StringIO(ran.out, newline=""))
    assert row == [f"'{text}", f"'{text}", "-1", "1-1"]


def test_json_is_valid_whatever_the_figures(ask: Ask) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    ran = ask(_ODD, "--json")
    (row,) = json.loads(ran.out, parse_constant=refuse)
    assert row == {
        "a": 1, "a_1": 2, "n": None, "l": [None], "t": "so NaN, he said", "z": None, "e": "", "w": 69836, "p": 79.35007385524372,
        "d": "2020-01-31", "h": 10, "b": True, "g": -5, "q": 'é "quoted", here',
    }  # fmt: skip
    assert ask("FROM claims WHERE FALSE", "--json").out == "[]\n"


def test_whole_tables_come_out_as_they_are(ask: Ask, shipped: Callable[[str], list[tuple[object, ...]]]) -> None:
    expected = shipped("SELECT raw_file, raw_row, obs_value FROM observations ORDER BY ALL")
    sql = "SELECT raw_file, raw_row, obs_value FROM observations ORDER BY ALL"
    rows = list(csv.reader(io.StringIO(ask(sql, "--format", "csv").out)))[1:]
    assert [(file, int(row), float(value) if value else None) for file, row, value in rows] == expected
    assert [tuple(row.values()) for row in json.loads(ask(sql, "--json").out)] == expected


@pytest.mark.parametrize("name", ["answer.csv", "answer.json", "answer.parquet"])
def test_an_answer_goes_to_a_file_in_the_form_its_name_says(ask: Ask, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("what was there")
    ran = ask("SELECT claim_id, claimed_value FROM claims ORDER BY claim_id", "--output", str(file))
    assert (ran.code, ran.out, ran.err) == (0, "", f"written: {file}\n")
    if name.endswith("parquet"):
        rows = [tuple(row.values()) for row in pq.read_table(file).to_pylist()]
    elif name.endswith("json"):
        rows = [tuple(row.values()) for row in json.loads(file.read_text())]
    else:
        rows = [(row[0], float(row[1])) for row in list(csv.reader(io.StringIO(file.read_text())))[1:]]
    assert len(rows) == 77
    assert rows[0] == ("kz-01", 173_000_000)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_types_that_parquet_lacks_are_texts_in_it(ask: Ask, tmp_path: Path) -> None:
    assert ask("SELECT INTERVAL 1 DAY AS i, [1] AS l", "--output", str(tmp_path / "x.parquet")).code == 0
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == [{"i": "1 day", "l": [1]}]


def test_a_query_that_fails_leaves_the_file_as_it_was(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "answer.csv"
    file.write_text("what was there")
    late = "SELECT (CASE WHEN range = 150000 THEN 'a' ELSE '1' END)::INTEGER AS x FROM range(200000)"
    assert ask(late, "--output", str(file)).code == 64
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("answer.csv", "what was there")]


@pytest.mark.parametrize(
    "options",
    [["--format", "xlsx"], ["--format", "parquet"], ["--format", "table", "--output", "x"], ["--output", "."], ["more"]],
)
def test_wrong_usage(ask: Ask, options: list[str]) -> None:
    ran = ask("FROM sources", *options)
    assert (ran.code, ran.out) == (64, "")
    assert "Usage: edumig query" in ran.err


def test_a_file_that_cannot_be_written_is_named(ask: Ask, tmp_path: Path) -> None:
    ran = ask("FROM sources", "--output", str(tmp_path / "none/x.csv"))
    assert ran.code == 2
    assert ran.err == f"edumig: {tmp_path}/none/x.csv cannot be written: No such file or directory\n"


# On a screen


def test_a_table_shows_null_and_no_false_precision(ask: Ask) -> None:
    ran = ask("SELECT 'RUS' AS area, 69836.0::DOUBLE AS a, 100 / 7 AS b, 0.1::DOUBLE + 0.2 AS c, 1e-7 AS d, NULL AS e")
    assert ran.out.splitlines() == [
        "area      a        b    c      d  e",
        "──────────────────────────────────────",
        "RUS   69836  14.2857  0.3  1e-07  NULL",
    ]


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_a_table_fits_the_terminal_and_loses_nothing(ask: Ask, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for sql in ("SELECT name, definition FROM indicators", "FROM claims", "SELECT claim_id, statement, printed FROM claims"):
        lines = ask(sql).out.splitlines()
        assert max(map(len, lines)) <= columns, sql
    shown = "".join(ask("SELECT explanation FROM claim_checks WHERE claim_id = 'kz-54'").out.split())
    assert "65,237inRUS,percentoftheoutboundtotalofrelease2026-02" in shown


def test_a_terminal_is_not_commanded_by_what_a_file_holds(ask: Ask) -> None:
    ran = ask("SELECT 'a' || chr(27) || '[2Jb' || chr(7) AS x")
    assert ran.out.splitlines()[-1] == r"a\x1b[2Jb\x07"


def test_a_long_table_is_cut_and_says_so(ask: Ask) -> None:
    ran = ask("SELECT range AS n FROM range(2000) ORDER BY n DESC")
    assert ran.out.splitlines()[2:] == [str(1999 - n) for n in range(500)]
    assert ran.err == "the first 500 rows; --format csv or json has all\n"


def test_columns_of_one_name_are_told_apart(ask: Ask) -> None:
    assert ask("SELECT 1 AS a, 2 AS a").out.splitlines()[0].split() == ["a", "a_1"]


# With other programs


def test_sql_from_standard_input(shipped_folder: Path) -> None:
    ran = subprocess.run(
        [*PROGRAM, "query", "-", "--format", "csv"],
        env={**os.environ, "EDUMIG_WAREHOUSE": str(shipped_folder)},
        input="SELECT count(*) AS n\nFROM claims",
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, '"n"\n77\n', "")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_answer_larger_than_memory_begins_at_once_and_whoever_reads_it_may_stop(shipped_folder: Path, form: str) -> None:
    environment = {**os.environ, "EDUMIG_WAREHOUSE": str(shipped_folder)}
    sql = "SELECT range AS n, 'some text that takes room' AS t FROM range(100000000000)"
    with subprocess.Popen(
        [*PROGRAM, "query", sql, "--format", form], env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline()
        running.stdout.close()
        assert running.wait(timeout=60) == 0
        assert running.stderr.read() == b""


@pytest.mark.parametrize("command", ["claims", "status", "describe observations", "diff rev2019 rev2020 --all"])
def test_any_command_may_be_read_in_part(shipped_folder: Path, command: str) -> None:
    environment = {**os.environ, "EDUMIG_WAREHOUSE": str(shipped_folder)}
    with subprocess.Popen(
        [*PROGRAM, *command.split()], env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.wait(timeout=60) == 0
        assert b"Traceback" not in running.stderr.read()
