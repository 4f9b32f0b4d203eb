"""What the graph can advise: separate procedures beside larger ones, diagnoses that are known indications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from codegraph.billing.evidence import Evidence
from codegraph.billing.lines import Line
from codegraph.billing.modifiers.sets import DISTINCT
from codegraph.claims.model import Claim, Finding
from codegraph.claims.rules.knowledge import Indicated
from codegraph.claims.rules.session import Session, apart, named

_SHOWN: Final = 6
_GRAPH: Final = "graph"


def separate_procedures(session: Session) -> Iterator[Finding]:
    """Yield a finding where a procedure that is usually part of a larger one stands beside one of its region.

    Only codes whose procedures the graph defines are looked at; a distinct-service modifier settles it, and a line
    that an edit was applied to has its verdict already.
    """
    knowledge = session.ground.knowledge
    known = [line for line in session.lines if session.facts[line.code].procedure]
    if len(known) < 2:
        return
    for line in known:
        facts = session.facts[line.code]
        if not knowledge.is_separate(line.curie) or DISTINCT.intersection(line.modifiers):
            continue
        if any(f.rule == "ptp" for f in session.found[line.number]):
            continue
        for other in known:
            beside = session.facts[other.code].procedure
            if other.code == line.code or apart(line, other) or knowledge.is_separate(other.curie):
                continue
            if facts.procedure and beside and knowledge.same_region(facts.procedure, beside):
                yield _separate(session, line, other)
                break


def _separate(session: Session, line: Line, other: Line) -> Finding:
    message = (
        f"{line.code} is usually part of a larger procedure, and {named(other)} was done in the same region"
    )
    evidence = _from_graph(session, ("code", line.curie), ("isSeparateProcedure", "true"))
    resolution = "A distinct-service modifier (59, XS, …) where it was separate; otherwise leave it out."
    return Finding(
        line.number, "separate-procedure", "review", message, evidence, resolution, str(other), other.number
    )


def indications(session: Session, claim: Claim) -> Iterator[Finding]:
    """Yield whether a diagnosis is among the indications that the graph knows for a line's procedure.

    A diagnosis below a header that is stated counts. Procedures without known indications say nothing.
    """
    knowledge = session.ground.knowledge
    for line in session.lines:
        procedure = session.facts[line.code].procedure
        diagnoses = line.diagnoses or claim.diagnoses
        if not procedure or not diagnoses or not knowledge.conditions(procedure):
            continue
        written = [d.notation for d in map(knowledge.diagnosis, diagnoses) if d.notation]
        found = [i for notation in written if (i := knowledge.indicated(procedure, notation))]
        if found:
            yield _among(session, line, found[0])
        elif written:
            yield _not_among(session, line, written, knowledge.conditions(procedure))


def _among(session: Session, line: Line, known: Indicated) -> Finding:
    above = "" if known.stated_for == f"icd10cm:{known.diagnosis}" else f", stated for {known.stated_for}"
    known_for = f"the indications that the graph knows for {line.code} ({known.strength}{above})"
    message = f"{known.diagnosis} is among {known_for}"
    evidence = _from_graph(session, ("condition", known.stated_for), ("strength", known.strength))
    return Finding(line.number, "indication", "info", message, evidence)


def _not_among(session: Session, line: Line, written: list[str], stated: dict[str, str]) -> Finding:
    some = ", ".join(sorted(c.partition(":")[2] for c in stated)[:_SHOWN])
    more = f" and {len(stated) - _SHOWN} more" if len(stated) > _SHOWN else ""
    message = (
        f"{', '.join(written)} {'is' if len(written) == 1 else 'are'} not among the indications that the graph knows "
        f"for {line.code} ({some}{more}); the graph does not know all"
    )
    evidence = _from_graph(session, ("procedure", session.facts[line.code].procedure))
    return Finding(line.number, "indication", "info", message, evidence)


def diagnoses(session: Session, claim: Claim) -> Iterator[Finding]:
    """Yield a finding for each diagnosis that is no code of ICD-10-CM, or none that may be reported.

    Those of the claim are told once, with line 0; those that only a line points to with the line.
    """
    knowledge = session.ground.knowledge
    for line in session.lines:
        for written in dict.fromkeys(line.diagnoses):
            if written not in claim.diagnoses and (problem := knowledge.diagnosis(written).problem):
                yield _wrong(session, line.number, problem, knowledge.diagnosis(written).release)


def claim_diagnoses(session: Session, claim: Claim) -> Iterator[Finding]:
    """Yield what is wrong with the diagnoses of the claim as a whole."""
    knowledge = session.ground.knowledge
    for written in dict.fromkeys(claim.diagnoses):
        if problem := knowledge.diagnosis(written).problem:
            yield _wrong(session, 0, problem, knowledge.diagnosis(written).release)


def _wrong(session: Session, number: int, problem: str, release: str | None) -> Finding:
    evidence = (session.ground.figures.evidence("code", release, ("problem", problem)),) if release else ()
    return Finding(
        number,
        "diagnosis",
        "review",
        problem,
        evidence,
        "Report a code that is valid on the date of service.",
    )


def _from_graph(session: Session, *values: tuple[str, object]) -> tuple[Evidence, ...]:
    knowledge = session.ground.knowledge
    return (session.ground.figures.evidence(_GRAPH, knowledge.ident, *values),)
