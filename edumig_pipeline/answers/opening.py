"""A published warehouse, opened for reading and for nothing else.

Belongs here: finding the file, opening it shut off from the rest of the machine, asking it the questions that lie beside this
module as SQL files, and the sentence for a file that cannot be read. Does not belong here: any question (`*.sql`), or SQL
that a user wrote (`querying`).
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from edumig_pipeline.answers.errors import UnavailableError
from edumig_pipeline.warehouse import Warehouse

Row = dict[str, Any]

_AGAIN = "build it anew with `edumig refresh`"


@dataclass(frozen=True)
class Published:
    """A published warehouse that is open: the link users know, the file it stood for when it was opened, the connection."""

    link: Path
    file: Path
    db: duckdb.DuckDBPyConnection

    @property
    def built(self) -> datetime:
        """When the file was written, UTC."""
        return datetime.fromtimestamp(self.file.stat().st_mtime, UTC)

    def ask(self, question: str, **parameters: object) -> list[Row]:
        """All rows that answer `question`.sql, as dicts; parameters are bound, never written into the text."""
        return list(self.each(question, **parameters))

    def each(self, question: str, **parameters: object) -> Iterator[Row]:
        """The rows that answer `question`.sql, a thousand at a time, for answers as large as a release."""
        result = self.db.execute(text_of(question), parameters)
        names = [column[0] for column in result.description or ()]
        while rows := result.fetchmany(1000):
            yield from (dict(zip(names, row, strict=True)) for row in rows)


def text_of(question: str) -> str:
    """The SQL of a question that lies beside this module."""
    return files("edumig_pipeline.answers").joinpath(f"{question}.sql").read_text(encoding="utf-8")


@contextmanager
def opened(folder: Path, *, sealed: bool = False) -> Iterator[Published]:
    """The warehouse published in `folder`, open until the block ends; a refresh meanwhile does not disturb it.

    The connection reaches no other file, setting, extension or variable of the machine. `sealed`, for SQL that is not our own, it
    opens no file at all any more: DuckDB counts the published one among those that COPY may write, and a SELECT may hold a
    COPY. What does not fit into memory then fails. Raises UnavailableError when there is no warehouse, or when the file turns
    out to be damaged or of another version.
    """
    link = Warehouse(folder).database
    if not link.exists():
        raise UnavailableError(
            f"there is no warehouse in {folder}: build one with `edumig refresh --warehouse {folder}`, "
            "or name another folder with --warehouse or EDUMIG_WAREHOUSE"
        )
    file = link.resolve()
    with tempfile.TemporaryDirectory(prefix="edumig-") as spill, _read_errors_told(link):
        # What does not fit into memory would else be put beside the published file.
        shut: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": False, "temp_directory": spill}
        with duckdb.connect(str(file), read_only=True, config=shut) as db:
            db.execute("SET enable_progress_bar = false")
            # It comes from the environment, password and all, and could be asked for.
            db.execute("SET http_proxy = ''")
            if sealed:
                db.execute("SET disabled_filesystems = 'LocalFileSystem'")
            db.execute("SET lock_configuration = true")
            yield Published(link, file, db)


@contextmanager
def _read_errors_told(link: Path) -> Iterator[None]:
    """DuckDB's errors, as what they say of the published file; other errors pass."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise UnavailableError(f"{link} was built by another version of edumig: {_AGAIN} ({_first_line(error)})") from error
    except (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException) as error:
        raise UnavailableError(f"{link} cannot be read: {_first_line(error)}; {_AGAIN}") from error
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        if "Corrupt" not in str(error):
            raise
        raise UnavailableError(f"{link} is damaged: {_first_line(error)}; {_AGAIN}") from error
    except RuntimeError as error:
        if "interrupted" not in str(error):
            raise
        raise KeyboardInterrupt from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
