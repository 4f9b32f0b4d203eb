"""What is shown of codes, of facet values and what lies above and below them, of the ontology and of the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from codegraph import resources
from codegraph.errors import UnknownTerm
from codegraph.namespaces import BASE, CODE_PREFIXES, CONCEPT_PREFIXES, PREFIXES, contract, expand
from codegraph.page.page import page_of

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_LEVELS: Final = 2  # below the uppermost, that a tree shows
_CODES: Final = 200  # codes of a term that a page shows
# Facets that can be browsed: scheme, title, the parameter of `codes` (none: only the tree is shown).
SCHEMES: Final = (("site", "Sites"), ("method", "Methods"), ("approach", "Approaches"))
_UP: Final = ("skos:broader", "cg:isPartOf")
_HAS: Final = ("cg:denotes", "cg:inFamily", "cg:classifiedAs", "skos:broader", "cg:usualSetting")


def code(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return the page of a code, without any licensed text."""
    return {"page": page_of(kg, fields["curie"], on=fields.get("on") or None)}


def facets(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return a scheme of facet values as a tree."""
    scheme = fields.get("scheme") or "site"
    if scheme not in {name for name, _ in SCHEMES}:
        raise UnknownTerm(
            f"no facets {scheme[:40]!r} to browse; there are {', '.join(n for n, _ in SCHEMES)}"
        )
    return {"schemes": SCHEMES, "scheme": scheme, "tree": _tree(kg, scheme)}


# CURIE, label, what is below it, and how much more there is below what is not opened.
_Branch: TypeAlias = tuple[str, str, "list[_Branch]", int]


def _tree(kg: CodeGraph, scheme: str) -> list[_Branch]:
    """Return the upper levels of a scheme; a value with two parents stands under each."""
    start = f"{scheme}:"
    rows = kg.tables.rows(
        "SELECT curie, label FROM label WHERE curie >= ? AND curie < ?", (start, f"{scheme};")
    )
    names = {curie: label for curie, label in rows if curie.startswith(start)}
    below: dict[str, list[str]] = {}
    roots = []
    for curie in sorted(names, key=lambda c: names[c]):
        above = {contract(p) for step in _UP for p in kg.store.objects(curie, step)} & names.keys()
        for parent in sorted(above):
            below.setdefault(parent, []).append(curie)
        if not above:
            roots.append(curie)

    def node(curie: str, levels: int) -> _Branch:
        children = below.get(curie, ())
        inner = [node(c, levels - 1) for c in children] if levels else []
        return curie, names[curie], inner, 0 if levels else len(children)

    return [node(curie, _LEVELS) for curie in roots]


def concept(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return a facet value or other term: what it is, what lies above and below it, which codes have it."""
    curie = fields["curie"]
    if curie.partition(":")[0] not in CONCEPT_PREFIXES or not kg.store.has_term(curie):
        scheme, _, slug = curie.partition(":")
        near = kg.store.near_terms(scheme, slug) if scheme in CONCEPT_PREFIXES else ()
        raise UnknownTerm(f"{curie[:80]} is no term of this release", near=near)
    above = {c for step in _UP for c in map(contract, kg.store.objects(curie, step))}
    below = {c for step in _UP for c in map(contract, kg.store.subjects(step, curie))}
    below = {c for c in below if c.partition(":")[0] not in CODE_PREFIXES}
    codes, total = _codes(kg, curie)
    return {
        "curie": curie,
        "iri": expand(curie),
        "label": kg._label(curie),
        "definition": kg.store.object(curie, "skos:definition"),
        "note": kg.store.object(curie, "skos:scopeNote"),
        "synonyms": sorted(map(str, kg.store.objects(curie, "skos:altLabel"))),
        "above": [(c, kg._label(c)) for c in sorted(above)],
        "below": sorted(((c, kg._label(c)) for c in below), key=lambda pair: pair[1]),
        "codes": codes,
        "total": total,
    }


def _codes(kg: CodeGraph, curie: str) -> tuple[list[tuple[str, str]], int]:
    scheme = curie.partition(":")[0]
    if scheme in {name for name, _ in SCHEMES}:
        found = [str(c) for c in kg.codes(**{scheme: curie})]
    else:
        named = {contract(iri) for has in _HAS for iri in kg.store.subjects(has, curie)}
        found = sorted(c for c in named if c.partition(":")[0] in CODE_PREFIXES)
    shown = found[:_CODES]
    return [(c, str(kg._code_row(*c.split(":", 1))[0] or "")) for c in shown], len(found)


def ontology(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return the files of the ontology, and the prefixes."""
    files = [
        p.relative_to(resources.folder("ontology")).as_posix() for p in resources.files("ontology", ".ttl")
    ]
    return {"iri": f"{BASE}ontology", "files": files, "prefixes": sorted(PREFIXES.items())}


def about(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return what the release was made of."""
    manifest = kg.manifest
    sources = manifest.sources or manifest.figures
    return {
        "sources": [s for s in sources if not s.licensed],
        "packaged": not manifest.sources,
        "codes": sorted(manifest.codes.items()),
        "triples": manifest.triples,
    }
