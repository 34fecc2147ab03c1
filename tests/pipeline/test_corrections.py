"""Declared fixes to published figures: applied where the file holds what they were declared for, loud where it does not."""

import pytest

from tests.pipeline.conftest import Place, uis

FILE = "unesco_uis/2026-02/data.csv"
TOML = "unesco_uis/2026-02/release.toml"
ROWS = ("26637,KAZ,2018,13898,,", "26637,NAM,2018,5000,,")


def declared(**changes: object) -> str:
    """A release.toml with one correction: of Kazakhstan's figure, unless told otherwise."""
    said = {
        "file": "data.csv", "row": 1, "published": 13898, "corrected": 14000, "reason": "a digit was lost",
        "said_by": "the ministry", "status": "active",
    } | changes  # fmt: skip
    lines = [f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in said.items()]
    return "\n".join(["[[corrections]]", *lines, ""])


def test_a_correction_is_applied_and_both_values_are_kept(place: Place) -> None:
    place.put(FILE, uis(ROWS))
    place.put(TOML, declared())
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    assert place.ask("SELECT ref_area, obs_value FROM observations ORDER BY ALL") == [("KAZ", 14000.0), ("NAM", 5000.0)]
    assert place.ask(
        "SELECT source, release, ref_area, time_period, published_value, corrected_value, reason, said_by, raw_file, raw_row "
        "FROM corrections"
    ) == [("unesco_uis", "2026-02", "KAZ", "2018", 13898.0, 14000.0, "a digit was lost", "the ministry", FILE, 1)]
    assert place.ask("SELECT rows_read, rows_published FROM row_ledger") == [(2, 2)]


def test_a_file_that_holds_another_value_by_now_is_not_corrected_in_silence(place: Place) -> None:
    place.put(FILE, uis(["26637,KAZ,2018,13999,,", ROWS[1]]))
    place.put(TOML, declared())
    ran = place.refresh()
    assert ran.code == 1
    assert (
        f"{FILE}, row 1: correction_expected: the file has 13999.0 where a correction in release.toml expects 13898.0" in ran.err
    )
    assert place.ask("SELECT ref_area FROM observations") == [("NAM",)]
    assert place.ask("SELECT count(*) FROM corrections") == [(0,)]


@pytest.mark.parametrize(
    "changes",
    [{"row": 99}, {"column": "value"}, {"file": "other.csv"}],
    ids=["no such row", "no such column", "no such file"],
)
def test_a_correction_that_finds_no_figure_is_said_aloud(place: Place, changes: dict[str, object]) -> None:
    place.put(FILE, uis(ROWS))
    place.put(TOML, declared(**changes))
    ran = place.refresh()
    assert ran.code == 1
    assert "refused: unesco_uis/2026-02/release.toml: correction_expected: no figure stands at" in ran.err
    assert place.ask("SELECT count(*) FROM observations") == [(2,)]


def test_a_retired_correction_does_nothing(place: Place) -> None:
    place.put(FILE, uis(["26637,KAZ,2018,14000,,"]))
    place.put(TOML, declared(status="retired"))
    assert place.refresh().code == 0
    assert place.ask("SELECT count(*) FROM corrections") == [(0,)]


def test_a_corrected_value_obeys_the_rules_of_its_indicator(place: Place) -> None:
    place.put(FILE, uis(ROWS))
    place.put(TOML, declared(corrected=-1))
    assert place.refresh().code == 1
    assert place.ask("SELECT raw_row, rule FROM quarantine") == [(1, "within_bounds")]


def test_a_new_correction_is_applied_to_a_release_that_was_read_before(place: Place) -> None:
    place.put(FILE, uis(ROWS))
    place.refresh()
    place.put(TOML, declared())
    place.refresh()
    assert place.ask("SELECT obs_value FROM observations WHERE ref_area = 'KAZ'") == [(14000.0,)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (declared().replace('reason = "a digit was lost"\n', ""), "a correction lacks reason"),
        (declared(note="x"), "a correction has note, which nobody knows"),
        (declared(status="maybe"), "status = 'maybe'"),
        (declared(row="first"), "row of a correction is a whole number from 1 to 2,147,483,647"),
        ("corrections = 5\n", "cannot be read"),
    ],
)
def test_a_declaration_that_is_none_is_refused(place: Place, text: str, said: str) -> None:
    place.put("unesco_uis/2025-02/data.csv", uis(ROWS))
    place.put(FILE, uis(ROWS))
    place.put(TOML, text)
    ran = place.refresh()
    assert ran.code == 1
    assert f"refused: {FILE}: release_toml: " in ran.err
    assert said in ran.err
