"""What FHIR R4 (4.0.1) and R5 (5.0.0) allow in the resources that the service answers with.

Written from the resources' published definitions, as `tests.interchange.fhir_rules`; elements that codegraph never
writes are left out, so that one written by mistake is a fault.
"""

from __future__ import annotations

import re

from tests.interchange import fhir_rules
from tests.interchange.fhir_rules import _HEAD, STATUS, _elements

_CODING = {
    "system": (0, 1, "uri"), "version": (0, 1, "string"), "code": (0, 1, "code"), "display": (0, 1, "string"),
}  # fmt: skip
_META = {"tag": (0, None, _CODING)}
_NAMED = {**_HEAD, "meta": (0, 1, _META)}
_CONTENT = {"not-present", "example", "fragment", "complete", "supplement"}
_KINDS = {"code", "Coding", "string", "integer", "boolean", "dateTime", "decimal"}
_OPERATORS = {
    "4.0": {"=", "is-a", "descendent-of", "is-not-a", "regex", "in", "not-in", "generalizes", "exists"},
    "5.0": {
        "=", "is-a", "descendent-of", "is-not-a", "regex", "in", "not-in", "generalizes", "exists", "child-of",
        "descendent-leaf",
    },
}  # fmt: skip
_VALUES = {
    "valueCode": "code", "valueCoding": _CODING, "valueString": "string", "valueInteger": "integer",
    "valueBoolean": "boolean", "valueDateTime": "dateTime", "valueDecimal": "decimal",
}  # fmt: skip
_WORD = {"language": (0, 1, "code"), "value": (1, 1, "string")}
_SAID = {"code": (1, 1, "code"), **{name: (0, 1, kind) for name, kind in _VALUES.items()}}
_EXTENSION = {"url": (1, 1, "uri"), "valueBoolean": (0, 1, "boolean")}


def code_system(fhir):
    concept = {
        "code": (1, 1, "code"), "display": (0, 1, "string"), "definition": (0, 1, "string"),
        "designation": (0, None, _WORD), "property": (0, None, _SAID),
    }  # fmt: skip
    return {
        **_NAMED,
        "identifier": (0, None, {"system": (0, 1, "uri"), "value": (0, 1, "string")}),
        **({"copyrightLabel": (0, 1, "string")} if fhir == "5.0" else {}),
        "caseSensitive": (0, 1, "boolean"),
        "valueSet": (0, 1, "canonical"),
        "hierarchyMeaning": (0, 1, {"grouped-by", "is-a", "part-of", "classified-with"}),
        "compositional": (0, 1, "boolean"),
        "versionNeeded": (0, 1, "boolean"),
        "content": (1, 1, _CONTENT),
        "count": (0, 1, "integer"),
        "filter": (0, None, {
            "code": (1, 1, "code"), "description": (0, 1, "string"), "operator": (1, None, _OPERATORS[fhir]),
            "value": (1, 1, "string"),
        }),
        "property": (0, None, {
            "code": (1, 1, "code"), "uri": (0, 1, "uri"), "description": (0, 1, "string"), "type": (1, 1, _KINDS),
        }),
        "concept": (0, None, concept),
    }  # fmt: skip


def value_set(fhir):
    chosen = {
        "system": (0, 1, "uri"), "version": (0, 1, "string"), "valueSet": (0, None, "canonical"),
        "concept": (0, None, {"code": (1, 1, "code"), "display": (0, 1, "string")}),
        "filter": (0, None, {
            "property": (1, 1, "code"), "op": (1, 1, _OPERATORS[fhir]), "value": (1, 1, "string"),
        }),
    }  # fmt: skip
    contains = {
        "system": (0, 1, "uri"), "abstract": (0, 1, "boolean"), "inactive": (0, 1, "boolean"),
        "version": (0, 1, "string"), "code": (0, 1, "code"), "display": (0, 1, "string"),
        "designation": (0, None, _WORD), **({"property": (0, None, _SAID)} if fhir == "5.0" else {}),
    }  # fmt: skip
    given = {name: (0, 1, kind) for name, kind in _VALUES.items() if kind is not _CODING}
    expansion = {
        "extension": (0, None, _EXTENSION),
        "identifier": (0, 1, "uri"), "timestamp": (1, 1, "dateTime"), "total": (0, 1, "integer"),
        "offset": (0, 1, "integer"),
        "parameter": (0, None, {"name": (1, 1, "string"), **given, "valueUri": (0, 1, "uri")}),
        "contains": (0, None, contains),
        **({"property": (0, None, {"code": (1, 1, "code"), "uri": (0, 1, "uri")})} if fhir == "5.0" else {}),
    }  # fmt: skip
    return {
        **_NAMED,
        "compose": (0, 1, {"include": (1, None, chosen), "exclude": (0, None, chosen)}),
        "expansion": (0, 1, expansion),
    }


def concept_map(fhir):
    return {**(fhir_rules.R5 if fhir == "5.0" else fhir_rules.R4), "meta": (0, 1, _META)}


