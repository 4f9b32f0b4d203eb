"""What every reader of an official file shares: releases, rejects, code facts, and the reader's own shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from codegraph.namespaces import release_iri
from codegraph.rdf import Triple

if TYPE_CHECKING:
    from codegraph.sources.files import Member

UNDATED: Final = "undated"


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """One published edition of one source.

    `source` names the series (`cms-pfs`), `version` the edition as its publisher counts (`2025D`), `undated`
    where neither the content nor the file's name says it. Dates are None where the file does not say them.
    """

    source: str
    version: str
    title: str = field(compare=False)
    issued: date | None = field(default=None, compare=False)
    effective_from: date | None = field(default=None, compare=False)
    effective_to: date | None = field(default=None, compare=False)

    @property
    def ident(self) -> str:
        """Return `source/version`, the key of this release everywhere."""
        return f"{self.source}/{self.version}"

    @property
    def iri(self) -> str:
        """Return the release's IRI, which also names its graph."""
        return release_iri(self.ident)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read: kept with its line and reason, never dropped in silence."""

    line: int | None
    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader repaired by a stated rule (a code that Excel stripped of zeros): the row still counts."""

    line: int | None
    rule: str
    row: str


@dataclass(frozen=True, slots=True)
class CodeFact:
    """What one row says of one code; the build merges the facts of all releases, the newest first.

    `system` is a key of namespaces.CODE_PREFIXES, `notation` the printed form. `authority` says that the file is
    the system's own list, so that a code it drops is retired. `licensed` marks a label that belongs to the AMA,
    the ADA or another licensor and must stay in the licensed graph.
    """

    system: str
    notation: str
    label: str | None = None
    short_label: str | None = None
    billable: bool | None = None
    parent: str | None = None  # IRI of the group, heading or code right above it
    added: date | None = None
    terminated: date | None = None
    authority: bool = False
    licensed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of tables.sqlite: its name, its columns with SQLite types, its primary key and further indexes."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()


def _no_triples(row: Any, release: Release) -> Iterable[Triple]:  # noqa: ANN401
    return ()


def _no_codes(row: Any, release: Release) -> Iterable[CodeFact]:  # noqa: ANN401
    return ()


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of official file is recognised, dated, read, and turned into triples, table rows and code facts.

    `sniff(head)` sees the first 64 KiB of the decompressed bytes and must be exact: two readers never claim one
    file. `release(member)` may read on, and may fall back on the file's name where the content has no date.
    `read(member)` yields typed rows, a Reject for each row it cannot read, a Note for each repair; it raises
    SourceError where the whole file is not what it should be (cut short, header without rows).
    `triples`: facts whose subject names its release, or that belong in the release's graph (see `named_graph`).
    """

    kind: str
    title: str
    publisher: str
    page: str
    sniff: Callable[[bytes], bool]
    release: Callable[[Member], Release]
    read: Callable[[Member], Iterator[Any]]
    triples: Callable[[Any, Release], Iterable[Triple]] = _no_triples
    codes: Callable[[Any, Release], Iterable[CodeFact]] = _no_codes
    table: Table | None = None
    table_rows: Callable[[Any, Release], Iterable[tuple[Any, ...]]] | None = None
    # True: the triples stand in the named graph of the release. False: each subject already names its release
    # (a fee schedule entry), so the triples stand in the default graph at half the cost.
    named_graph: bool = False
    # Facts of facet values that several files state alike (synonyms, wider devices): they stand in the
    # default graph even where `named_graph` is set, so that no triple stands in two graphs.
    shared: Callable[[Any, Release], Iterable[Triple]] = _no_triples
    # Tables beside `table`, each with what makes its rows.
    further: tuple[tuple[Table, Callable[[Any, Release], Iterable[tuple[Any, ...]]]], ...] = ()
    # The holder of the rights, where a licence of the user's own covers the file: its triples stand in the
    # licensed dump only, its rows in tables of their own, and both leave only when asked for.
    licensor: str | None = None
    bulk: bool = False  # millions of rows: read by the edits builder, in a process of its own
