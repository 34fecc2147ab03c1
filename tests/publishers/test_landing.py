"""What a publisher's server may do to a download: each case ends in a whole release or in none, and says what happened."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from edumig_pipeline.fetch import downloads
from edumig_pipeline.retrieval import web
from edumig_pipeline.sources.downloads import Download
from tests.publishers import server as faults
from tests.publishers.cases import FILES, PACKAGE, REPLY, TABLE, WORKBOOK, archive, bomb, contents, encrypted, misbehave
from tests.publishers.conftest import Desk
from tests.publishers.offers import EUROSTAT, UIS, Offers
from tests.publishers.server import Asked, Fault, PublishersServer

# Faults that a next attempt cures

PASSING: dict[str, tuple[Fault, str]] = {
    "500": (faults.status(500), "HTTP 500 Internal Server Error: out of order"),
    "503 with Retry-After": (faults.status(503, Retry_After="0"), "asks to wait 0 s"),
    "429 with Retry-After": (
        faults.status(429, b"Too many", Retry_After="1"),
        "HTTP 429 Too Many Requests: Too many (asks to wait 1 s)",
    ),
    "429": (faults.status(429), "HTTP 429"),
    "408": (faults.status(408), "HTTP 408"),
    "broken off": (faults.broken_off, "cannot be read: peer closed connection"),
    "packed and broken off": (faults.packed_and_broken_off, "broke off: its packed bytes do not end"),
    "silent": (faults.silent, "was silent for 0.5 s"),
}


@pytest.mark.parametrize(("name", "case"), [*((TABLE, case) for case in PASSING), (PACKAGE, "broken off"), (PACKAGE, "500")])
def test_what_may_pass_is_tried_again(desk: Desk, server: PublishersServer, name: str, case: str) -> None:
    fault, said = PASSING[case]
    misbehave(server, name, fault)
    outcome = desk.fetch_one(name)
    assert outcome.state == "landed", outcome.message
    (told,) = desk.listener.said
    assert said in told
    assert re.search(r"; trying again in \d+ s$", told)
    assert desk.left_over() == []


@pytest.mark.parametrize("case", PASSING)
def test_what_does_not_pass_is_given_up_and_harms_nothing(
    desk: Desk, offers: Offers, server: PublishersServer, case: str
) -> None:
    fault, said = PASSING[case]
    desk.fetch_one(TABLE)
    there = contents(desk.raw / "eurostat")
    offers.eurostat["2024"] = "1615"
    misbehave(server, TABLE, *[fault] * 3)
    outcome = desk.fetch_one(TABLE)
    assert outcome.state == "failed"
    assert said in outcome.message
    assert len([one for one in server.asked if one.path.startswith(FILES[TABLE])]) == 1 + 3, "three attempts, no more"
    assert contents(desk.raw / "eurostat") == there
    assert desk.left_over() == []
    assert desk.fetch_one(TABLE).state == "landed", "the next fetch brings it"


def test_a_server_is_given_the_time_it_asks_for(desk: Desk, server: PublishersServer, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    misbehave(server, TABLE, faults.status(429, Retry_After="1"), faults.status(503, Retry_After=later))
    assert desk.fetch_one(TABLE).state == "landed"
    assert waits[0] == 1.0
    assert 0 <= waits[1] <= 2


def test_a_server_that_asks_for_too_long_is_given_up(desk: Desk, server: PublishersServer) -> None:
    misbehave(server, TABLE, faults.status(429, b"later", Retry_After="86400"))
    outcome = desk.fetch_one(TABLE)
    assert outcome.state == "failed"
    assert "later (asks to wait 86400 s)" in outcome.message
    assert desk.listener.said == []


def test_waits_grow_and_are_not_the_same_for_all(desk: Desk, server: PublishersServer, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    desk.patience = web.Patience(attempts=5, first_wait=10, longest_wait=30, silence=0.5)
    misbehave(server, TABLE, *[faults.status(500)] * 4)
    assert desk.fetch_one(TABLE).state == "landed"
    assert all(low <= wait <= low + 10 for low, wait in zip((10, 20, 30, 30), waits, strict=True)), waits
    assert len(set(waits)) == 4


# Faults that no next attempt cures

LASTING: dict[str, tuple[str, Fault, str]] = {
    "a page where a table belongs": (
        TABLE,
        faults.page,
        "answers with text/html where application/vnd.sdmx.data+csv or text/csv belongs",
    ),
    "a page where a package belongs": (PACKAGE, faults.page, "answers with text/html where application/zip"),
    "a page where a workbook belongs": (WORKBOOK, faults.page, "answers with text/html where application/vnd.openxmlformats"),
    "a page that calls itself a package": (
        PACKAGE,
        faults.instead(b"<html>We are sorry</html>"),
        "OPRI.zip is not of the layout uis_bdds_data",
    ),
    "a page that calls itself a table": (
        TABLE,
        faults.instead(b"<html>We are sorry</html>"),
        "is not of the layout eurostat_sdmx_csv",
    ),
    "an archive cut short": (PACKAGE, faults.cut_short, "OPRI.zip"),
    "a workbook cut short": (WORKBOOK, faults.cut_short, "undesa_pd_2024_ims_stock_by_sex_and_destination.xlsx"),
    "a reply cut short": (REPLY, faults.cut_short, "this is no whole JSON"),
    "a bomb": (PACKAGE, faults.instead(bomb()), "OPRI_DATA_NATIONAL.csv: readable: "),
    "an encrypted archive": (PACKAGE, faults.instead(encrypted()), "encrypted"),
    "an archive of other tables": (PACKAGE, faults.instead(archive(a=b"x,y\n1,2\n")), "is not of the layout uis_bdds_data"),
    "an archive without records": (
        PACKAGE,
        faults.instead(archive(OPRI_DATA_NATIONAL=b"INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n")),
        "OPRI.zip has no records of the layout uis_bdds_data",
    ),
    "an empty file": (TABLE, faults.instead(b""), "is not of the layout eurostat_sdmx_csv; estat_educ_uoe_mobs02_en.csv"),
    "no length": (TABLE, faults.of_no_length, "does not say how long it is, so that a part could pass for the whole"),
    "another host": (
        TABLE,
        faults.sent_on("http://127.0.0.1:9/other.csv?token=1"),
        "sent on to http://127.0.0.1:9/other.csv, a host that",
    ),
    "another host by https": (
        TABLE,
        faults.sent_on("https://example.org/other.csv"),
        "sent on to https://example.org/other.csv, a host that",
    ),
    "no end of redirects": (
        TABLE,
        faults.sent_on("/ec.europa.eu/eurostat/api/dissemination/sdmx/again"),
        "is sent on more than 5 times",
    ),
    "not found": (TABLE, faults.status(404, b"gone"), "HTTP 404 Not Found: gone"),
    "forbidden": (TABLE, faults.status(403, b"<html>no robots</html>"), "HTTP 403 Forbidden: <html>no robots</html>"),
    "a bad request": (TABLE, faults.status(400, b"what?"), "HTTP 400 Bad Request: what?"),
    "another kind": (TABLE, faults.of_kind("application/pdf"), "answers with application/pdf where"),
    "a call that failed": (
        REPLY,
        faults.instead(
            b'{"result": [], "statusCode": 200, "isSuccess": false, "errorMessages": ["No Country found"], '
            b'"totalRecordsCount": 0}'
        ),
        "No Country found",
    ),
    "never said to have changed": (TABLE, faults.status(304), "did not change, though nobody asked that"),
}


@pytest.mark.parametrize("case", LASTING)
def test_what_is_no_release_is_none(desk: Desk, server: PublishersServer, case: str) -> None:
    name, fault, said = LASTING[case]
    again = 6 if "redirects" in case else 1
    misbehave(server, name, *[fault] * again)
    outcome = desk.fetch_one(name)
    assert outcome.state == "failed"
    assert said in outcome.message
    assert desk.releases(name.partition("/")[0]) == []
    assert desk.left_over() == []
    assert desk.listener.said == [], "it is not tried again"


def test_a_publisher_that_fails_does_not_stop_the_others(desk: Desk, server: PublishersServer) -> None:
    server.only = "/"
    server.faults[EUROSTAT] = [faults.status(500)] * 9
    server.faults[UIS] = [faults.page] * 3
    states = {outcome.name: outcome.state for outcome in desk.fetch()}
    assert {name for name, state in states.items() if state == "failed"} == {
        TABLE,
        "unesco_uis/api_export",
        "unesco_uis/bdds_opri",
        "unesco_uis/bdds_sdg",
    }
    assert {state for name, state in states.items() if name.partition("/")[0] not in ("eurostat", "unesco_uis")} == {"landed"}
    assert desk.refresh().code == 0


def test_a_half_of_a_release_is_none(desk: Desk, server: PublishersServer) -> None:
    """Of three workbooks two are well: a release has all of its files or is not there."""
    misbehave(server, WORKBOOK, faults.well, faults.well, faults.status(404))
    assert desk.fetch_one(WORKBOOK).state == "failed"
    assert desk.releases("un_desa") == []
    assert desk.left_over() == []


def test_a_slow_server_is_waited_for(desk: Desk, server: PublishersServer) -> None:
    misbehave(server, TABLE, faults.slow)
    assert desk.fetch_one(TABLE).state == "landed"


def test_a_server_that_never_gets_done_is_given_up(desk: Desk, server: PublishersServer) -> None:
    desk.patience = web.Patience(attempts=1, silence=0.5, longest_file=0.1)
    misbehave(server, TABLE, faults.slow)
    outcome = desk.fetch_one(TABLE)
    assert outcome.state == "failed"
    assert "is not here after 0.1 s: it comes too slowly" in outcome.message
    assert desk.left_over() == []


def test_a_redirect_within_the_publisher_is_followed(desk: Desk, server: PublishersServer) -> None:
    there = "/eurostat/api/dissemination/sdmx/2.1/data/educ_uoe_mobs02/?format=SDMX-CSV"
    misbehave(server, TABLE, faults.sent_on(f"/ec.europa.eu{there}"), faults.sent_on(f"https://ec.europa.eu{there}"))
    assert desk.fetch_one(TABLE).state == "landed"


def test_a_redirect_to_a_declared_host_is_followed(monkeypatch: pytest.MonkeyPatch, desk: Desk, server: PublishersServer) -> None:
    (source, declared), *_ = downloads((TABLE,))
    monkeypatch.setitem(declared.__dict__, "hosts", ("downloads.ec.europa.eu",))
    body = server.answer(
        Asked(EUROSTAT, "/eurostat/api/dissemination/sdmx/2.1/data/educ_uoe_mobs02/", {"format": ["SDMX-CSV"]}, {})
    )
    answer = server.answer
    server.answer = lambda asked: body if asked.host == "downloads.ec.europa.eu" else answer(asked)
    misbehave(server, TABLE, faults.sent_on("https://downloads.ec.europa.eu/mobs02.csv"))
    assert desk.fetch_one(TABLE).state == "landed"
    assert server.asked[-1].host == "downloads.ec.europa.eu"
    assert source.id == "eurostat"


def test_a_server_that_is_not_there_is_said(desk: Desk, server: PublishersServer) -> None:
    server.shutdown()
    server.server_close()
    outcome = desk.fetch_one(TABLE)
    assert outcome.state == "failed"
    assert "cannot be read" in outcome.message
    assert "Connection refused" in outcome.message


# Limits


@contextmanager
def limited(name: str, max_bytes: int) -> Iterator[Download]:
    """The download, with a smaller cap."""
    ((_, declared),) = downloads((name,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(declared.__dict__, "max_bytes", max_bytes)
        yield declared


@pytest.mark.parametrize("way", [faults.well, faults.slow])
def test_a_file_larger_than_allowed_is_not_taken(desk: Desk, server: PublishersServer, way: Fault) -> None:
    misbehave(server, TABLE, way)
    with limited(TABLE, 100):
        outcome = desk.fetch_one(TABLE)
    assert outcome.state == "failed"
    assert "is larger than the 100 bytes allowed for it" in outcome.message
    assert desk.listener.bytes <= 100
    assert desk.left_over() == []


def test_pieces_that_no_layout_fits_are_told_and_the_rest_lands(desk: Desk, server: PublishersServer) -> None:
    table = b"INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n26637,KAZ,2019,22728,,\n"
    misbehave(server, PACKAGE, faults.instead(archive(OPRI_DATA_NATIONAL=table, OPRI_NEWS=b"headline,day\nA,1\n")))
    outcome = desk.fetch_one(PACKAGE)
    assert outcome.state == "landed"
    (line,) = outcome.strange
    assert line.startswith("OPRI.zip#OPRI_NEWS.csv: known_layout: no layout of unesco_uis fits")
    assert desk.refresh().code == 1


def test_pauses_are_kept_where_a_publisher_wants_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(web, "sleep", pauses.append)
    desk.fetch_one(REPLY)
    assert pauses == [1.0, 1.0, 1.0]


def test_a_reply_that_nobody_foresaw_stops_no_other(desk: Desk, server: PublishersServer) -> None:
    server.faults[UIS] = [
        faults.instead(b'{"version": "1", "publicationDate": "2026-01-01"}'),
        faults.instead(b'[{"a": "\\ud800"}]'),
    ]
    desk.raw.mkdir()
    server.faults[EUROSTAT] = [faults.instead(b'{"updated": "2026-04-14/../../.."}')]
    states = {outcome.name: outcome for outcome in desk.fetch("unesco_uis/api_export", "eurostat", "world_bank")}
    assert states["unesco_uis/api_export"].state == "failed"
    assert states["world_bank/wdi"].state == "landed"
    assert sorted(path.name for path in desk.raw.iterdir() if not path.name.startswith(".")) == ["eurostat", "world_bank"]
    assert desk.releases("eurostat") == ["educ_uoe_mobs02-2026-04-14"]


def test_a_publisher_does_not_say_where_to_write(desk: Desk, offers: Offers) -> None:
    offers.world_bank_updated = "../../../there"
    outcome = desk.fetch_one("world_bank/wdi")
    assert outcome.state == "failed"
    assert "is no name of a release or a file" in outcome.message
    assert desk.releases("world_bank") == []


def test_a_key_that_an_answer_repeats_is_blotted_out(desk: Desk, server: PublishersServer) -> None:
    key = desk.environment["DTM_SUBSCRIPTION_KEY"]
    server.faults["dtmapi.iom.int"] = [faults.status(code, f"the key {key} is not known".encode()) for code in (503, 401)]
    outcome = desk.fetch_one(REPLY)
    assert outcome.state == "failed"
    assert "the key [DTM_SUBSCRIPTION_KEY] is not known" in outcome.message
    assert "the key [DTM_SUBSCRIPTION_KEY] is not known" in desk.listener.said[0]
    assert key not in outcome.message + desk.listener.said[0]
