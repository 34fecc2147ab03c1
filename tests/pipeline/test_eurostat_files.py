"""Eurostat's figures on students from Kazakhstan, whole: every one lands, in every layout, as published.

The table they come from is not kept in this repository; where the folder beside it is absent, the tests that need it skip.
"""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import ROOT, Place

EXTRACT = ROOT / "raw/eurostat/2026-04/estat_educ_uoe_mobs02.csv"
PUBLISHED = ROOT.parent / "shared/data/eurostat/educ_uoe_mobs02_KZ_long.csv"
needs_published = pytest.mark.skipif(not PUBLISHED.is_file(), reason="publishers' files are not kept in this repository")

DIMENSIONS = ("freq", "unit", "partner", "sex", "isced11", "geo")
FIGURES = "SELECT source_area, sex, breakdown, time_period, obs_value, obs_status FROM observations ORDER BY ALL"


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def figures(rows: list[dict[str, str]], period: str, value: str) -> dict[tuple[str, ...], float | None]:
    """Figures by their codes and period."""
    found = {(*(row[name] for name in DIMENSIONS), row[period]): float(row[value]) if row[value] else None for row in rows}
    assert len(found) == len(rows)
    return found


# The extract


@needs_published
def test_the_extract_has_the_published_figures_and_all_that_its_notes_keep() -> None:
    published = figures(records(PUBLISHED), "time_period", "values")
    kept = {key: value for key, value in published.items() if is_kept(sex=key[3], level=key[4])}
    rows = records(EXTRACT)
    assert figures(rows, "TIME_PERIOD", "OBS_VALUE") == kept
    assert {(row["STRUCTURE_ID"], row["OBS_FLAG"], row["CONF_STATUS"]) for row in rows} == {
        ("ESTAT:EDUC_UOE_MOBS02(1.0)", "", "")
    }


def is_kept(*, sex: str, level: str) -> bool:
    return level == "ED5-8" or (sex == "T" and level != "ED5")


def test_students_from_kazakhstan_in_european_hosts(shipped: Callable[[str], list[tuple[Any, ...]]]) -> None:
    flows = shipped(
        "SELECT destination, year, students, obs_status, share_of_origin FROM student_flows "
        "WHERE source = 'eurostat' AND origin = 'KAZ' AND destination IN ('DEU', 'GBR', 'CZE', 'GEO') "
        "AND (year = 2023 OR destination = 'GBR' AND year = 2019) ORDER BY ALL"
    )
    assert flows == [
        ("CZE", 2023, 2805, "A", None),
        ("DEU", 2023, 1537, "A", None),
        ("GBR", 2019, 1272, "A", None),
        ("GEO", 2023, None, "O", None),
    ]


def test_one_origin_s_figures_are_no_country_s_inbound_students(shipped: Callable[[str], list[tuple[Any, ...]]]) -> None:
    assert shipped("SELECT count(*) FROM student_mobility WHERE source = 'eurostat'") == [(0,)]


# The whole table, in every layout


def put_as_sdmx_csv(place: Place) -> None:
    lines = [f"STRUCTURE,STRUCTURE_ID,{','.join(DIMENSIONS)},TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"]
    for row in records(PUBLISHED):
        codes = [row[name] for name in DIMENSIONS]
        lines.append(",".join(["dataflow", "ESTAT:EDUC_UOE_MOBS02(1.0)", *codes, row["time_period"], row["values"], "", ""]))
    place.put("eurostat/2026-04/data.csv", "\n".join(lines) + "\n")


def put_as_tsv(place: Place) -> None:
    rows = records(PUBLISHED)
    years = sorted({row["time_period"] for row in rows}, reverse=True)
    by_key: dict[str, dict[str, str]] = {}
    for row in rows:
        key = ",".join(row[name] for name in DIMENSIONS)
        by_key.setdefault(key, {})[row["time_period"]] = f"{row['values'].removesuffix('.0') or ':'} "
    lines = ["\t".join([f"{','.join(DIMENSIONS)}\\TIME_PERIOD", *(f"{year} " for year in years)])]
    lines += ["\t".join([key, *(cells.get(year, "") for year in years)]) for key, cells in by_key.items()]
    place.put("eurostat/2026-04/estat_educ_uoe_mobs02.tsv", "\n".join(lines) + "\n")


def put_as_it_is(place: Place) -> None:
    folder = place.raw / "eurostat/2026-04"
    folder.mkdir(parents=True)
    shutil.copy(PUBLISHED, folder)


@needs_published
@pytest.mark.parametrize("put", [put_as_it_is, put_as_sdmx_csv, put_as_tsv])
def test_every_published_figure_lands(place: Place, put: Callable[[Place], None]) -> None:
    put(place)
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    expected = figures(records(PUBLISHED), "time_period", "values")
    found = place.ask(FIGURES)
    assert len(found) == len(expected) == 6370
    for geo, sex, breakdown, year, value, status in found:
        level = "ED5-8" if breakdown == "_T" else breakdown.removeprefix("isced11=")
        assert value == expected["A", "NR", "KZ", "T" if sex == "_T" else sex, level, geo, year]
        assert status == ("O" if value is None else "A")
    assert place.ask("SELECT DISTINCT indicator, counterpart_area, dataset FROM observations") == [
        ("inbound_students", "KAZ", "educ_uoe_mobs02")
    ]
    (ledger,) = place.ask("SELECT rows_read, rows_published, rows_quarantined, rows_excluded, exclusion_reason FROM row_ledger")
    assert ledger[1:3] == (6370, 0)
    blank = ledger[0] - 6370
    assert ledger[3:] == (blank, f"{blank} blank cells" if blank else None)


@needs_published
def test_the_same_figures_in_two_layouts_land_once(place: Place) -> None:
    put_as_it_is(place)
    put_as_sdmx_csv(place)
    assert place.refresh().code == 0
    assert place.ask("SELECT count(*) FROM observations") == [(6370,)]
    assert place.ask("SELECT sum(rows_read)::INT, sum(rows_excluded)::INT FROM row_ledger") == [(12740, 6370)]


# What cannot be read is named


def test_files_that_cannot_be_told_are_refused_by_name_and_the_others_land(place: Place) -> None:
    shutil.copytree(EXTRACT.parent, place.raw / "eurostat/2026-04")
    place.put("eurostat/2026-05/table.tsv", "freq,unit,partner,sex,isced11,geo\\TIME_PERIOD\t2023\nA,NR,KZ,T,ED6,DE\t1\n")
    place.put(
        "eurostat/2026-05/oecd.csv",
        "STRUCTURE,STRUCTURE_ID,REF_AREA,TIME_PERIOD,OBS_VALUE\ndataflow,OECD.EDU:DF(1.0),DEU,2023,1\n",
    )
    ran = place.refresh()
    assert ran.code == 1
    assert "eurostat/2026-05/table.tsv: eurostat_dataset: the file does not say which dataset it is of" in ran.err
    assert "It looks like a file of oecd (oecd_sdmx_csv)" in ran.err
    assert place.ask("SELECT count(*) FROM observations") == [(len(records(EXTRACT)),)]
