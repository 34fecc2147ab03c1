"""UIS's indicators as flows: 217 codes of origins, totals over continents, and codes nobody has mapped.

Here: what an indicator's code becomes. Not here: flags, areas and layouts (`test_unesco_uis`).
"""

import csv
import re
from pathlib import Path

import polars as pl
import pycountry
import pytest

from edumig_pipeline.model.areas import iso_countries
from edumig_pipeline.sources.candidates import mapping
from tests.unit.unesco_uis_files import BDDS, LABELS, browser, by_row, landed

# Indicators and origins


def origins() -> dict[str, str]:
    rows = mapping("unesco_uis_indicators").filter(pl.col("counterpart_area").is_not_null())
    return dict(rows.select("source_indicator", "counterpart_area").iter_rows())


UNKNOWN_ORIGINS = {
    "26474": "uis:Unknown: Africa",
    "26504": "uis:Unknown: North America",
    "26518": "uis:Unknown: South America",
    "26570": "uis:Unknown: Asia",
    "26615": "uis:Unknown: Europe",
    "26630": "uis:Unknown: Oceania",
    "26631": "uis:Unknown",
    "26651": "uis:Unknown: Caribbean and Central America",
}


def test_every_origin_is_mapped_to_an_area_of_its_own() -> None:
    assert len(origins()) == 217 + 1, "26631, students from unknown continents, is no 'Students from X'"
    assert len(set(origins().values())) == len(origins())
    assert {code: area for code, area in origins().items() if "Unknown" in area} == UNKNOWN_ORIGINS
    assert set(origins().values()) - iso_countries() - set(UNKNOWN_ORIGINS.values()) == {"uis:XDN"}


def test_mapping_codes_are_spelt_as_codes_are_looked_up() -> None:
    codes = mapping("unesco_uis_indicators")["source_indicator"].to_list()
    assert codes == sorted({code.upper().replace("_", ".") for code in codes})


def test_unknown_origins_and_those_iso_does_not_have_are_named(tmp_path: Path) -> None:
    rows = [(code, "DEU", "2019", "1", "", "") for code in (*UNKNOWN_ORIGINS, "26466", "26495", "26540")]
    named = dict(browser(tmp_path, *rows).area_names.iter_rows())
    assert set(named) == {*UNKNOWN_ORIGINS.values(), "uis:XDN"}
    assert named["uis:Unknown: Asia"] == "Unknown origin: Asia"
    assert named["uis:Unknown"] == "Unknown origin: unknown continent"
    assert named["uis:XDN"] == "Sudan (pre-secession)"


def test_origins_add_up_to_the_total(tmp_path: Path) -> None:
    rows = [(code, "DEU", "2019", str(number), "", "") for number, code in enumerate(origins(), start=1)]
    total = sum(range(1, len(rows) + 1))
    outcome = browser(tmp_path, *rows, ("26637", "DEU", "2019", str(total), "", ""))
    inbound = outcome.valid["observations"].filter(indicator="inbound_students")
    by_origin = inbound.filter(pl.col("counterpart_area") != "_T")
    assert by_origin["obs_value"].sum() == inbound.filter(counterpart_area="_T")["obs_value"].item() == total


def test_flows_have_the_host_as_area_and_the_origin_as_counterpart(tmp_path: Path) -> None:
    rows = [(code, "DEU", "2019", "1", "", "") for code in origins()]
    _, dataset, outcome = landed(tmp_path, BDDS, rows, "OPRI_DATA_NATIONAL.csv")
    found = outcome.valid["observations"].sort("raw_row")
    assert dataset == "opri"
    assert found.select("indicator", "ref_area", "sex", "breakdown", "unit_measure").unique().rows() == [
        ("inbound_students", "DEU", "_T", "_T", "PS")
    ]
    assert dict(found.select("source_indicator", "counterpart_area").iter_rows()) == origins()


NAMED_OTHERWISE = {
    "Cape Verde": "CPV",
    "Democratic Republic of the Congo": "COD",
    "Sudan (pre-secession)": "uis:XDN",
    "British Virgin Islands": "VGB",
    "Netherlands Antilles": "ANT",
    "Plurinational State of Bolivia": "BOL",
    "Bolivarian Republic of Venezuela": "VEN",
    "Hong Kong, Special Administrative Region of China": "HKG",
    "Islamic Republic of Iran": "IRN",
    "Democratic People's Republic of Korea": "PRK",
    "Republic of Korea": "KOR",
    "Macao, Special Administrative Region of China": "MAC",
    "Palestine": "PSE",
    "Turkey": "TUR",
    "Holy See": "VAT",
    "Federated States of Micronesia": "FSM",
}


