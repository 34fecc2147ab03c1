"""One release becomes Parquet: every row read, validated and accounted for.

Belongs here: the way of a release's rows from its files to its part of the store of record. Does not belong here: a
publisher's knowledge (`sources/`), a table's rules (`model/`), or what is derived from the rows (`marts/`).
"""

import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from edumig_pipeline.ingest.inventory import FoundFile, FoundRelease
from edumig_pipeline.ingest.ledger import Ledger
from edumig_pipeline.ingest.quarantine import FAILURE_SCHEMA, Listing, refusal
from edumig_pipeline.ingest.recognition import Recognised, Refused, recognise
from edumig_pipeline.ingest.staging import LANDING_TABLES, Staging
from edumig_pipeline.ingest.validation import Validator, as_json
from edumig_pipeline.model.accounting import CORRECTIONS, QUARANTINE, RAW_FILES, ROW_LEDGER
from edumig_pipeline.model.reference import RELEASES
from edumig_pipeline.model.schemas import arrow_schema, polars_schema
from edumig_pipeline.model.table import Table
from edumig_pipeline.sources.layout import Part, Source
from edumig_pipeline.sources.reading.records import Malformed, RefusedError


def land_release(release: FoundRelease, sources: Mapping[str, Source], folder: Path) -> None:
    """Write what `release` becomes into `folder`: one Parquet file per landing and accounting table.

    A row that breaks a rule goes to quarantine with the rule and the row as read; a file, member or sheet that cannot be
    read is refused there by name; everything else lands. Raises LedgerError when a row is unaccounted for.
    """
    scratch = folder / ".members"
    scratch.mkdir()
    with Staging(folder, release.source, release.release) as staging:
        landing = _Landing(release, sources, staging, scratch)
        for file in release.files:
            landing.land(file)
        landing.miss_corrections()
        landing.settle_collisions()
        if (source := sources.get(release.source)) and source.calendar:
            staging.follow_calendar(source.id, source.calendar)
        with ThreadPoolExecutor(max_workers=1) as writer:
            written = writer.submit(staging.write_observations, folder)
            landing.list_contradictions()
            written.result()
        staging.write(folder)
        published = {name: staging.count(name) for name in LANDING_TABLES}
        quarantined = staging.count(QUARANTINE.name)
    shutil.rmtree(scratch)
    _write(folder, ROW_LEDGER, landing.ledger.rows(published, quarantined))
    _write(folder, RAW_FILES, landing.ledger.files(release.source, release.release))
    _write(folder, RELEASES, _release_row(release, sources))