def capabilities(fhir):
    operation = {"name": (1, 1, "string"), "definition": (1, 1, "canonical")}
    searched = {
        "name": (1, 1, "string"),
        "type": (1, 1, {"token", "string", "uri", "number", "date", "reference"}),
    }
    resource = {
        "type": (1, 1, {"CodeSystem", "ConceptMap", "ValueSet"}),
        "interaction": (0, None, {"code": (1, 1, {"read", "search-type"})}),
        "versioning": (0, 1, {"no-version", "versioned", "versioned-update"}),
        "searchParam": (0, None, searched),
        "operation": (0, None, operation),
    }
    return {
        **_about(),
        "instantiates": (0, None, "canonical"),
        "fhirVersion": (1, 1, {"4.0.1"} if fhir == "4.0" else {"5.0.0"}),
        "format": (1, None, "code"),
        "rest": (0, None, {
            "mode": (1, 1, {"server", "client"}), "documentation": (0, 1, "markdown"),
            "security": (0, 1, {"cors": (0, 1, "boolean"), "description": (0, 1, "markdown")}),
            "resource": (0, None, resource),
        }),
    }  # fmt: skip


def _about():
    return {
        **_HEAD,
        "date": (1, 1, "dateTime"),
        "kind": (1, 1, {"instance", "capability", "requirements"}),
        "software": (0, 1, {"name": (1, 1, "string"), "version": (0, 1, "string")}),
        "implementation": (0, 1, {"description": (1, 1, "string"), "url": (0, 1, "uri")}),
    }


def terminology(fhir):
    version = {
        "code": (0, 1, "string"), "isDefault": (0, 1, "boolean"), "compositional": (0, 1, "boolean"),
        "filter": (0, None, {"code": (1, 1, "code"), "op": (1, None, "code")}), "property": (0, None, "code"),
    }  # fmt: skip
    return {
        **_about(),
        "codeSystem": (0, None, {
            "uri": (0, 1, "canonical"), "version": (0, None, version), "subsumption": (0, 1, "boolean"),
            **({"content": (1, 1, _CONTENT)} if fhir == "5.0" else {}),
        }),
        "expansion": (0, 1, {
            "hierarchical": (0, 1, "boolean"), "paging": (0, 1, "boolean"), "incomplete": (0, 1, "boolean"),
            "parameter": (0, None, {"name": (1, 1, "code")}), "textFilter": (0, 1, "markdown"),
        }),
        "codeSearch": (0, 1, {
            "4.0": {"explicit", "all"}, "5.0": {"in-compose", "in-expansion", "in-compose-or-expansion"},
        }[fhir]),
        "validateCode": (0, 1, {"translations": (1, 1, "boolean")}),
        "translation": (0, 1, {"needsMap": (1, 1, "boolean")}),
    }  # fmt: skip


ISSUE_TYPES = {
    "invalid", "structure", "required", "value", "invariant", "not-supported", "not-found", "too-costly",
    "business-rule", "code-invalid", "informational", "processing", "exception",
}  # fmt: skip
TX_TYPES = {
    "not-found", "invalid-code", "not-in-vs", "this-code-not-in-vs", "invalid-display", "vs-invalid",
    "version-error", "code-rule", "code-comment", "status-check", "processing-note", "invalid-data", "cannot-infer",
}  # fmt: skip
OUTCOME = {
    "resourceType": (1, 1, {"OperationOutcome"}),
    "issue": (1, None, {
        "severity": (1, 1, {"fatal", "error", "warning", "information"}), "code": (1, 1, ISSUE_TYPES),
        "details": (0, 1, {
            "coding": (0, None, {
                "system": (1, 1, {"http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"}), "code": (1, 1, TX_TYPES),
            }),
            "text": (0, 1, "string"),
        }),
        "expression": (0, None, "string"),
    }),
}  # fmt: skip
KINDS = {
    "CodeSystem": code_system,
    "ValueSet": value_set,
    "ConceptMap": concept_map,
    "CapabilityStatement": capabilities,
    "TerminologyCapabilities": terminology,
    "OperationOutcome": lambda _: OUTCOME,
}
_LINK = {"relation": (1, 1, {"self", "next"}), "url": (1, 1, "uri")}
# The parameters that each operation answers with: name -> (least, most, type or parts). * is any value[x].
_WORDS = {"language": (0, 1, "Code"), "value": (1, 1, "String")}
_CHECKED = {
    "result": (1, 1, "Boolean"), "message": (0, 1, "String"), "display": (0, 1, "String"), "code": (0, 1, "Code"),
    "system": (0, 1, "Uri"), "version": (0, 1, "String"), "codeableConcept": (0, 1, "CodeableConcept"),
    "inactive": (0, 1, "Boolean"), "status": (0, 1, "String"), "x-caused-by-unknown-system": (0, None, "Canonical"),
    "issues": (0, 1, "resource"),
}  # fmt: skip
ANSWERS = {
    "$lookup": lambda fhir: {
        "name": (1, 1, "String"), "version": (0, 1, "String"), "display": (1, 1, "String"), "code": (0, 1, "Code"),
        "system": (0, 1, "Uri"), "abstract": (0, 1, "Boolean"), "designation": (0, None, _WORDS),
        "property": (0, None, {"code": (1, 1, "Code"), "value": (0, 1, "*")}),
        **({"definition": (0, 1, "String")} if fhir == "5.0" else {}),
    },
    "$validate-code": lambda _: _CHECKED,
    "$subsumes": lambda _: {"outcome": (1, 1, "Code")},
    "$translate": lambda fhir: {
        "result": (1, 1, "Boolean"), "message": (0, 1, "String"),
        "match": (0, None, {
            "equivalence": (1, 1, "Code"), "concept": (0, 1, "Coding"), "source": (0, 1, "Uri"),
            "product": (0, None, {"element": (0, 1, "Uri"), "concept": (0, 1, "Coding")}),
        } if fhir == "4.0" else {
            "relationship": (1, 1, "Code"), "concept": (0, 1, "Coding"), "originMap": (0, 1, "Uri"),
            "property": (0, None, {"uri": (1, 1, "Uri"), "value": (1, 1, "*")}),
            "product": (0, None, {"attribute": (1, 1, "Uri"), "value": (1, 1, "*")}),
        }),
    },
}  # fmt: skip


