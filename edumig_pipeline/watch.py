"""Somebody who is told how a refresh goes on.

Belongs here: what there is to be told, and the one who listens to nothing. Does not belong here: showing it (`commands/`,
`defs/`), or how a download goes on, which is told in bytes (`retrieval/web`).
"""

from typing import Protocol


class Watch(Protocol):
    """Told of each step as it begins, and of each piece of it as it is done."""

    def begin(self, step: str, pieces: int) -> None:
        """A step begins that has so many pieces."""

    def done(self, piece: str = "") -> None:
        """One more piece is done; it is named where a person may want to read of it."""

    def say(self, text: str) -> None:
        """Something that a person should know, and that is no piece of a step."""


class Nobody:
    """Listens to nothing."""

    def begin(self, step: str, pieces: int) -> None:
        """Nothing."""

    def done(self, piece: str = "") -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""


NOBODY = Nobody()
