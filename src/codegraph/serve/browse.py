"""What is shown of codes, of facet values and what lies above and below them, of the ontology and of the sources."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyoxigraph import NamedNode

from codegraph import resources
from codegraph.errors import UnknownTerm
from codegraph.hierarchy import UP, above
from codegraph.namespaces import BASE, CODE_PREFIXES, CONCEPT_PREFIXES, PREFIXES, contract, expand
from codegraph.page.page import page_of
from codegraph.procedure import PROCEDURE_FACETS

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_CRUMBS: Final = 5
_LEVELS: Final = 3  # below the uppermost, that a tree shows
_CODES: Final = 200  # codes of a term that a page shows
# Facets that can be browsed: scheme, title.
SCHEMES: Final = (("site", "Sites"), ("method", "Methods"), ("approach", "Approaches"))
_HAS: Final = ("cg:denotes", "cg:inFamily", "cg:classifiedAs", "skos:broader", "cg:usualSetting")


def code(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return the page of a code, without any licensed text."""
    page = page_of(kg, fields["curie"], on=fields.get("on") or None)
    return {"page": page, "crumbs": _crumbs(kg, page.code)}


def _crumbs(kg: CodeGraph, curie: str) -> list[tuple[str, str]]:
    """Return the way from the top down to a code or concept, along the first of what stands above each."""
    found: list[tuple[str, str]] = []
    here = curie
    while len(found) < _CRUMBS:
        upper = sorted(contract(iri) for step in UP for iri in kg.store.objects(here, step))
        here = next((c for c in upper if c != curie and c not in dict(found)), "")
        if not here:
            break
        prefix, _, local = here.partition(":")
        found.append((here, local if prefix in CODE_PREFIXES else kg._label(here)))
    return found[::-1]


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
        parents = {contract(p) for step in UP for p in kg.store.objects(curie, step)} & names.keys()
        for parent in sorted(parents):
            below.setdefault(parent, []).append(curie)
        if not parents:
            roots.append(curie)

    def node(curie: str, levels: int) -> _Branch:
        children = below.get(curie, ())
        inner = [node(c, levels - 1) for c in children] if levels else []
        return curie, names[curie], inner, 0 if levels else len(children)

    return sorted((node(curie, _LEVELS) for curie in roots), key=lambda branch: -_size(branch))


def _size(branch: _Branch) -> int:
    return 1 + branch[3] + sum(map(_size, branch[2]))


def concept(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return a facet value or other term: what it is, what lies above and below it, which codes have it."""
    curie = fields["curie"]
    if curie.partition(":")[0] not in CONCEPT_PREFIXES or not kg.store.has_term(curie):
        scheme, _, slug = curie.partition(":")
        near = kg.store.near_terms(scheme, slug) if scheme in CONCEPT_PREFIXES else ()
        raise UnknownTerm(f"{curie[:80]} is no term of this release", near=near)
    upper = {c for step in UP for c in map(contract, kg.store.objects(curie, step))}
    below = {c for step in UP for c in map(contract, kg.store.subjects(step, curie))}
    below = {c for c in below if c.partition(":")[0] not in CODE_PREFIXES}
    codes, total = _codes(kg, curie)
    scheme = curie.partition(":")[0]
    return {
        "curie": curie,
        "scheme": scheme,
        "scheme_title": dict(SCHEMES).get(scheme, ""),
        "crumbs": _crumbs(kg, curie),
        "iri": expand(curie),
        "label": kg._label(curie),
        "definition": kg.store.object(curie, "skos:definition"),
        "note": kg.store.object(curie, "skos:scopeNote"),
        "synonyms": sorted(map(str, kg.store.objects(curie, "skos:altLabel"))),
        "above": [(c, kg._label(c)) for c in sorted(upper)],
        "below": sorted(((c, kg._label(c)) for c in below), key=lambda pair: pair[1]),
        "codes": codes,
        "total": total,
    }


def _codes(kg: CodeGraph, curie: str) -> tuple[list[tuple[str, str]], int | None]:
    """Return the first codes of a term with their labels, and how many there are (None: more than are shown)."""
    scheme = curie.partition(":")[0]
    if scheme in {name for name, _ in SCHEMES}:
        found = list(islice(_with_facet(kg, PROCEDURE_FACETS[scheme], curie), _CODES + 1))
    else:
        named = {contract(iri) for has in _HAS for iri in kg.store.subjects(has, curie)}
        found = sorted(c for c in named if c.partition(":")[0] in CODE_PREFIXES)
    total = len(found) if len(found) <= _CODES or scheme not in PROCEDURE_FACETS else None
    return [(c, str(kg._code_row(*c.split(":", 1))[0] or "")) for c in found[:_CODES]], total


def _with_facet(kg: CodeGraph, has: str, curie: str) -> Iterator[str]:
    """Yield the codes whose procedure has a facet value or one below it: billing codes, then others as they come.

    Wide values have tens of thousands: no more of them are read than are asked for.
    """
    up: dict[str, list[str]] = {}

    def under(value: str) -> bool:
        if value not in up:
            up[value] = above(kg.store, value, with_self=True)
        return curie in up[value]

    billed = {
        c for p, codes in kg._coded.items() if any(map(under, kg.store.objects(p, has))) for c, _ in codes
    }
    yield from sorted(billed)
    seen = set(billed)
    for value in _below(kg, curie):
        found = kg.store.raw.quads_for_pattern(None, NamedNode(expand(has)), NamedNode(expand(value)), None)
        for procedure in (q.subject.value for q in found if isinstance(q.subject, NamedNode)):
            for code in map(contract, kg.store.subjects("cg:denotes", procedure)):
                if code not in seen:
                    seen.add(code)
                    yield code


def _below(kg: CodeGraph, curie: str) -> Iterator[str]:
    """Yield a term and what is below it, nearest first, no more than is asked for."""
    seen, here = {curie}, [curie]
    while here:
        yield from here
        down = {contract(c) for term in here for step in UP for c in kg.store.subjects(step, term)}
        here = sorted(down - seen)
        seen.update(here)


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
