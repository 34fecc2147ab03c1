"""How the command line ends.

Belongs here: the exit codes of all commands, and the error that carries one. Does not belong here: when a command ends with
which.
"""

CLEAN, FLAWED, FAILED, USAGE = 0, 1, 2, 64


class CommandError(Exception):
    """A command could not do what it was asked; the message says what is left undone and why."""
