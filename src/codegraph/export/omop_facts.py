"""What an OMOP vocabulary says of a release's codes, read in one pass over the dumps and from the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from typing import Final, NamedTuple

from codegraph.export.graphs import choose
from codegraph.export.lines import blocks
from codegraph.export.omop_names import CATEGORIES
from codegraph.model import RELATIONS, Relation
from codegraph.namespaces import CG, CODE, CONCEPT, DCTERMS, SKOS, code_iri, contract, expand
from codegraph.sources import gems
from codegraph.tables import Tables

_EDGES: Final = ".edges.nq.gz"
_BROADER: Final = f"<{SKOS}broader>"
_CLASSIFIED: Final = f"<{CG}classifiedAs>"
_ADDED: Final = f"<{CG}addedOn>"
_ENDED: Final = f"<{CG}terminatedOn>"
_REPLACED: Final = f"<{DCTERMS}isReplacedBy>"
_WORDS: Final = {f"<{SKOS}altLabel>", f"<{CG}shortLabel>", f"<{CG}officialDescriptor>"}
_READ: Final = {_BROADER, _CLASSIFIED, _ADDED, _ENDED, _REPLACED, *_WORDS}
_PLACES: Final = ("group", "heading", *CATEGORIES)
_STARTS: Final = (f"<{CODE}".encode(), *(f"<{CONCEPT}{place}/".encode() for place in _PLACES))
_ESCAPE: Final = re.compile(r"\\[nrt\"\\]")
_ESCAPED: Final = {"\\n": " ", "\\r": " ", "\\t": " ", '\\"': '"', "\\\\": "\\"}
Pair = tuple[str, str]


class Code(NamedTuple):
    """A code: the row of the table."""

    system: str
    notation: str
    label: str | None
    status: str


@dataclass(slots=True)
class Facts:
    """Facts by the IRI of a code, group or category: dates as YYYYMMDD, what lies above and `replaced` as IRIs."""

    codes: dict[str, Code] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)  # IRI -> label; categories too
    broader: dict[str, tuple[str, ...]] = field(default_factory=dict)
    classified: dict[str, tuple[str, ...]] = field(default_factory=dict)  # code -> categories
    added: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    replaced: set[Pair] = field(default_factory=set)
    words: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path, tables: Tables, *, include_licensed: bool) -> Facts:
        """Read a release directory; official descriptors are among the words only with `include_licensed`."""
        self = cls()
        for row in tables.stream(
            "SELECT system, notation, label, status FROM code ORDER BY system, notation"
        ):
            self.codes[code_iri(row[0], row[1])] = Code(*row)
        for dump in choose(directory, None, include_licensed=include_licensed):
            if _EDGES not in dump.path.name:
                for block in blocks(dump.path):
                    self._take(block)
        self._limit(tables)
        return self

    def _take(self, block: bytes) -> None:
        for line in block.split(b"\n")[:-1]:
            if not line.startswith(_STARTS):
                continue
            subject, predicate, rest = line.decode().split(" ", 2)
            if predicate not in _READ:
                continue
            iri = subject[1:-1]
            if predicate in _WORDS:
                self.words.setdefault(iri, set()).add(_text(rest))
            elif predicate == _ADDED:
                self.added[iri] = min(_day(rest), self.added.get(iri, "9"))
            elif predicate == _ENDED:
                self.ended[iri] = max(_day(rest), self.ended.get(iri, ""))
            else:
                other = rest[1 : rest.index(">")]
                if predicate == _REPLACED:
                    self.replaced.add((iri, other))
                    continue
                above = self.broader if predicate == _BROADER else self.classified
                if other not in (known := above.get(iri, ())):
                    above[iri] = (*known, intern(other))

    def above(self, iri: str) -> tuple[str, ...]:
        """Return what lies one step above: wider codes and groups, and categories."""
        return (*self.broader.get(iri, ()), *self.classified.get(iri, ()))

    def successors(self) -> dict[str, str]:
        """Return for each replaced code the one that stands for it now, where there is but one."""
        by: dict[str, set[str]] = {}
        for old, new in self.replaced:
            by.setdefault(old, set()).add(new)
        found = {}
        for old in by:
            at, seen = old, {old}
            while len(nexts := by.get(at, set())) == 1 and (following := next(iter(nexts))) not in seen:
                at = following
                seen.add(at)
            if at != old and at not in by:
                found[old] = at
        return found

    def _limit(self, tables: Tables) -> None:
        """Keep of the hierarchy what is above a code, and of the rest what is said of it."""
        front = list(self.codes)
        while front:
            new = [iri for iri in self.above(front.pop()) if iri not in self.codes and iri not in self.groups]
            for iri in new:
                row = tables.row("SELECT label FROM label WHERE curie = ?", (contract(iri),))
                self.groups[iri] = str(row[0]) if row else iri.rpartition("/")[2]
            front += new
        known = self.codes.keys() | self.groups.keys()
        self.broader = {iri: above for iri, above in self.broader.items() if iri in known}
        self.classified = {iri: above for iri, above in self.classified.items() if iri in known}
        self.words = {iri: words for iri, words in self.words.items() if iri in known}
        self.replaced = {(a, b) for a, b in self.replaced if a in known and b in known}


def matches(tables: Tables) -> Iterator[tuple[str, str, Relation]]:
    """Yield source, target (IRIs) and relation of all mappings that are not under a licence of the user's."""
    if tables.has("mapping"):
        for subject, obj, predicate in tables.stream("SELECT subject, object, predicate FROM mapping"):
            relation = RELATIONS.get(predicate)
            if relation is not None:
                yield expand(subject), expand(obj), relation
    if tables.has("gem"):
        yield from _equivalences(tables)


def _equivalences(tables: Tables) -> Iterator[tuple[str, str, Relation]]:
    sql = "SELECT subject_system, subject, object_system, object, approximate, combination FROM gem"
    for system, source, other, target, approximate, combination in tables.stream(sql):
        row = gems.Equivalence(
            (system, other), source, target or None, bool(approximate), bool(combination), 0, 0
        )
        predicate = gems.predicate(row)
        if predicate is not None:
            yield code_iri(system, source), code_iri(other, target), RELATIONS.get(predicate, "related")


def _day(rest: str) -> str:
    """Return a date literal as YYYYMMDD."""
    return rest[1:11].replace("-", "")


def _text(rest: str) -> str:
    """Return the text of a literal; breaks of a line become spaces."""
    return _ESCAPE.sub(lambda found: _ESCAPED[found.group()], rest[1 : rest.rindex('"')])