class _Landing:
    """The landing of one release under way."""

    def __init__(self, release: FoundRelease, sources: Mapping[str, Source], staging: Staging, scratch: Path) -> None:
        self.ledger = Ledger()
        self._release = release
        self._sources = sources
        self._staging = staging
        self._scratch = scratch
        self._parts: dict[str, Part] = {}
        self._contradicting = pl.DataFrame(schema={"raw_file": pl.String})

    def land(self, file: FoundFile) -> None:
        """Read one file, all its members and sheets."""
        self.ledger.open_file(file)
        for found in map(self._under_one_name, recognise(file, self._release.source, self._sources, self._scratch)):
            if isinstance(found, Refused):
                self.ledger.open_part(found.raw_file, file, None, LANDING_TABLES[0])
                self._refuse(found.raw_file, found.why)
                continue
            self._parts[found.raw_file] = found.part
            self.ledger.open_part(found.raw_file, file, found.layout, next(iter(found.part.lands)))
            try:
                self._land_part(found.part, found.raw_file)
            except RefusedError as refused:
                self._staging.forget(found.raw_file)
                self._refuse(found.raw_file, refused)

    def _under_one_name(self, found: Recognised | Refused) -> Recognised | Refused:
        """What was found, unless something else has its name: a file may be called as a member of an archive is."""
        raw_file = found.raw_file
        while self.ledger.has_part(raw_file):
            raw_file += " (again)"
        if raw_file == found.raw_file:
            return found
        return Refused(raw_file, RefusedError("readable", "something else in this release has the same name; rename one of them"))

    def _refuse(self, raw_file: str, refused: RefusedError) -> None:
        self.ledger.refuse_part(raw_file, refused.rule)
        self._staging.add(QUARANTINE.name, refusal(raw_file, refused.rule, refused.reason))

    def _land_part(self, part: Part, raw_file: str) -> None:
        validator = Validator(part, raw_file, self._release)
        for batch in part.records():
            read = batch.records.height if batch.rows_read is None else batch.rows_read
            self.ledger.count_read(raw_file, read + len(batch.malformed))
            self._staging.add(QUARANTINE.name, _malformed(raw_file, batch.malformed, validator.listing))
            excluded = batch.records["exclusion"].drop_nulls().value_counts()
            self.ledger.exclude(raw_file, dict(excluded.iter_rows()))
            self.ledger.exclude(raw_file, {"blank cell": batch.blank_cells})
            kept = batch.records if excluded.is_empty() else batch.records.filter(pl.col("exclusion").is_null())
            if kept.is_empty():
                continue
            outcome = validator.validate(kept)
            for name, rows in outcome.valid.items():
                self._staging.add(name, rows)
            self._staging.add("remarks", outcome.remarks)
            self._staging.add(CORRECTIONS.name, outcome.corrections)
            self._staging.add(QUARANTINE.name, outcome.failures)
            self._staging.add("area_names", outcome.area_names)
        self._staging.add(QUARANTINE.name, validator.listing.closing_rows())

    def miss_corrections(self) -> None:
        """Say which declared corrections found no figure to mend: their file is not what they were declared for."""
        for fix in self._release.corrections:
            if fix.status == "active" and not self._staging.seen(f"{self._release.id}/{fix.file}", fix.row, fix.column):
                place = f"{fix.file}, row {fix.row}" + (f", column {fix.column}" if fix.column else "")
                reason = f"no figure stands at {place}, where a correction expects {fix.published:g}; mend or retire it"
                row = refusal(f"{self._release.id}/release.toml", "correction_expected", reason)
                self._staging.add(QUARANTINE.name, row)

    def settle_collisions(self) -> None:
        """Keep the first of rows that say the same, and none of those that say different things under one key."""
        collisions = self._staging.collisions()
        places = ["raw_file", "raw_row", "raw_column"]
        contradicting = collisions.filter(~pl.col("repeats")).unique(places, keep="first", maintain_order=True)
        repeating = collisions.filter("repeats").join(contradicting, on=places, how="anti", nulls_equal=True).unique(places)
        for (raw_file,), rows in repeating.group_by("raw_file"):
            self.ledger.exclude(str(raw_file), {"repeated row": rows.height})
        self._contradicting = contradicting
        self._staging.remove(pl.concat([repeating, contradicting]))

    def list_contradictions(self) -> None:
        """Put the rows that contradict each other in quarantine."""
        for (raw_file,), rows in self._contradicting.group_by("raw_file"):
            self._staging.add(QUARANTINE.name, self._contradictions(str(raw_file), rows))

    def _contradictions(self, raw_file: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of one part as failures of `unique_key`; what those that are listed said is read again."""
        place = ["raw_row", "raw_column"]
        listing = Listing(raw_file)
        rows = rows.sort("raw_row", maintain_order=True)
        rows = rows.filter(listing.admit(pl.repeat("unique_key", rows.height, dtype=pl.String, eager=True)))
        said, last = [], rows["raw_row"].to_numpy().max()
        for batch in self._parts[raw_file].records():
            records = batch.records.join(rows.select(place), on=place, how="semi", nulls_equal=True)
            said.append(records.select(*place, as_json(records)))
            if not batch.records.is_empty() and batch.records["raw_row"].to_numpy().max() >= last:
                break
        reason = pl.format("unique_key: another row of this release has the key {} with a different value", "key")
        listed = rows.join(pl.concat(said), on=place, nulls_equal=True).select(
            "raw_file",
            "raw_row",
            pl.lit("unique_key").alias("rule"),
            reason.alias("reason"),
            "raw_row_json",
        )
        return pl.concat([listed, listing.closing_rows()])


def _malformed(raw_file: str, rows: Sequence[Malformed], listing: Listing) -> pl.DataFrame:
    admitted = listing.admit(pl.Series([row.rule for row in rows], dtype=pl.String))
    rows = [row for row, is_listed in zip(rows, admitted, strict=True) if is_listed]
    said = pl.DataFrame({"line": pl.Series([row.text for row in rows], dtype=pl.String)})
    return pl.DataFrame(
        {
            "raw_file": [raw_file] * len(rows),
            "raw_row": [row.raw_row for row in rows],
            "rule": [row.rule for row in rows],
            "reason": [f"{row.rule}: {row.reason}" for row in rows],
            "raw_row_json": said.select(pl.struct("line").struct.json_encode()).to_series(),
        },
        schema=FAILURE_SCHEMA,
    )


def _release_row(release: FoundRelease, sources: Mapping[str, Source]) -> pl.DataFrame:
    """The release's row of `releases`: what its manifest says, the rest derived."""
    said = release.manifest
    released, origin = release.released()
    publisher = sources[release.source].publisher if release.source in sources else release.source
    row = {
        "source": release.source,
        "release": release.release,
        "publisher": said.get("publisher") or publisher,
        **{name: said.get(name) for name in ("title", "url", "published", "licence", "citation", "coverage", "notes")},
        "retrieved": release.retrieved(),
        "released": released,
        "released_from": origin,
    }
    return pl.DataFrame([row], schema=polars_schema(RELEASES))


def _write(folder: Path, declared: Table, frame: pl.DataFrame) -> None:
    arrow = frame.select(declared.names).to_arrow().cast(arrow_schema(declared))
    pq.write_table(arrow, folder / f"{declared.name}.parquet", compression="zstd")
