"""Indications as a step of crosswalks: from a condition to the codes of what is done for it, and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from codegraph import __version__
from codegraph.hierarchy import above, below
from codegraph.mapping import Mapping
from codegraph.namespaces import contract
from codegraph.views import Code

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.store import GraphStore

# Systems that indications join. They are read only when such a target is asked for.
_TREATED: Final = ("cpt", "hcpcs")
_CONDITIONS: Final = "icd10cm"
INDICATED: Final = frozenset(
    pair for system in _TREATED for pair in ((system, _CONDITIONS), (_CONDITIONS, system))
)
SET: Final = "indications"
_RELEASE: Final = f"codegraph/{__version__}"
_KNOWN: Final = "semapv:BackgroundKnowledgeBasedMatching"

Found = dict[Code, list[str]]


def from_indications(graph: CodeGraph, code: Code, to: str | None) -> Iterator[Mapping]:
    """Yield a related mapping from a condition to each code of what is done for it, or from such a code to conditions.

    A condition that is stated at a header of ICD-10-CM holds for the codes below it, and the comment says so. One
    mapping a target: what is stated for the code itself comes first, then what is stated above it.
    """
    if to is None or (code.system, to) not in INDICATED:
        return
    found = _treatments(graph, code, to) if code.system == _CONDITIONS else _conditions(graph, code)
    for target, said in found.items():
        comment = "; ".join(dict.fromkeys(said))
        yield Mapping(code, target, "related", "skos:relatedMatch", _KNOWN, None, _RELEASE, comment, SET)


def _treatments(graph: CodeGraph, code: Code, to: str) -> Found:
    found: Found = {}
    for stated in _codes(above(graph.store, code.curie, with_self=True)):
        for indication in graph.store.subjects("cg:ofCondition", stated):
            said = _in_words(graph.store, indication)
            if stated != code.curie:
                said = f"stated for {_named(graph, stated)}, and so for the codes below it: {said}"
            procedure = contract(str(graph.store.object(indication, "cg:ofProcedure")))
            for curie, _label in graph._coded.get(procedure, ()):
                if curie.startswith(f"{to}:"):
                    found.setdefault(Code(graph, *_split(curie)), []).append(said)
    return found


def _conditions(graph: CodeGraph, code: Code) -> Found:
    found: Found = {}
    procedure = code._fields()[4]
    for indication in graph.store.subjects("cg:ofProcedure", procedure) if procedure else ():
        for iri in graph.store.objects(indication, "cg:ofCondition"):
            target = Code(graph, *_split(contract(iri)))
            said = _in_words(graph.store, indication)
            if target.billable is False:
                said = f"a header, stated for the codes below it: {said}"
            found.setdefault(target, []).append(said)
    return found


def _in_words(store: GraphStore, indication: str) -> str:
    strength = contract(str(store.object(indication, "cg:hasStrength"))).partition(":")[2]
    note = store.object(indication, "cg:indicationNote")
    return f"{strength} indication: {note}" if note else f"{strength} indication"


def _named(graph: CodeGraph, curie: str) -> str:
    label = Code(graph, *_split(curie)).label
    return f"{curie} ({label})" if label else curie


def _split(curie: str) -> tuple[str, str]:
    system, _, notation = curie.partition(":")
    return system, notation


def _codes(curies: list[str]) -> list[str]:
    """Leave out the groups that stand above codes: indications are stated for codes."""
    return [curie for curie in curies if curie.startswith(f"{_CONDITIONS}:")]


def procedures_for(store: GraphStore, condition: str) -> set[str]:
    """Return the IRIs of procedures that are indicated for a condition (CURIE), for a header above or a code below."""
    curies = [*above(store, condition, with_self=True), *below(store, condition)]
    return {
        str(procedure)
        for stated in _codes(curies)
        for indication in store.subjects("cg:ofCondition", stated)
        for procedure in store.objects(indication, "cg:ofProcedure")
    }