def faults(resource, fhir):
    """Return what is wrong with a resource that is no Parameters."""
    kind = resource.get("resourceType")
    if kind == "Bundle":
        return _bundle(resource, fhir)
    if kind not in KINDS:
        return [f"{kind} is no resource of this service"]
    found = list(_elements(resource, KINDS[kind](fhir), kind))
    if "name" in resource and not re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", resource["name"]):
        found.append(f"cnl-0: {resource['name']!r}")
    if resource.get("status", "active") not in STATUS:
        found.append("status")
    return found + list(_invariants(resource))


def _invariants(resource):
    codes = [c["code"] for c in resource.get("concept", ())]
    if len(codes) != len(set(codes)):
        yield "csd-1: a code stands twice"
    declared = {p["code"]: p["type"] for p in resource.get("property", ()) if "type" in p}
    for concept in resource.get("concept", ()):
        for said in concept.get("property", ()):
            kinds = [name for name in said if name.startswith("value")]
            kind = declared.get(said["code"], "?")
            if kinds != [f"value{kind[0].upper()}{kind[1:]}"]:
                yield f"property {said['code']} of {concept['code']} is not declared with the type of its value"
    for part in resource.get("compose", {}).get("include", ()):
        if not part.keys() & {"system", "valueSet"}:
            yield "vsd-1: an include has a system or value sets"
        if {"concept", "filter"} <= part.keys():
            yield "vsd-3: concepts or filters"
    for contained in resource.get("expansion", {}).get("contains", ()):
        if "code" not in contained or "system" not in contained:
            yield "vsd-10: a contained code has a system"


def _bundle(bundle, fhir):
    rules = {
        "resourceType": (1, 1, {"Bundle"}), "type": (1, 1, {"searchset"}), "total": (0, 1, "integer"),
        "link": (0, None, _LINK),
    }  # fmt: skip
    found = list(_elements({k: v for k, v in bundle.items() if k != "entry"}, rules, "Bundle"))
    for entry in bundle.get("entry", ()):
        if set(entry) != {"fullUrl", "resource", "search"} or not entry["fullUrl"].endswith(
            entry["resource"]["id"]
        ):
            found.append(f"entry {entry.get('fullUrl')}")
        found += faults(entry["resource"], fhir)
    return found


def answer_faults(parameters, operation, fhir):
    """Return what is wrong with the Parameters that an operation answered."""
    if parameters.get("resourceType") != "Parameters" or set(parameters) - {"resourceType", "parameter"}:
        return [f"{parameters.get('resourceType')} is no answer of {operation}"]
    return list(_parts(parameters.get("parameter", []), ANSWERS[operation](fhir), operation, fhir))


def _parts(parts, rules, path, fhir):
    names = [part["name"] for part in parts]
    for name, (least, most, _) in rules.items():
        if names.count(name) < least or (most is not None and names.count(name) > most):
            yield f"{path}: {names.count(name)} times {name}"
    for part in parts:
        kind = rules.get(part["name"], (0, 0, None))[2]
        keys = set(part) - {"name"}
        if kind is None:
            yield f"{path}.{part['name']} is no parameter of it"
        elif isinstance(kind, dict):
            yield from _parts(part.get("part", []), kind, f"{path}.{part['name']}", fhir)
        elif kind == "resource":
            yield from faults(part["resource"], fhir)
        elif (keys != {f"value{kind}"}) if kind != "*" else len(keys) != 1:
            yield f"{path}.{part['name']}: {keys}, not value{kind}"
        else:
            yield from _typed(part[next(iter(keys))], next(iter(keys)), path)


def _typed(value, key, path):
    kind = key.removeprefix("value")
    kind = kind if kind in ("Coding", "CodeableConcept") else kind[0].lower() + kind[1:]
    if kind == "Coding":
        yield from _elements(value, _CODING, path)
    elif kind != "CodeableConcept" and not fhir_rules.TYPES[kind](value):
        yield f"{path}: {value!r} is no {kind}"
