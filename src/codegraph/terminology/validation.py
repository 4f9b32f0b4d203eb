"""$validate-code: whether a code is one of a code system, or of a value set; a wrong one is an answer, no error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from codegraph.terminology.code_systems import find
from codegraph.terminology.compose import Composer
from codegraph.terminology.concepts import Concept, Concepts
from codegraph.terminology.expansion import check_versions, find_among, value_set_of
from codegraph.terminology.parameters import Inputs, Out, codings_of, parameters
from codegraph.terminology.problem import Problem, issue, outcome, shown
from codegraph.terminology.systems import FhirSystem
from codegraph.terminology.value_sets import ValueSets


@dataclass(slots=True)
class Asked:
    """One code of a request: where it stands in it, what was found of it, and whether it is where it should be."""

    at: str  # "code", "Coding", "CodeableConcept.coding[0]"
    system: str | None
    version: str | None
    code: str | None  # None: the coding has none
    display: str | None
    concept: Concept | None = None
    issues: list[dict[str, Any]] = field(default_factory=list)
    unknown_system: str | None = None
    inside: bool = True

    def wrong(
        self, text: str, *, tx: str, code: str = "code-invalid", part: str = "", severity: str = "error"
    ) -> None:
        """Say what is wrong, in which part of the request."""
        where = (part or "code") if self.at == "code" else ".".join(filter(None, (self.at, part)))
        self.issues.append(issue(severity, code, text, tx=tx, at=where))


def _asked(inputs: Inputs, system: str | None, version: str | None) -> list[Asked]:
    """Return the codes of a request: `code`, `coding` or those of `codeableConcept`, exactly one of the three."""
    if sum(name in inputs for name in ("code", "coding", "codeableConcept")) != 1:
        raise Problem(f"{inputs.operation} takes one of code, coding and codeableConcept", code="required")
    if "code" in inputs:
        return [Asked("code", system, version, inputs.require("code"), inputs.text("display"))]
    one = inputs.object("coding")
    if one is not None:
        return [_of_coding("Coding", one, system, version)]
    several = codings_of("codeableConcept", inputs.object("codeableConcept"))
    return [_of_coding(place, said, system, version) for place, said in several]


def _of_coding(at: str, said: dict[str, Any], system: str | None, version: str | None) -> Asked:
    return Asked(
        at,
        said.get("system") or system,
        said.get("version") or version,
        said.get("code"),
        said.get("display"),
    )


def _look_up(concepts: Concepts, asked: Asked, inputs: Inputs) -> None:
    """Find the concept of a code, and say what is wrong with the system, the version, the code or the display."""
    if asked.system is None or asked.code is None:
        lacking = [name for name in ("system", "code") if getattr(asked, name) is None]
        told = f"the coding has no {' and no '.join(lacking)}: there is nothing to check"
        asked.issues.append(issue("error", "invalid", told, tx="invalid-data", at=asked.at))
        return
    system = concepts.systems.of_uri(asked.system)
    if system is None:
        asked.unknown_system = asked.system
        text = f"code system {shown(asked.system)} is not held here, so the code cannot be checked"
        asked.wrong(text, tx="not-found", code="not-found", part="system")
        return
    wanted = asked.version or asked.system.partition("|")[2]
    if wanted and wanted != system.version:
        asked.unknown_system = f"{system.uri}|{wanted}"
        text = f"version {shown(wanted)} of {system.uri} is not held here; held is {system.version!r}"
        asked.wrong(text, tx="not-found", code="not-found", part="version")
        return
    asked.concept = concepts.get(system, asked.code)
    if asked.concept is None:
        asked.wrong(concepts.why_unknown(system, asked.code), tx="invalid-code", part="code")
        return
    if not inputs.boolean("valueset-membership-only"):
        _check_display(concepts, asked, asked.concept, lenient=inputs.boolean("lenient-display-validation"))
    if "abstract" in inputs and not inputs.boolean("abstract") and asked.concept.abstract:
        asked.wrong(
            f"{asked.code} is a header, not to be used as it stands", tx="code-rule", code="business-rule"
        )


def _check_display(concepts: Concepts, asked: Asked, concept: Concept, *, lenient: bool) -> None:
    if asked.display is None:
        return
    words = [concept.display] if concept.display else []
    words += concepts.synonyms(concepts.facts(concept))
    if not words:
        text = f"no words for {asked.code} are held here, so the display was not checked"
        asked.wrong(text, tx="processing-note", code="informational", part="display", severity="information")
    elif _plain(asked.display) not in map(_plain, words):
        text = (
            f"{shown(asked.display)} is no display of {asked.code}; held are {len(words)}, first {words[0]!r}"
        )
        if concept.system.key == "cpt":
            text += ". Displays of CPT are codegraph's own words, not the AMA's descriptors"
        asked.wrong(
            text,
            tx="invalid-display",
            code="invalid",
            part="display",
            severity="warning" if lenient else "error",
        )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def validate_in_system(concepts: Concepts, inputs: Inputs, ident: str | None) -> dict[str, Any]:
    """Answer CodeSystem/$validate-code, for a system by id, by `url`, or by that of the coding.

    Raises Problem: 404 for a system that is not held, 400 for parameters that do not name a code.
    """
    url = inputs.text("url", "system")
    if ident is not None and url is not None:
        raise Problem("the code system is named by the address; url is not given with it", at="url")
    first = inputs.object("coding")
    name = ident or url or (first or {}).get("system")
    if name is None:
        raise Problem("CodeSystem/$validate-code needs url", code="required", at="url")
    system = find(concepts, name) if ident else concepts.systems.named(name)
    codes = _asked(inputs, system.uri, inputs.text("version"))
    for asked in codes:
        _look_up_in(concepts, asked, system, inputs, alone=len(codes) == 1)
    return _answer(codes, inputs)


def _look_up_in(concepts: Concepts, asked: Asked, system: FhirSystem, inputs: Inputs, *, alone: bool) -> None:
    if asked.system is not None and concepts.systems.of_uri(asked.system) != system:
        asked.inside = False
        told = f"the coding is of {shown(asked.system)}, not of {system.uri}"
        asked.wrong(told, tx="invalid-data", part="system", severity="error" if alone else "information")
    else:
        _look_up(concepts, asked, inputs)


def validate_in_set(
    concepts: Concepts, value_sets: ValueSets, composer: Composer, inputs: Inputs, ident: str | None
) -> dict[str, Any]:
    """Answer ValueSet/$validate-code.

    Raises Problem: 404 for a value set that is not known, 400 for parameters that do not name a code.
    """
    value_set = value_set_of(value_sets, inputs, ident)
    check_versions(concepts, inputs)
    system = inputs.text("system")
    if system is None and "code" in inputs:
        system = _inferred(concepts, composer, value_set, inputs)
    held = composer.members(value_set, find_among(value_sets, inputs))
    codes = _asked(inputs, system, inputs.text("systemVersion"))
    name = shown(value_set.get("url") or "the value set sent along")
    alone = "codeableConcept" not in inputs
    for asked in codes:
        _look_up(concepts, asked, inputs)
        if inputs.boolean("activeOnly") and asked.concept is not None and asked.concept.inactive:
            asked.wrong(f"{asked.code} is retired", tx="code-rule", code="business-rule", part="code")
        asked.inside = asked.concept is not None and held.has(asked.concept.system.key, asked.concept.code)
        if asked.code is None:
            continue  # said already: there is no code that could be in it
        if not asked.inside:
            text = f"code {shown(asked.code)} of {shown(asked.system)} is not in {name}"
            tx, severity = ("not-in-vs", "error") if alone else ("this-code-not-in-vs", "information")
            asked.wrong(text, tx=tx, part="code", severity=severity)
    none = not alone and not any(asked.inside for asked in codes)
    first = [issue("error", "code-invalid", f"no coding is in {name}", tx="not-in-vs")] if none else []
    return _answer(codes, inputs, first)


def _inferred(concepts: Concepts, composer: Composer, value_set: Any, inputs: Inputs) -> str:  # noqa: ANN401
    """Return the system that a bare code is of, where the client asks for that and the value set leaves one."""
    if not inputs.boolean("inferSystem"):
        raise Problem(
            "ValueSet/$validate-code needs system beside code, or inferSystem", code="required", at="system"
        )
    code = inputs.require("code")
    systems = composer.systems(value_set)
    fitting = [system.uri for system in systems if concepts.get(system, code)] or [s.uri for s in systems]
    if len(fitting) != 1:
        raise Problem(
            f"the system of {shown(code)} cannot be inferred: {', '.join(fitting)}", tx="cannot-infer"
        )
    return fitting[0]


def _answer(codes: list[Asked], inputs: Inputs, first: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return what was found: true where a code is where it should be and nothing given is wrong.

    As HL7's terminology tests have it, a coding that is right but not in the value set does no harm beside one that
    is; one that is no code, or has no or an unknown system, makes the whole wrong.
    """
    for asked in codes:
        if asked.concept is not None and asked.concept.inactive:
            text = f"{asked.code} is retired: its use should be reviewed"
            asked.issues.append(issue("warning", "business-rule", text, tx="code-comment", at=asked.at))
    issues = (first or []) + [said for asked in codes for said in asked.issues]
    wrong = any(said["severity"] == "error" for said in issues)
    best = next((a for a in codes if a.concept and a.inside), None)
    best = best or next((a for a in codes if a.concept), codes[0])
    concept = best.concept
    told = [said["details"]["text"] for said in issues if said["severity"] in ("error", "warning")]
    unknown = next((asked.unknown_system for asked in codes if asked.unknown_system), None)
    outs: list[Out] = [
        ("result", "boolean", concept is not None and best.inside and not wrong),
        ("message", "string", "; ".join(told) or None),
        ("display", "string", concept.display if concept else None),
        ("code", "code", best.code),
        ("system", "uri", concept.system.uri if concept else best.system),
        ("version", "string", concept.system.version if concept else None),
        ("codeableConcept", "CodeableConcept", inputs.object("codeableConcept")),
        ("inactive", "boolean", True if concept and concept.inactive else None),
        ("status", "string", concept.status if concept and concept.inactive else None),
        ("x-caused-by-unknown-system", "canonical", unknown),
        ("issues", "resource", outcome(*issues) if issues else None),
    ]
    return parameters(*outs)
