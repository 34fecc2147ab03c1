"""The main job: raw files to a published warehouse, in the steps that tests, the command line and Dagster call alike.

Belongs here: the order of the steps and what each needs of the one before. Does not belong here: how a step works.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from edumig_pipeline.ingest.fingerprint import generation_id, release_fingerprint
from edumig_pipeline.ingest.inventory import FoundRelease, Inventory, take_inventory, unchanged
from edumig_pipeline.ingest.landing import land_release
from edumig_pipeline.ingest.strays import stray_accounts
from edumig_pipeline.ingest.telling import tell_landed, tell_refused
from edumig_pipeline.journal import EndedRun, Journal, Outcome, Run
from edumig_pipeline.log import ERROR, INFO, reason_of, step, tell
from edumig_pipeline.publish.database import build_database, check_database
from edumig_pipeline.publish.derivation import derive
from edumig_pipeline.publish.findings import write_findings
from edumig_pipeline.publish.run_tables import add_runs, state_of
from edumig_pipeline.publish.summary import Summary, row_count, summarise, why_nothing_landed
from edumig_pipeline.report.page import write_report
from edumig_pipeline.sources.registry import sources
from edumig_pipeline.warehouse import Generation, Warehouse
from edumig_pipeline.watch import NOBODY, Watch

_PATTERN_CHARACTERS = "?*[]\\"


class NothingToPublishError(Exception):
    """There is nothing to make a warehouse of; what was published before stays."""


def refresh(raw: Path, folder: Path, only: Collection[str] = (), watch: Watch = NOBODY, run: Run | None = None) -> Summary:
    """Bring the warehouse in `folder` up to what lies under `raw`; of the sources in `only` alone, when there are any.

    Releases whose files did not change are not read again; when nothing changed, nothing is written but the journal, which has
    every run. Raises NothingToPublishError, or what went wrong, with the published warehouse untouched.
    """
    if odd := set(str(folder.resolve())) & set(_PATTERN_CHARACTERS):
        raise NothingToPublishError(
            f"the path of the warehouse must not hold {' '.join(sorted(odd))}: DuckDB reads them as patterns"
        )
    warehouse, run = Warehouse(folder), run or Run()
    with failure_kept(warehouse, run):
        ensure_there(raw)
        with warehouse.locked(watch):
            # Not before: who waited for another refresh would publish what lay there then, over what came since.
            inventory = inventory_of(raw, only)
            before = warehouse.current()
            was_whole = before is not None and warehouse.is_whole(before.path)
            generation = derive_generation(warehouse, inventory, only, watch)
            rebuilt = publish(warehouse, generation, run, watch)
            return summarise(warehouse, generation, rebuilt=rebuilt or not was_whole)


@contextmanager
def failure_kept(warehouse: Warehouse, run: Run) -> Iterator[None]:
    """What goes wrong in the block ends the run: that goes into its journal and its log."""
    try:
        yield
    except BaseException as error:
        reason = str(error) if isinstance(error, NothingToPublishError) else reason_of(error)
        _keep(warehouse, run.ended(Outcome.FAILED, message=reason))
        raise


def ensure_there(raw: Path) -> None:
    """Raise NothingToPublishError when there is no raw folder."""
    if not raw.is_dir():
        raise NothingToPublishError(f"there is no folder {raw}; name the folder of raw files with --raw")


def inventory_of(raw: Path, only: Collection[str] = ()) -> Inventory:
    """What lies under `raw`, of all sources or of those in `only`; raises NothingToPublishError when that is nothing."""
    ensure_there(raw)
    with step("checksums"):
        inventory = take_inventory(raw, only)
    if not inventory.releases:
        strays = ", ".join(stray.raw_file for stray in inventory.strays)
        hint = f"; these lie outside a release folder: {strays}" if strays else ""
        raise NothingToPublishError(f"no file lies under {raw}/{'|'.join(only) or '<source>'}/<release>/{hint}")
    return inventory


def land(warehouse: Warehouse, release: FoundRelease) -> Path:
    """Turn a release into its part of the store of record, unless that was done before; the part's folder.

    Raises RawFileChangedError when a file is not what its checksum was taken of; there is no part then.
    This step and the next two are to be taken while holding `warehouse.locked()`.
    """
    part = warehouse.part(release.id, release_fingerprint(release))
    if not warehouse.is_whole(part):
        told = step("landing", source=release.source, release=release.release)
        with told, warehouse.building(part) as work, unchanged(release.files):
            land_release(release, sources(), work)
        tell_landed(release, part)
    return part


def derive_generation(
    warehouse: Warehouse, inventory: Inventory, only: Collection[str] = (), watch: Watch = NOBODY
) -> Generation:
    """The generation that the inventory makes, Parquet and marts, unless it is there already; lands what is not landed yet.

    With `only`, other sources stay as they are published. Raises NothingToPublishError when no value landed, or when what
    is published cannot be told any more.
    """
    current = warehouse.current()
    if only and current is None and warehouse.has_published:
        raise NothingToPublishError("what is published is damaged; refresh without --source to build all of it anew")
    kept = {} if current is None or not only else {k: v for k, v in current.releases.items() if k.split("/", 1)[0] not in only}
    fresh = {release.id: release_fingerprint(release) for release in inventory.releases}
    releases = kept | fresh
    identifier = generation_id(releases, tuple(f"{stray.raw_file}\0{stray.sha256}" for stray in inventory.strays))
    target = warehouse.generation_path(identifier)
    if not warehouse.is_whole(target):
        if target.exists():
            watch.say(f"files of generation {identifier} are damaged or gone: it is built anew")
        parts = _landed(warehouse, inventory, releases, watch)
        if not any(_values_in(part) for part in parts.values()):
            raise NothingToPublishError(why_nothing_landed(parts.values()))
        strays = stray_accounts(inventory.strays)
        with step("deriving"), warehouse.building(target) as work:
            derive(work / "parquet", parts, strays, watch)
            warehouse.write_manifest(work, releases)
        tell_refused(strays["quarantine"])
    generation = warehouse.generation(identifier)
    if generation is None:
        raise NothingToPublishError(f"what was built in {target} is not there any more; refresh again")
    return generation


def _landed(warehouse: Warehouse, inventory: Inventory, releases: dict[str, str], watch: Watch) -> dict[str, Path]:
    """The parts of a generation by release id; those of the inventory are landed that are not landed yet, or damaged since."""
    parts = {release_id: warehouse.part(release_id, fingerprint) for release_id, fingerprint in releases.items()}
    waiting = [release for release in inventory.releases if not warehouse.is_whole(parts[release.id])]
    watch.begin("reading releases", len(waiting))
    for release in waiting:
        if parts[release.id].exists():
            watch.say(f"files that {release.id} became are damaged or gone: it is read anew")
        values = _values_in(land(warehouse, release))
        watch.done(f"landed {release.id}: {values:,} {'value' if values == 1 else 'values'}")
    if lacking := [release_id for release_id, part in parts.items() if not warehouse.is_whole(part)]:
        raise NothingToPublishError(f"{', '.join(lacking)} must be read again: refresh without --source")
    return parts


def publish(warehouse: Warehouse, generation: Generation, run: Run, watch: Watch = NOBODY) -> bool:
    """Build the generation's DuckDB file, check it, write findings and report, and make them those users open, in one step.

    With that the run ends, and goes into the journal. Whether a new file is published.
    """
    before = warehouse.current()
    state = state_of(generation)
    rebuilt = before is None or before.path != generation.path or not generation.is_complete
    if not generation.is_complete:
        if generation.database.exists():
            watch.say(f"the file or the pages of generation {generation.path.name} are damaged: they are built anew")
        with step("building the file"), warehouse.completing(generation) as work:
            parquet, database = generation.path / "parquet", work / generation.database.name
            build_database(parquet, database, watch)
            write_findings(parquet, work / "findings.md")
            write_report(database, work / generation.report.relative_to(generation.path))
            known = Journal(warehouse.runs).runs()
            add_runs(work / "parquet", database, [*known, run.ended(Outcome.PUBLISHED, state)], before)
            check_database(database, work / "parquet", parquet)
    warehouse.publish(generation)
    ended = run.ended(Outcome.PUBLISHED if rebuilt else Outcome.UNCHANGED, state)
    if not _keep(warehouse, ended):
        watch.done(f"the journal cannot be written under {warehouse.runs}: this run will be missing in it")
    return rebuilt


def _keep(warehouse: Warehouse, ended: EndedRun) -> bool:
    """Put a run that ended into the journal and the log; a journal that cannot be written undoes nothing."""
    counts = vars(ended.counts) if ended.counts else {}
    level = ERROR if ended.outcome is Outcome.FAILED else INFO
    facts = {"generation": ended.generation, "reason": ended.message, "seconds": ended.duration_seconds, **counts}
    tell(f"run_{ended.outcome}", level, **facts)
    try:
        Journal(warehouse.runs).keep(ended)
    except OSError as error:
        tell("journal_unwritable", ERROR, reason=reason_of(error))
        return False
    return True


def _values_in(part: Path) -> int:
    return row_count(part / "observations.parquet")
