"""What can become of a request that brings nothing.

Belongs here: the errors of retrieval over HTTP. Does not belong here: when they arise (`web`, `body`).
"""


class WebError(Exception):
    """A request that brought nothing, and why."""


class TooMuchAskedError(WebError):
    """The publisher refuses the request as it is; `said` is its message."""

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message)
        self.said = said


class AbsentError(WebError):
    """There is nothing at that address."""


class PassingError(WebError):
    """What may be gone at the next attempt; `wait` is how many seconds the publisher asks to wait."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait
