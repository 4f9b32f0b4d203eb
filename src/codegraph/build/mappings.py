"""Mappings of a build: curated sets that are packaged, and CPT to ICD-10-PCS derived from definitions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from codegraph import rdf
from codegraph.crosswalk.derive import Derived, derive
from codegraph.crosswalk.subsumption import Definition, Hierarchy
from codegraph.knowledge import IDENT, Packaged
from codegraph.model import PREDICATES
from codegraph.namespaces import BASE, MAPPING, contract, expand
from codegraph.pcs import Grammar
from codegraph.procedure import PROCEDURE_FACETS
from codegraph.rdf import Triple, term
from codegraph.sources.sssom import TABLE, read_file

DERIVED_SET: Final = "cpt-icd10pcs-derived"
_REASONING: Final = "semapv:LogicalReasoning"
_MOST: Final = 2000


@dataclass(slots=True)
class Mappings:
    """Triples and table rows of some mappings."""

    triples: list[Triple] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)

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
        in_graph: bool = True,
    ) -> None:
        """Add one mapping: its table row, and in the graph its node and the direct triple."""
        self.rows.append(
            (subject, obj, mapping_set, predicate, justification, confidence, IDENT, comment, detail)
        )
        if in_graph:
            self.triples += _node(mapping_set, subject, predicate, obj, justification, confidence, comment)


def _node(
    mapping_set: str,
    subject: str,
    predicate: str,
    obj: str,
    justification: str,
    confidence: float | None,
    comment: str | None,
) -> Iterator[Triple]:
    local = f"{subject.partition(':')[2]}-{obj.partition(':')[2]}-{predicate.partition(':')[2]}"
    node = rdf.iri(f"{MAPPING}{mapping_set}/{local}")
    yield Triple(node, rdf.TYPE, term("sssom:Mapping"))
    yield Triple(node, term("sssom:subject_id"), rdf.iri(expand(subject)))
    yield Triple(node, term("sssom:predicate_id"), rdf.iri(expand(predicate)))
    yield Triple(node, term("sssom:object_id"), rdf.iri(expand(obj)))
    yield Triple(node, term("sssom:mapping_justification"), rdf.iri(expand(justification)))
    yield Triple(node, term("sssom:mapping_set"), rdf.iri(f"{MAPPING}{mapping_set}"))
    if confidence is not None:
        yield Triple(node, term("sssom:confidence"), f'"{confidence:g}"^^{term("xsd:decimal")}')
    if comment:
        yield Triple(node, term("cg:matchNote"), rdf.english(comment))
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
        for m in mappings:
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


def hierarchy_of(packaged: Packaged) -> Hierarchy:
    """Return the hierarchy of facet values that packaged schemes state, as CURIEs."""
    edges = []
    for subject, said in packaged.subjects.items():
        for predicate in ("skos:broader", "cg:isPartOf"):
            edges += [
                (contract(subject[1:-1]), contract(o[1:-1])) for o in said.get(f"<{expand(predicate)}>", ())
            ]
    return Hierarchy(edges)


def definition_of(packaged: Packaged, procedure: str) -> Definition:
    """Return the facets of a packaged procedure."""
    found = {}
    for facet in PROCEDURE_FACETS.values():
        values = packaged.values(procedure, facet)
        if values:
            found[facet] = frozenset(contract(v[1:-1]) for v in values)
    return found


def derived(packaged: Packaged, grammar: Grammar | None) -> Mappings:
    """Derive the ICD-10-PCS codes of every packaged CPT procedure; acts of several parts part by part."""
    found = Mappings()
    if grammar is None:
        return found
    found.triples += set_triples(
        DERIVED_SET, f"CPT to ICD-10-PCS {grammar.version}, derived from definitions"
    )
    hierarchy = hierarchy_of(packaged)
    for iri in packaged.instances("cg:CptCode"):
        for procedure in packaged.values(iri, "cg:denotes"):
            _derive_code(found, packaged, hierarchy, grammar, contract(iri), procedure[1:-1])
    return found


def _derive_code(
    found: Mappings, packaged: Packaged, hierarchy: Hierarchy, grammar: Grammar, code: str, procedure: str
) -> None:
    parts = [p[1:-1] for p in packaged.values(procedure, "cg:hasComponent")]
    for part in parts or [procedure]:
        definition = definition_of(packaged, part)
        if "cg:hasMethod" not in definition or "cg:actsOn" not in definition:
            continue
        combination = None
        if parts:
            combination = f"part of a combination: one of the {len(parts)} acts of {code} is {contract(part)}"
        matches = sorted(derive(hierarchy, definition, grammar), key=lambda d: d.code)
        for match in matches[:_MOST]:
            _add_derived(found, code, match, combination)


def _add_derived(found: Mappings, code: str, match: Derived, combination: str | None) -> None:
    relation = "related" if combination else match.comparison.relation
    detail = {
        "facets": [(f.facet, f.source, f.target, f.relation) for f in match.comparison.facets],
        **({"combination": combination} if combination else {}),
        **({"aside": match.aside} if match.aside else {}),
    }
    why = "; ".join(str(f) for f in match.comparison.facets)
    found.add(
        DERIVED_SET,
        code,
        PREDICATES[relation],
        f"icd10pcs:{match.code}",
        justification=_REASONING,
        comment=None if match.aside else why,
        detail=json.dumps(detail, sort_keys=True),
        in_graph=match.aside is None,
    )


__all__ = ["BASE", "DERIVED_SET", "TABLE", "Mappings", "curated", "definition_of", "derived", "hierarchy_of"]
