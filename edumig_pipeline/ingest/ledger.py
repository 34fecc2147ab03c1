"""The accounts of a release: for every file, member and sheet, how many rows were read and where they went.

Belongs here: counting. `rows_read` is counted by reading and never derived from the other three; that they add up is
checked, and a refresh that loses a row fails. Does not belong here: moving rows.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from edumig_pipeline.ingest.inventory import FoundFile
from edumig_pipeline.model.accounting import RAW_FILES, ROW_LEDGER
from edumig_pipeline.model.checks import pandera_schema, validate
from edumig_pipeline.model.schemas import polars_schema


class LedgerError(Exception):
    """Rows read do not add up with rows published, quarantined and excluded: a fault of the program."""


@dataclass
class _Account:
    """One file, member or sheet."""

    file: FoundFile
    layout: str | None
    lands_first_in: str
    rows_read: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    refused: str | None = None


class Ledger:
    """Accounts of one release, in the order its parts were read."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}
        self._files: dict[str, FoundFile] = {}

    def open_file(self, file: FoundFile) -> None:
        """A file is looked at."""
        self._files[file.raw_file] = file

    def open_part(self, raw_file: str, file: FoundFile, layout: str | None, lands_first_in: str) -> None:
        """Reading of a file, member or sheet begins, recognised as `layout`; None when it is refused at once."""
        self._accounts[raw_file] = _Account(file, layout, lands_first_in)

    def has_part(self, raw_file: str) -> bool:
        """Whether something of this name was looked at before."""
        return raw_file in self._accounts

    def count_read(self, raw_file: str, rows: int) -> None:
        """Rows came from the reader."""
        self._accounts[raw_file].rows_read += rows

    def exclude(self, raw_file: str, reasons: Mapping[str, int]) -> None:
        """Rows are left out, for counted reasons."""
        self._accounts[raw_file].excluded.update(reasons)

    def refuse_part(self, raw_file: str, rule: str) -> None:
        """A file, member or sheet cannot be read: nothing of it counts as read."""
        account = self._accounts[raw_file]
        account.rows_read, account.refused = 0, rule
        account.excluded.clear()

    def rows(self, published: Mapping[str, Mapping[str, int]], quarantined: Mapping[str, int]) -> pl.DataFrame:
        """The rows of `row_ledger`, from the counts of what is written: by landing table, and in quarantine, by raw_file.

        Raises LedgerError when an account does not balance.
        """
        rows = []
        for raw_file, account in self._accounts.items():
            reasons = [f"{count} {_plural(reason, count)}" for reason, count in sorted(account.excluded.items()) if count]
            landed = published[account.lands_first_in].get(raw_file, 0)
            bad = quarantined.get(raw_file, 0)
            row = {
                "raw_file": raw_file,
                "rows_read": account.rows_read,
                "rows_published": landed,
                "rows_quarantined": bad,
                "rows_excluded": account.excluded.total(),
                "exclusion_reason": f"refused: {account.refused}" if account.refused else "; ".join(reasons) or None,
            }
            rows.append(row)
        ledger = pl.DataFrame(rows, schema=polars_schema(ROW_LEDGER))
        for rule, obeys in validate(ROW_LEDGER, ledger, pandera_schema(ROW_LEDGER)).broken.items():
            raise LedgerError(f"{rule} is broken by {ledger.filter(~obeys).to_dicts()}")
        return ledger

    def files(self, source: str | None, release: str | None) -> pl.DataFrame:
        """The rows of `raw_files`; source and release are None for files outside a release folder."""
        rows = []
        parts: dict[str, list[_Account]] = {raw_file: [] for raw_file in self._files}
        for account in self._accounts.values():
            parts[account.file.raw_file].append(account)
        for file in self._files.values():
            accounts = parts[file.raw_file]
            refused = all(account.refused for account in accounts)
            layouts = sorted({account.layout for account in accounts if account.layout and not account.refused})
            row = {
                "raw_file": file.raw_file,
                "source": source,
                "release": release,
                "sha256": file.sha256,
                "bytes": file.size,
                "rows": None if refused else sum(account.rows_read for account in accounts),
                "layout": "; ".join(layouts) or None,
                "address": file.address,
            }
            rows.append(row)
        return pl.DataFrame(rows, schema=polars_schema(RAW_FILES))


def _plural(reason: str, count: int) -> str:
    """`blank cell` for one, `blank cells` for several: the first noun of the reason takes the s."""
    if count == 1:
        return reason
    for noun in ("cell", "row", "header"):
        if reason == noun or reason.startswith(f"{noun} ") or f" {noun}" in reason:
            return reason.replace(noun, f"{noun}s", 1)
    return reason
