"""The README's table names every layout that is read."""

from pathlib import Path

from edumig_pipeline.fetch import MIRROR
from edumig_pipeline.sources.registry import sources

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_every_layout_has_a_place_in_the_table() -> None:
    names = [layout.name for source in sources().values() for layout in source.layouts]
    assert [name for name in names if f"`{name}`" not in README] == []
    assert len(set(names)) == len(names)


def test_every_source_has_a_row() -> None:
    assert [source for source in sources() if f"`{source}/`" not in README] == []


def test_every_download_has_a_row() -> None:
    names = [f"{source.id}/{download.id}" for source in sources().values() for download in source.downloads]
    assert [name for name in names if f"`{name}`" not in README] == []


def test_every_variable_is_explained() -> None:
    keys = [download.key.variable for source in sources().values() for download in source.downloads if download.key]
    assert [name for name in ("EDUMIG_RAW", "EDUMIG_WAREHOUSE", MIRROR, *keys) if f"`{name}`" not in README] == []
