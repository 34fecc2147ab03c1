"""All of the real publishers' files at once, laid out as releases: every one lands or is refused by name, and is accounted for.

They are not kept in this repository; where the folder beside it is absent, these tests skip. What lands of each publisher is
compared value by value in the publishers' own tests.
"""

import csv
import io
import json
import shutil
import zipfile

import pytest

from tests.pipeline.conftest import ROOT, Place, Ran, edumig

DATA = ROOT.parent / "shared/data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="publishers' files are not kept in this repository")

# Folder of the stored files -> release folder.
RELEASES = {
    "article": "kz_article/2021",
    "eurostat": "eurostat/2026-04",
    "iom/dtm": "iom/dtm-2025",
    "iom/missing_migrants": "iom/2024-04-10",
    "un_desa": "un_desa/rev2020",
    "unesco_uis/api": "unesco_uis/api-2026-08",
    "unesco_uis/bdds": "unesco_uis/bdds-2021-09",
    "unesco_uis/data_browser_2025-02": "unesco_uis/2025-02",
    "unesco_uis/data_browser_2026-02": "unesco_uis/2026-02",
    "unesco_uis/flows_360info": "unesco_uis/360info-2022-03",
}
# What is no file of a publisher's, or says that there is no answer: refused by name. Everything else lands.
REFUSED = {
    "kz_article/2021/article_ru.txt",
    "unesco_uis/api-2026-08/uis_data_unknown_geounit.json#hints",
    "unesco_uis/api-2026-08/uis_data_year_filter.json",
    "unesco_uis/api-2026-08/uis_indicator_themes.json",
    "unesco_uis/api-2026-08/uis_openapi_query_params.json",
    "unesco_uis/api-2026-08/uis_versions.json",
    *(
        f"unesco_uis/360info-2022-03/360info_{name}.csv"
        for name in (
            "country-names", "netflow-ratios", "notes-estimates", "notes-inclusions",
            "popular-destinations-by-origin", "popular-origins-by-destination",
        )
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Ran]:
    """A warehouse of all of them."""
    folder = tmp_path_factory.mktemp("everything")
    place = Place(folder / "raw", folder / "warehouse")
    for stored, release in RELEASES.items():
        shutil.copytree(DATA / stored, place.raw / release, dirs_exist_ok=True)
    # Two editions of one dataset are two releases.
    older = place.raw / "un_desa/rev2019"
    older.mkdir()
    (place.raw / "un_desa/rev2020/UN_MigrantStockTotal_2019.xlsx").rename(older / "UN_MigrantStockTotal_2019.xlsx")
    return place, edumig("refresh", "--raw", str(place.raw), "--warehouse", str(place.warehouse))


def test_every_file_is_known_or_refused_by_name_with_a_reason(everything: tuple[Place, Ran]) -> None:
    place, ran = everything
    laid_out = {path.relative_to(place.raw).as_posix() for path in place.raw.rglob("*") if path.is_file()}
    assert {file for (file,) in place.ask("SELECT raw_file FROM raw_files")} == laid_out
    refused = dict(place.ask("SELECT raw_file, reason FROM quarantine WHERE raw_row IS NULL"))
    assert set(refused) == REFUSED
    assert all(len(reason) > 20 for reason in refused.values())
    assert ran.code == 1
    for file in refused:
        assert f"refused: {file}: " in ran.err


def test_every_row_is_accounted_for(everything: tuple[Place, Ran]) -> None:
    place, _ = everything
    unbalanced = "SELECT * FROM row_ledger WHERE rows_read <> rows_published + rows_quarantined + rows_excluded"
    assert place.ask(unbalanced) == []
    assert place.ask("SELECT raw_file, rows_quarantined FROM row_ledger WHERE rows_quarantined > 0") == []


def records_in(name: str, content: bytes) -> int:
    """Records of a CSV, or cells of figures of a JSON reply, counted by other means than the pipeline's."""
    text = content.decode("utf-8-sig")
    if name.endswith(".csv"):
        return sum(1 for record in csv.reader(io.StringIO(text, newline="")) if record) - 1
    value = json.loads(text)
    if isinstance(value, list):
        return len(value)
    # A displacement record has three figures: persons, males, females.
    return (
        len(value["records"])
        if "records" in value
        else len(value["result"]) * (3 if name.startswith("displacement-admin") else 1)
    )


def test_rows_read_are_what_an_independent_count_finds(everything: tuple[Place, Ran]) -> None:
    place, _ = everything
    expected: dict[str, int] = {}
    for path in sorted(place.raw.rglob("*")):
        raw_file = path.relative_to(place.raw).as_posix()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                members = [name for name in archive.namelist() if "README" not in name]
                expected |= {f"{raw_file}#{name}": records_in(name, archive.read(name)) for name in members}
        elif path.suffix in (".csv", ".json") and raw_file not in {file.partition("#")[0] for file in REFUSED}:
            expected[raw_file] = records_in(path.name, path.read_bytes())
    found: dict[str, int] = {}
    for file, read in place.ask("SELECT raw_file, rows_read FROM row_ledger WHERE raw_file NOT LIKE '%.xlsx%'"):
        name = str(file) if ".zip" in file else str(file).partition("#")[0]
        found[name] = found.get(name, 0) + read
    assert {file: found[file] for file in expected} == expected
    assert sum(expected.values()) > 60_000


def test_what_landed_is_marked_by_publisher_release_and_place(everything: tuple[Place, Ran]) -> None:
    place, _ = everything
    sources = {source for (source,) in place.ask("SELECT DISTINCT source FROM observations")}
    assert sources == {"eurostat", "iom", "un_desa", "unesco_uis"}
    assert place.ask("SELECT count(*) FROM observations WHERE raw_row IS NULL OR raw_row < 1 OR raw_file = ''") == [(0,)]
    lost = "SELECT DISTINCT ref_area FROM observations WHERE ref_area NOT IN (SELECT code FROM areas)"
    assert place.ask(lost) == []