def area_named(name: str) -> str:
    name = name.removeprefix("the ")
    return NAMED_OTHERWISE.get(name) or str(pycountry.countries.lookup(name).alpha_3)


def test_origin_codes_are_those_of_the_labels() -> None:
    if not LABELS.exists():
        pytest.skip("the publisher's label file is not kept in this repository")
    with LABELS.open(encoding="utf-8-sig", newline="") as lines:
        labels = dict(csv.reader(lines))
    named = re.compile(r".+: Students from (.+), both sexes \(number\)")
    found = {code: match[1] for code, label in labels.items() if (match := named.fullmatch(label))}
    unknown = {code for code, name in found.items() if name == "unknown countries"}
    assert (len(found), len(unknown)) == (217, 7)
    of_unknown = {code: f"uis:Unknown: {labels[code].partition(':')[0]}" for code in unknown}
    assert labels["26631"] == "Inbound internationally mobile students from unknown continents, both sexes (number)"
    expected = {code: area_named(name) for code, name in found.items() if code not in unknown} | of_unknown
    assert origins() == expected | {"26631": "uis:Unknown"}


def test_totals_over_continents_and_regions_keep_their_codes(tmp_path: Path) -> None:
    totals = ("26420", "26475", "26519", "26648", "E.5T8.FOREIGN.ORG40505", "E.5T8.FOREIGN.ORG99000000", "OE.5T8.40505")
    outcome = browser(tmp_path, *[(code, "DEU", "2019", "1", "", "") for code in (*totals, "OE.MOD.5T8.40510", "MSEP.5T8.GPIA")])
    assert {row[0] for row in by_row(outcome, "counterpart_area").values()} == {"_T"}
    assert outcome.valid["observations"]["indicator"].cast(pl.String).str.starts_with("unesco_uis:").all()


def test_a_code_without_mapping_lands_under_the_publishers_code(tmp_path: Path) -> None:
    outcome = browser(tmp_path, ("26420", "KAZ", "2019", "-3", "", ""), ("CR.1", "KAZ", "2019", "250", "", ""))
    assert by_row(outcome, "indicator", "counterpart_area", "sex", "breakdown", "unit_measure", "obs_value") == {
        1: ("unesco_uis:26420", "_T", "_T", "_T", "_X", -3.0),
        2: ("unesco_uis:CR.1", "_T", "_T", "_T", "_X", 250.0),
    }


def test_harmonised_codes_carry_their_sex_and_unit(tmp_path: Path) -> None:
    codes = ["26637", "26638", "43188", "25053", "OE.5T8.40510", "MOR.5T8.40510", "MSEP.5T8.F", "MENF.5T8", "MENFR.5T8"]
    outcome = browser(tmp_path, *[(code, "KAZ", "2019", "1", "", "") for code in codes])
    assert list(by_row(outcome, "indicator", "sex", "unit_measure").values()) == [
        ("inbound_students", "_T", "PS"),
        ("inbound_students", "F", "PS"),
        ("inbound_students", "M", "PS"),
        ("tertiary_enrolment", "_T", "PS"),
        ("outbound_students", "_T", "PS"),
        ("outbound_ratio", "_T", "PT"),
        ("inbound_rate", "F", "PT"),
        ("net_flow_students", "_T", "PS"),
        ("net_flow_ratio", "_T", "PT"),
    ]


@pytest.mark.parametrize("code", ["menf.5t8", "MENF.5t8", " MENF.5T8 ", "MENF_5T8"])
def test_the_spelling_of_a_code_does_not_count(tmp_path: Path, code: str) -> None:
    other = code.replace("MENF", "CR").replace("menf", "cr")
    outcome = browser(tmp_path, (code, "KAZ", "2019", "1", "", ""), (other, "KAZ", "2019", "1", "", ""))
    assert by_row(outcome, "indicator", "source_indicator") == {
        1: ("net_flow_students", code.strip()),
        2: ("unesco_uis:CR.5T8", other.strip()),
    }
