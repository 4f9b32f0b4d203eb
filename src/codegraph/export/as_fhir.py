"""The FHIR terminology of a release as one Bundle: code systems, concept maps and value sets, of R5 or R4.

Written resource by resource. What has more codes than a server takes in one resource is described and tagged as not
whole (SUBSETTED), as in the service.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from codegraph.export import ExportSummary
from codegraph.export.files import opened
from codegraph.namespaces import BASE
from codegraph.terminology import Terminology, code_systems

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.terminology import FhirVersion

MOST: Final = 20_000  # codes in a resource
FHIR: Final[dict[str, FhirVersion]] = {"fhir-r4": "4.0", "fhir-r5": "5.0"}


def export_fhir(
    graph: CodeGraph, out: Path | str, *, format: str = "fhir-r5", most: int = MOST
) -> ExportSummary:
    """Write a Bundle (collection) as JSON to a file or `-`; the summary counts resources.

    A code system or concept map of more than `most` codes comes without its lists. Licensed descriptors and licensed
    mappings are never in it. Raises CodegraphError where `out` is not a place for a file.
    """
    begun = time.monotonic()
    terminology = Terminology(graph, FHIR[format])
    head: dict[str, Any] = {"resourceType": "Bundle", "id": "codegraph", "type": "collection"}
    if graph.manifest.built:
        head["timestamp"] = graph.manifest.built
    total = 0
    with opened(out) as target:
        target.write(_json(head)[:-1].encode() + b',"entry":[\n')
        for resource in _resources(terminology, most):
            place = f"{BASE}fhir/{resource['resourceType']}/{resource['id']}"
            entry = _json({"fullUrl": place, "resource": resource})
            target.write((",\n" if total else "").encode() + entry.encode())
            total += 1
        target.write(b"\n]}\n")
    return ExportSummary(total, time.monotonic() - begun, target.count, format)


def _resources(terminology: Terminology, most: int) -> Iterator[dict[str, Any]]:
    """Yield all resources: systems, maps and value sets, each sorted by id."""
    concepts, maps, version = terminology._concepts, terminology._maps, terminology.version
    for _, system in sorted(concepts.systems.items()):
        yield code_systems.code_system(concepts, system, version, most=most)
    for pair in maps.pairs:
        yield maps.resource(pair, version, most=most)
    yield from sorted(terminology.value_sets(), key=lambda found: str(found["id"]))


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
