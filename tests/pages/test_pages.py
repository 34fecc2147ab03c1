"""README and docs/: what they tell their readers to run runs, says what they say, and where they point there is something."""

import re
from pathlib import Path

import duckdb
import pytest

from edumig_pipeline.model.catalogue import TABLES
from tests.pages.running import LANGUAGES, ROOT, Block, Place, blocks, renewed

# Pages that another test runs whole.
ELSEWHERE = {
    "docs/command-line.md": "tests/pipeline/test_cli_page.py",
    "docs/exports.md": "tests/pipeline/test_exports_page.py",
}
# Blocks that are not run here, by page and first line, and why.
NOT_RUN = {
    ("docs/operations.md", "sudo cp deploy/edumig-daemon.service deploy/edumig-web.service /etc/systemd/system/"): (
        "needs root and systemd; tests/pipeline/test_deploy.py has systemd look at the units, and starts what they start"
    ),
    ("docs/operations.md", "docker compose -f deploy/compose.yaml up --build --detach"): (
        "needs Docker; tests/pipeline/test_deploy.py compares the file with what it is built from"
    ),
    ("docs/operations.md", "python hook.py 8080 &"): (
        "starts the page for good; tests/pipeline/test_alerts.py has hook.py told of a run that failed"
    ),
    ("docs/operations.md", "git pull"): "needs a remote, root and systemd; `make warehouse` is run from README.md",
    ("docs/sources.md", 'export EDUMIG_RAW="$HOME/edumig/raw" EDUMIG_WAREHOUSE="$HOME/edumig/warehouse"'): (
        "asks the publishers' servers; tests/publishers/test_fetching_section.py runs it with a local one"
    ),
}
GENERATED = {"docs/data-dictionary.md", "docs/findings.md"}
EVERY_PAGE = [page.relative_to(ROOT).as_posix() for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]]
PAGES = [name for name in EVERY_PAGE if name not in {*ELSEWHERE, *GENERATED}]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def run_page(name: str, folder: Path, warehouse: Path) -> str:
    """The page with what comes out of its blocks now; those of NOT_RUN and those in R stay as they are."""
    place = Place(folder, warehouse)

    def run(block: Block) -> str | None:
        return None if (name, block.title) in NOT_RUN or block.language == "r" else place.run(block)

    return renewed(read(name), run)


# The libraries in the snippets warn of what other libraries will change.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in PAGES if blocks(read(name))])
def test_what_a_page_tells_to_run_says_what_the_page_says(name: str, shipped_folder: Path, tmp_path: Path) -> None:
    assert run_page(name, tmp_path, shipped_folder) == read(name), "renew it with `make docs`"


def test_blocks_that_are_not_run_are_there_and_those_who_run_them() -> None:
    titles = {(name, block.title) for name in PAGES for block in blocks(read(name))}
    assert set(NOT_RUN) <= titles
    named = [path for reason in NOT_RUN.values() for path in re.findall(r"tests/\S+\.py", reason)]
    assert [path for path in [*named, *ELSEWHERE.values()] if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_block_says_what_it_is(name: str) -> None:
    fences = re.findall(r"^```(.*)$", read(name), re.MULTILINE)
    opening = fences[::2]
    assert set(fences[1::2]) <= {""}
    languages = {fence.split()[0] if fence else "" for fence in opening}
    assert languages <= {*LANGUAGES, "text", "toml", "ini", "yaml", "csv"}
    asked = [block for block in blocks(read(name)) if block.language == "sql"]
    assert [block.title for block in asked if block.answer is None] == [], "every question has its answer"


def test_tables_and_columns_named_in_r_are_there(shipped_folder: Path) -> None:
    snippets = [block.text for block in blocks(read("docs/using-the-data.md")) if block.language == "r"]
    assert len(snippets) == 2
    columns = {table.name: set(table.names) for table in TABLES}
    with duckdb.connect(str((shipped_folder / "edumig.duckdb").resolve()), read_only=True) as db:
        for snippet in snippets:
            for sql in re.findall(r'dbGetQuery\(\w+, "(.*?)"\)', snippet, re.DOTALL):
                assert db.execute(sql).fetchall()
            for table in re.findall(r'"warehouse/parquet/(\w+)"', snippet):
                assert (shipped_folder / "parquet" / table).is_dir()
                for call in re.findall(r"\b(?:select|filter|arrange)\((.*?)\)", snippet):
                    named = re.findall(r"(?<![\"\w])[a-z_]+(?![\"\w])", call)
                    assert named
                    assert set(named) <= columns[table]


def anchors(name: str) -> set[str]:
    """What a page's headings are called in links."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", read(name), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_links_lead_somewhere(name: str) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", read(name), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.resolve().relative_to(ROOT).as_posix()), link


def test_the_index_lists_every_page() -> None:
    index = read("docs/README.md")
    assert [
        name
        for name in EVERY_PAGE
        if name != "docs/README.md" and name.startswith("docs/") and f"({Path(name).name})" not in index
    ] == []


# The mechanism itself


def page_of(*fences: str) -> str:
    return "\n\n".join(fences) + "\n"


def test_an_answer_that_is_not_true_is_replaced(shipped_folder: Path, tmp_path: Path) -> None:
    place = Place(tmp_path, shipped_folder)
    answer = "<!-- answer -->\n| claims |\n| ---: |\n| {} |\n<!-- end of answer -->"
    asked = f"```sql\nSELECT count(*) AS claims FROM claims\n```\n\n{answer}"
    counted = "```python\nx = 2\n```\n\n```python\nprint(x)\n```\n\n```text\n{}\n```"
    told = "```sh\necho {}\n```\n\n```text\n{}\n```"
    page = page_of(asked.format(76), counted.format(3), told.format("five", "six"))
    assert renewed(page, place.run) == page_of(asked.format(77), counted.format(2), told.format("five", "five"))


@pytest.mark.parametrize("block", ["```sh\nfalse\n```", "```sql\nSELECT * FROM nothing\n```", "```python\n1 / 0\n```"])
def test_a_block_that_fails_fails(shipped_folder: Path, tmp_path: Path, block: str) -> None:
    place = Place(tmp_path, shipped_folder)
    with pytest.raises((AssertionError, duckdb.Error, ZeroDivisionError)):
        renewed(page_of(block), place.run)


def test_what_a_page_does_stays_in_its_folder(shipped_folder: Path, tmp_path: Path) -> None:
    place = Place(tmp_path, shipped_folder)
    page = page_of("```sh\nrm -r raw docs warehouse/edumig.duckdb\n```", "```toml raw/nobody/1/release.toml\ntitle = 'x'\n```")
    renewed(page, place.run)
    assert (ROOT / "raw" / "unesco_uis").is_dir()
    assert (ROOT / "docs" / "tutorial.md").is_file()
    assert (shipped_folder / "edumig.duckdb").exists()
    assert not (ROOT / "raw" / "nobody").exists()
    assert (tmp_path / "raw/nobody/1/release.toml").read_text(encoding="utf-8") == "title = 'x'\n"
