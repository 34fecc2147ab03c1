"""OECD's downloads: the headers the Data Explorer writes, its areas and flags.

Here: records in the headers of live downloads. Not here: SDMX-CSV as such (`test_sdmx_csv`).
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from edumig_pipeline.ingest.inventory import FoundFile, FoundRelease
from edumig_pipeline.ingest.recognition import Refused, recognise
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.sources.oecd import SOURCE, area
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.registry import sources

# The dimensions of OECD's students' cube, in its order.
DIMENSIONS = ["REF_AREA", "EDUCATION_LEV", "MEASURE", "EDUCATION_TYPE", "INTENSITY", "EDUCATION_FIELD", "GRADE", "FREQ", "ORIGIN"]
DIMENSIONS += ["DESTINATION", "INST_TYPE_EDU", "MOBILITY", "UNIT_MEASURE", "SEX", "AGE"]
ATTRIBUTES = ["OBS_STATUS", "OBS_STATUS_2", "OBS_STATUS_3", "OBS_STATUS_4", "CONF_STATUS", "UNIT_MULT", "DECIMALS", "BASE_PER"]
COMPONENTS = [*DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", *ATTRIBUTES]
FLOW = "OECD.EDU.IMEP:DSD_EAG_UOE_NON_FIN_STUD@DF_UOE_NF_SHARE_MOB(1.1)"
NOT_APPLICABLE = dict.fromkeys(DIMENSIONS, "_Z")
FIGURE = NOT_APPLICABLE | {
    "REF_AREA": "DEU",
    "EDUCATION_LEV": "ISCED11_5T8",
    "MEASURE": "ENRL",
    "FREQ": "A",
    "ORIGIN": "KAZ",
    "DESTINATION": "_Z",
    "INST_TYPE_EDU": "INST_EDU",
    "MOBILITY": "_T",
    "UNIT_MEASURE": "PS",
    "SEX": "_T",
    "AGE": "_T",
    "TIME_PERIOD": "2022",
    "OBS_VALUE": "1390",
    "OBS_STATUS": "A",
    "UNIT_MULT": "0",
    "DECIMALS": "0",
    "BASE_PER": "_Z",
}


def download(folder: Path, figures: Iterable[Mapping[str, str]], *, labels: bool | None = True) -> RawFile:
    """A file as the Data Explorer writes it; labels None: with label columns whose headings a spreadsheet lost."""
    header = ["STRUCTURE", "STRUCTURE_ID", *(["STRUCTURE_NAME"] if labels is not False else []), "ACTION"]
    for name in COMPONENTS:
        header += [name] if labels is False else [name, "" if labels is None else name.replace("_", " ").capitalize()]
    path = folder / "OECD.EDU.IMEP,DSD_EAG_UOE_NON_FIN_STUD@DF_UOE_NF_SHARE_MOB,1.1+all.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        for figure in figures:
            row = ["DATAFLOW", FLOW, *(["Mobile students, by origin"] if labels is not False else []), "I"]
            for name in COMPONENTS:
                said = figure.get(name, "")
                # The Data Explorer leaves the labels of time and value blank.
                label = "" if name in ("TIME_PERIOD", "OBS_VALUE") else f"What {said} means" if said else ""
                row += [said] if labels is False else [said, label]
            writer.writerow(row)
    return RawFile(path, f"oecd/2025/{path.name}")


def landed(raw: RawFile) -> Outcome:
    ((part,),) = [parts for layout in SOURCE.layouts if (parts := layout.parts(raw)) is not None]
    (batch,) = part.records()
    assert batch.malformed == ()
    return Validator(part, raw.raw_file, FoundRelease(SOURCE.id, "2025", ())).validate(batch.records)


def observed(folder: Path, *figures: Mapping[str, str], labels: bool | None = True) -> list[dict[str, Any]]:
    outcome = landed(download(folder, [{**FIGURE, **figure} for figure in figures], labels=labels))
    assert outcome.failures.to_dicts() == []
    return outcome.valid["observations"].sort("raw_row").to_dicts()


@pytest.mark.parametrize("labels", [True, False, None], ids=["with labels", "without labels", "label headings lost"])
def test_a_download_lands_whole_under_oecd_s_own_code(tmp_path: Path, labels: bool | None) -> None:  # noqa: FBT001
    (found,) = observed(tmp_path, {}, labels=labels)
    assert found["dataset"] == "dsd_eag_uoe_non_fin_stud@df_uoe_nf_share_mob"
    assert found["indicator"] == "oecd:DSD_EAG_UOE_NON_FIN_STUD@DF_UOE_NF_SHARE_MOB:ENRL"
    assert found["indicator"] not in harmonised()["indicator"]
    assert (found["ref_area"], found["counterpart_area"], found["sex"], found["time_period"]) == ("DEU", "KAZ", "_T", "2022")
    assert (found["obs_value"], found["obs_status"], found["source_status"], found["unit_measure"]) == (1390, "A", "A", "PS")


def test_no_dimension_of_an_unmapped_dataflow_is_lost(tmp_path: Path) -> None:
    figure = {name: f"{name[:3]}1" for name in DIMENSIONS} | {"REF_AREA": "DEU", "FREQ": "A", "ORIGIN": "KAZ", "SEX": "F"}
    (found,) = observed(tmp_path, figure)
    kept = dict(pair.split("=") for pair in found["breakdown"].split(";"))
    assert kept == {name.lower(): figure[name] for name in DIMENSIONS if name not in ("REF_AREA", "ORIGIN", "SEX", "MEASURE")}
    assert found["source_indicator"].endswith(":MEA1")


def test_levels_and_kinds_of_mobility_stay_apart(tmp_path: Path) -> None:
    found = observed(
        tmp_path,
        {"EDUCATION_LEV": "ISCED11_5T8"},
        {"EDUCATION_LEV": "ISCED11_6"},
        {"MOBILITY": "MOB"},
        {"DESTINATION": "FRA"},
    )
    assert len({one["breakdown"] for one in found}) == 4


def test_all_status_columns_are_kept(tmp_path: Path) -> None:
    (found,) = observed(tmp_path, {"OBS_STATUS": "B", "OBS_STATUS_2": "D", "OBS_STATUS_4": "P", "CONF_STATUS": "F"})
    assert (found["obs_status"], found["source_status"]) == ("P", "B,D,,P|F")


AREAS = {
    "KAZ": "KAZ",
    "NAM": "NAM",
    "SUN": "SUN",
    "W": "WLD",
    "OECD": "oecd:OECD",
    "EU27_2020": "oecd:EU27_2020",
    "EA": "oecd:EA",
    "G20": "oecd:G20",
    "A": "oecd:A",
    "W_O": "oecd:W_O",
    "OTO": "oecd:OTO",
}


def test_areas_are_iso_countries_the_world_or_oecd_s_aggregates() -> None:
    codes = pl.Series(list(AREAS))
    assert pl.select(area(pl.lit(codes))).to_series().to_list() == list(AREAS.values())


@pytest.mark.parametrize("code", ["XYZ", "KZ", "NA", "kaz", "Kazakhstan", "", "_T", "_X", "K Z"])
def test_a_code_that_is_neither_goes_to_quarantine(tmp_path: Path, code: str) -> None:
    (failure,) = landed(download(tmp_path, [FIGURE | {"REF_AREA": code}])).failures.to_dicts()
    assert failure["rule"] == "known_area"


@pytest.mark.parametrize("code", ["XYZ", "KZ", "Kazakhstan", "", "_X"])
def test_an_origin_that_is_neither_goes_to_quarantine(tmp_path: Path, code: str) -> None:
    (failure,) = landed(download(tmp_path, [FIGURE | {"ORIGIN": code}])).failures.to_dicts()
    assert failure["rule"] == "known_counterpart_area"


def test_a_download_in_another_publisher_s_folder_is_refused_with_a_hint(tmp_path: Path) -> None:
    raw = download(tmp_path, [FIGURE])
    (found,) = recognise(FoundFile(raw.path, "unesco_uis/2025/x.csv", "", 0), "unesco_uis", sources(), tmp_path)
    assert isinstance(found, Refused)
    assert "It looks like a file of oecd (oecd_sdmx_csv)" in found.why.reason


def test_the_message_for_another_file_says_what_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text("REF_AREA,Origin,Destination,TIME_PERIOD,Percentage_of_students\nAUS,Australia,China,2022,23\n", "utf-8")
    (found,) = recognise(FoundFile(path, "oecd/2025/flows.csv", "", 0), "oecd", sources(), tmp_path)
    assert isinstance(found, Refused)
    assert found.why.rule == "known_layout"
    assert "columns REF_AREA, Origin, Destination" in found.why.reason
    assert "oecd_sdmx_csv expects SDMX-CSV of a dataflow of OECD: columns DATAFLOW, or STRUCTURE" in found.why.reason
