"""Why an export did not come about, in a sentence for whoever asked for it.

Belongs here: the errors that a command turns into a message and an exit code. Does not belong here: the messages.
"""


class ExportError(Exception):
    """Nothing was exported, and what lay at the target is as it was."""


class UnknownNameError(ExportError):
    """A table, indicator, area or source was named that the warehouse does not have, or the format does not take."""


def first_line(error: Exception) -> str:
    """What a library says went wrong, without where in its query."""
    return str(error).partition("\n")[0]
