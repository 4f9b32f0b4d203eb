"""The errors that codegraph raises: each says what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence


class CodegraphError(Exception):
    """Base of every error that codegraph raises on purpose.

    `exit_code` is what the command line returns for it: 2 where the input or the request is at fault.
    """

    exit_code = 2


class InvalidCode(CodegraphError, ValueError):
    """A text that no code system writes its codes like."""


class InvalidValue(CodegraphError, ValueError):
    """A date, unit count, modifier, locality or setting that cannot be meant; `candidates` lists what can."""

    def __init__(self, message: str, *, candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class UnknownCode(CodegraphError, KeyError):
    """A well-written code that the opened release does not hold; `near` lists similar codes that it does."""

    def __init__(self, message: str, *, near: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.near = tuple(near)

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownTerm(CodegraphError, KeyError):
    """A facet value, scheme, graph or relation name that the graph does not define; `near` lists similar ones."""

    def __init__(self, message: str, *, near: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.near = tuple(near)

    def __str__(self) -> str:
        return str(self.args[0])


class QueryError(CodegraphError):
    """A SPARQL query, or a parameter of a stored one, that cannot be run as given."""


class NotLoaded(CodegraphError, LookupError):
    """A question about something that no loaded source covers; the message names the file that brings it."""


class LicenceRequired(CodegraphError):
    """Text whose licence must be accepted, or asked for by name, before it is read or written."""


class SourceError(CodegraphError):
    """A file that cannot be read as what it should be; the message names the file."""


class ReleaseError(CodegraphError):
    """A release directory that cannot be opened, built or published."""


class ReasonerError(CodegraphError):
    """The reasoner is missing, of the wrong version, or ran out of time."""
