"""Eurostat's downloads: SDMX-CSV, TSV and long tables say the same; its areas and flags are read as Eurostat means them.

Here: what a record or a cell becomes, up to quarantine, and which files are refused. Not here: SDMX-CSV as such
(`test_sdmx_csv`), or whole files (`tests/pipeline/test_eurostat_files`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pycountry
import pytest

from edumig_pipeline.ingest.inventory import FoundFile, FoundRelease
from edumig_pipeline.ingest.recognition import Recognised, Refused, recognise
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.model import areas
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.sources.candidates import mapping
from edumig_pipeline.sources.eurostat import SOURCE, area
from edumig_pipeline.sources.registry import area_prefixes, sources

# Headers as Eurostat's interfaces write them, the dimensions being those of the mobility tables.
DIMENSIONS = "freq,unit,partner,sex,isced11,geo"
V1 = f"DATAFLOW,LAST UPDATE,{DIMENSIONS},TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"
V1_BEFORE_2025 = f"DATAFLOW,LAST UPDATE,{DIMENSIONS},TIME_PERIOD,OBS_VALUE,OBS_FLAG"
V2 = f"STRUCTURE,STRUCTURE_ID,{DIMENSIONS},TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"
V2_LABELS = (
    "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,unit,Unit of measure,partner,Country of origin,sex,Sex,isced11,"
    "International Standard Classification of Education (ISCED 2011),geo,Geopolitical entity (reporting),TIME_PERIOD,Time,"
    "OBS_VALUE,Observation value,OBS_FLAG,Observation status (Flag) V2 structure,CONF_STATUS,Confidentiality status (flag)"
)
TSV = "freq,unit,partner,sex,isced11,geo\\TIME_PERIOD"
TSV_BEFORE_2022 = "unit,partner,sex,isced11,geo\\time"


def recognised(folder: Path, text: str, name: str) -> Recognised | Refused:
    path = folder / name
    path.write_bytes(text.encode())
    (found,) = recognise(FoundFile(path, f"eurostat/2026-04/{name}", "", 0), SOURCE.id, sources(), folder)
    return found


def landed(folder: Path, lines: Sequence[str], name: str = "estat_educ_uoe_mobs02.csv") -> Outcome:
    """The outcome of a file of these lines."""
    found = recognised(folder, "".join(f"{line}\n" for line in lines), name)
    assert isinstance(found, Recognised), found
    (batch,) = found.part.records()
    assert batch.malformed == ()
    kept = batch.records.filter(pl.col("exclusion").is_null())
    return Validator(found.part, found.raw_file, FoundRelease(SOURCE.id, "2026-04", ())).validate(kept)


def refusal(folder: Path, lines: Sequence[str], name: str) -> str:
    found = recognised(folder, "".join(f"{line}\n" for line in lines), name)
    assert isinstance(found, Refused)
    return str(found.why)


def observed(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.failures.to_dicts() == []
    return outcome.valid["observations"].sort("raw_row", "time_period").to_dicts()


def record(value: str = "1537", flag: str = "", conf: str = "", **codes: str) -> str:
    """A record of educ_uoe_mobs02 in SDMX-CSV 2.0."""
    said = {"freq": "A", "unit": "NR", "partner": "KZ", "sex": "T", "isced11": "ED5-8", "geo": "DE", "time": "2023"} | codes
    return ",".join(["dataflow", "ESTAT:EDUC_UOE_MOBS02(1.0)", *said.values(), value, flag, conf])


def sdmx(folder: Path, *records: str) -> list[dict[str, Any]]:
    return observed(landed(folder, [V2, *records]))


# The layouts

SAME: dict[str, tuple[str, list[str]]] = {
    "SDMX-CSV 1.0": (
        "estat_educ_uoe_mobs02_en.csv",
        [V1, "ESTAT:EDUC_UOE_MOBS02(1.0),22/05/26 11:00:00,A,NR,KZ,T,ED5-8,DE,2023,1537,bd,"],
    ),
    "SDMX-CSV 1.0 before 2025": (
        "data.csv",
        [V1_BEFORE_2025, "ESTAT:EDUC_UOE_MOBS02(1.0),16/01/24 23:00:00,A,NR,KZ,T,ED5-8,DE,2023,1537,bd"],
    ),
    "SDMX-CSV 2.0": ("data.csv", [V2, "dataflow,ESTAT:EDUC_UOE_MOBS02(1.0),A,NR,KZ,T,ED5-8,DE,2023,1537,bd,"]),
    "SDMX-CSV 2.0 with labels": (
        "educ_uoe_mobs02_linear_2_0.csv",
        [
            V2_LABELS,
            (
                'dataflow,ESTAT:EDUC_UOE_MOBS02(1.0),"Mobile students, by …",A,Annual,NR,Number,KZ,Kazakhstan,T,Total,'
                'ED5-8,Tertiary education (levels 5-8),DE,Germany,2023,,1537,,bd,"break in time series, definition differs",,'
            ),
        ],
    ),
    "SDMX-CSV 1.0 with labels": (
        "data.csv",
        [
            (
                "DATAFLOW,LAST UPDATE,freq: Time frequency,unit: Unit,partner: Country of origin,sex: Sex,isced11: ISCED,"
                "geo: Geopolitical entity,TIME_PERIOD: Time,OBS_VALUE: Observation value,OBS_FLAG: Flag,CONF_STATUS: Secrecy"
            ),
            (
                "ESTAT:EDUC_UOE_MOBS02(1.0): Mobile students,22/05/26 11:00:00,A: Annual,NR: Number,KZ: Kazakhstan,T: Total,"
                "ED5-8: Tertiary education,DE: Germany,2023: 2023,1537,bd: break in time series; definition differs,"
            ),
        ],
    ),
    "TSV": ("estat_educ_uoe_mobs02.tsv", [f"{TSV}\t2023 ", "A,NR,KZ,T,ED5-8,DE\t1537 bd"]),
    "TSV before 2022": ("educ_uoe_mobs02.tsv", [f"{TSV_BEFORE_2022}\t2023 ", "NR,KZ,T,ED5-8,DE\t1537 bd "]),
    "long table": ("educ_uoe_mobs02.csv", [f"{DIMENSIONS},TIME_PERIOD,values,flags", "A,NR,KZ,T,ED5-8,DE,2023,1537.0,bd"]),
    "long table, columns in another order": (
        "educ_uoe_mobs02_KZ.csv",
        ["time,values,flags,geo,isced11,sex,partner,unit", "2023,1537,bd,DE,ED5-8,T,KZ,NR"],
    ),
}


@pytest.mark.parametrize("layout", SAME)
def test_every_layout_says_the_same(tmp_path: Path, layout: str) -> None:
    name, lines = SAME[layout]
    (found,) = observed(landed(tmp_path, lines, name))
    raw_column = "2023" if "tsv" in name else None
    assert found == {
        "source": "eurostat",
        "dataset": "educ_uoe_mobs02",
        "release": "2026-04",
        "indicator": "inbound_students",
        "ref_area": "DEU",
        "counterpart_area": "KAZ",
        "sex": "_T",
        "breakdown": "_T",
        "time_period": "2023",
        "period_start": found["period_start"],
        "period_end": found["period_end"],
        "obs_value": 1537.0,
        "obs_status": "D",
        "source_status": "bd",
        "unit_measure": "PS",
        "source_indicator": "educ_uoe_mobs02",
        "source_area": "DE",
        "raw_file": f"eurostat/2026-04/{name}",
        "raw_row": 1,
        "raw_column": raw_column,
    }


@pytest.mark.parametrize("layout", SAME)
def test_layouts_are_told_apart(tmp_path: Path, layout: str) -> None:
    name, lines = SAME[layout]
    found = recognised(tmp_path, "".join(f"{line}\n" for line in lines), name)
    assert isinstance(found, Recognised)
    expected = "eurostat_tsv" if "TSV" in layout else "eurostat_long" if "long" in layout else "eurostat_sdmx_csv"
    assert found.layout == expected


def test_a_share_of_all_students_is_a_rate_by_origin(tmp_path: Path) -> None:
    text = record("0.2").replace("MOBS02", "MOBS03").replace(",NR,", ",PC,")
    (found,) = observed(landed(tmp_path, [V2, text]))
    assert (found["dataset"], found["indicator"], found["unit_measure"]) == ("educ_uoe_mobs03", "inbound_rate", "PT")
    assert (found["counterpart_area"], found["breakdown"], found["obs_value"]) == ("KAZ", "_T", 0.2)
    (found,) = observed(landed(tmp_path, [f"{TSV}\t2023", "A,PC,KZ,T,ED5-8,DE\t0.2"], "educ_uoe_mobs03.tsv"))
    assert (found["indicator"], found["obs_value"]) == ("inbound_rate", 0.2)


def test_all_of_tertiary_education_stands_apart_from_its_levels(tmp_path: Path) -> None:
    levels = ("ED5-8", "ED5", "ED6", "ED7", "ED8")
    found = sdmx(tmp_path, *(record(isced11=level) for level in levels))
    assert [one["breakdown"] for one in found] == ["_T", *(f"isced11={level}" for level in levels[1:])]


def test_the_sexes_and_all_origins(tmp_path: Path) -> None:
    found = sdmx(tmp_path, record(sex="F"), record(sex="M"), record(partner="TOTAL"))
    assert [(one["sex"], one["counterpart_area"]) for one in found] == [("F", "KAZ"), ("M", "KAZ"), ("_T", "_T")]


def test_figures_of_a_mapped_dataset_in_another_unit_land_under_eurostat_s_own_code(tmp_path: Path) -> None:
    (found,) = sdmx(tmp_path, record(unit="PC"))
    assert (found["indicator"], found["unit_measure"]) == ("eurostat:educ_uoe_mobs02", "PT")
    assert found["breakdown"] == "freq=A;isced11=ED5-8;unit=PC"


def test_another_dataset_lands_whole_under_its_own_code(tmp_path: Path) -> None:
    header = "DATAFLOW,LAST UPDATE,freq,reason,citizen,duration,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"
    line = "ESTAT:MIGR_RESFIRST(1.0),22/05/26 11:00:00,A,EDUC,KZ,TOTAL,PER,FR,2021,287,,"
    (found,) = observed(landed(tmp_path, [header, line], "data.csv"))
    assert (found["dataset"], found["indicator"]) == ("migr_resfirst", "eurostat:migr_resfirst")
    assert (found["breakdown"], found["unit_measure"]) == ("citizen=KZ;freq=A;reason=EDUC;unit=PER", "PS")
    tsv = ["freq,reason,citizen,duration,unit,geo\\TIME_PERIOD\t2021", "A,EDUC,KZ,TOTAL,PER,FR\t287 "]
    (same,) = observed(landed(tmp_path, tsv, "estat_migr_resfirst.tsv"))
    names = ("dataset", "indicator", "breakdown", "unit_measure", "ref_area", "obs_value", "source_indicator")
    assert [same[name] for name in names] == [found[name] for name in names]


def test_comext_has_no_flags(tmp_path: Path) -> None:
    header = "DATAFLOW,LAST UPDATE,freq,geo,partner,indicators,TIME_PERIOD,OBS_VALUE"
    (found,) = observed(landed(tmp_path, [header, "ESTAT:DS-045409(1.0),22/05/26 11:00:00,A,FR,KZ,VALUE,2021,5"], "data.csv"))
    assert (found["obs_status"], found["source_status"]) == ("A", "")


# Cells of a TSV


def cell(folder: Path, text: str) -> Outcome:
    return landed(folder, [f"{TSV}\t2012 \t2013 ", f"A,NR,KZ,T,ED5-8,DE\t{text}\t1"], "educ_uoe_mobs02.tsv")


@pytest.mark.parametrize(
    ("text", "value", "status", "flags"),
    [
        ("123 ", 123.0, "A", ""),
        ("123", 123.0, "A", ""),
        ("123 b", 123.0, "B", "b"),
        ("123b", 123.0, "B", "b"),
        ("0n", 0.0, "N", "n"),
        ("0 n", 0.0, "N", "n"),
        ("0 ", 0.0, "A", ""),
        ("4.5 bd", 4.5, "D", "bd"),
        ("7.8 de", 7.8, "E", "de"),
        ("9 s", 9.0, "I", "s"),
        ("9 r", 9.0, "A", "r"),
        (":", None, "O", ""),
        (": ", None, "O", ""),
        (": c", None, "Q", "c"),
        (": z", None, "M", "z"),
        (": m", None, "M", "m"),
        (": de", None, "O", "de"),
        (":u", None, "O", "u"),
    ],
)
def test_a_cell_is_a_number_or_none_with_its_flags(
    tmp_path: Path, text: str, value: float | None, status: str, flags: str
) -> None:
    (found, _) = observed(cell(tmp_path, text))
    assert (found["obs_value"], found["obs_status"], found["source_status"]) == (value, status, flags)
    assert (found["raw_row"], found["raw_column"]) == (1, "2012")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("12 x", "known_obs_status"),
        ("12 B", "known_obs_status"),
        ("12 c", "value_matches_status"),
        ("12 m", "value_matches_status"),
        ("b", "value_is_number"),
        ("1,5", "value_is_number"),
        ("1.2.3", "value_is_number"),
        ("12 (b)", "value_is_number"),
        ("n/a", "value_is_number"),
        (": 5", "value_is_number"),
    ],
)
def test_a_cell_that_is_neither_goes_to_quarantine(tmp_path: Path, text: str, rule: str) -> None:
    (failure,) = cell(tmp_path, text).failures.to_dicts()
    assert failure["rule"] == rule
    assert '"heading":"2012"' in failure["raw_row_json"]


def test_blank_cells_are_left_out_and_colons_are_not(tmp_path: Path) -> None:
    lines = [f"{TSV}\t2012\t2013", "A,NR,KZ,T,ED5-8,DE\t\t1", "A,NR,KZ,T,ED5-8,FR\t : \t2"]
    found = recognised(tmp_path, "".join(f"{line}\n" for line in lines), "educ_uoe_mobs02.tsv")
    assert isinstance(found, Recognised)
    (batch,) = found.part.records()
    kept = batch.records.filter(pl.col("exclusion").is_null())
    assert kept.select("raw_row", "heading", "cell").rows() == [(1, "2013", "1"), (2, "2012", " : "), (2, "2013", "2")]


def test_years_may_stand_in_any_order(tmp_path: Path) -> None:
    outcome = landed(tmp_path, [f"{TSV}\t2014 \t2013 ", "A,NR,KZ,T,ED5-8,DE\t14 \t13 "], "educ_uoe_mobs02.tsv")
    assert [(one["time_period"], one["obs_value"]) for one in observed(outcome)] == [("2013", 13.0), ("2014", 14.0)]


@pytest.mark.parametrize("key", ["A,NR,KZ,T,ED5-8", "A,NR,KZ,T,ED5-8,DE,X", ""])
def test_codes_that_do_not_fit_the_dimensions_go_to_quarantine(tmp_path: Path, key: str) -> None:
    lines = [f"{TSV}\t2012\t2013", "A,NR,KZ,T,ED5-8,FR\t1\t2", f"{key}\t1\t2"]
    outcome = landed(tmp_path, lines, "educ_uoe_mobs02.tsv")
    assert outcome.failures["raw_row"].to_list() == [2, 2]
    assert outcome.valid["observations"].height == 2


def test_a_line_with_too_few_cells_is_malformed(tmp_path: Path) -> None:
    lines = [f"{TSV}\t2012\t2013", "A,NR,KZ,T,ED5-8,FR\t1\t2", "A,NR,KZ,T,ED5-8,DE\t1"]
    found = recognised(tmp_path, "".join(f"{line}\n" for line in lines), "educ_uoe_mobs02.tsv")
    assert isinstance(found, Recognised)
    assert [bad.raw_row for batch in found.part.records() for bad in batch.malformed] == [2]


def test_quarters_and_months_go_to_quarantine(tmp_path: Path) -> None:
    outcome = landed(tmp_path, [f"{TSV}\t2012Q1\t2012", "A,NR,KZ,T,ED5-8,DE\t1\t2"], "educ_uoe_mobs02.tsv")
    assert outcome.failures["rule"].to_list() == ["known_period"]


# Files that are refused

LINE = "A,NR,KZ,T,ED5-8,DE\t1"


@pytest.mark.parametrize(
    ("lines", "name", "message"),
    [
        ([f"{TSV}\t2013", LINE], "data.tsv", "does not say which dataset it is of"),
        ([f"{TSV}\t2013", LINE], "my_students.tsv", "does not say which dataset it is of"),
        (
            [f"{TSV}\t2013", LINE],
            "educ_uoe_mobs03.tsv",
            (
                "by its name the file is educ_uoe_mobs03, figures by geo, isced11, partner, sex in unit PC; "
                "it has figures by geo, isced11, partner, sex in unit NR"
            ),
        ),
        (
            ["freq,unit,sex,isced11,geo\\TIME_PERIOD\t2013", "A,NR,T,ED6,DE\t1"],
            "educ_uoe_mobs02.tsv",
            "it has figures by geo, isc",
        ),
        ([f"{TSV}\t2013\t2013 ", f"{LINE}\t2"], "educ_uoe_mobs02.tsv", "'2013' is none, or heads several"),
        ([f"{TSV}\t2013\t", f"{LINE}\t2"], "educ_uoe_mobs02.tsv", "every column needs a period of its own; '' is none"),
        ([f"{DIMENSIONS},time_period,values", "A,NR,KZ,T,ED5-8,DE,2013,1"], "data.csv", "does not say which dataset"),
        ([f"{DIMENSIONS},time_period,value", "A,NR,KZ,T,ED5-8,DE,2013,1"], "educ_uoe_mobs02.csv", "known_layout"),
        (["freq,unit,partner,sex,isced11,TIME_PERIOD,values", "A,NR,KZ,T,ED6,2013,1"], "educ_uoe_mobs02.csv", "known_layout"),
        (
            [V2.replace("geo", "reporter"), record()],
            "data.csv",
            "no dimension is called geo; those before OBS_VALUE are freq, unit",
        ),
        ([V2, record(freq="Annual", geo="Germany")], "data.csv", "column freq says 'Annual'"),
        (["550e8400-e29b-41d4-a716-446655440000"], "educ_uoe_mobs02.csv", "known_layout"),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_reason(tmp_path: Path, lines: list[str], name: str, message: str) -> None:
    assert message in refusal(tmp_path, lines, name)


def test_a_dataset_on_graduates_is_not_taken_for_one_on_students(tmp_path: Path) -> None:
    (found,) = observed(landed(tmp_path, [f"{TSV}\t2013", LINE], "estat_educ_uoe_mobg02.tsv"))
    assert found["indicator"] == "eurostat:educ_uoe_mobg02"


def test_days_that_stand_for_years_are_not_taken_for_days(tmp_path: Path) -> None:
    lines = f"{DIMENSIONS},TIME_PERIOD,values\nA,NR,KZ,T,ED5-8,DE,2013-01-01,1\n"
    found = recognised(tmp_path, lines, "educ_uoe_mobs02.csv")
    assert isinstance(found, Recognised)
    with pytest.raises(Exception, match="record 1: TIME_PERIOD is the day 2013-01-01"):
        list(found.part.records())


# Flags


@pytest.mark.parametrize(
    ("flag", "status"),
    [
        ("", "A"),
        ("b", "B"),
        ("d", "D"),
        ("e", "E"),
        ("f", "F"),
        ("i", "I"),
        ("n", "N"),
        ("p", "P"),
        ("u", "U"),
        ("r", "A"),
        ("s", "I"),
        ("bd", "D"),
        ("db", "D"),
        ("de", "E"),
        ("bep", "E"),
        ("eu", "U"),
        ("nb", "N"),
        ("pr", "P"),
    ],
)
def test_of_several_flags_the_one_that_says_most_is_the_status(tmp_path: Path, flag: str, status: str) -> None:
    (found,) = sdmx(tmp_path, record(flag=flag))
    assert (found["obs_value"], found["obs_status"], found["source_status"]) == (1537, status, flag)


@pytest.mark.parametrize(
    ("value", "flag", "conf", "status", "source_status"),
    [
        ("", "", "", "O", ""),
        (":", "", "", "O", ""),
        ("", "de", "", "O", "de"),
        ("", "m", "", "M", "m"),
        ("", "bm", "", "M", "bm"),
        ("", "", "C", "Q", "|C"),
        ("", "e", "N", "Q", "e|N"),
        ("", "c", "", "Q", "c"),
        ("", "z", "", "M", "z"),
        ("", "", "P", "Q", "|P"),
    ],
)
def test_a_missing_figure_has_its_reason_and_keeps_its_flags(
    tmp_path: Path, *, value: str, flag: str, conf: str, status: str, source_status: str
) -> None:
    (found,) = sdmx(tmp_path, record(value, flag, conf))
    assert (found["obs_value"], found["obs_status"], found["source_status"]) == (None, status, source_status)


@pytest.mark.parametrize("flag", ["m", "c", "z", "bm"])
def test_a_figure_where_the_flag_says_there_is_none_goes_to_quarantine(tmp_path: Path, flag: str) -> None:
    assert landed(tmp_path, [V2, record(flag=flag)]).failures["rule"].to_list() == ["value_matches_status"]


@pytest.mark.parametrize("flag", ["x", "B", "b d", "(b)", "E", "bx"])
def test_a_flag_nobody_declared_goes_to_quarantine(tmp_path: Path, flag: str) -> None:
    assert landed(tmp_path, [V2, record(flag=flag)]).failures["rule"].to_list() == ["known_obs_status"]


# Areas

AREAS = {
    "DE": "DEU",
    "EL": "GRC",
    "UK": "GBR",
    "NA": "NAM",
    "YU": "YUG",
    "SU": "SUN",
    "XK": "eurostat:XK",
    "CS": "eurostat:CS",
    "EU27_2020": "eurostat:EU27_2020",
    "EU28": "eurostat:EU28",
    "EA19": "eurostat:EA19",
    "EFTA": "eurostat:EFTA",
    "UNK": "eurostat:UNK",
    "NSP": "eurostat:NSP",
    "AFR": "eurostat:AFR",
    "EUR_OTH": "eurostat:EUR_OTH",
    "EU27_2020_FOR": "eurostat:EU27_2020_FOR",
    "CN_X_HK": "eurostat:CN_X_HK",
    "DE_TOT": "eurostat:DE_TOT",
    "WORLD": "WLD",
}
NO_AREAS = ["KAZ", "GBR", "ZZ", "Germany", "de", "", "XYZ", "D E", "EU-"]


def test_areas_are_iso_countries_or_eurostat_s_own() -> None:
    assert pl.select(area(pl.lit(pl.Series(list(AREAS))))).to_series().to_list() == list(AREAS.values())
    assert areas.known(pl.Series(list(AREAS.values())), area_prefixes()).all()


def test_every_country_of_today_is_known_by_its_two_letters() -> None:
    codes = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    assert pl.select(area(pl.lit(pl.Series(list(codes))))).to_series().to_list() == list(codes.values())


@pytest.mark.parametrize("code", NO_AREAS)
def test_a_code_that_is_neither_goes_to_quarantine(tmp_path: Path, code: str) -> None:
    assert landed(tmp_path, [V2, record(geo=code)]).failures["rule"].to_list() == ["known_area"]
    assert landed(tmp_path, [V2, record(partner=code)]).failures["rule"].to_list() == ["known_counterpart_area"]


# Mapping rows


def test_mapped_datasets_are_declared_indicators_in_their_unit() -> None:
    rows = mapping("eurostat_indicators")
    units = dict(harmonised().select("indicator", "unit_measure").iter_rows())
    assert rows.height
    assert all(units[row["indicator"]] == row["unit_measure"] for row in rows.to_dicts())
    assert rows.select("dataflow", "unit").is_unique().all()
    assert rows.null_count().sum_horizontal().to_list() == [0]
