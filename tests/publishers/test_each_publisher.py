"""Each publisher's downloads, from the address to the published file: on the local server, or live on the real ones."""

import hashlib
import os
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from edumig_pipeline.fetch import downloads
from edumig_pipeline.retrieval.web import Patience
from tests.publishers.conftest import Desk
from tests.publishers.offers import Offers
from tests.publishers.server import PublishersServer

NAMES = [f"{source.id}/{download.id}" for source, download in downloads()]
# The releases of the local server's publishers; those of who names none are of the day.
RELEASES = {
    "eurostat/educ_uoe_mobs02": "educ_uoe_mobs02-2026-04-14",
    "unesco_uis/api_export": "20260507-91260335_2026-05-08",
    "unesco_uis/bdds_opri": "opri-2026-02",
    "unesco_uis/bdds_sdg": "sdg-2026-02",
    "un_desa/migrant_stock": "rev2024",
    "world_bank/wdi": "wdi-2026-07-13",
}


@pytest.fixture(params=["local", pytest.param("live", marks=pytest.mark.live)])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """An empty desk at the local server; with the marker `live` also one at the publishers' own."""
    if request.param == "local":
        yield request.getfixturevalue("desk")
    else:
        yield Desk(tmp_path / "raw", tmp_path / "warehouse", dict(os.environ), Patience())


@pytest.mark.parametrize("name", NAMES)
def test_a_release_lands_whole_once_and_is_published(anywhere: Desk, name: str) -> None:
    source, _, download = name.partition("/")
    first = anywhere.fetch_one(name)
    if first.state == "skipped":
        pytest.skip(first.message)
    assert first.state == "landed", first.message
    (release,) = anywhere.releases(source)
    assert first.release == release
    folder = anywhere.raw / source / release
    said = tomllib.loads((folder / "release.toml").read_text(encoding="utf-8"))
    assert (said["download"], said["retrieved"]) == (download, date.today().isoformat())  # noqa: DTZ011
    assert said["licence"]
    assert "{" not in said["citation"]
    present = {path.name for path in folder.iterdir()} - {"release.toml"}
    assert present == set(said["files"]) == set(said["addresses"])
    for file, sha256 in said["files"].items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == sha256
    assert anywhere.left_over() == []

    again = anywhere.fetch_one(name)
    assert (again.state, again.release) == ("unchanged", release), again.message
    assert anywhere.releases(source) == [release]

    ran = anywhere.refresh()
    assert ran.code == (1 if first.strange else 0), ran.err
    counted = "SELECT count(*) > 0, bool_and(release = ?) FROM observations WHERE source = ?"
    assert anywhere.ask(counted.replace("?", f"'{release}'", 1).replace("?", f"'{source}'")) == [(True, True)]
    assert anywhere.ask("SELECT count(*) FROM raw_files WHERE address IS NULL OR NOT starts_with(address, 'https://')") == [(0,)]


@pytest.mark.parametrize("name", RELEASES)
def test_a_release_is_named_by_its_publisher(desk: Desk, name: str) -> None:
    assert desk.fetch_one(name).release == RELEASES[name]


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(RELEASES)))
def test_a_release_without_a_name_is_named_by_its_day(desk: Desk, name: str) -> None:
    assert desk.fetch_one(name).release == f"{name.partition('/')[2]}-{date.today().isoformat()}"  # noqa: DTZ011


@pytest.mark.parametrize("name", NAMES)
def test_only_declared_addresses_are_asked(desk: Desk, server: PublishersServer, name: str) -> None:
    """The catalogue is the code's: each request is one that the address of its download stands for."""
    ((_, declared),) = downloads((name,))
    desk.fetch_one(name)
    host = declared.address.removeprefix("https://").partition("/")[0]
    fixed = declared.address.removeprefix(f"https://{host}").partition("{")[0].partition("?")[0]
    landed = [asked for asked in server.asked if asked.host == host and asked.path.startswith(fixed)]
    assert len(landed) >= 1


# UNESCO UIS


def test_uis_is_asked_by_its_own_parameters_and_for_one_version(desk: Desk, server: PublishersServer) -> None:
    desk.fetch_one("unesco_uis/api_export")
    (asked,) = [asked for asked in server.asked if asked.path.endswith("/export")]
    known = {"indicator", "geoUnit", "geoUnitType", "start", "end", "version", "footnotes", "indicatorMetadata", "format"}
    assert set(asked.query) <= known, "UIS ignores other parameters in silence"
    assert asked.query["version"] == ["20260507-91260335"]
    assert sorted(asked.query["indicator"]) == ["26529", "26637", "OE.5T8.40510"]


