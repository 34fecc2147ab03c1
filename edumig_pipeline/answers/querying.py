"""SQL that a user wrote, asked of a published warehouse.

Belongs here: what may be asked, and the sentence for what may not. Does not belong here: how an answer is written out
(`writing`), or questions of our own (`opening`, `*.sql`).
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import duckdb

from edumig_pipeline.answers.errors import WrongQuestionError
from edumig_pipeline.answers.opening import Published

Result = TypeVar("Result")

_ONE_SELECT = (
    "a query is one SELECT (or FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE): the warehouse is only read, and nothing else "
    "of this machine is; a PIVOT needs its columns listed: PIVOT t ON year IN (2017, 2018) USING sum(x)"
)
_NO_FILE = "File system LocalFileSystem has been disabled by configuration"
_NO_FILE_TOLD = "no query reaches a file of this machine, not even one for what does not fit into memory"
_AT_FAULT = (duckdb.ProgrammingError, duckdb.DataError, duckdb.PermissionException)


@contextmanager
def asked(published: Published, sql: str) -> Iterator[duckdb.DuckDBPyRelation]:
    """The answer to one SELECT, computed as it is fetched; columns of the same name are told apart by a number.

    The warehouse is to be opened sealed. Raises WrongQuestionError, with DuckDB's message and the place in the text, for what is
    no SQL, names what is not there, cannot be computed, or is any other statement.
    """
    try:
        yield derived(_bound(published.db, _one_select(sql)), "FROM answer")
    except (*_AT_FAULT, WrongQuestionError) as error:
        raise WrongQuestionError(_in_lines_of(sql, str(error).replace(_NO_FILE, _NO_FILE_TOLD))) from error


def _one_select(sql: str) -> duckdb.Statement:
    statements = duckdb.extract_statements(sql)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise WrongQuestionError(_ONE_SELECT)
    return statements[0]


def _bound(db: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> duckdb.DuckDBPyRelation:
    """The statement as a relation, with every name in it found."""
    try:
        return db.sql(statement.query)
    except (duckdb.BinderException, duckdb.CatalogException):
        # It cannot run, and says as a statement what it keeps to itself as a relation: the place in the text.
        db.execute(statement)
        raise


def _in_lines_of(sql: str, message: str) -> str:
    """DuckDB's message with the line numbers of `sql`, which DuckDB has put into a larger text of its own."""

    def numbered(found: re.Match[str]) -> str:
        shown = found["text"].strip().strip(".")
        lines = [number for number, line in enumerate(sql.splitlines(), start=1) if shown in line]
        return f"LINE {lines[0] if lines else found['number']}: {found['text']}"

    return re.sub(r"^LINE (?P<number>\d+): (?P<text>.*)$", numbered, message, flags=re.MULTILINE)


def derived(answer: duckdb.DuckDBPyRelation, sql: str) -> duckdb.DuckDBPyRelation:
    """What a SELECT of ours makes of the relation `answer`."""
    result = answer.query("answer", sql)
    if result is None:
        raise TypeError(f"{sql} is no SELECT")
    return result


def interruptible(published: Published, work: Callable[[], Result]) -> Result:
    """What `work` returns; Ctrl-C ends it at once, which DuckDB does not heed while it computes in the main thread."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        running = worker.submit(work)
        try:
            return running.result()
        except KeyboardInterrupt:
            published.db.interrupt()
            raise
