"""What an export ended with.

Belongs here: what is told about it. Does not belong here: telling (`commands/`).
"""

from dataclasses import dataclass
from pathlib import Path

from edumig_pipeline.exports.folder import Fingerprint

LICENCES = "LICENCES.txt"
README = "README.txt"


@dataclass(frozen=True)
class Written:
    """A file that holds rows of a table, and how many rows were found in it when it was read again."""

    table: str
    path: str
    rows: int


@dataclass(frozen=True)
class Report:
    """What an export ended with: rows by table, files by path, and what whoever uses it should know."""

    format: str
    folder: Path
    generation: str
    rows: dict[str, int]
    files: dict[str, Fingerprint]
    whole: tuple[str, ...]
    warnings: tuple[str, ...]
