"""The page that a refresh writes: it carries what the tables say, asks no network, and the same state gives the same page."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from edumig_pipeline.report.data import Limits, page_tables
from edumig_pipeline.report.page import write_report
from tests.pipeline.conftest import Place, uis

Rows = list[dict[str, Any]]


def content_of(page: Path) -> dict[str, Any]:
    """What the page carries, as its scripts unpack it."""
    text = page.read_text(encoding="utf-8")
    (packed,) = re.findall(r'<script type="application/octet-stream" id="content">(.*?)</script>', text, flags=re.DOTALL)
    content: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed)))
    return content


def rows_of(content: dict[str, Any], table: str) -> Rows:
    """The rows of an embedded table."""
    found = content["tables"][table]
    of = {
        name: column["numbers"]
        if "numbers" in column
        else [column["values"][code] if code >= 0 else None for code in column["codes"]]
        for name, column in found["columns"].items()
    }
    return [dict(zip(of, values, strict=True)) for values in zip(*of.values(), strict=True)] if found["rows"] else []


@pytest.fixture(scope="module")
def page(shipped_folder: Path) -> Path:
    """The page of the shipped warehouse."""
    return shipped_folder / "report/index.html"


@pytest.fixture(scope="module")
def content(page: Path) -> dict[str, Any]:
    """What it carries."""
    return content_of(page)


# One file, no network


def test_the_page_is_a_link_into_what_is_published(shipped_folder: Path) -> None:
    assert (shipped_folder / "report").readlink() == Path(".current/report")


def test_nothing_on_it_is_loaded_from_anywhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shell = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert re.findall(r"\b(?:src|srcset|action|data)\s*=", shell) == []
    assert set(re.findall(r'href="([^"#]*)', shell)) <= {""}
    assert "url(" not in text[text.index("<style>") : text.index("</style>")]


def test_its_policy_names_its_own_scripts_and_style_and_nothing_else(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    rules = dict(rule.split(" ", 1) for rule in policy.replace("&#39;", "'").split("; "))
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules, "the default holds: none"
    inline = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL)
    digests = [f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in [*inline, style]]
    assert [*rules["script-src"].split(), rules["style-src"]] == digests


def test_the_same_warehouse_gives_the_same_page(shipped_folder: Path, tmp_path: Path, page: Path) -> None:
    write_report(shipped_folder / "edumig.duckdb", tmp_path / "report/index.html")
    first, second = (hashlib.sha256(file.read_bytes()).hexdigest() for file in (page, tmp_path / "report/index.html"))
    assert first == second


def test_the_page_is_small_enough_to_be_mailed(page: Path) -> None:
    assert page.stat().st_size < 2_000_000


# What it carries


def test_students_abroad_and_from_abroad_are_those_of_the_mart(
    content: dict[str, Any], shipped: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    columns = "outbound_students, outbound_students_status, inbound_students, inbound_students_status, source, release"
    told = {(row["area"], row["year"]): tuple(row[name] for name in columns.split(", ")) for row in rows_of(content, "mobility")}
    assert told == {row[:2]: row[2:] for row in shipped(f"SELECT ref_area, year, {columns} FROM student_mobility")}


def test_where_students_of_kazakhstan_went_is_what_the_flows_say(
    content: dict[str, Any], shipped: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    wanted = {"topic": "students", "direction": "to", "area": "KAZ", "source": "unesco_uis"}
    told = {
        (row["year"], row["partner"]): (row["value"], row["status"], row["share"])
        for row in rows_of(content, "partners")
        if wanted.items() <= row.items()
    }
    query = "SELECT year, destination, students, obs_status, share_of_origin FROM student_flows"
    found = shipped(f"{query} WHERE origin = 'KAZ' AND source = 'unesco_uis'")
    assert told == {(year, partner): rest for year, partner, *rest_ in found for rest in [tuple(rest_)]}
    assert told[2018, "RUS"][0] == 69836


def test_both_ends_of_a_flow_say_the_same(content: dict[str, Any]) -> None:
    rows = [row for row in rows_of(content, "partners") if row["topic"] == "students"]
    ends = {
        direction: {
            (row["area"], row["partner"], row["year"], row["source"]): row["value"]
            for row in rows
            if row["direction"] == direction
        }
        for direction in ("to", "from")
    }
    shared = {key for key in ends["to"] if (key[1], key[0], *key[2:]) in ends["from"]}
    assert len(shared) > 500
    assert all(ends["to"][key] == ends["from"][key[1], key[0], *key[2:]] for key in shared)


def test_what_is_left_out_is_counted(content: dict[str, Any], shipped: Callable[[str], list[tuple[Any, ...]]]) -> None:
    limit = content["limits"]["partners"]
    (total,) = [
        row
        for row in rows_of(content, "partner_totals")
        if {"topic": "students", "direction": "to", "area": "KAZ", "source": "eurostat", "year": 2018}.items() <= row.items()
    ]
    query = "SELECT count(students), count(*) - count(students), sum(students) FROM student_flows"
    ((numbers, without, together),) = shipped(f"{query} WHERE origin = 'KAZ' AND year = 2018 AND source = 'eurostat'")
    assert (total["partners_with_number"], total["partners_without_number"], total["total_of_numbers"]) == (
        numbers,
        without,
        together,
    )
    listed = [
        row for row in rows_of(content, "partners") if (row["area"], row["year"], row["source"]) == ("KAZ", 2018, "eurostat")
    ]
    assert len([row for row in listed if row["direction"] == "to"]) == limit < numbers


def test_migrants_are_the_newest_figures(content: dict[str, Any], shipped: Callable[[str], list[tuple[Any, ...]]]) -> None:
    told = [(row["year"], row["value"], row["release"]) for row in rows_of(content, "stocks") if row["area"] == "KAZ"]
    newest = "SELECT time_period::INTEGER, obs_value, release FROM latest_observations"
    query = f"{newest} WHERE indicator = 'migrant_stock' AND sex = '_T'"
    assert told == sorted(shipped(f"{query} AND ref_area = 'KAZ' AND source = 'un_desa'"))


def test_every_claim_and_check_is_there(content: dict[str, Any], shipped: Callable[[str], list[tuple[Any, ...]]]) -> None:
    assert len(rows_of(content, "claims")) == 77
    told = {(row["claim_id"], row["check"], row["verdict"], row["explanation"]) for row in rows_of(content, "claim_checks")}
    assert told == set(shipped('SELECT claim_id, "check", verdict, explanation FROM claim_checks'))


def test_the_ledger_adds_up_to_every_row_read(content: dict[str, Any], shipped: Callable[[str], list[tuple[Any, ...]]]) -> None:
    told = rows_of(content, "ledger")
    names = ("rows_read", "rows_published", "rows_quarantined", "rows_excluded")
    sums = tuple(sum(row[name] for row in told) for name in names)
    assert [sums] == shipped(f"SELECT {', '.join(f'sum({name})::BIGINT' for name in names)} FROM row_ledger")


# Bounds, and what did not land


def test_a_country_has_no_more_rows_than_the_limits_allow(shipped_folder: Path) -> None:
    limits = Limits(partners=3, differences=4, revisions=5, refusals=6)
    with duckdb.connect(str((shipped_folder / "edumig.duckdb").resolve()), read_only=True) as db:
        tables = page_tables(db, limits)
    by = {
        "partners": (["topic", "direction", "area", "year", "source"], 3),
        "reconciliation_largest": (["area"], 4),
        "revisions_largest": (["area"], 5),
    }
    for name, (keys, most) in by.items():
        assert tables[name].group_by(keys).len()["len"].max() == most, name
    largest = tables["partners"].filter(topic="students", direction="to", area="KAZ", year=2018, source="unesco_uis")
    assert largest["partner"].to_list() == ["RUS", "KGZ", "TUR"]


def test_what_did_not_land_is_on_the_page(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,1,,", "26637,KAZ,2019,-1,,", "26637,KAZ,2020,-2,,"]))
    place.put("unesco_uis/2026-02/other.csv", "nonsense\n")
    assert place.refresh().code == 1
    content = content_of(place.warehouse / "report/index.html")
    told = {(row["raw_file"], row["rule"]): row["rows_refused"] for row in rows_of(content, "quarantine")}
    assert told == {
        ("unesco_uis/2026-02/data.csv", "within_bounds"): 2,
        ("unesco_uis/2026-02/other.csv", "known_layout"): 0,
    }
    assert [row["rows_quarantined"] for row in rows_of(content, "ledger")] == [2]


def test_a_warehouse_without_article_or_partners_has_a_page_all_the_same(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,1,,"]))
    place.refresh()
    content = content_of(place.warehouse / "report/index.html")
    assert rows_of(content, "claims") == rows_of(content, "partners") == rows_of(content, "programme") == []
    assert [(row["area"], row["inbound_students"]) for row in rows_of(content, "mobility")] == [("KAZ", 1)]


def test_a_retracted_flow_is_gone_and_a_revised_one_is_new(place: Place) -> None:
    header = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER"
    others = [
        f"26540,{area},2018,5,," for area in ("AUS", "AUT", "BEL", "CAN", "CHE", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA")
    ]
    others += [
        f"26540,{area},2018,5,," for area in ("GBR", "GRC", "HUN", "IND", "IRL", "ISL", "ITA", "JPN", "KGZ", "KOR", "LTU", "LVA")
    ]
    others += [f"26540,{area},2018,5,," for area in ("MYS", "NLD", "NOR", "NZL", "POL", "PRT", "ROU", "SWE")]
    place.put(
        "unesco_uis/2025-02/OPRI_DATA_NATIONAL.csv", "\n".join([header, *others, "26540,RUS,2018,9,,", "26540,TUR,2018,8,,", ""])
    )
    place.put("unesco_uis/2026-02/OPRI_DATA_NATIONAL.csv", "\n".join([header, *others, "26540,TUR,2018,80,,", ""]))
    place.refresh()
    rows = rows_of(content_of(place.warehouse / "report/index.html"), "partners")
    told = {row["partner"]: (row["value"], row["release"]) for row in rows if row["area"] == "KAZ" and row["direction"] == "to"}
    assert told["TUR"] == (80, "2026-02")
    assert "RUS" not in told
