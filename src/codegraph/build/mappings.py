"""Mappings of a build as triples and table rows; the curated sets that are packaged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from codegraph import rdf
from codegraph.knowledge import IDENT
from codegraph.namespaces import MAPPING, contract, expand
from codegraph.rdf import Triple, term
from codegraph.sources.base import Table
from codegraph.sources.sssom import (
    NONE_TABLE,
    SET_TABLE,
    TABLE,
    UNMAPPED_TABLE,
    SssomMapping,
    read_file,
    set_row,
)

_NO_TERM: Final = "sssom:NoTermFound"


@dataclass(slots=True)
class Mappings:
    """Triples and table rows of some mappings."""

    triples: list[Triple] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    unmapped: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    sets: list[tuple[str, str, str]] = field(default_factory=list)
    none: list[tuple[str, str, str]] = field(default_factory=list)

    def tables(self) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
        """Yield the tables with their rows."""
        yield TABLE, self.rows
        yield UNMAPPED_TABLE, list(self.unmapped)
        yield SET_TABLE, list(self.sets)
        yield NONE_TABLE, list(self.none)

    def add(
        self,
        mapping_set: str,
        subject: str,
        predicate: str,
        obj: str,
        *,
        justification: str,
        confidence: float | None = None,
        comment: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Add one mapping: its table row, and in the graph its node and the direct triple."""
        self.rows.append(
            (subject, obj, mapping_set, predicate, justification, confidence, IDENT, comment, detail)
        )
        self.triples += node(mapping_set, subject, predicate, obj, justification, confidence, comment)

    def add_none(self, mapping_set: str, m: SssomMapping) -> None:
        """Add that a code has no counterpart in the system that its mapping names as the source of objects."""
        subject, comment = contract(m.subject), m.comment or "no counterpart"
        system = str(m.values.get("object_source", "")).rpartition(":")[2]
        self.unmapped.append((subject, system, comment, mapping_set, IDENT))
        self.none.append((mapping_set, IDENT, json.dumps(dict(m.values), sort_keys=True)))
        self.triples += node(
            mapping_set,
            subject,
            contract(m.predicate),
            _NO_TERM,
            contract(m.justification),
            m.confidence,
            comment,
        )


def node(
    mapping_set: str,
    subject: str,
    predicate: str,
    obj: str,
    justification: str,
    confidence: float | None,
    comment: str | None,
) -> Iterator[Triple]:
    """Yield the node of a mapping and its direct triple, which a term without counterpart does not have."""
    local = f"{subject.partition(':')[2]}-{obj.partition(':')[2]}-{predicate.partition(':')[2]}"
    named = rdf.iri(f"{MAPPING}{mapping_set}/{local}")
    yield Triple(named, rdf.TYPE, term("sssom:Mapping"))
    yield Triple(named, term("sssom:subject_id"), rdf.iri(expand(subject)))
    yield Triple(named, term("sssom:predicate_id"), rdf.iri(expand(predicate)))
    yield Triple(named, term("sssom:object_id"), rdf.iri(expand(obj)))
    yield Triple(named, term("sssom:mapping_justification"), rdf.iri(expand(justification)))
    yield Triple(named, term("sssom:mapping_set"), rdf.iri(f"{MAPPING}{mapping_set}"))
    if confidence is not None:
        yield Triple(named, term("sssom:confidence"), f'"{confidence:g}"^^{term("xsd:decimal")}')
    if comment:
        yield Triple(named, term("cg:matchNote"), rdf.english(comment))
    if obj != _NO_TERM:
        yield Triple(rdf.iri(expand(subject)), rdf.iri(expand(predicate)), rdf.iri(expand(obj)))


def set_triples(mapping_set: str, title: str) -> list[Triple]:
    """Return the node of a mapping set of the packaged knowledge."""
    node = rdf.iri(f"{MAPPING}{mapping_set}")
    return [
        Triple(node, rdf.TYPE, term("sssom:MappingSet")),
        Triple(node, term("dcterms:title"), rdf.english(title)),
        Triple(node, term("dcterms:license"), "<https://creativecommons.org/licenses/by/4.0/>"),
    ]


def curated(files: Iterable[Path]) -> Mappings:
    """Read the packaged SSSOM files."""
    found = Mappings()
    for path in files:
        name = path.name.removesuffix(".sssom.tsv")
        mapping_set, mappings = read_file(path)
        found.triples += set_triples(name, str(mapping_set.get("mapping_set_title", name)))
        found.sets.append(set_row(mapping_set, name, IDENT))
        for m in mappings:
            if not m.asserted:
                found.add_none(name, m)
                continue
            found.add(
                name,
                contract(m.subject),
                contract(m.predicate),
                contract(m.object),
                justification=contract(m.justification),
                confidence=m.confidence,
                comment=m.comment,
            )
    return found
