"""What FHIR allows in a ConceptMap, R4 4.0.1 and R5 5.0.0: elements, cardinalities, types, value sets, invariants.

Written from the resource's published definition; elements of DomainResource that codegraph never writes are left out.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

CODE = r"[^\s]+( [^\s]+)*"
STATUS = {"draft", "active", "retired", "unknown"}
R4_EQUIVALENCE = {
    "relatedto", "equivalent", "equal", "wider", "subsumes", "narrower", "specializes", "inexact", "unmatched",
    "disjoint",
}  # fmt: skip
R5_RELATIONSHIP = {
    "related-to", "equivalent", "source-is-narrower-than-target", "source-is-broader-than-target", "not-related-to",
}  # fmt: skip
R5_PROPERTY_TYPES = {"Coding", "string", "integer", "boolean", "dateTime", "decimal", "code"}

TYPES = {
    "string": lambda v: isinstance(v, str) and v.strip() != "",
    "markdown": lambda v: isinstance(v, str) and v.strip() != "",
    "uri": lambda v: isinstance(v, str) and re.fullmatch(r"\S+", v),
    "canonical": lambda v: isinstance(v, str) and re.fullmatch(r"\S+", v),
    "code": lambda v: isinstance(v, str) and re.fullmatch(CODE, v),
    "id": lambda v: isinstance(v, str) and re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", v),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "decimal": lambda v: isinstance(v, int | float | Decimal) and not isinstance(v, bool),
    "dateTime": lambda v: (
        isinstance(v, str)
        and re.fullmatch(
            r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?", v
        )
    ),
}  # fmt: skip
# element -> (min, max or None, type or the elements of a backbone element)
_HEAD = {
    "resourceType": (1, 1, "code"), "id": (0, 1, "id"), "url": (0, 1, "uri"), "version": (0, 1, "string"),
    "name": (0, 1, "string"), "title": (0, 1, "string"), "status": (1, 1, STATUS), "experimental": (0, 1, "boolean"),
    "date": (0, 1, "dateTime"), "publisher": (0, 1, "string"), "description": (0, 1, "markdown"),
    "copyright": (0, 1, "markdown"),
}  # fmt: skip
_R4_OTHER = {
    "property": (1, 1, "uri"), "system": (0, 1, "canonical"), "value": (1, 1, "string"), "display": (0, 1, "string"),
}  # fmt: skip
R4 = {
    **_HEAD,
    "group": (0, None, {
        "source": (0, 1, "uri"), "sourceVersion": (0, 1, "string"),
        "target": (0, 1, "uri"), "targetVersion": (0, 1, "string"),
        "element": (1, None, {
            "code": (0, 1, "code"), "display": (0, 1, "string"),
            "target": (0, None, {
                "code": (0, 1, "code"), "display": (0, 1, "string"), "equivalence": (1, 1, R4_EQUIVALENCE),
                "comment": (0, 1, "string"), "dependsOn": (0, None, _R4_OTHER), "product": (0, None, _R4_OTHER),
            }),
        }),
    }),
}  # fmt: skip
R5 = {
    **_HEAD,
    "copyrightLabel": (0, 1, "string"),
    "property": (0, None, {
        "code": (1, 1, "code"), "uri": (0, 1, "uri"), "description": (0, 1, "string"),
        "type": (1, 1, R5_PROPERTY_TYPES), "system": (0, 1, "canonical"),
    }),
    "group": (0, None, {
        "source": (0, 1, "canonical"), "target": (0, 1, "canonical"),
        "element": (1, None, {
            "code": (0, 1, "code"), "display": (0, 1, "string"), "noMap": (0, 1, "boolean"),
            "target": (0, None, {
                "code": (0, 1, "code"), "display": (0, 1, "string"), "relationship": (1, 1, R5_RELATIONSHIP),
                "comment": (0, 1, "string"),
                "property": (0, None, {
                    "code": (1, 1, "code"), "valueString": (0, 1, "string"), "valueDecimal": (0, 1, "decimal"),
                    "valueCode": (0, 1, "code"), "valueBoolean": (0, 1, "boolean"), "valueInteger": (0, 1, "integer"),
                }),
            }),
        }),
    }),
}  # fmt: skip


def faults(resource: dict[str, Any], fhir: str) -> list[str]:
    """Return what is wrong with a ConceptMap, with the path of each element."""
    found = list(_elements(resource, R5 if fhir == "R5" else R4, "ConceptMap"))
    if resource.get("resourceType") != "ConceptMap":
        found.append("resourceType is not ConceptMap")
    name = resource.get("name", "")
    if not re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", name):
        found.append(f"cnl-0: {name!r} is no name for a computer")
    found += _invariants(resource, fhir)
    return found


def _elements(value: Any, rules: dict[str, Any], path: str):
    if not isinstance(value, dict):
        yield f"{path} is no object"
        return
    if not value:
        yield f"{path}: ele-1, an element has a value or children"
    for name in value.keys() - rules.keys():
        yield f"{path}.{name} is no element of this release"
    for name, (least, most, kind) in rules.items():
        if name not in value:
            if least:
                yield f"{path}.{name} is missing"
            continue
        given = value[name]
        if (most is None) != isinstance(given, list):
            yield f"{path}.{name} is {'no list' if most is None else 'a list'}"
            continue
        if most is None and not given:
            yield f"{path}.{name} is an empty list"
        for item in given if most is None else [given]:
            if isinstance(kind, dict):
                yield from _elements(item, kind, f"{path}.{name}")
            elif isinstance(kind, set):
                if item not in kind:
                    yield f"{path}.{name}: {item!r} is not in its value set"
            elif not TYPES[kind](item):
                yield f"{path}.{name}: {item!r} is no {kind}"


def _invariants(resource: dict[str, Any], fhir: str):
    declared = {p["code"]: p["type"] for p in resource.get("property", ())}
    for group in resource.get("group", ()):
        for element in group.get("element", ()):
            if "noMap" in element and "target" in element:
                yield "cmd-4: an element with noMap has no target"
            for target in element.get("target", ()):
                narrow = {"narrower", "inexact", "source-is-broader-than-target", "not-related-to"}
                if {target.get("equivalence"), target.get("relationship")} & narrow and not target.get(
                    "comment"
                ):
                    yield "cmd-1: a narrower or inexact target has a comment"
                if fhir == "R4" and not target.get("code") and target.get("equivalence") != "unmatched":
                    yield "a target that is not unmatched has a code"
                for said in target.get("property", ()):
                    kinds = [key.removeprefix("value").lower() for key in said if key.startswith("value")]
                    if kinds != [declared.get(said["code"], "").lower()]:
                        yield f"property {said['code']} is not declared with the type of its value"
