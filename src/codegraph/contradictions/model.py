"""The values of a contradiction report: a row with its two sides, and what could not be looked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Final, overload

# Kind -> what disagrees. In the order in which a report names them.
KINDS: Final[dict[str, str]] = {
    "grouping": "A grouper splits what a definition holds together: codes of one act in several categories of "
    "CCSR, or codes that differ in approach alone in different ones of RBCS.",
    "separate-procedure": "Sources differ on whether a code is a separate procedure, with each other, with the "
    "graph, or with the reasons of NCCI's edits.",
    "statement": "Sources differ on another property, with each other or with the graph.",
    "mapping-without-reason": "A mapping set joins two defined codes, and no act or reading of the one has "
    "facets in common with the other.",
    "relation": "Two mapping sets state different relations for one pair of codes.",
    "gone": "An indication or a mapping names a code that is retired or not in the newest loaded list.",
    "gem": "Equivalence mappings that do not agree with their reverse, or call one code identical to two.",
    "add-on": "The add-on flag, NCCI's add-on edits and the fee schedule's global period do not agree.",
    "header": "An indication names a header, which stands for the codes below it and is not billable itself.",
    "gem-gone": "An equivalence mapping, which CMS ended in 2018, leads to a code that later lists do not have.",
}
# Kinds that are only looked for by name: what they find is meant so, or was to be expected.
LESSER: Final = frozenset({"header", "gem-gone"})


@dataclass(frozen=True, slots=True, order=True)
class Contradiction:
    """Two sources that cannot both be right, or that divide one matter differently.

    `subject` is a CURIE, `what` the property, system or code at issue. `first` and `second` say in words what the
    sources `first_source` and `second_source` hold: idents of releases, mapping sets, or addresses.
    """

    kind: str
    subject: str
    what: str
    first: str
    first_source: str
    second: str
    second_source: str
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return (
            f"{self.kind}: {self.subject}, {self.what}: {self.first} [{self.first_source}]; "
            f"{self.second} [{self.second_source}]{note}"
        )


COLUMNS: Final = tuple(f.name for f in fields(Contradiction))


@dataclass(frozen=True, slots=True, order=True)
class NotChecked:
    """Something that could not be looked for, because a source is not loaded; `brings` names the file."""

    kind: str
    what: str
    brings: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}: not loaded ({self.brings})"


class Contradictions(Sequence[Contradiction]):
    """The rows of a report, sorted, each once; `not_loaded` says what could not be looked for.

    >>> report = Contradictions([Contradiction("gem", "icd9cm:001", "icd10cm:A00", "a", "x", "b", "y")], [])
    >>> len(report), report.counts
    (1, {'gem': 1})
    """

    def __init__(self, rows: Sequence[Contradiction], not_loaded: Sequence[NotChecked]) -> None:
        order = {kind: place for place, kind in enumerate(KINDS)}
        self._rows = tuple(sorted(set(rows), key=lambda row: (order[row.kind], row)))
        self.not_loaded = tuple(sorted(set(not_loaded), key=lambda one: (order[one.kind], one)))

    @overload
    def __getitem__(self, index: int) -> Contradiction: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Contradiction]: ...

    def __getitem__(self, index: int | slice) -> Contradiction | Sequence[Contradiction]:
        """Return a row by its place."""
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of rows of each kind that has any, in the order of the kinds."""
        return dict(Counter(row.kind for row in self._rows))

    def to_csv(self) -> str:
        """Return the rows as CSV (RFC 4180); texts that a spreadsheet would take for a formula are disarmed."""
        from codegraph.result_text import texts_csv

        return texts_csv(COLUMNS, (astuple(row) for row in self._rows))

    def __repr__(self) -> str:
        told = ", ".join(f"{number} {kind}" for kind, number in self.counts.items()) or "none"
        return f"<Contradictions: {told}; {len(self.not_loaded)} not looked for>"
