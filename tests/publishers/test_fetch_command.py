"""`edumig fetch` as a person runs it: what it says, how it ends, and what a terminal shows."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.conftest import ROOT, Ran
from tests.publishers import server as faults
from tests.publishers.cases import archive
from tests.publishers.conftest import Desk
from tests.publishers.offers import EUROSTAT, UIS, Offers
from tests.publishers.server import PublishersServer

TABLE = "eurostat/educ_uoe_mobs02"


def edumig(desk: Desk, *arguments: str, key: bool = True) -> Ran:
    """Run the command line in a process of its own, as a person does."""
    program = [sys.executable, "-c", "import sys; from edumig_pipeline.cli import main; main(sys.argv[1:])"]
    environment = {**os.environ, **desk.environment}
    if not key:
        del environment["DTM_SUBSCRIPTION_KEY"]
    done = subprocess.run(
        [*program, *arguments, "--raw", str(desk.raw)], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_what_landed_is_said_on_standard_output_and_progress_on_standard_error(desk: Desk) -> None:
    ran = edumig(desk, "fetch", TABLE)
    assert ran.code == 0
    assert re.fullmatch(r"landed: eurostat/educ_uoe_mobs02: raw/eurostat/educ_uoe_mobs02-2026-04-14 1 file, 0\.0 MB\n", ran.out)
    assert ran.err == "downloading estat_educ_uoe_mobs02_en.csv (0.0 MB)\n"
    again = edumig(desk, "fetch", "eurostat")
    assert (again.code, again.err) == (0, "")
    assert again.out.startswith("unchanged: eurostat/educ_uoe_mobs02: raw/eurostat/educ_uoe_mobs02-2026-04-14 is the newest")


def test_a_dry_run_says_what_would_be_fetched_and_writes_nothing(desk: Desk) -> None:
    ran = edumig(desk, "fetch", "--dry-run", "unesco_uis", "world_bank")
    assert ran.code == 0
    assert "planned: unesco_uis/api_export: raw/unesco_uis/20260507-91260335_2026-05-08 would be fetched" in ran.out
    assert "  https://download.uis.unesco.org/bdds/202602/OPRI.zip\n" in ran.out
    assert "  https://api.worldbank.org/v2/country/all/indicator/SM.POP.NETM?downloadformat=csv\n" in ran.out
    assert not desk.raw.exists()


def test_a_dry_run_says_what_is_there_already(desk: Desk) -> None:
    desk.fetch_one("unesco_uis/api_export")
    assert edumig(desk, "fetch", "--dry-run", "unesco_uis/api_export").out.startswith("unchanged: unesco_uis/api_export: ")


def test_one_that_fails_is_named_and_the_others_are_fetched(desk: Desk, server: PublishersServer) -> None:
    server.faults[EUROSTAT] = [faults.status(404, b"gone")]
    ran = edumig(desk, "fetch", "eurostat", "oecd")
    assert ran.code == 1
    assert re.search(
        r"^failed: eurostat/educ_uoe_mobs02: https://ec\.europa\.eu/.* answers HTTP 404 Not Found: gone$", ran.err, re.MULTILINE
    )
    assert ran.out.startswith("landed: oecd/mobile_students: ")
    assert "Traceback" not in ran.err


def test_when_nothing_can_be_fetched_it_ends_with_2(desk: Desk, server: PublishersServer) -> None:
    server.faults[UIS] = [faults.page] * 3
    ran = edumig(desk, "fetch", "unesco_uis")
    assert (ran.code, ran.out) == (2, "")
    assert "answers with no JSON: <!DOCTYPE html>" in ran.err


def test_what_became_of_each_is_one_json_object_and_messages_stay_on_standard_error(desk: Desk, server: PublishersServer) -> None:
    server.faults[EUROSTAT] = [faults.status(404, b"gone")]
    ran = edumig(desk, "fetch", "eurostat", "oecd", "--json")
    assert ran.code == 1
    failed, landed = json.loads(ran.out)["outcomes"]
    assert (failed["source"], failed["download"], failed["state"], failed["release"]) == (
        "eurostat", "educ_uoe_mobs02", "failed", None,
    )  # fmt: skip
    assert (landed["source"], landed["state"], landed["strange"]) == ("oecd", "landed", [])
    assert (desk.raw / "oecd" / landed["release"]).is_dir()
    assert "failed: eurostat/educ_uoe_mobs02: " in ran.err
    assert "landed" not in ran.err


def test_a_missing_key_is_no_fault_unless_nothing_else_was_asked_for(desk: Desk) -> None:
    ran = edumig(desk, "fetch", "iom", key=False)
    assert ran.code == 0
    assert "skipped: iom/dtm: needs a key in the environment variable DTM_SUBSCRIPTION_KEY" in ran.err
    assert edumig(desk, "fetch", "iom/dtm", key=False).code == 2


def test_a_release_of_which_not_all_will_land_ends_with_1(desk: Desk, server: PublishersServer, offers: Offers) -> None:
    whole = offers.answer
    table = b"INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n26637,KAZ,2019,22728,,\n"
    body = archive(OPRI_DATA_NATIONAL=table, NEWS=b"headline,day\nA,1\n")
    server.answer = lambda asked: type(whole(asked))(body, "application/zip") if asked.path.endswith("OPRI.zip") else whole(asked)
    ran = edumig(desk, "fetch", "unesco_uis/bdds_opri")
    assert ran.code == 1
    assert "  will not land: OPRI.zip#NEWS.csv: known_layout: " in ran.err


@pytest.mark.parametrize("unknown", ["unicef", "eurostat/nothing"])
def test_an_unknown_name_is_wrong_usage(desk: Desk, unknown: str) -> None:
    ran = edumig(desk, "fetch", unknown)
    assert (ran.code, ran.out) == (64, "")
    assert f"{unknown}: known are eurostat/educ_uoe_mobs02, iom/missing_migrants, iom/dtm" in ran.err


def test_a_terminal_shows_bars(desk: Desk, server: PublishersServer, tmp_path: Path) -> None:
    server.only = "/eurostat/api/dissemination/sdmx"
    server.faults[EUROSTAT] = [faults.status(503, Retry_After="0"), faults.slow]
    shown = tmp_path / "shown"
    program = "from edumig_pipeline.cli import main; main(['fetch', 'eurostat', '--raw', r'%s'])" % desk.raw  # noqa: UP031
    environment = {**os.environ, **desk.environment, "TERM": "xterm-256color", "COLUMNS": "150"}
    reader, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, stdout=terminal, stderr=terminal
    ) as running:
        os.close(terminal)
        with shown.open("wb") as kept:
            while True:
                try:
                    kept.write(os.read(reader, 4096))
                except OSError:  # the other end is closed
                    break
        running.wait()
    os.close(reader)
    text = shown.read_bytes().decode()
    assert running.returncode == 0
    assert "estat_educ_uoe_mobs02_en.csv" in text
    assert "━" in text
    assert "trying again in 0 s" in text
    assert "landed: eurostat/educ_uoe_mobs02: " in text
