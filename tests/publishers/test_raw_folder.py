"""Fetching into a raw folder that has something: the same release, another state of it, a damaged one, somebody at work."""

from edumig_pipeline.retrieval.shelf import Shelf
from tests.publishers.cases import FILES, TABLE, WORKBOOK, contents
from tests.publishers.conftest import Desk
from tests.publishers.offers import Offers
from tests.publishers.server import Asked, PublishersServer, Reply

# What changed since


def test_what_did_not_change_is_not_sent_again(desk: Desk, server: PublishersServer) -> None:
    desk.fetch_one(TABLE)
    assert desk.fetch_one(TABLE).state == "unchanged"
    (_, second) = [one for one in server.asked if one.path.startswith(FILES[TABLE])]
    assert second.headers["If-None-Match"].startswith('"')
    assert len(desk.listener.begun) == 1, "the answer was 304: no file came"


def test_last_modified_is_asked_about_too(desk: Desk, server: PublishersServer) -> None:
    desk.fetch_one(WORKBOOK)
    desk.fetch_one(WORKBOOK)
    asked = [one for one in server.asked if one.path.endswith("_by_sex_and_origin.xlsx")]
    assert asked[-1].headers["If-Modified-Since"] == "Fri, 07 Feb 2025 10:00:00 GMT"


def test_the_same_bytes_are_no_new_release(desk: Desk, server: PublishersServer) -> None:
    """A server without conditional requests sends everything again."""
    answer = server.answer
    server.answer = lambda asked: Reply(**{**answer(asked).__dict__, "etag": False})
    desk.fetch_one(TABLE)
    there = contents(desk.raw / "eurostat")
    assert desk.fetch_one(TABLE).state == "unchanged"
    assert len(desk.listener.begun) == 2
    assert contents(desk.raw / "eurostat") == there


def test_one_changed_file_of_three_is_a_whole_new_release(desk: Desk, offers: Offers, server: PublishersServer) -> None:
    etags = server.answer

    def with_etags(asked: Asked) -> Reply:
        return Reply(**{**etags(asked).__dict__, "etag": True})

    server.answer = with_etags
    desk.fetch_one(WORKBOOK)
    old = offers.folder / "undesa_pd_2024_ims_stock_by_sex_and_origin.xlsx"
    old.write_bytes((offers.folder / "undesa_pd_2024_ims_stock_by_sex_and_destination.xlsx").read_bytes())
    outcome = desk.fetch_one(WORKBOOK)
    assert (outcome.state, outcome.release) == ("landed", "rev2024_2025-02-07")
    assert sorted(path.name for path in (desk.raw / "un_desa/rev2024_2025-02-07").iterdir()) == sorted(
        ["release.toml", *(path.name for path in offers.folder.iterdir())]
    )


def test_a_lost_memory_costs_a_download_and_no_release(desk: Desk) -> None:
    desk.fetch_one(TABLE)
    for memory in (desk.raw / ".fetch").rglob("*.json"):
        memory.write_text("{ this is no JSON")
    assert desk.fetch_one(TABLE).state == "unchanged"
    assert len(desk.releases("eurostat")) == 1


def test_a_release_that_was_damaged_is_brought_anew(desk: Desk) -> None:
    first = desk.fetch_one(TABLE)
    (desk.raw / "eurostat" / str(first.release) / "estat_educ_uoe_mobs02_en.csv").write_text("damaged")
    again = desk.fetch_one(TABLE)
    assert again.state == "landed"
    assert again.release != first.release


def test_a_release_put_there_by_hand_is_not_fetched_again(desk: Desk) -> None:
    desk.fetch_one(TABLE)
    (release,) = (desk.raw / "eurostat").glob("[!.]*")
    manifest = release / "release.toml"
    by_hand = "".join(line for line in manifest.read_text().splitlines(keepends=True) if not line.startswith("download"))
    manifest.write_text(by_hand)
    for memory in (desk.raw / ".fetch").rglob("*.json"):
        memory.unlink()
    assert desk.fetch_one(TABLE).state == "unchanged"


# Together, and after a crash


def test_two_fetches_from_one_publisher_do_not_meet(desk: Desk) -> None:
    with Shelf(desk.raw, "eurostat").taken():
        outcome = desk.fetch_one(TABLE)
    assert outcome.state == "failed"
    assert "somebody else is fetching from eurostat" in outcome.message
    assert desk.fetch_one(TABLE).state == "landed", "nobody holds it any more"


def test_what_a_killed_fetch_left_behind_is_swept(desk: Desk) -> None:
    left = desk.raw / ".fetch/eurostat/incoming/half.csv"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    assert desk.refresh().code == 2, "and no refresh takes it for a release"
    assert desk.fetch_one(TABLE).state == "landed"
    assert desk.left_over() == []


def test_a_raw_folder_that_cannot_be_written_is_said(desk: Desk) -> None:
    desk.raw.write_text("a file, no folder")
    outcome = desk.fetch_one(TABLE)
    assert outcome.state == "failed"
    assert f"cannot be written under {desk.raw}" in outcome.message
