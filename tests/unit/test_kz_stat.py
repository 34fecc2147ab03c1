"""Downloads of Kazakhstan's Bureau of National Statistics read as they say, and refused where they do not say enough.

Here: what the layout recognises and what a record becomes, up to quarantine. Not here: delimited text itself. The files
are written in the Bureau's layout (tabs, all fields quoted, a byte order mark, Cyrillic headings); figures are our own.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.model import areas
from edumig_pipeline.model.codes import SEX
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.sources.candidates import mapping
from edumig_pipeline.sources.kz_stat import SOURCE
from edumig_pipeline.sources.layout import Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.registry import area_prefixes

(LAYOUT,) = SOURCE.layouts
KATO = "КАТО(по каталогу)"
HEADER = ("NAM", "DAT", "PERIOD", KATO, f"L{KATO}", "СПТМ (по каталогу)", "LСПТМ (по каталогу)", "КН", "LКН", "СП", "LСП", "VAL")
ROW = {
    "NAM": "Сальдо миграции",
    "DAT": "2023-12-31",
    "PERIOD": "2023",
    KATO: "РЕСПУБЛИКА КАЗАХСТАН",
    f"L{KATO}": "0",
    "СПТМ (по каталогу)": "Всего",
    "LСПТМ (по каталогу)": "0",
    "КН": "Всего",
    "LКН": "0",
    "СП": "Всего",
    "LСП": "0",
    "VAL": "-5 000",
}
MEANT = ("net_migration", "KAZ", "_T", "_T", "_T", "2023", -5000.0, "A", "PS")
MEANT_COLUMNS = (
    "indicator", "ref_area", "counterpart_area", "sex", "breakdown", "time_period", "obs_value", "obs_status", "unit_measure",
)  # fmt: skip


def raw(folder: Path, rows: Sequence[dict[str, str]], header: Sequence[str] = HEADER) -> RawFile:
    """A download of these records."""
    lines = [header, *([row.get(name.strip(), "0") for name in header] for row in rows)]
    text = "".join("\t".join(f'"{field}"' for field in line) + "\n" for line in lines)
    path = folder / "data.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    return RawFile(path, "kz_stat/r/data.csv")


def part_of(file: RawFile) -> Part:
    """The one part of a file that is of the layout."""
    parts = LAYOUT.parts(file)
    assert parts is not None
    (part,) = parts
    return part


def landed(folder: Path, *rows: dict[str, str], header: Sequence[str] = HEADER) -> Outcome:
    """Outcome of a download of these records, each said by what differs from a plain one."""
    part = part_of(raw(folder, [ROW | row for row in rows], header))
    (batch,) = part.records()
    return Validator(part, "kz_stat/r/data.csv", FoundRelease(SOURCE.id, "r", ())).validate(batch.records)


def observed(folder: Path, *rows: dict[str, str], header: Sequence[str] = HEADER) -> pl.DataFrame:
    """The observations of a download of which nothing fails."""
    outcome = landed(folder, *rows, header=header)
    assert outcome.failures.is_empty()
    return outcome.valid["observations"]


# The table

ORDERS = {
    "as published": HEADER,
    "turned round": HEADER[::-1],
    "date first, as in the population table": ("DAT", KATO, f"L{KATO}", "СП", "LСП", "VAL", "NAM", "PERIOD"),
    "without twins": ("NAM", "DAT", "PERIOD", KATO, "СП", "VAL"),
    "with blanks around headings": tuple(f"{name} " for name in HEADER),
}


@pytest.mark.parametrize("header", ORDERS.values(), ids=ORDERS.keys())
def test_columns_may_stand_in_any_order(tmp_path: Path, header: Sequence[str]) -> None:
    assert observed(tmp_path, {}, header=header).select(MEANT_COLUMNS).rows() == [MEANT]


def test_what_was_published_is_kept(tmp_path: Path) -> None:
    found = observed(tmp_path, {}, {KATO: "Г.АСТАНА"})
    assert found.select("raw_row", "source_indicator", "source_area", "dataset").rows() == [
        (1, "Сальдо миграции", "РЕСПУБЛИКА КАЗАХСТАН", "dynamic_tables"),
        (2, "Сальдо миграции", "Г.АСТАНА", "dynamic_tables"),
    ]


def test_an_indicator_nobody_mapped_lands_under_its_name(tmp_path: Path) -> None:
    found = observed(tmp_path, {"NAM": "Численность  населения", "VAL": "20 283 399"})
    assert found.select("indicator", "obs_value", "unit_measure").rows() == [
        ("kz_stat:Численность населения", 20_283_399.0, "_X")
    ]


DRIFTED = {
    "no figure": ([name for name in HEADER if name != "VAL"], "VAL is missing among NAM, DAT, PERIOD"),
    "no period": ([name if name != "PERIOD" else "ПЕРИОД" for name in HEADER], "PERIOD is missing"),
    "no territory": ([name for name in HEADER if "КАТО" not in name], "one column beginning with КАТО; found none"),
    "two territories": ([*HEADER, "КАТО(по отчету)"], f"found {KATO}, КАТО(по отчету)"),
    "a column twice": ([*HEADER, "СП"], "found twice: СП"),
    "a twin alone": ([name for name in HEADER if name != "КН"], "found LКН alone"),
    "a column without a heading": ([*HEADER, ""], "one without a heading"),
    "two localities": ([*HEADER, "СПТМ (по отчету)"], "found СПТМ (по каталогу), СПТМ (по отчету)"),
}


@pytest.mark.parametrize(("header", "found"), DRIFTED.values(), ids=DRIFTED.keys())
def test_columns_that_drifted_are_refused_by_name(tmp_path: Path, header: Sequence[str], found: str) -> None:
    with pytest.raises(RefusedError) as refused:
        LAYOUT.parts(raw(tmp_path, [ROW], header))
    assert refused.value.rule == "known_layout"
    assert "expected" in refused.value.reason
    assert found in refused.value.reason


@pytest.mark.parametrize("header", [("a", "b"), ("NAM", "DAT", KATO), ("DAT", "VAL"), (KATO, "СП")])
def test_other_tables_are_none_of_the_bureau(tmp_path: Path, header: Sequence[str]) -> None:
    assert LAYOUT.parts(raw(tmp_path, [], header)) is None


# Territories

TERRITORIES = {
    "РЕСПУБЛИКА КАЗАХСТАН": "KAZ",
    "Республика  Казахстан ": "KAZ",
    "АЛМАТИНСКАЯ ОБЛАСТЬ": "KZ-19",
    "Г.АЛМАТЫ": "KZ-75",
    "г. Алматы": "KZ-75",
    "ОБЛАСТЬ ЖЕТІСУ": "KZ-33",
    "ОБЛАСТЬ ҰЛЫТАУ": "KZ-62",
    "Г.НУР-СУЛТАН": "KZ-71",
    # Its border was another one: Shymkent lay in it.
    "ЮЖНО-КАЗАХСТАНСКАЯ ОБЛАСТЬ": "kz_stat:ЮЖНО-КАЗАХСТАНСКАЯ ОБЛАСТЬ",
    "ЕСИЛЬСКИЙ РАЙОН": "kz_stat:ЕСИЛЬСКИЙ РАЙОН",
    "РАЙОН АЛМАТЫ": "kz_stat:РАЙОН АЛМАТЫ",
    "КОКШЕТАУ Г.А.": "kz_stat:КОКШЕТАУ Г.А.",
    "710000000": "KZ-71",
    "711110000": "kz_stat:711110000",
}


@pytest.mark.parametrize("name", TERRITORIES)
def test_territories_are_told_by_their_exact_name_or_code(tmp_path: Path, name: str) -> None:
    assert observed(tmp_path, {KATO: name})["ref_area"].to_list() == [TERRITORIES[name]]


def test_a_code_beside_the_name_goes_before_the_name(tmp_path: Path) -> None:
    found = observed(tmp_path, {KATO: "АСТАНА", f"L{KATO}": "710000000"}, {KATO: "ЕСИЛЬСКИЙ РАЙОН", f"L{KATO}": "115600000"})
    assert found.select("ref_area", "source_area").rows() == [("KZ-71", "АСТАНА"), ("kz_stat:115600000", "ЕСИЛЬСКИЙ РАЙОН")]


@pytest.mark.parametrize("name", ["АЛМАТЫ", "АЛМАТИНСКАЯ", "", "_T", "KZ-75", "000000000", "99", "kz_stat:x", "РАЙОННЫЙ ЦЕНТР"])
def test_a_territory_nobody_listed_goes_to_quarantine(tmp_path: Path, name: str) -> None:
    assert landed(tmp_path, {KATO: name}).failures["rule"].to_list() == ["known_area"]


def test_two_districts_of_one_name_go_by_their_name_alone(tmp_path: Path) -> None:
    found = observed(tmp_path, {KATO: "ЕСИЛЬСКИЙ РАЙОН", "VAL": "1"}, {KATO: "ЕСИЛЬСКИЙ РАЙОН", "VAL": "2"})
    assert found["ref_area"].n_unique() == 1, "they collide, and the landing quarantines both"


# Dimensions


def test_what_is_not_the_total_splits_the_figure(tmp_path: Path) -> None:
    found = observed(tmp_path, {"СПТМ (по каталогу)": "Село", "КН": "Казахи", "СП": "Женщины"}, {"СП": "мужчины", "КН": "ВСЕГО"})
    assert found.select("sex", "breakdown").rows() == [("F", "kn=Казахи;locality=Село"), ("M", "_T")]


def test_dimensions_nobody_named_get_the_letters_of_their_name(tmp_path: Path) -> None:
    header = (*HEADER[:5], "ГКОФ(по отчету)", "LГКОФ(по отчету)", "СГНЛ", "VAL")
    found = observed(tmp_path, {"ГКОФ(по отчету)": "Частная", "СГНЛ": "Все группы"}, header=header)
    assert found["breakdown"].to_list() == ["gkof_po_otchetu=Частная"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"СП": "Оба пола"}, "known_sex"),
        ({"СП": ""}, "known_sex"),
        ({"КН": ""}, "breakdown_syntax"),
        ({"КН": "a=b;c"}, "breakdown_syntax"),
        ({"NAM": ""}, "indicator_given"),
    ],
)
def test_a_term_that_says_nothing_known_goes_to_quarantine(tmp_path: Path, change: dict[str, str], rule: str) -> None:
    assert landed(tmp_path, change).failures["rule"].to_list() == [rule]


# Periods

PERIODS = {
    "years": (["2022", "2023"], ["2022", "2023"]),
    "one month in every year": (["202112", "202212", "202312"], ["2021", "2022", "2023"]),
    "months": (["202212", "202301", "202302", "202312"], ["2022-12", "2023-01", "2023-02", "2023-12"]),
    "years and months": (["2022", "202301", "202302"], ["2022", "2023-01", "2023-02"]),
}


@pytest.mark.parametrize(("published", "periods"), PERIODS.values(), ids=PERIODS.keys())
def test_the_whole_table_says_how_long_its_periods_are(tmp_path: Path, published: list[str], periods: list[str]) -> None:
    found = observed(tmp_path, *({"PERIOD": period} for period in published))
    assert found["time_period"].to_list() == periods


@pytest.mark.parametrize("published", [["202312"], ["202303", "202306", "202309", "202312"], ["202206", "202212"]])
def test_a_table_that_does_not_say_it_is_refused(tmp_path: Path, published: list[str]) -> None:
    part = part_of(raw(tmp_path, [ROW | {"PERIOD": period} for period in published]))
    with pytest.raises(RefusedError, match=r"PERIOD has months .* how long these periods are is not said"):
        list(part.records())


@pytest.mark.parametrize("period", ["202313", "2023 год", "", "23", "31.12.2023", "1870"])
def test_a_period_that_is_none_goes_to_quarantine(tmp_path: Path, period: str) -> None:
    assert landed(tmp_path, {"PERIOD": period}, {}).failures["rule"].to_list() == ["known_period"]


# Figures

FIGURES = {
    "5": 5.0,
    "-5000": -5000.0,
    "1 234 567": 1_234_567.0,
    "1\u00a0234": 1234.0,
    "-1\u202f234,5": -1234.5,
    "1 234,567": 1234.567,
    "12,5": 12.5,
    "12.5": 12.5,
    "12.500": 12.5,
    "0": 0.0,
}


@pytest.mark.parametrize("figure", FIGURES)
def test_figures_may_have_blanks_between_thousands_and_a_decimal_comma(tmp_path: Path, figure: str) -> None:
    assert observed(tmp_path, {"VAL": figure}).select("obs_value", "obs_status").rows() == [(FIGURES[figure], "A")]


def test_a_blank_figure_is_a_missing_one(tmp_path: Path) -> None:
    assert observed(tmp_path, {"VAL": " "}).select("obs_value", "obs_status").rows() == [(None, "O")]


@pytest.mark.parametrize("figure", ["12,345", "1 23", "12 3456", "1.234.567", "-", "...", "x", "5 тыс."])
def test_what_may_mean_two_figures_or_none_goes_to_quarantine(tmp_path: Path, figure: str) -> None:
    assert landed(tmp_path, {"VAL": figure}).failures["rule"].to_list() == ["value_is_number"]


# Mapping rows


def test_mapping_rows_name_known_things_once() -> None:
    regions = mapping("kz_stat_areas")
    assert areas.known(regions["ref_area"], area_prefixes()).all()
    assert regions["published"].to_list() == [name.lower() for name in regions["published"].unique(maintain_order=True)]
    assert regions.filter(pl.col("ref_area").str.starts_with("KZ-"))["ref_area"].n_unique() == 20
    units = dict(harmonised().select("indicator", "unit_measure").iter_rows())
    assert all(units.get(indicator) == unit for _, indicator, unit in mapping("kz_stat_indicators").iter_rows())
    assert set(mapping("kz_stat_terms").filter(dimension="sex")["code"]) <= set(SEX)
    keys = mapping("kz_stat_dimensions")["key"]
    assert keys.str.contains("^[a-z0-9_]+$").all()


def test_codes_of_regions_begin_with_the_number_that_iso_gives_them() -> None:
    coded = mapping("kz_stat_areas").filter(pl.col("published").str.contains("^[0-9]") & pl.col("ref_area").str.contains("^KZ"))
    assert coded.height == 20
    assert coded["published"].to_list() == [f"{area[3:]}0000000" for area in coded["ref_area"]]
