"""How the command line ends.

Belongs here: the exit codes of all commands. Does not belong here: when a command ends with which.
"""

CLEAN, FLAWED, FAILED, USAGE = 0, 1, 2, 64
