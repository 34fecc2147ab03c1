"""What the tests of pages share with those of the pipeline: the warehouse of the shipped raw files."""

from tests.pipeline.conftest import shipped_folder

__all__ = ["shipped_folder"]
