"""What is common to exports of every format: whole or not at all, nothing of others overwritten, the same bytes every time."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from edumig_pipeline.exports import exporting
from edumig_pipeline.exports.errors import ExportError, UnknownNameError
from edumig_pipeline.exports.exporting import WRITERS, export
from edumig_pipeline.exports.extract import Extract, Wanted
from edumig_pipeline.exports.folder import Work
from edumig_pipeline.exports.formats import FORMATS
from edumig_pipeline.exports.report import Report, Written
from edumig_pipeline.exports.terms import Licence, licence
from tests.unit.fabricated import made_up_rows, made_up_warehouse, observation

EVERY_FORMAT = pytest.mark.parametrize("name", FORMATS)


def few(name: str) -> Wanted:
    """A few tables, of those that the format takes: writing all of them takes a while."""
    return Wanted(tables=("observations",) if name == "sdmx-csv" else ("observations", "areas", "releases"))


class Silent:
    """Watches and says nothing."""

    def begin(self, table: str, rows: int) -> None:
        """Nothing is said."""

    def advance(self, rows: int) -> None:
        """Nothing is said."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up warehouse."""
    return made_up_warehouse(tmp_path_factory.mktemp("warehouse"), made_up_rows())


@pytest.fixture
def run(warehouse: Path, tmp_path: Path) -> Callable[..., Report]:
    """Exports the made-up warehouse into a folder of the test."""

    def exported(name: str, wanted: Wanted | None = None, target: str = "out") -> Report:
        return export(warehouse, name, wanted or Wanted(), tmp_path / target, Silent())

    return exported


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_command_line_offers_what_can_be_written() -> None:
    assert list(FORMATS) == list(WRITERS)


@EVERY_FORMAT
def test_an_export_says_of_itself_what_it_is_and_takes_licences_and_citations_along(
    name: str, run: Callable[..., Report], tmp_path: Path
) -> None:
    report = run(name)
    manifest = json.loads((tmp_path / "out" / "export.json").read_text(encoding="utf-8"))
    assert (manifest["format"], manifest["rows"]) == (name, report.rows)
    assert set(manifest["files"]) == set(content(tmp_path / "out")) - {"export.json"}
    terms = (tmp_path / "out" / "LICENCES.txt").read_text(encoding="utf-8")
    assert "CC BY 4.0 <https://creativecommons.org/licenses/by/4.0/>" in terms
    assert "Cite as: =Nobody (2026)" in terms
    assert f"Format {name}, from generation 0123456789abcdef" in (tmp_path / "out" / "README.txt").read_text(encoding="utf-8")


@EVERY_FORMAT
def test_the_same_rows_make_the_same_bytes(name: str, run: Callable[..., Report], tmp_path: Path) -> None:
    run(name, few(name), target="one")
    run(name, few(name), target="two")
    assert content(tmp_path / "one") == content(tmp_path / "two")


