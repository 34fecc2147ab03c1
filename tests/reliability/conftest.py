"""What these tests share: two folders, empty or with a state in them, and `edumig` run on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.conftest import Place
from tests.reliability.crashing import copied
from tests.reliability.states import put
from tests.reliability.victim import in_haste


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Empty folders for raw files and a warehouse."""
    (tmp_path / "raw").mkdir()
    return Place(tmp_path / "raw", tmp_path / "warehouse")


@pytest.fixture
def haste() -> Iterator[None]:
    """Refreshes in this process leave out what keeps nothing on disk (`victim.in_haste`)."""
    with in_haste():
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with raw files of state 0, published."""
    folder = tmp_path_factory.mktemp("template")
    put(folder / "raw", 0)
    with in_haste():
        assert Place(folder / "raw", folder / "warehouse").refresh().code == 0
    return folder


@pytest.fixture
def published(template: Path, tmp_path: Path, haste: None) -> Place:
    """Raw files of state 0, published; refreshes make haste."""
    del haste
    copied(template, tmp_path / "place")
    return Place(tmp_path / "place/raw", tmp_path / "place/warehouse")
