"""The ICD-10-PCS index as lead-in terms: of codes, of tables and, where a term leads no further, of methods."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from codegraph import rdf
from codegraph.namespaces import code_iri, expand
from codegraph.pcs import Grammar
from codegraph.pcs_facets import axis_facet
from codegraph.sources.base import Release
from codegraph.sources.icd10pcs_index import IndexEntry
from codegraph.sources.icd10pcs_tables import group_iri

_LEAD_IN: Final = rdf.term("cg:leadInTerm")
_TABLE: Final = 3  # characters of a table's name
_REMARK: Final = re.compile(r" (?:with qualifier|with device|using) .*")
_BEGINS: Final = re.compile(r"[ ,]")
_NOTHING: Final[frozenset[str]] = frozenset()


class Leads:
    """Where the terms of one index lead, as IRIs of codes, tables and methods that the loaded tables have."""

    def __init__(self, entries: Iterable[IndexEntry], grammars: Sequence[Grammar]) -> None:
        self._grammars = grammars
        self._methods: dict[str, str] = {}  # IRI of a table -> IRI of its method
        self._operations: dict[str, str] = {}  # label of an operation, lower case -> IRI of the method
        for grammar in grammars:
            for prefix, table in grammar.tables.items():
                title, label = table.operation.title, table.operation.values[0][1]
                facet = axis_facet(prefix, _TABLE, title, label, label)
                if facet and facet.scheme == "method":
                    self._methods[group_iri(prefix)] = self._operations[label.lower()] = expand(facet.value)
        self._terms: dict[str, list[IndexEntry]] = defaultdict(list)
        for entry in entries:
            self._terms[entry.path[0].lower()].append(entry)

    def of(self, entry: IndexEntry) -> frozenset[str]:
        """Return where an entry leads, nothing for a value to use or a `see` that leaves the method open."""
        if entry.kind == "use":
            return _NOTHING
        if entry.target:
            return self._target(entry.target)
        return self._see(entry.text, _NOTHING)

    def _target(self, target: str) -> frozenset[str]:
        if any(target in grammar for grammar in self._grammars):
            return frozenset({code_iri("icd10pcs", target)})
        table = group_iri(target[:_TABLE])
        return frozenset({table}) if table in self._methods else _NOTHING

    def _see(self, text: str, seen: frozenset[str]) -> frozenset[str]:
        """Follow a `see` to an operation or to another term, whose leads count where they are of one method."""
        name = _REMARK.sub("", text).strip().lower()
        if name in self._operations:
            return frozenset({self._operations[name]})
        begun = self._begun(name)
        if name in seen:
            return _NOTHING
        leads, below = self._term(name, seen | {name})
        methods = {self._methods.get(lead, lead) for lead in leads}
        if not leads:
            return begun
        if len(methods) > 1:
            return _NOTHING
        return begun if begun == methods and len(leads) > 1 and not below else leads

    def _begun(self, name: str) -> frozenset[str]:
        """Return the method whose operation a text begins with: `Introduction of Hormone`, `Repair, Lip`."""
        ends = [match.start() for match in _BEGINS.finditer(name)]
        labels = [name[:end] for end in reversed(ends) if name[:end] in self._operations]
        return frozenset({self._operations[labels[0]]}) if labels else _NOTHING

    def _term(self, name: str, seen: frozenset[str]) -> tuple[frozenset[str], bool]:
        """Return where a term leads, tables for codes, and whether it is one below a main term."""
        words = name.split(", ")
        for n in range(len(words), 0, -1):
            below = tuple(words[n:])
            entries = [
                entry
                for entry in self._terms.get(", ".join(words[:n]), ())
                if tuple(term.lower() for term in entry.path[1 : 1 + len(below)]) == below
            ]
            if entries:
                found = [self._table_of(entry, seen) for entry in entries if entry.kind != "use"]
                return frozenset().union(*found), bool(below)
        return _NOTHING, False

    def _table_of(self, entry: IndexEntry, seen: frozenset[str]) -> frozenset[str]:
        if not entry.target:
            return self._see(entry.text, seen)
        table = group_iri(entry.target[:_TABLE])
        return frozenset({table}) if table in self._methods else _NOTHING


def lead_in_lines(
    indexes: Iterable[tuple[Release, Sequence[IndexEntry]]], grammars: Sequence[Grammar]
) -> Iterator[tuple[str, str]]:
    """Yield (release ident, N-Quads line) of the lead-in terms of loaded indexes, newest first.

    A term is written with `, ` between its parts. It stands in the named graph of the newest index that has it.
    """
    said: set[str] = set()
    for release, entries in indexes:
        leads = Leads(entries, grammars)
        for entry in entries:
            term = rdf.english(", ".join(entry.path))
            for iri in sorted(leads.of(entry)):
                line = f"<{iri}> {_LEAD_IN} {term}"
                if line not in said:
                    said.add(line)
                    yield release.ident, f"{line} <{release.iri}> ."