@EVERY_FORMAT
def test_every_batch_is_written_in_the_warehouse_s_order(
    name: str, run: Callable[..., Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(name, Wanted(tables=("observations",)), target="whole")
    batches = Extract.watched
    monkeypatch.setattr(Extract, "watched", lambda self, declared, query, _size=0: batches(self, declared, query, 7))
    run(name, Wanted(tables=("observations",)), target="by seven")
    if name != "croissant":  # Parquet shows its batches
        assert content(tmp_path / "whole") == content(tmp_path / "by seven")


@EVERY_FORMAT
def test_an_earlier_export_is_replaced_and_nothing_of_it_stays(name: str, run: Callable[..., Report], tmp_path: Path) -> None:
    other = "csv" if name != "csv" else "datapackage"
    run(other, few(other))
    run(name, few(name))
    assert json.loads((tmp_path / "out" / "export.json").read_text(encoding="utf-8"))["format"] == name
    assert set(content(tmp_path / "out")) == set(run(name, few(name)).files)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_filled(run: Callable[..., Report], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert run("sdmx-csv").rows == {"observations": len(made_up_rows()["observations"])}


@pytest.mark.parametrize("name", ["thesis.docx", "export.json"])
def test_a_folder_with_files_of_others_is_left_alone(name: str, run: Callable[..., Report], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("{}", encoding="utf-8")
    with pytest.raises(ExportError, match=f"holds {name}, which no export made"):
        run("csv")
    assert content(tmp_path / "out") == {name: b"{}"}


def test_a_file_beside_an_earlier_export_keeps_it_from_being_replaced(run: Callable[..., Report], tmp_path: Path) -> None:
    run("csv")
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    before = content(tmp_path / "out")
    with pytest.raises(ExportError, match=r"holds notes\.txt beside an earlier export"):
        run("csv")
    assert content(tmp_path / "out") == before


def test_an_export_that_somebody_changed_is_not_replaced(run: Callable[..., Report], tmp_path: Path) -> None:
    run("csv")
    (tmp_path / "out" / "areas.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match=r"areas\.csv was changed since it was exported"):
        run("csv")
    assert (tmp_path / "out" / "areas.csv").read_text(encoding="utf-8") == "mine"


def test_a_file_is_no_folder(run: Callable[..., Report], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="is a file: name a folder"):
        run("csv")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_made_is_said(warehouse: Path) -> None:
    with pytest.raises(ExportError, match="/dev/null/out cannot be written: Not a directory; nothing was changed"):
        export(warehouse, "csv", Wanted(), Path("/dev/null/out"), Silent())


@EVERY_FORMAT
def test_a_full_disk_leaves_the_earlier_export_and_no_rest(
    name: str, run: Callable[..., Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(name, few(name))
    before = content(tmp_path / "out")

    def full(self: Work, name: str, text: str) -> None:
        raise OSError(28, "No space left on device", f"{self.path / name}{text[:0]}")

    monkeypatch.setattr(Work, "write_text", full)
    with pytest.raises(ExportError, match="out cannot be written: No space left on device; nothing was changed there"):
        run(name, few(name))
    assert content(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_when_moving_into_place_fails_the_earlier_export_is_put_back(
    run: Callable[..., Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("csv")
    before = content(tmp_path / "out")
    rename = Path.rename

    def once(self: Path, target: Path) -> Path:
        if not self.name.endswith(".earlier") and target.name == "out":
            raise OSError(16, "Device or resource busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(ExportError, match="cannot be written: Device or resource busy"):
        run("xlsx")
    assert content(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@EVERY_FORMAT
def test_a_row_that_did_not_get_into_the_file_is_noticed(
    name: str, run: Callable[..., Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = Extract.watched

    def lossy(self: Extract, *arguments: object, **options: object) -> object:
        return (batch.slice(1) if batch.num_rows > 3 else batch for batch in batches(self, *arguments, **options))  # type: ignore[arg-type]

    monkeypatch.setattr(Extract, "watched", lossy)
    with pytest.raises(ExportError, match=r"\w+ has \d+ rows, what was written holds \d+: nothing was exported"):
        run(name, few(name))
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_was_forgotten_is_noticed(run: Callable[..., Report], monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(*_: object) -> list[Written]:
        return [Written("observations", "observations.csv", 3)]

    forgotten = exporting.Format(forgetful, "", always=("areas",))
    monkeypatch.setattr(exporting, "WRITERS", {"csv": forgotten})
    with pytest.raises(ExportError, match="what was written holds"):
        run("csv", Wanted(tables=("observations",)))


# What is chosen


def test_rows_are_chosen_in_every_table_that_has_the_column(run: Callable[..., Report]) -> None:
    report = run("csv", Wanted(ref_area=("made_up:3", "KZ-75")))
    assert report.rows["observations"] == 2
    assert report.rows["areas"] == len(made_up_rows()["areas"])
    assert {"areas", "sources", "codebook"} <= set(report.whole)
    assert "observations" not in report.whole


def test_what_is_said_of_claims_goes_where_the_claims_go(run: Callable[..., Report]) -> None:
    assert run("csv").rows["claim_intervals"] == 1
    assert run("csv", Wanted(source=("made_up",))).rows["claim_intervals"] == 0


def test_a_code_is_a_value_and_never_sql(run: Callable[..., Report]) -> None:
    with pytest.raises(UnknownNameError, match="there is no area KAZ' OR true --"):
        run("csv", Wanted(ref_area=("KAZ' OR true --",)))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(tables=("observation",)), "there is no table observation: did you mean observations"),
        (Wanted(ref_area=("kaz",)), r"there is no area kaz: did you mean KAZ \(Area KAZ\)\?"),
        (Wanted(ref_area=("namibia",)), r"there is no area namibia: did you mean NAM \(Namibia\)\?"),
        (Wanted(indicator=("inbuond_students",)), r"did you mean inbound_students \(Inbound students\)\?"),
        (Wanted(source=("qqq",)), "there is no source qqq: known are made_up"),
        (Wanted(ref_area=("qqq",)), "there is no area qqq: nothing known is like it"),
    ],
)
def test_a_name_there_is_none_of_is_answered_with_a_likely_one(wanted: Wanted, said: str, run: Callable[..., Report]) -> None:
    with pytest.raises(UnknownNameError, match=said):
        run("csv", wanted)


def test_an_export_of_no_row_at_all_is_refused(run: Callable[..., Report], tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no row of observations is of ref_area NAM"):
        run("sdmx-csv", Wanted(ref_area=("NAM",)))
    assert list(tmp_path.iterdir()) == []


def test_sdmx_takes_observations_alone(run: Callable[..., Report]) -> None:
    with pytest.raises(UnknownNameError, match="areas does not fit into this format: it takes observations or latest_obs"):
        run("sdmx-csv", Wanted(tables=("areas",)))
    with pytest.raises(UnknownNameError, match="sdmx-csv takes one table: observations or latest_observations"):
        run("sdmx-csv", Wanted(tables=("observations", "latest_observations")))


def test_the_newest_knowledge_can_be_exported_and_is_the_same_every_time(run: Callable[..., Report], tmp_path: Path) -> None:
    wanted = Wanted(tables=("latest_observations",))
    assert run("csv", wanted, "one").rows["latest_observations"] == len(made_up_rows()["observations"])
    run("csv", wanted, "two")
    assert content(tmp_path / "one") == content(tmp_path / "two")


# Warehouses


def test_without_a_warehouse_it_is_said_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"there is no warehouse in .*: build one with `edumig refresh`"):
        export(tmp_path / "none", "csv", Wanted(), tmp_path / "out", Silent())
    assert list(tmp_path.iterdir()) == []


def test_a_warehouse_that_lacks_a_table_or_a_column_is_to_be_built_anew(tmp_path: Path) -> None:
    folder = made_up_warehouse(tmp_path / "warehouse", made_up_rows())
    table = folder.resolve() / "parquet" / "claims"
    (table / "all.parquet").write_bytes((folder / "parquet" / "areas" / "all.parquet").read_bytes())
    with pytest.raises(ExportError, match="built by another version: claims has no column claim_id; run `edumig refresh`"):
        export(folder, "csv", Wanted(), tmp_path / "out", Silent())
    (table / "all.parquet").unlink()
    with pytest.raises(ExportError, match="claims cannot be read; run `edumig refresh` again"):
        export(folder, "csv", Wanted(), tmp_path / "out", Silent())


def test_a_damaged_warehouse_is_said(tmp_path: Path) -> None:
    folder = made_up_warehouse(tmp_path / "warehouse", made_up_rows())
    damaged = folder / "parquet" / "observations" / "all.parquet"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:4] + bytes(1000) + whole[1004:])
    with pytest.raises(ExportError, match="could not be read to its end"):
        export(folder, "csv", Wanted(), tmp_path / "out", Silent())
    assert not (tmp_path / "out").exists()


def test_a_warehouse_that_goes_away_meanwhile_is_said(tmp_path: Path) -> None:
    folder = made_up_warehouse(tmp_path / "warehouse", made_up_rows())

    class Refreshes(Silent):
        """Takes the generation away, as two refreshes do, when the last table begins."""

        def begin(self, table: str, rows: int) -> None:
            if table == "release_coverage":
                assert rows == 0
                shutil.rmtree(folder / ".generations")

    with pytest.raises(ExportError, match="was it refreshed meanwhile"):
        export(folder, "csv", Wanted(), tmp_path / "out", Refreshes())
    assert not (tmp_path / "out").exists()


# Terms


def test_a_release_without_a_licence_is_said_and_what_its_publisher_says_of_others(tmp_path: Path) -> None:
    rows = made_up_rows()
    rows["releases"][0] |= {"licence": None, "citation": None}
    rows["sources"][0]["licence"] = "CC BY-SA 4.0"
    report = export(made_up_warehouse(tmp_path / "w", rows), "csv", Wanted(), tmp_path / "out", Silent())
    assert report.warnings == (
        "made_up/2026-02: nobody stated its licence; say it in its release.toml before its figures are passed on",
    )
    said = (tmp_path / "out" / "LICENCES.txt").read_text(encoding="utf-8")
    assert "Licence: not stated for this release; its publisher's downloads: CC BY-SA 4.0" in said
    assert "Cite as: Nobody, Made-up figures, release 2026-02" in said


def test_only_releases_that_figures_are_from_are_cited(tmp_path: Path) -> None:
    rows = made_up_rows()
    rows["releases"].append(
        rows["releases"][0] | {"release": "2025-02", "released": date(2025, 2, 1), "citation": "Nobody (2025)"}
    )
    rows["observations"].append(observation(release="2025-02", ref_area="desa:947", obs_value=2.0))
    folder = made_up_warehouse(tmp_path / "w", rows)
    for area, cited in (("desa:947", True), ("KZ-75", False)):
        wanted = Wanted(tables=("observations",), ref_area=(area,))
        export(folder, "croissant", wanted, tmp_path / "out", Silent())
        assert ("Nobody (2025)" in (tmp_path / "out" / "LICENCES.txt").read_text(encoding="utf-8")) is cited
        assert ("Nobody (2025)" in (tmp_path / "out" / "croissant.json").read_text(encoding="utf-8")) is cited


def test_licences_are_known_by_their_text() -> None:
    assert licence("CC BY-SA 3.0 IGO") == Licence(
        "CC BY-SA 3.0 IGO", "CC-BY-SA-3.0-IGO", "https://creativecommons.org/licenses/by-sa/3.0/igo/"
    )
    assert licence("CC BY 4.0").url == "https://creativecommons.org/licenses/by/4.0/"
    assert licence("Rights reserved") == Licence("Rights reserved", None, None)
