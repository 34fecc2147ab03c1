"""The main job: raw files to a published warehouse, in the steps that tests, the command line and Dagster call alike.

Belongs here: the order of the steps and what each needs of the one before. Does not belong here: how a step works.
"""

from collections.abc import Collection
from pathlib import Path

from edumig_pipeline.ingest.fingerprint import generation_id, release_fingerprint
from edumig_pipeline.ingest.inventory import FoundRelease, Inventory, take_inventory, unchanged
from edumig_pipeline.ingest.landing import land_release
from edumig_pipeline.ingest.strays import stray_accounts
from edumig_pipeline.publish.database import build_database
from edumig_pipeline.publish.derivation import derive
from edumig_pipeline.publish.findings import write_findings
from edumig_pipeline.publish.summary import Summary, row_count, summarise, why_nothing_landed
from edumig_pipeline.report.page import write_report
from edumig_pipeline.sources.registry import sources
from edumig_pipeline.warehouse import Generation, Warehouse
from edumig_pipeline.watch import NOBODY, Watch

_PATTERN_CHARACTERS = "?*[]\\"


class NothingToPublishError(Exception):
    """There is nothing to make a warehouse of; what was published before stays."""


def refresh(raw: Path, folder: Path, only: Collection[str] = (), watch: Watch = NOBODY) -> Summary:
    """Bring the warehouse in `folder` up to what lies under `raw`; of the sources in `only` alone, when there are any.

    Releases whose files did not change are not read again; when nothing changed, nothing is written. Raises
    NothingToPublishError, or what went wrong, with the published warehouse untouched.
    """
    if odd := set(str(folder.resolve())) & set(_PATTERN_CHARACTERS):
        raise NothingToPublishError(
            f"the path of the warehouse must not hold {' '.join(sorted(odd))}: DuckDB reads them as patterns"
        )
    ensure_there(raw)
    warehouse = Warehouse(folder)
    with warehouse.locked(watch):
        # Not before: who waited for another refresh would publish what lay there then, over what came since.
        inventory = inventory_of(raw, only)
        before = warehouse.current()
        was_whole = before is not None and warehouse.is_whole(before.path) and before.is_complete
        generation = derive_generation(warehouse, inventory, only, watch)
        publish(warehouse, generation, watch)
        return summarise(warehouse, generation, rebuilt=before != generation or not was_whole)


def ensure_there(raw: Path) -> None:
    """Raise NothingToPublishError when there is no raw folder."""
    if not raw.is_dir():
        raise NothingToPublishError(f"there is no folder {raw}; name the folder of raw files with --raw")


def inventory_of(raw: Path, only: Collection[str] = ()) -> Inventory:
    """What lies under `raw`, of all sources or of those in `only`; raises NothingToPublishError when that is nothing."""
    ensure_there(raw)
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
        with warehouse.building(part) as work, unchanged(release.files):
            land_release(release, sources(), work)
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
        with warehouse.building(target) as work:
            derive(work / "parquet", parts, stray_accounts(inventory.strays), watch)
            warehouse.write_manifest(work, releases)
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


def publish(warehouse: Warehouse, generation: Generation, watch: Watch = NOBODY) -> None:
    """Build the generation's DuckDB file, check it, write findings and report, and make them those users open, in one step."""
    if not generation.is_complete:
        if generation.database.exists():
            watch.say(f"the file or the pages of generation {generation.path.name} are damaged: they are built anew")
        with warehouse.completing(generation) as work:
            database = work / generation.database.name
            build_database(generation.path / "parquet", database, watch)
            write_findings(generation.path / "parquet", work / "findings.md")
            write_report(database, work / generation.report.relative_to(generation.path))
    warehouse.publish(generation)


def _values_in(part: Path) -> int:
    return row_count(part / "observations.parquet")
