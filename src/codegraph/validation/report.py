"""What a validation found: results that compare and sort, and a report that prints the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal

from codegraph.namespaces import SH, SHAPES, contract
from codegraph.rdf import boolean, english

Severity = Literal["violation", "warning", "info"]

SEVERITIES: Final[dict[str, Severity]] = {
    f"{SH}Violation": "violation",
    f"{SH}Warning": "warning",
    f"{SH}Info": "info",
}
CHECK_COMPONENT: Final = f"{SH}SPARQLConstraintComponent"
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, order=True)
class ValidationResult:
    """One thing that a shape or a check found wrong.

    `focus` and `value` are terms: an IRI as it is, a literal or blank node in N-Triples syntax (`"x"@en`, `_:b1`).
    `path` is the SPARQL property path of the property shape, a plain IRI where it is a single predicate. `value` and
    `path` are None where SHACL gives none (a missing value has no value). `shape` and `component` are IRIs.
    """

    focus: str
    path: str | None
    value: str | None
    shape: str
    component: str
    severity: Severity
    message: str = field(compare=False)

    @property
    def sort_key(self) -> tuple[str, str, str, str, str, str]:
        """Return the key that puts results in their printed order: by shape, then focus."""
        return (self.shape, self.focus, self.path or "", self.value or "", self.component, self.severity)


def in_order(results: Iterable[ValidationResult]) -> tuple[ValidationResult, ...]:
    """Return the distinct results, by shape, then focus, path, value and component."""
    return tuple(sorted(set(results), key=lambda r: r.sort_key))


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a validation.

    `conforms` is true when no result is a violation: warnings and infos are listed and do not fail a graph, as in
    pySHACL with `allow_warnings`. `checks` names the whole-graph checks that ran, `shapes` counts the shapes.
    """

    conforms: bool
    results: tuple[ValidationResult, ...]
    checks: tuple[str, ...] = ()
    shapes: int = 0
    seconds: float = field(default=0.0, compare=False)

    @classmethod
    def of(
        cls,
        results: Iterable[ValidationResult],
        *,
        checks: Iterable[str] = (),
        shapes: int = 0,
        seconds: float = 0.0,
    ) -> Report:
        """Make the report of some results: sorts them and decides whether the graph conforms.

        >>> Report.of([]).conforms
        True
        """
        ordered = in_order(results)
        conforms = all(result.severity != "violation" for result in ordered)
        return cls(conforms, ordered, tuple(sorted(checks)), shapes, seconds)

    def count(self, severity: Severity) -> int:
        """Return how many results have this severity."""
        return sum(result.severity == severity for result in self.results)

    def to_text(self, *, shown: int = _SHOWN) -> str:
        """Return the report for reading: violations first, by shape, at most `shown` of each, the rest counted."""
        counts = ", ".join(f"{self.count(s)} {s}s" for s in ("violation", "warning", "info"))
        head = "conforms" if self.conforms else "does not conform"
        scope = f"{self.shapes} shapes and {len(self.checks)} checks in {self.seconds:.1f} s"
        lines = [f"The graph {head}: {counts}; {scope}."]
        rank = list(SEVERITIES.values())
        ranked = sorted(self.results, key=lambda r: rank.index(r.severity))
        for (_, shape), group in groupby(ranked, key=lambda r: (r.severity, r.shape)):
            lines += _shape_lines(shape, list(group), shown)
        return "\n".join(lines) + "\n"

    def to_json(self) -> str:
        """Return the report as JSON, with the attributes' names."""
        fields = ("focus", "path", "value", "shape", "component", "severity", "message")
        body = {
            "conforms": self.conforms,
            "violations": self.count("violation"),
            "warnings": self.count("warning"),
            "infos": self.count("info"),
            "shapes": self.shapes,
            "checks": list(self.checks),
            "seconds": round(self.seconds, 3),
            "results": [{name: getattr(result, name) for name in fields} for result in self.results],
        }
        return json.dumps(body, ensure_ascii=False, indent=2) + "\n"

    def to_turtle(self) -> str:
        """Return the report as a `sh:ValidationReport` in Turtle: same results, same bytes, no time in it."""
        lines = [
            f"@prefix sh: <{SH}> .",
            "",
            "[] a sh:ValidationReport ;",
            f"    sh:conforms {boolean(self.conforms)}",
        ]
        for result in self.results:
            lines[-1] += " ;"
            lines += ["    sh:result [", *_turtle_result(result), "    ]"]
        lines[-1] += " ."
        return "\n".join(lines) + "\n"


def check_iri(name: str) -> str:
    """Return the IRI by which reports name a check (`queries/checks/<name>.rq`).

    >>> check_iri("broader-has-no-cycle")
    'https://w3id.org/codegraph/shapes#check-broader-has-no-cycle'
    """
    return f"{SHAPES}check-{name}"


def short(term: str) -> str:
    """Return a term for reading: CURIEs for IRIs, everything else as it is."""
    return contract(term)


def _shape_lines(shape: str, results: list[ValidationResult], shown: int) -> list[str]:
    first = results[0]
    lines = ["", f"{first.severity} {short(shape)}: {first.message}"]
    for result in results[:shown]:
        value = "" if result.value is None else f"  value {short(result.value)}"
        component = result.component.removeprefix(SH).removesuffix("ConstraintComponent")
        lines.append(f"    {short(result.focus)}{value}  ({component})")
    if len(results) > shown:
        lines.append(f"    … and {len(results) - shown:,} more")
    return lines


def _turtle_result(result: ValidationResult) -> list[str]:
    pairs = [("a", "sh:ValidationResult"), ("sh:resultSeverity", f"sh:{result.severity.capitalize()}")]
    pairs += [("sh:focusNode", _token(result.focus)), ("sh:sourceShape", _token(result.shape))]
    pairs.append(("sh:sourceConstraintComponent", _token(result.component)))
    if result.path is not None and "<" not in result.path:  # a path of several steps has no short form
        pairs.append(("sh:resultPath", _token(result.path)))
    if result.value is not None:
        pairs.append(("sh:value", _token(result.value)))
    if result.message:
        pairs.append(("sh:resultMessage", english(result.message)))
    return [f"        {predicate} {term} ;" for predicate, term in pairs]


def _token(term: str) -> str:
    return term if term.startswith(('"', "_:")) else f"<{term}>"
