"""The accounts of a release: they balance, or the refresh fails."""

from pathlib import Path

import pytest

from edumig_pipeline.ingest.inventory import FoundFile
from edumig_pipeline.ingest.ledger import Ledger, LedgerError

NAME = "unesco_uis/2026-02/data.csv"


def account(read: int, excluded: dict[str, int] | None = None) -> Ledger:
    """The ledger of one file of which so many rows were read and excluded."""
    ledger = Ledger()
    file = FoundFile(Path(NAME), NAME, "0" * 64, 1)
    ledger.open_file(file)
    ledger.open_part(NAME, file, "uis_data_browser", "observations")
    ledger.count_read(NAME, read)
    ledger.exclude(NAME, excluded or {})
    return ledger


def test_every_row_read_is_somewhere() -> None:
    ledger = account(10, {"blank cell": 2, "repeated row": 1})
    rows = ledger.rows({"observations": {NAME: 6}}, {NAME: 1})
    assert rows.rows() == [(NAME, 10, 6, 1, 3, "2 blank cells; 1 repeated row")]
    assert ledger.files("unesco_uis", "2026-02")["rows"].to_list() == [10]


@pytest.mark.parametrize(("published", "quarantined"), [(9, 0), (11, 0), (9, 2), (0, 0)])
def test_a_row_lost_or_counted_twice_is_an_error(published: int, quarantined: int) -> None:
    with pytest.raises(LedgerError, match="ledger_balances is broken by"):
        account(10).rows({"observations": {NAME: published}}, {NAME: quarantined})


def test_nothing_of_a_refused_file_counts_as_read() -> None:
    ledger = account(10, {"blank cell": 2})
    ledger.refuse_part(NAME, "csv_syntax")
    assert ledger.rows({"observations": {}}, {}).rows() == [(NAME, 0, 0, 0, 0, "refused: csv_syntax")]
    assert ledger.files("unesco_uis", "2026-02").select("rows", "layout").rows() == [(None, None)]
