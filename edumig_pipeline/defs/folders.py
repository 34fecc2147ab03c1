"""The folders a run reads and writes, and how its steps are executed.

Belongs here: what runs need from outside. Does not belong here: any step.
"""

import os
from pathlib import Path

import dagster as dg

from edumig_pipeline.warehouse import Warehouse

_PROJECT = Path(__file__).parents[2]


def raw_folder() -> Path:
    """Folder of raw files: EDUMIG_RAW, else raw/ of the project."""
    return Path(os.environ.get("EDUMIG_RAW") or _PROJECT / "raw")


def warehouse() -> Warehouse:
    """The warehouse a run builds: EDUMIG_WAREHOUSE, else warehouse/ of the project."""
    return Warehouse(Path(os.environ.get("EDUMIG_WAREHOUSE") or _PROJECT / "warehouse"))


@dg.definitions
def defs() -> dg.Definitions:
    """The executor: one process, since a process per step costs two seconds each."""
    return dg.Definitions(executor=dg.in_process_executor)
