"""What these tests share with those of the pipeline: two empty folders, and `edumig` run on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.conftest import Place
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
