"""What happens, as JSON lines for machines: one object a line, to the file that EDUMIG_LOG names, or with `-` to standard error.

Belongs here: how a line is written, and where to. Does not belong here: what there is to tell (the steps), or what a person sees
meanwhile (`watch`).
"""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from time import monotonic

VARIABLE = "EDUMIG_LOG"
INFO, WARNING, ERROR = logging.INFO, logging.WARNING, logging.ERROR

_LONGEST = 2_000  # characters of a text: names and reasons may come from a raw file
_LOGGER = logging.getLogger("edumig_pipeline")
_LOGGER.setLevel(logging.INFO)
_LOGGER.propagate = False  # programs that embed the steps see lines where they asked for them, and nowhere else
_LOGGER.addHandler(logging.NullHandler())
_begun: set[str] = set()  # runs of which this process told that they begin: a run of Dagster's opens the log in each step


class LogError(Exception):
    """The log cannot be written."""


def tell(event: str, level: int = INFO, /, **facts: object) -> None:
    """Write a line about something that happened; nothing when nobody asked for a log. Facts that are None are left out."""
    _LOGGER.log(level, event, extra={"facts": facts})


@contextmanager
def step(name: str, **facts: object) -> Iterator[None]:
    """Tell that a step begins, and how many seconds later it ended or failed."""
    began = monotonic()
    tell("step_begun", step=name, **facts)
    try:
        yield
    except BaseException as error:
        tell("step_failed", ERROR, step=name, **facts, seconds=round(monotonic() - began, 3), reason=reason_of(error))
        raise
    tell("step_ended", step=name, **facts, seconds=round(monotonic() - began, 3))


@contextmanager
def logged(run: str, started_by: str) -> Iterator[None]:
    """Write what is told until the block ends to where EDUMIG_LOG says, as lines of that run.

    Raises LogError, before anything else happens, when the first line cannot be written. Later a line that cannot be written is
    no reason to stop: that is said on standard error once.
    """
    target = os.environ.get(VARIABLE)
    if not target:
        yield
        return
    handler = _opened(target)
    handler.setFormatter(_Line(run))
    _LOGGER.addHandler(handler)
    try:
        if run not in _begun:
            _begun.add(run)
            tell("run_begun", started_by=started_by)
        handler.has_begun = True
        yield
    finally:
        _LOGGER.removeHandler(handler)
        if target != "-":
            with suppress(OSError):  # of a line that could not be written, which was said
                handler.stream.close()


def _opened(target: str) -> "_Lines":
    try:
        return _Lines(sys.stderr if target == "-" else open(target, "a", encoding="utf-8"))  # noqa: PTH123
    except OSError as error:
        raise _unwritable(target, error) from error


def _unwritable(target: str, error: BaseException) -> LogError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return LogError(f"the log {plain(target)} cannot be written: {reason}; mend what {VARIABLE} says, or unset it")


class _Lines(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes each line at once, so that lines of several processes may stand in one file."""

    has_begun = False
    _complained = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        """The first line must be written; of later ones that cannot be, standard error hears once."""
        del record
        error = sys.exc_info()[1]
        if not self.has_begun:
            raise _unwritable(os.environ.get(VARIABLE, ""), error or OSError()) from error
        if not self._complained:
            self._complained = True
            if sys.__stderr__:
                sys.__stderr__.write(f"edumig: the log cannot be written any more: {error}\n")


class _Line(logging.Formatter):
    """A record as one JSON object."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run

    def format(self, record: logging.LogRecord) -> str:
        """ASCII alone: no text of a raw file can end the line, steer a terminal or be no Unicode."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "run": self._run,
            **{name: _fact(value) for name, value in vars(record)["facts"].items() if value is not None},
        }
        return json.dumps(told, allow_nan=False)


def _fact(value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    text = plain(str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def plain(text: str) -> str:
    """The text with what is no Unicode, as in the name of a file, spelt out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def reason_of(error: BaseException) -> str:
    """An error as a sentence, with its kind."""
    return plain(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
