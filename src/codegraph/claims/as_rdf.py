"""A claim as RDF, and its validation: the claim's graph beside what a release says of its codes, under the shapes.

The shapes are SHACL Core. It neither adds up nor tells by a condition, so three relations are worked out when the graph
is made: which lines count together, the units of a code on a day, and which lines stand beside a primary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from codegraph import resources
from codegraph.billing.lines import Line
from codegraph.billing.modifiers.sets import DISTINCT, EXCLUSIVE, FACILITY_ONLY, SEPARATE
from codegraph.claims.model import Claim, numbered
from codegraph.claims.parts import setting_of
from codegraph.claims.rules.ground import in_force
from codegraph.codes import normalise
from codegraph.export.turtle import TurtleWriter
from codegraph.namespaces import PREFIXES, code_iri, concept_iri
from codegraph.rdf import TYPE, Triple, day, integer, iri, term
from codegraph.validation import Engine, Report, Shape, ValidationResult, load_shapes, validate_store
from codegraph.validation.compiled import validate as compiled
from codegraph.validation.shapes import read_shapes

if TYPE_CHECKING:
    from codegraph.billing_questions import BillingQuestions
    from codegraph.claims.rules.ground import Ground

SHAPES: Final = ("claim", "claim-line", "add-on-line")
# Property shape -> the rule of `check` whose denials it finds too.
RULES_OF_SHAPES: Final = {
    "ClaimLine-bundlesAlways": "ptp",
    "ClaimLine-bundlesUnlessDistinct": "ptp",
    "ClaimLine-reportedUnits": "mue",
    "ClaimLine-unitsOnDay": "mue",
    "ClaimLine-excludesModifier": "modifier",
    "ClaimLine-refusesModifier": "modifier",
    "AddOnLine-besidePrimary": "add-on",
}
_SETTING: Final = {"practitioner": "practitioner", "outpatient": "outpatient-hospital"}
_SESSION: Final = {"practitioner": "cg:inPractitionerSession", "outpatient": "cg:inOutpatientSession"}
_BUNDLES: Final = {
    ("practitioner", "0"): "cg:bundlesAlways",
    ("practitioner", "1"): "cg:bundlesUnlessDistinct",
    ("outpatient", "0"): "cg:bundlesAlwaysOutpatient",
    ("outpatient", "1"): "cg:bundlesUnlessDistinctOutpatient",
}
# On these no indicator decides: 59 and its kin are judged with the pairs, 51 denies nothing.
_NOT_REFUSED: Final = frozenset(("51", "59", *SEPARATE))
_USED: Final = ("cg", "cpt", "hcpcs", "icd10cm", "modifier", "pos", "setting", "xsd")


class _Line(NamedTuple):
    """A line with its node, its day, and the sessions that it belongs to."""

    node: str
    line: Line
    day: date | None
    sessions: tuple[str, ...]


def claim_iri(claim: Claim, name: str = "") -> str:
    """Return the IRI of a claim: `name`, else its own number, in a URN that says nothing to others."""
    return f"urn:codegraph:claim:{quote(name or claim.ident or '1', safe='')}"


def claim_triples(claim: Claim, name: str = "") -> list[Triple]:
    """Return a claim as triples of the ontology's claims module, their terms in N-Triples syntax.

    `name` stands in IRIs instead of the claim's number. Nothing of a release is in them. Raises InvalidValue for an
    unknown setting.
    """
    root = claim_iri(claim, name)
    setting = setting_of(claim.setting)
    node = iri(root)
    triples = [
        Triple(node, TYPE, term("cg:Claim")),
        Triple(node, term("cg:claimSetting"), iri(concept_iri("setting", _SETTING[setting]))),
    ]
    for written in claim.diagnoses:
        diagnosis = normalise("icd10cm", written) or quote(written, safe="")
        triples.append(Triple(node, term("cg:claimDiagnosis"), iri(code_iri("icd10cm", diagnosis))))
    lines = _lines(claim, root)
    for held in lines:
        triples.append(Triple(node, term("cg:hasLine"), held.node))
        triples.append(Triple(held.node, term("cg:lineNumber"), integer(held.line.number)))
        triples += _line_triples(held)
        triples += [Triple(held.node, term(_SESSION[setting]), session) for session in held.sessions]
    triples += _session_triples(lines)
    for number, line in enumerate(claim.prior, 1):
        prior = _Line(iri(f"{root}:prior:{number}"), line, line.day, ())
        triples.append(Triple(node, term("cg:priorLine"), prior.node))
        triples += _line_triples(prior)
    return triples


def claim_turtle(claims: Iterable[Claim]) -> str:
    """Return claims as Turtle, the same bytes for the same claims."""
    triples: set[Triple] = set()
    names: set[str] = set()
    for number, claim in enumerate(claims, 1):
        # A number that comes again is another claim: a corrected one, or another sender's.
        name = claim.ident if claim.ident not in names else f"{claim.ident}#{number}"
        names.add(claim.ident)
        triples.update(claim_triples(claim, name or str(number)))
    block = "".join(sorted(f"{' '.join(t)} .\n" for t in triples)).encode()
    writer = TurtleWriter({prefix: PREFIXES[prefix] for prefix in _USED})
    return b"".join(writer.write(iter([block] if block else []))).decode()


def _lines(claim: Claim, root: str) -> list[_Line]:
    """Return the lines with their sessions: a line of no provider counts with those of every one of its day."""
    days = sorted({line.day or claim.on for line in claim.lines}, key=lambda d: d or date.min)
    names = {}
    for of_day in days:
        same = [line for line in claim.lines if (line.day or claim.on) == of_day]
        providers = sorted({line.provider for line in same if line.provider is not None})
        groups = providers if len(providers) > 1 else [None]
        names[of_day] = {p: iri(f"{root}:session:{of_day or 'undated'}:{n}") for n, p in enumerate(groups, 1)}
    found = []
    for line in numbered(claim.lines):
        sessions = names[line.day or claim.on]
        own = sessions.get(line.provider)
        found.append(
            _Line(
                iri(f"{root}:line:{line.number}"),
                line,
                line.day or claim.on,
                (own,) if own else tuple(sessions.values()),
            )
        )
    return found


def _line_triples(held: _Line) -> Iterator[Triple]:
    node, line = held.node, held.line
    yield Triple(node, TYPE, term("cg:ClaimLine"))
    yield Triple(node, term("cg:reportsCode"), _code(line.code))
    yield Triple(node, term("cg:reportedUnits"), integer(line.units))
    for modifier in line.modifiers:
        yield Triple(node, term("cg:lineModifier"), _modifier(modifier))
    if not DISTINCT.intersection(line.modifiers):
        yield Triple(node, term("cg:reportsUndistinguished"), _code(line.code))
    if held.day is not None:
        yield Triple(node, term("cg:serviceDate"), day(held.day))
    if line.place is not None:
        yield Triple(node, term("cg:atPlaceOfService"), iri(concept_iri("pos", quote(line.place, safe=""))))


def _session_triples(lines: Sequence[_Line]) -> Iterator[Triple]:
    """Yield what the lines of each session report together, and the units of each code on its day."""
    units: dict[tuple[str, str], int] = {}
    for held in lines:
        for session in held.sessions:
            yield Triple(session, TYPE, term("cg:ClaimSession"))
            yield Triple(session, term("cg:reportsCode"), _code(held.line.code))
            if not DISTINCT.intersection(held.line.modifiers):
                yield Triple(session, term("cg:reportsUndistinguished"), _code(held.line.code))
            key = (session, held.line.code)
            units[key] = units.get(key, 0) + held.line.units
    for held in lines:
        most = max(units[session, held.line.code] for session in held.sessions)
        yield Triple(held.node, term("cg:unitsOnDay"), integer(most))


def _code(code: str) -> str:
    return iri(code_iri("hcpcs" if code[0].isalpha() else "cpt", code))


def _modifier(modifier: str) -> str:
    return iri(code_iri("modifier", modifier))


def validate_claim(
    kg: BillingQuestions, claim: Claim, *, nearest: bool = False, engine: Engine = "compiled"
) -> Report:
    """Validate a claim as RDF beside what the opened release says of its codes on their days.

    Finds, as violations at the claim's lines, what `check` denies for pairs of codes (ptp), units (mue), modifiers that
    exclude each other or that an indicator refuses, and add-on codes of type 1 without a primary (RULES_OF_SHAPES).
    What no loaded release covers is not found; `nearest` is as in `check`. The pairs are judged as since 2019-07-01,
    when modifier 59 began to count on either column.
    """
    started = perf_counter()
    root = claim_iri(claim)
    triples = claim_triples(claim)
    lines = _lines(claim, root)
    shapes = _shapes()
    results: list[ValidationResult] = []
    days = sorted({held.day for held in lines}, key=lambda d: d or date.min)
    for of_day in days:
        same = [held for held in lines if held.day == of_day]
        ground = kg._checker.dated(of_day, claim.setting, nearest).ground
        store = _store([*triples, *_of_release(ground, same, of_day)])
        found = compiled(store, shapes) if engine == "compiled" else _by_pyshacl(store)
        elsewhere = {held.node[1:-1] for held in lines} - {held.node[1:-1] for held in same}
        results += [r for r in found if r.focus not in elsewhere]
    counted = sum(1 + len(shape.properties) for shape in shapes)
    return Report.of(results, shapes=counted, seconds=perf_counter() - started)


@cache
def _shapes() -> tuple[Shape, ...]:
    return read_shapes(load_shapes(_files()))


def _files() -> list[Path]:
    return [resources.folder("shapes") / f"{name}.ttl" for name in SHAPES]


def _by_pyshacl(store: ox.Store) -> Iterable[ValidationResult]:
    return validate_store(store, shapes=_files(), checks=False, engine="pyshacl").results


def _store(triples: Iterable[Triple]) -> ox.Store:
    store = ox.Store()
    text = "".join(f"{' '.join(t)} .\n" for t in triples)
    hierarchy = f"{term('cg:AddOnLine')} <{PREFIXES['rdfs']}subClassOf> {term('cg:ClaimLine')} .\n"
    store.extend(ox.parse((text + hierarchy).encode(), format=ox.RdfFormat.N_TRIPLES))
    return store


def _of_release(ground: Ground, lines: Sequence[_Line], of_day: date | None) -> Iterator[Triple]:
    """Yield what the releases of a day say of the lines: pairs in force, limits, primaries, modifiers."""
    codes = sorted({held.line.code for held in lines})
    yield from _pairs(ground, codes, of_day)
    for held in lines:
        limit = ground.facts(held.line.code).limit
        if limit is not None:
            by_line = limit.adjudication == "1"
            permitted = "cg:unitsPermitted" if by_line else "cg:unitsPermittedOnDay"
            yield Triple(held.node, term(permitted), integer(limit.units))
        yield from _primaries(ground, held, lines, of_day)
        yield from _refused(ground, held, of_day)
    for one, other in sorted(tuple(sorted(pair)) for pair in EXCLUSIVE):
        yield Triple(_modifier(one), term("cg:excludesModifier"), _modifier(other))
        yield Triple(_modifier(other), term("cg:excludesModifier"), _modifier(one))


def _pairs(ground: Ground, codes: Sequence[str], of_day: date | None) -> Iterator[Triple]:
    if ground.pairs is None:
        return
    known = [code for code in codes if ground.facts(code).ptp]
    if len(known) < 2:
        return
    for episode in ground.pairs.between(known, ground.setting, ground.release(ground.ptp)):
        predicate = _BUNDLES.get((ground.setting, episode.indicator))
        if predicate is not None and episode.in_force(of_day):
            yield Triple(_code(episode.column_one), term(predicate), _code(episode.column_two))


def _primaries(ground: Ground, held: _Line, lines: Sequence[_Line], of_day: date | None) -> Iterator[Triple]:
    """Yield that a line is an add-on line, and beside which primaries; type 2 and 3 leave that to the contractor."""
    rows = [row for row in ground.facts(held.line.code).add_ons if in_force(row, of_day)]
    if not rows or {row.type for row in rows} != {"1"}:
        return
    yield Triple(held.node, TYPE, term("cg:AddOnLine"))
    listed = {row.primary for row in rows}
    for other in lines:
        if other.line.code in listed and set(other.sessions) & set(held.sessions):
            yield Triple(held.node, term("cg:besidePrimary"), other.node)


def _refused(ground: Ground, held: _Line, of_day: date | None) -> Iterator[Triple]:
    for modifier in held.line.modifiers:
        if modifier in _NOT_REFUSED or (modifier in FACILITY_ONLY) == ground.practitioner:
            continue
        said = ground.kg._rules_of_modifiers.judge(held.line.code, modifier, of_day, nearest=ground.nearest)
        if said.applies is False and said.evidence:
            yield Triple(_code(held.line.code), term("cg:refusesModifier"), _modifier(modifier))
