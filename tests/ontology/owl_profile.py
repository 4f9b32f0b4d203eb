"""Tell where RDF leaves the common part of the OWL 2 profiles EL and RL, or OWL 2 DL's typing of names.

Source: OWL 2 Web Ontology Language Profiles (second edition), sections 2.2 and 4.2.
"""

from __future__ import annotations

from collections import defaultdict

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from codegraph.namespaces import OWL, RDF, RDFS, XSD

FORBIDDEN_PREDICATES = frozenset(
    OWL + name
    for name in (
        *("allValuesFrom", "unionOf", "complementOf", "oneOf", "inverseOf", "hasSelf", "disjointUnionOf"),
        *("cardinality", "minCardinality", "maxCardinality", "qualifiedCardinality"),
        *("minQualifiedCardinality", "maxQualifiedCardinality", "propertyDisjointWith"),
        *("datatypeComplementOf", "onDatatype", "withRestrictions", "onDataRange"),
    )
)
FORBIDDEN_TYPES = frozenset(
    OWL + name
    for name in (
        *("FunctionalProperty", "InverseFunctionalProperty", "SymmetricProperty", "AsymmetricProperty"),
        *("ReflexiveProperty", "IrreflexiveProperty", "AllDisjointProperties", "DataRange"),
    )
)
DATATYPES = frozenset(
    (
        *(RDF + name for name in ("PlainLiteral", "XMLLiteral", "langString")),
        RDFS + "Literal",
        *(XSD + name for name in ("decimal", "integer", "nonNegativeInteger", "string", "normalizedString")),
        *(XSD + name for name in ("token", "Name", "NCName", "NMTOKEN", "hexBinary", "base64Binary")),
        *(XSD + name for name in ("anyURI", "dateTime", "dateTimeStamp")),
    )
)
PROPERTY_KINDS = (OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty")
SUPERCLASS_PLACES = tuple(
    NamedNode(iri) for iri in (RDFS + "subClassOf", OWL + "equivalentClass", RDFS + "domain", RDFS + "range")
)
TYPE = NamedNode(RDF + "type")


def violations(store: Store) -> list[str]:
    """Return one line for each place that leaves the profile, sorted."""
    kinds = _kinds(store)
    return sorted(
        {
            *_constructs(store),
            *_existentials(store),
            *_kind_clashes(kinds),
            *_data_ranges(store, kinds),
            *_data_values(store, kinds),
            *_chain_ranges(store),
        }
    )


def _kinds(store: Store) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind in (*PROPERTY_KINDS, OWL + "Class", RDFS + "Datatype"):
        for quad in store.quads_for_pattern(None, TYPE, NamedNode(kind), None):
            if isinstance(quad.subject, NamedNode):
                kinds[quad.subject.value].add(kind)
    return kinds


def _constructs(store: Store) -> list[str]:
    found = []
    for quad in store:
        if quad.predicate.value in FORBIDDEN_PREDICATES:
            found.append(f"{quad.predicate.value} is outside EL or RL")
        if (
            quad.predicate == TYPE
            and isinstance(quad.object, NamedNode)
            and quad.object.value in FORBIDDEN_TYPES
        ):
            found.append(f"{quad.object.value} is outside EL or RL ({quad.subject})")
    return found


def _existentials(store: Store) -> list[str]:
    """An existential may stand only on the left of a subclass axiom: RL has none on the right."""
    found = []
    for place in SUPERCLASS_PLACES:
        for quad in store.quads_for_pattern(None, place, None, None):
            found += [
                f"an existential as superclass of {quad.subject}" for _ in _existential(store, quad.object)
            ]
    return found


def _existential(store: Store, node: object) -> list[object]:
    if not isinstance(node, BlankNode):
        return []
    if any(store.quads_for_pattern(node, NamedNode(OWL + "someValuesFrom"), None, None)):
        return [node]
    members = []
    for quad in store.quads_for_pattern(node, NamedNode(OWL + "intersectionOf"), None, None):
        members += _items(store, quad.object)
    return [found for member in members for found in _existential(store, member)]


def _items(store: Store, head: object) -> list[object]:
    items = []
    while isinstance(head, BlankNode):
        items += [q.object for q in store.quads_for_pattern(head, NamedNode(RDF + "first"), None, None)]
        head = next(
            (q.object for q in store.quads_for_pattern(head, NamedNode(RDF + "rest"), None, None)), None
        )
    return items


def _kind_clashes(kinds: dict[str, set[str]]) -> list[str]:
    return [
        f"{name} is declared as {' and '.join(sorted(found))}"
        for name, found in kinds.items()
        if len(found & set(PROPERTY_KINDS)) > 1 or {OWL + "Class", RDFS + "Datatype"} <= found
    ]


def _data_ranges(store: Store, kinds: dict[str, set[str]]) -> list[str]:
    return [
        f"{quad.subject.value} has the range {quad.object.value}, outside EL or RL"
        for quad in store.quads_for_pattern(None, NamedNode(RDFS + "range"), None, None)
        if OWL + "DatatypeProperty" in kinds.get(quad.subject.value, ())
        and (isinstance(quad.object, BlankNode) or quad.object.value not in DATATYPES)
    ]


def _data_values(store: Store, kinds: dict[str, set[str]]) -> list[str]:
    """Values of annotation properties are free; those of datatype properties are not."""
    return [
        f"{quad.predicate.value} has a value of {quad.object.datatype.value}, outside EL or RL"
        for quad in store
        if isinstance(quad.object, Literal)
        and OWL + "DatatypeProperty" in kinds.get(quad.predicate.value, ())
        and quad.object.datatype.value not in DATATYPES
    ]


def _chain_ranges(store: Store) -> list[str]:
    """The range of a property with a chain must be one of its last property too (Profiles, 2.2.6)."""
    ranges = defaultdict(set)
    for quad in store.quads_for_pattern(None, NamedNode(RDFS + "range"), None, None):
        ranges[quad.subject].add(quad.object)
    found = []
    for quad in store.quads_for_pattern(None, NamedNode(OWL + "propertyChainAxiom"), None, None):
        last = _items(store, quad.object)[-1]
        for above in _superproperties(store, quad.subject):
            missing = ranges[above] - set().union(*(ranges[p] for p in _superproperties(store, last)))
            found += [
                f"{quad.subject.value}: the chain's last property lacks the range {r.value}" for r in missing
            ]
    return found


def _superproperties(store: Store, name: object) -> set[object]:
    known, new = set(), {name}
    while new:
        known |= new
        new = {
            quad.object
            for p in new
            for quad in store.quads_for_pattern(p, NamedNode(RDFS + "subPropertyOf"), None, None)
        } - known
    return known