def test_a_version_that_is_there_is_not_asked_for_again(desk: Desk, server: PublishersServer) -> None:
    desk.fetch_one("unesco_uis/api_export")
    before = len(server.asked)
    assert desk.fetch_one("unesco_uis/api_export").state == "unchanged"
    assert [asked.path for asked in server.asked[before:] if asked.path.endswith("/export")] == []


def test_a_new_version_is_a_release_beside_the_old_one(desk: Desk, offers: Offers) -> None:
    desk.fetch_one("unesco_uis/api_export")
    offers.uis_version, offers.uis_published = "20260917-0a1b2c3d", "2026-09-18T08:00:00.000Z"
    offers.uis["26637"][0] = ("KAZ", 2019, "22729", "", "")
    assert desk.fetch_one("unesco_uis/api_export").state == "landed"
    assert desk.refresh().code == 0
    changed = "SELECT ref_area, time_period, old_value, new_value, from_release, to_release FROM revisions"
    assert desk.ask(changed) == [
        ("KAZ", "2019", 22728, 22729, "20260507-91260335_2026-05-08", "20260917-0a1b2c3d_2026-09-18"),
    ]


def test_what_is_too_much_at_once_is_asked_for_in_pieces(desk: Desk, offers: Offers) -> None:
    offers.uis_limit = 2  # fewer than the three of 26637
    outcome = desk.fetch_one("unesco_uis/api_export")
    assert outcome.state == "landed", outcome.message
    assert any("too much to be asked for at once" in said for said in desk.listener.said)
    assert desk.refresh().code == 0
    rows = sum(map(len, offers.uis.values()))
    assert desk.ask("SELECT count(*) FROM observations WHERE source = 'unesco_uis'") == [(rows,)]
    assert desk.fetch_one("unesco_uis/api_export").state == "unchanged"


def test_requests_are_planned_below_the_limit(desk: Desk, offers: Offers, server: PublishersServer) -> None:
    offers.uis["26637"] = [("KAZ", year, str(year), "", "") for year in range(1950, 2020)] * 900
    offers.uis["OE.5T8.40510"] = [("KAZ", year, str(year), "", "") for year in range(1950, 2020)] * 900
    desk.fetch("unesco_uis/api_export", dry_run=True)
    assert [asked.path for asked in server.asked if asked.path.endswith("/export")] == []
    (outcome,) = desk.fetch("unesco_uis/api_export", dry_run=True)
    assert outcome.message.count("/data/indicators/export") == 2


def test_a_code_that_the_version_does_not_list_is_not_asked_for(desk: Desk, offers: Offers, server: PublishersServer) -> None:
    offers.uis_listed = ["26637"]
    assert desk.fetch_one("unesco_uis/api_export").state == "landed"
    (asked,) = [asked for asked in server.asked if asked.path.endswith("/export")]
    assert asked.query["indicator"] == ["26637"]


def test_hints_do_not_pass_for_an_empty_answer(desk: Desk, offers: Offers) -> None:
    offers.uis_listed = ["26637", "MENF.5T8"]  # listed, and yet not known to the export
    outcome = desk.fetch_one("unesco_uis/api_export")
    assert outcome.state == "failed"
    assert "uis_hint" in outcome.message
    assert "UIS::HINT::001: The indicator could not be found, MENF.5T8" in outcome.message
    assert desk.releases("unesco_uis") == []


def test_an_answer_without_records_is_no_release(desk: Desk, offers: Offers) -> None:
    offers.uis["26637"], offers.uis["OE.5T8.40510"] = [], []
    offers.uis["26529"] = []
    offers.uis_listed = ["MOR.5T8.40510"]
    offers.uis["MOR.5T8.40510"] = []
    outcome = desk.fetch_one("unesco_uis/api_export")
    assert outcome.state == "failed"
    assert "lists none of the indicators" in outcome.message


