"""The packaged knowledge: its Turtle as triples, what official files replace of it, and the hash of its content."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from codegraph import __version__, resources
from codegraph.namespaces import CODE, expand
from codegraph.rdf import Triple, term

IDENT: Final = f"codegraph/{__version__}"

# Folder or file of the packaged knowledge -> the source that describes the same things officially: where that
# source is loaded, the packaged part is left out, so that each thing is described once.
REPLACED_BY: Final[dict[str, str]] = {
    "knowledge/figures/cms-pfs-2025D.ttl": "cms-pfs/2025D",
    "knowledge/icd10cm/": "icd10cm/",
    "knowledge/headings/icd10cm.ttl": "icd10cm-tabular/",
    "knowledge/icd10pcs/": "icd10pcs/",
}


def content_hash() -> str:
    """Return a hash over every packaged file and the versions that shape a packaged release."""
    digest = hashlib.sha256(f"{__version__} {ox.__version__}".encode())
    for name in resources.FOLDERS:
        for path in resources.files(name, ""):
            digest.update(f"\0{path.relative_to(resources.root())}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def is_replaced(relative: str, loaded: Iterable[str]) -> bool:
    """Tell whether an official source among `loaded` (release idents) takes the place of a packaged file."""
    return any(
        relative.startswith(part) and ident.startswith(source)
        for part, source in REPLACED_BY.items()
        for ident in loaded
    )


def turtle_files(loaded: Iterable[str] = ()) -> list[Path]:
    """Return the packaged Turtle that belongs in a release with these sources, sorted."""
    idents = tuple(loaded)
    found = resources.files("ontology", ".ttl") + resources.files("knowledge", ".ttl")
    root = resources.root()
    return [p for p in found if not is_replaced(p.relative_to(root).as_posix(), idents)]


def grammar_files(loaded: Iterable[str] = ()) -> list[Path]:
    """Return the hand-written ICD-10-PCS grammars, none where the official tables are loaded."""
    idents = tuple(loaded)
    root = resources.root()
    found = [p for p in resources.files("knowledge", ".toml") if p.parent.name == "icd10pcs"]
    return [p for p in found if not is_replaced(p.relative_to(root).as_posix(), idents)]


def figure_files() -> list[Path]:
    """Return the figures of the packaged codes in CMS's own layouts, for a release without official files; sorted."""
    return [p for p in resources.files("knowledge", "") if p.parent.name == "figures" and p.suffix != ".ttl"]


def mapping_files() -> list[Path]:
    """Return the curated mapping sets (SSSOM TSV), sorted."""
    return resources.files("knowledge", ".sssom.tsv")


def triples(paths: Iterable[Path]) -> Iterator[Triple]:
    """Yield the triples of Turtle files; blank nodes get labels that follow from file name and order."""
    for path in paths:
        labels: dict[str, str] = {}
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            yield Triple(
                *(_token(node, path.stem, labels) for node in (quad.subject, quad.predicate, quad.object))
            )


def _token(node: Any, stem: str, labels: dict[str, str]) -> str:  # noqa: ANN401
    if isinstance(node, ox.BlankNode):
        name = "".join(c for c in stem if c.isalnum())
        return "_:" + labels.setdefault(node.value, f"{name}{len(labels)}")
    return str(node)


@dataclass(frozen=True, slots=True)
class Packaged:
    """The packaged triples of one release, with the indexes that the build asks."""

    triples: tuple[Triple, ...]
    subjects: dict[str, dict[str, list[str]]]

    @classmethod
    def load(cls, loaded: Iterable[str] = ()) -> Packaged:
        """Read the packaged Turtle that belongs beside the sources `loaded` (release idents)."""
        found = tuple(dict.fromkeys(triples(turtle_files(loaded))))
        subjects: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for s, p, o in found:
            subjects[s][p].append(o)
        return cls(found, {s: dict(ps) for s, ps in subjects.items()})

    def values(self, subject: str, predicate: str) -> list[str]:
        """Return the objects of a property, as N-Triples tokens; subject and predicate as CURIEs or IRIs."""
        return self.subjects.get(_key(subject), {}).get(_key(predicate), [])

    def instances(self, of: str) -> list[str]:
        """Return the IRIs of the things of a class, sorted."""
        wanted = _key(of)
        type_token = term("rdf:type")
        return sorted(s[1:-1] for s, ps in self.subjects.items() if wanted in ps.get(type_token, ()))

    def described_codes(self) -> dict[str, set[str]]:
        """Return the predicates (tokens) that the packaged knowledge states of each code."""
        start = f"<{CODE}"
        return {s[1:-1]: set(ps) for s, ps in self.subjects.items() if s.startswith(start)}


@cache
def _key(curie_or_iri: str) -> str:
    return f"<{expand(curie_or_iri)}>"


def text(token: str) -> str:
    """Return the lexical value of an N-Triples literal or IRI token."""
    node: Any = ox.parse(f"<a:a> <a:a> {token} .", format=ox.RdfFormat.N_TRIPLES)
    return str(next(iter(node)).object.value)
