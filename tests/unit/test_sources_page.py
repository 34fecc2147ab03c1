"""docs/sources.md names every layout that is read and every download, docs/operations.md every variable."""

from pathlib import Path

from edumig_pipeline.fetch import MIRROR
from edumig_pipeline.sources.registry import sources

DOCS = Path(__file__).parents[2] / "docs"
SOURCES, OPERATIONS = ((DOCS / name).read_text(encoding="utf-8") for name in ("sources.md", "operations.md"))


def test_every_layout_has_a_place_in_the_table() -> None:
    names = [layout.name for source in sources().values() for layout in source.layouts]
    assert [name for name in names if f"`{name}`" not in SOURCES] == []
    assert len(set(names)) == len(names)


def test_every_source_has_a_row() -> None:
    assert [source for source in sources() if f"`{source}/`" not in SOURCES] == []


def test_every_download_has_a_row() -> None:
    names = [f"{source.id}/{download.id}" for source in sources().values() for download in source.downloads]
    assert [name for name in names if f"`{name}`" not in SOURCES] == []


def test_every_variable_is_explained() -> None:
    keys = [download.key.variable for source in sources().values() for download in source.downloads if download.key]
    names = ("EDUMIG_RAW", "EDUMIG_WAREHOUSE", MIRROR, *keys)
    assert [name for name in names if f"`{name}`" not in SOURCES or f"`{name}`" not in OPERATIONS] == []
