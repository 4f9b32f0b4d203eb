"""What the FHIR service can do: CapabilityStatement and TerminologyCapabilities."""

from __future__ import annotations

from typing import Any, Final

from codegraph.terminology.canonical import PUBLISHER, day_of
from codegraph.terminology.code_systems import filters_of, properties_of
from codegraph.terminology.concepts import Concepts
from codegraph.terminology.parameters import OPERATIONS
from codegraph.terminology.subsumption import compares

_SERVER: Final = "http://hl7.org/fhir/CapabilityStatement/terminology-server"
_DEFINED: Final = "http://hl7.org/fhir/OperationDefinition/"
_FHIR: Final = {"4.0": "4.0.1", "5.0": "5.0.0"}
_SEARCHED: Final = (
    ("url", "uri"),
    ("version", "token"),
    ("name", "string"),
    ("title", "string"),
    ("status", "token"),
    ("_id", "token"),
)
_DOCUMENTATION: Final = (
    "Read-only; resources are written as JSON. Searches take _count, _offset, _summary and _format beside what is "
    "named here; reads and operations take _format. A parameter that is not known is refused, in a search unless the "
    "request says `Prefer: handling=lenient`. Operations are asked by GET with simple parameters and by POST."
)
_RESOURCES: Final = ("CodeSystem", "ConceptMap", "ValueSet")


def _head(concepts: Concepts, kind: str, fhir: str, base: str) -> dict[str, Any]:
    manifest = concepts.kg.manifest
    return {
        "resourceType": kind,
        "id": "metadata" if kind == "CapabilityStatement" else "terminology",
        "url": f"{base}/metadata" + ("" if kind == "CapabilityStatement" else "?mode=terminology"),
        "version": manifest.codegraph,
        "name": f"Codegraph{kind}",
        "title": f"codegraph terminology service, FHIR {_FHIR[fhir]}",
        "status": "active",
        "experimental": False,
        "date": day_of(manifest) or "1970-01-01",
        "publisher": PUBLISHER,
        "kind": "instance",
        "description": "Procedure and diagnosis codes, their crosswalks and value sets, read-only. No CPT descriptors.",
    }


def capability_statement(concepts: Concepts, fhir: str, base: str) -> dict[str, Any]:
    """Return the CapabilityStatement of the service whose root is `base`."""
    manifest = concepts.kg.manifest
    return _head(concepts, "CapabilityStatement", fhir, base) | {
        "instantiates": [_SERVER],
        "software": {"name": "codegraph", "version": manifest.codegraph},
        "implementation": {"description": "codegraph, opened on one release", "url": base},
        "fhirVersion": _FHIR[fhir],
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _DOCUMENTATION,
                "security": {
                    "cors": True,
                    "description": "No login: open to all who reach it, and read-only.",
                },
                "resource": [_resource(kind) for kind in _RESOURCES],
            }
        ],
    }


def _resource(kind: str) -> dict[str, Any]:
    operations = [name.partition("/$")[2] for name in OPERATIONS if name.startswith(kind)]
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": [{"name": name, "type": type_} for name, type_ in _SEARCHED],
        "operation": [{"name": name, "definition": f"{_DEFINED}{kind}-{name}"} for name in operations],
    }


def terminology_capabilities(concepts: Concepts, fhir: str, base: str) -> dict[str, Any]:
    """Return the TerminologyCapabilities: each code system with its version, and what the operations take."""
    expand = [name.rstrip("*") for name in OPERATIONS["ValueSet/$expand"]]
    systems = []
    for system in concepts.systems.values():
        version: dict[str, Any] = {
            "code": system.version,
            "isDefault": True,
            "compositional": False,
            "filter": [{"code": name, "op": list(said[0])} for name, said in filters_of(system).items()],
            "property": list(properties_of(system)),
        }
        said = {"uri": system.uri, "version": [{key: value for key, value in version.items() if value != []}]}
        content = {"content": system.content} if fhir == "5.0" else {}
        systems.append(said | content | {"subsumption": compares(concepts, system)})
    head = _head(concepts, "TerminologyCapabilities", fhir, base)
    return head | {
        "software": {"name": "codegraph", "version": concepts.kg.manifest.codegraph},
        "implementation": {"description": "codegraph, opened on one release", "url": base},
        "codeSystem": systems,
        "expansion": {
            "hierarchical": False,
            "paging": True,
            "incomplete": False,
            "parameter": [{"name": name} for name in sorted(expand) if fhir == "5.0" or name != "property"],
            "textFilter": "Each word of the filter begins a word of the code or of the display, in any order.",
        },
        "validateCode": {"translations": False},
        "translation": {"needsMap": False},
    }
