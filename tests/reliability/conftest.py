"""What these tests share with those of the pipeline: two empty folders, and `edumig` run on them."""

from pathlib import Path

import pytest

from tests.pipeline.conftest import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Empty folders for raw files and a warehouse."""
    (tmp_path / "raw").mkdir()
    return Place(tmp_path / "raw", tmp_path / "warehouse")
