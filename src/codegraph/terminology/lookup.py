"""$lookup: what a code system says of one code."""

from __future__ import annotations

from typing import Any, Final

from codegraph.terminology.concepts import Concept, Concepts
from codegraph.terminology.parameters import Inputs, Out, code_of, parameters
from codegraph.terminology.problem import Problem, missing

Version = str  # of FHIR: "4.0" or "5.0"
# Names that a client may ask for as a property and that stand in parameters of their own.
_STANDING: Final = frozenset(
    {"code", "system", "name", "version", "display", "definition", "designation", "abstract"}
)


def named(concepts: Concepts, inputs: Inputs) -> Concept:
    """Return the concept that `code` and `system`, or `coding`, name. Raises Problem where there is none."""
    coding = inputs.object("coding")
    if (coding is None) == ("code" not in inputs):
        raise Problem(f"{inputs.operation} takes either code and system, or coding", code="required")
    if coding is None:
        uri: str | None = inputs.require("system")
        code, version = inputs.require("code"), inputs.text("version")
    else:
        uri, code = coding.get("system"), code_of("coding", coding)
        version = coding.get("version") or inputs.text("version")
        if uri is None:
            raise Problem("coding has no system", code="required", at="coding.system")
    system = concepts.systems.named(str(uri), version)
    found = concepts.get(system, code)
    if found is None:
        raise missing(concepts.why_unknown(system, code), tx="invalid-code", at="code")
    return found


def lookup(concepts: Concepts, fhir: Version, inputs: Inputs) -> dict[str, Any]:
    """Return what is known of a code as a Parameters resource.

    Where nobody has words for a code that may be shown, its display is the code itself. Raises Problem: 404 for a
    system, version or code that is not held, 400 for parameters that do not name one.
    """
    concept = named(concepts, inputs)
    facts = concepts.facts(concept)
    asked = set(inputs.texts("property"))
    everything = not asked or "*" in asked
    definition = concepts.definition(facts)
    outs: list[Out] = [
        ("name", "string", concept.system.title),
        ("version", "string", concept.system.version),
        ("display", "string", concept.display or concept.code),
        ("code", "code", concept.code),
        ("system", "uri", concept.system.uri),
        ("abstract", "boolean", concept.abstract),
    ]
    if everything or "definition" in asked:
        outs.append(("definition", "string", definition if fhir == "5.0" else None))
    if everything or "designation" in asked:
        outs += [("designation", "part", _designation(word)) for word in concepts.synonyms(facts)]
    found = concepts.properties(concept, facts)
    if definition and fhir == "4.0":  # no parameter of its own in R4
        found.append(("definition", "string", definition))
    if "child" in asked:
        found += [("child", "code", child.code) for child in concepts.children(concept)]
    for name, kind, value in found:
        if everything or name in asked:
            outs.append(("property", "part", [("code", "code", name), ("value", kind, value)]))
    return parameters(*outs)


def _designation(word: str) -> list[Out]:
    return [("language", "code", "en"), ("value", "string", word)]
