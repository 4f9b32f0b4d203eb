"""ICD-10-PCS in a release: the editions' grammars, newest first, as procedures, facet values and groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from codegraph.build.codes import release_order
from codegraph.build.pcs_index import lead_in_lines
from codegraph.build.pcs_sites import below_a_kind, site_lines
from codegraph.knowledge import IDENT, Packaged
from codegraph.namespaces import RELEASE, concept_iri
from codegraph.pcs import Grammar, Table
from codegraph.sources import icd10pcs_tables as tables
from codegraph.sources.base import CodeFact, Release
from codegraph.sources.icd10pcs_index import READERS as INDEX_READERS
from codegraph.sources.icd10pcs_index import IndexEntry


class PcsRelease:
    """The grammars of one build; `grammar` is the newest edition, or the packaged excerpt where none is loaded."""

    def __init__(self) -> None:
        self._editions: list[tuple[Release, Grammar]] = []
        self._indexes: list[tuple[Release, list[IndexEntry]]] = []
        self._packaged = False
        self._codes: frozenset[str] = frozenset()

    def add_source(self, kind: str, release: Release, rows: Sequence[Any]) -> None:
        """Take the rows of an official tables file or index; other kinds are none of its business."""
        if kind == tables.READERS[0].kind:
            parts = [row for row in rows if isinstance(row, Table)]
            self._editions.append((release, Grammar.of(release.version, parts, complete=True)))
            self._editions.sort(key=lambda edition: release_order(edition[0]), reverse=True)
        elif kind == INDEX_READERS[0].kind:
            self._indexes.append((release, [row for row in rows if isinstance(row, IndexEntry)]))
            self._indexes.sort(key=lambda index: release_order(index[0]), reverse=True)

    def use_packaged(self, files: Sequence[Path], release: Release) -> None:
        """Take the packaged grammar where no official tables are loaded."""
        if not self._editions and files:
            self._editions = [(release, Grammar.from_toml(files[0].parent))]
            self._packaged = True

    @property
    def grammar(self) -> Grammar | None:
        """Return the newest grammar, or None."""
        return self._editions[0][1] if self._editions else None

    @property
    def grammars(self) -> list[Grammar]:
        """Return the grammars of all loaded editions, newest first."""
        return [grammar for _, grammar in self._editions]

    @property
    def release(self) -> Release | None:
        """Return the release of the newest grammar."""
        return self._editions[0][0] if self._editions else None

    def has(self, notation: str) -> bool:
        """Tell whether some edition has a code."""
        if not self._codes:
            self._codes = frozenset(code for _, grammar in self._editions for code in grammar.codes())
        return notation in self._codes

    def label(self, notation: str) -> str | None:
        """Return a label composed from the axes of a code that no source gives a title for."""
        return next((g.label(notation) for _, g in self._editions if notation in g), None)

    def code_facts(self) -> Iterator[tuple[Release, CodeFact]]:
        """Yield the codes of the packaged grammar; official tables bring theirs through their reader."""
        if self._packaged:
            release, grammar = self._editions[0]
            for code in grammar.codes():
                parent = tables.group_iri(code[:3])
                yield release, CodeFact("icd10pcs", code, grammar.label(code), billable=True, parent=parent)

    def lines(self, packaged: Packaged, narrower: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield (release ident, N-Quads line) of procedures, facet values, groups, counts and lead-ins.

        A code, value or group is described by the newest edition that has it; facet values of packaged schemes
        are left to these. `narrower` are the IRIs of values that some source puts below another. The hierarchy
        of sites is packaged knowledge, whatever the tables that its sites come from.
        """
        codes: set[str] = set()
        known = {subject[1:-1] for subject in packaged.subjects}
        below = below_a_kind().union(narrower)
        values: set[str] = set()
        for release, grammar in self._editions:
            for line in tables.procedure_lines(grammar, known=codes):
                yield release.ident, line
            for line in tables.concept_lines(grammar, known=known, narrower=below):
                yield release.ident, line
            for line in tables.group_lines(grammar, known=known):
                yield release.ident, line
            yield from _counts(release, grammar)
            codes.update(grammar.codes())
            here = tables.facet_values(grammar)
            values.update(here)
            known |= {concept_iri(*curie.split(":", 1)) for curie in here}
            known |= {concept_iri("scheme", curie.partition(":")[0]) for curie in here}
            known |= {tables.group_iri(prefix[:n]) for prefix in grammar.tables for n in (1, 2, 3)}
        for line in site_lines(values, packaged):
            yield IDENT, line
        yield from lead_in_lines(self._indexes, self.grammars)


def _counts(release: Release, grammar: Grammar) -> Iterator[tuple[str, str]]:
    """Yield how many codes the rows of an edition state: a check holds the release's codes against it."""
    if not grammar.complete:
        return
    stated = sum(row.stated or len(row) for table in grammar.tables.values() for row in table.rows)
    yield (
        release.ident,
        f"<{RELEASE}{release.ident}> <https://w3id.org/codegraph/ontology#statedCodeCount> "
        f'"{stated}"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    )