def test_a_package_brought_out_anew_under_its_name_is_another_release(desk: Desk, offers: Offers) -> None:
    assert desk.fetch_one("unesco_uis/bdds_opri").release == "opri-2026-02"
    offers.uis["26637"][0] = ("KAZ", 2019, "22729", "", "")
    again = desk.fetch_one("unesco_uis/bdds_opri")
    assert again.state == "landed"
    assert again.release == "opri-2026-02_2026-02-09"
    assert desk.refresh().code == 0
    assert desk.ask("SELECT old_value, new_value, to_release FROM revisions") == [(22728, 22729, again.release)]


@pytest.mark.parametrize(("updated", "release"), [("9/17/2025", "opri-2025-09"), ("2025-02-23", "opri-2025-02")])
def test_the_month_of_a_package_is_read_from_either_date(desk: Desk, offers: Offers, updated: str, release: str) -> None:
    offers.uis_updated = updated
    (outcome,) = desk.fetch("unesco_uis/bdds_opri", dry_run=True)
    assert outcome.release == release
    assert f"/bdds/{release[5:9]}{release[10:]}/OPRI.zip" in outcome.message


# The others


def test_the_newest_revision_of_the_migrant_stock_is_found_by_its_year(desk: Desk, offers: Offers) -> None:
    desk.fetch_one("un_desa/migrant_stock")
    offers.desa_revision = 2026
    assert desk.fetch_one("un_desa/migrant_stock").release == "rev2026"
    assert desk.releases("un_desa") == ["rev2024", "rev2026"]


def test_dtm_is_skipped_without_a_key_and_the_others_go_on(desk: Desk, server: PublishersServer) -> None:
    del desk.environment["DTM_SUBSCRIPTION_KEY"]
    states = {outcome.download: outcome for outcome in desk.fetch("iom")}
    assert states["dtm"].state == "skipped"
    assert "DTM_SUBSCRIPTION_KEY" in states["dtm"].message
    assert "https://dtm-apim-portal.iom.int/" in states["dtm"].message
    assert states["missing_migrants"].state == "landed"
    assert [asked for asked in server.asked if asked.host == "dtmapi.iom.int"] == []


def test_a_wrong_key_is_said_and_no_key_is_ever_written(desk: Desk) -> None:
    wrong = "nobody-may-see-this"
    desk.environment["DTM_SUBSCRIPTION_KEY"] = wrong
    outcome = desk.fetch_one("iom/dtm")
    assert outcome.state == "failed"
    assert "HTTP 401" in outcome.message
    assert "invalid subscription key" in outcome.message
    assert wrong not in outcome.message + "".join(desk.listener.said)
    written = b"".join(path.read_bytes() for path in desk.raw.rglob("*") if path.is_file())
    assert wrong.encode() not in written


def test_the_right_key_is_never_written_either(desk: Desk) -> None:
    key = desk.environment["DTM_SUBSCRIPTION_KEY"]
    assert desk.fetch_one("iom/dtm").state == "landed"
    assert desk.refresh().code == 0
    written = b"".join(path.read_bytes() for path in (*desk.raw.rglob("*"), *desk.warehouse.rglob("*")) if path.is_file())
    assert key.encode() not in written
    assert key not in "".join(desk.listener.said)


def test_an_archive_packed_anew_is_no_new_release(desk: Desk, offers: Offers, server: PublishersServer) -> None:
    desk.fetch_one("world_bank/wdi")
    before = len(server.asked)
    assert desk.fetch_one("world_bank/wdi").state == "unchanged"
    assert len([asked for asked in server.asked[before:] if asked.query.get("downloadformat")]) == 6, "each was downloaded"
    offers.world_bank_updated = "2026-10-01"
    assert desk.fetch_one("world_bank/wdi").release == "wdi-2026-10-01"


def test_an_error_of_the_world_bank_comes_with_status_200(desk: Desk, server: PublishersServer) -> None:
    said = b'[{"message":[{"id":"175","key":"Invalid format","value":"The indicator was not found."}]}]'
    server.faults["api.worldbank.org"] = [lambda connection, reply: connection.send(type(reply)(said))]
    outcome = desk.fetch_one("world_bank/wdi")
    assert outcome.state == "failed"
    assert "The indicator was not found." in outcome.message


def test_a_publisher_that_goes_back_to_an_older_state_has_news(desk: Desk, offers: Offers) -> None:
    for value in ("1537", "1540", "1537"):
        offers.eurostat["2023"] = value
        assert desk.fetch_one("eurostat/educ_uoe_mobs02").state == "landed"
    assert len(desk.releases("eurostat")) == 3
