"""$subsumes: how one code stands to another of the same system.

By the hierarchy where the system has one: ICD-10-CM and ICD-9-CM by their headers, codegraph's own values and groups by
skos:broader (a kind, not a part). The codes of CPT, HCPCS Level II and ICD-10-PCS have no order among themselves; they
are compared by the definitions of what they denote, so one subsumes another where each facet of it does. Two codes with
equal definitions are two codes still: each subsumes the other as far as the graph can tell, which FHIR calls
`equivalent`. Where a definition is missing the answer would be a guess, and is refused. Modifiers stand beside each
other: none subsumes another.
"""

from __future__ import annotations

from typing import Any, Final

from codegraph.errors import UnknownTerm
from codegraph.model import Relation
from codegraph.terminology.code_systems import HIERARCHICAL, find
from codegraph.terminology.concepts import Concept, Concepts
from codegraph.terminology.parameters import Inputs, code_of, parameters
from codegraph.terminology.problem import Problem, missing
from codegraph.terminology.systems import FhirSystem

# How the second definition stands to the first -> the outcome.
_BY_DEFINITION: Final[dict[Relation | None, str]] = {
    "exact": "equivalent",
    "narrower": "subsumes",
    "broader": "subsumed-by",
    "related": "not-subsumed",
    None: "not-subsumed",
}


_DEFINED: Final = "SELECT 1 FROM code WHERE system = ? AND procedure IS NOT NULL LIMIT 1"


def compares(concepts: Concepts, system: FhirSystem) -> bool:
    """Tell whether codes of a system can be compared: by its hierarchy, or by definitions that are loaded."""
    if system.is_own or system.key in HIERARCHICAL:
        return True
    return concepts.kg.tables.row(_DEFINED, (system.key,)) is not None


def subsumes(concepts: Concepts, inputs: Inputs, ident: str | None) -> dict[str, Any]:
    """Answer CodeSystem/$subsumes: equivalent, subsumes (A is above B), subsumed-by or not-subsumed.

    Raises Problem: 404 for a code or system that is not held, 400 for two systems, 422 where a definition is missing.
    """
    first, second = (_concept(concepts, inputs, side, ident) for side in ("A", "B"))
    if first.system != second.system:
        raise Problem(
            f"{first.code} is of {first.system.uri}, {second.code} of {second.system.uri}", at="codingB"
        )
    return parameters(("outcome", "code", outcome_of(concepts, first, second)))


def _concept(concepts: Concepts, inputs: Inputs, side: str, ident: str | None) -> Concept:
    said = inputs.object(f"coding{side}")
    if (said is None) == (f"code{side}" not in inputs):
        raise Problem(
            f"CodeSystem/$subsumes takes either code{side} or coding{side}", code="required", at=f"code{side}"
        )
    if ident is not None and "system" in inputs:
        raise Problem("the code system is named by the address; system is not given with it", at="system")
    system = find(concepts, ident) if ident else None
    if said is not None:
        uri, code = said.get("system"), code_of(f"coding{side}", said)
        version = said.get("version") or inputs.text("version")
    else:
        uri, code, version = inputs.text("system"), inputs.require(f"code{side}"), inputs.text("version")
    if system is not None:
        uri = uri or system.uri
    if uri is None:
        raise Problem("CodeSystem/$subsumes needs system", code="required", at="system")
    named = concepts.systems.named(uri, version)
    if system is not None and named != system:
        raise Problem(f"coding{side} is of {named.uri}, not of {system.uri}", at=f"coding{side}")
    found = concepts.get(named, code)
    if found is None:
        raise missing(concepts.why_unknown(named, code), tx="invalid-code", at=f"code{side}")
    return found


def outcome_of(concepts: Concepts, first: Concept, second: Concept) -> str:
    """Return how two concepts of one system stand to each other. Raises Problem (422) where that is not known."""
    if first.curie == second.curie:
        return "equivalent"
    if first.system.is_own or first.system.key in HIERARCHICAL:
        if first.curie in concepts.ancestors(second):
            return "subsumes"
        return "subsumed-by" if second.curie in concepts.ancestors(first) else "not-subsumed"
    if first.is_modifier or second.is_modifier:
        return "not-subsumed"
    try:
        told = concepts.kg.differences(first.curie, second.curie)
    except UnknownTerm as error:
        raise Problem(
            f"{error}: whether one code subsumes the other is not known", status=422, code="not-supported"
        ) from error
    return _BY_DEFINITION[told.relation]
