"""Why a question to a warehouse has no answer, in sentences for whoever asked.

Belongs here: the kinds of reasons, so that the command line can end as each calls for without importing DuckDB. Does not
belong here: finding any of them.
"""


class AnswerError(Exception):
    """A question has no answer; the message says why and what to do."""


class UnavailableError(AnswerError):
    """There is no warehouse that could be asked, or it cannot be read."""


class WrongQuestionError(AnswerError):
    """The question itself is wrong: an unknown code, or SQL that is none or asks for more than reading."""


class NothingFoundError(AnswerError):
    """The question is right, and the warehouse has nothing of what it asks for."""
