"""Code systems as FHIR resources: what of each is held, its properties and filters, its concepts where they are few."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from codegraph.codes import SYSTEMS
from codegraph.namespaces import BASE
from codegraph.terminology.canonical import head
from codegraph.terminology.concepts import PROPERTIES, Concept, Concepts
from codegraph.terminology.problem import missing, shown
from codegraph.terminology.systems import CARRIES_MODIFIERS, FhirSystem, home_of_modifier

LARGEST: Final = 1000  # a code system of more concepts is described, and listed by $expand
_FHIR: Final = "http://hl7.org/fhir/concept-properties#"
_OWN: Final = BASE + "fhir/property/"
# property -> its URI, what it means. Types are those of concepts.PROPERTIES.
DECLARED: Final[dict[str, tuple[str, str]]] = {
    "status": (
        _FHIR + "status",
        "active, retired or unknown, judged by the newest list of the system that was read.",
    ),
    "inactive": (_FHIR + "inactive", "The code is retired."),
    "notSelectable": (
        _FHIR + "notSelectable",
        "A header: it groups codes and may not be reported as it stands.",
    ),
    "effectiveDate": (
        _FHIR + "effectiveDate",
        "The first day on which the code may be reported, where a list says so.",
    ),
    "retirementDate": (_FHIR + "retirementDate", "The last day on which the code may be reported."),
    "parent": (_FHIR + "parent", "The code or value right above, in the same code system."),
    "modifier": (_OWN + "modifier", "The code is a modifier, not a service of its own."),
    "addOn": (_OWN + "addOn", "The code is reported only together with another one."),
    "family": (_OWN + "family", "The family of codes, a code of codegraph's families."),
    "group": (_OWN + "group", "The group or heading right above, a code of codegraph's groups."),
    "table": (_OWN + "table", "The table of ICD-10-PCS: the first three characters."),
    "site": (_OWN + "site", "A site that the procedure acts on."),
    "method": (_OWN + "method", "What is done."),
    "approach": (_OWN + "approach", "How the site is reached."),
    "device": (_OWN + "device", "What stays in or on the body."),
}
_GENERAL: Final = ("status", "inactive")
_CODES: Final = (*_GENERAL, "effectiveDate", "retirementDate", "group")
_ACTS: Final = ("site", "method", "approach", "device")
_OF_SYSTEM: Final[dict[str, tuple[str, ...]]] = {
    "cpt": (*_CODES, "modifier", "addOn", "family", *_ACTS),
    "hcpcs": (*_CODES, "modifier", "addOn", "family", *_ACTS),
    "icd10pcs": (*_CODES, "table", *_ACTS),
    "icd10cm": (*_CODES, "notSelectable", "parent"),
    "icd9cm": (*_CODES, "notSelectable", "parent"),
    "icd9pcs": (*_CODES, "notSelectable", "parent"),
}
_OF_SCHEME: Final = ("parent",)
HIERARCHICAL: Final = ("icd10cm", "icd9cm", "icd9pcs")
# filter -> operators, what its value is. What compose.py can do.
FILTERS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "concept": (
        ("is-a", "descendent-of"),
        "A code of this code system; those below it, and with is-a itself.",
    ),
    "modifier": (("=",), "true or false"),
    "status": (("=",), "active, retired or unknown"),
    "inactive": (("=",), "true or false"),
    "family": (("=",), "A code of codegraph's families."),
    "table": (("=",), "The first three characters of a code of ICD-10-PCS."),
    "site": (("=", "is-a"), "A code of codegraph's sites; with is-a also its kinds and its parts."),
    "method": (("=", "is-a"), "A code of codegraph's methods; with is-a also its kinds."),
    "approach": (("=", "is-a"), "A code of codegraph's approaches; with is-a also its kinds."),
}


def properties_of(system: FhirSystem) -> tuple[str, ...]:
    """Return the properties that concepts of a system may have, in the order of DECLARED."""
    held = _OF_SCHEME if system.is_own else _OF_SYSTEM[system.key]
    return tuple(name for name in DECLARED if name in held)


def filters_of(system: FhirSystem) -> dict[str, tuple[tuple[str, ...], str]]:
    """Return the filters by which a value set may choose from a system."""
    hierarchical = system.is_own or system.key in HIERARCHICAL
    held = (*properties_of(system), *(("concept",) if hierarchical else ()))
    return {name: said for name, said in FILTERS.items() if name in held}


def code_system(
    concepts: Concepts, system: FhirSystem, fhir: str, *, most: int = LARGEST, listed: bool = True
) -> dict[str, Any]:
    """Return a CodeSystem resource.

    Its concepts are listed where `listed` and where there are at most `most`; otherwise the resource is tagged as not
    whole (SUBSETTED) and, where a reading would not list them either, has the content `not-present` and tells where
    they are.
    """
    few = system.count <= most
    listed = listed and few
    resource = head(
        "CodeSystem",
        system.key,
        concepts.kg.manifest,
        title=system.title,
        description=_description(system, listed=few),
        copyright=system.copyright,
        url=system.uri,
        version=system.version,
        publisher=system.publisher,
        whole=listed,
    )
    oid = SYSTEMS[system.key].oid if system.key in SYSTEMS else None
    if oid:
        resource["identifier"] = [{"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{oid}"}]
    if fhir == "5.0" and "CPT" in system.copyright:
        resource["copyrightLabel"] = "CPT © American Medical Association"
    resource |= _about(system, present=few)
    if listed:
        resource["concept"] = [_concept(concepts, concept) for concept in members(concepts, system)]
    return {key: value for key, value in resource.items() if value != []}


def _about(system: FhirSystem, *, present: bool) -> dict[str, Any]:
    """Return what a CodeSystem says of the system: its content, filters and properties.

    The content is that of the resource: none of its concepts are in one that does not list them. Of a system that is
    held in part nobody here knows how many codes it has, so there is no count.
    """
    hierarchical = "concept" in filters_of(system)
    return {
        "caseSensitive": True,
        **({"hierarchyMeaning": "is-a"} if hierarchical else {}),
        "valueSet": f"{BASE}fhir/ValueSet/codes-{system.key}",
        "compositional": False,
        "versionNeeded": False,
        "content": system.content if present else "not-present",
        **({"count": system.count} if system.content == "complete" else {}),
        "filter": [
            {"code": name, "description": text, "operator": list(operators), "value": text}
            for name, (operators, text) in filters_of(system).items()
        ],
        "property": [
            {
                "code": name,
                "uri": DECLARED[name][0],
                "description": DECLARED[name][1],
                "type": PROPERTIES[name][0],
            }
            for name in properties_of(system)
        ],
    }


def _description(system: FhirSystem, *, listed: bool) -> str:
    part = "All of its codes" if system.content == "complete" else "Of its codes a part"
    told = f"{system.title}. {part}: {system.count:,} held here."
    if not system.is_own:
        told += " A code that nobody has worded, and whose own text is licensed, displays as the code itself."
    if system.key in CARRIES_MODIFIERS:
        told += " Modifiers are codes of the system, with the property modifier."
    if system.key == "icd10cm":
        told += " Codes are written with the dot."
    return (
        told
        if listed
        else f"{told} They are not listed in this resource: $expand its value set, page by page."
    )


def members(concepts: Concepts, system: FhirSystem) -> Iterator[Concept]:
    """Yield the concepts of a system, sorted by code."""
    tables = concepts.kg.tables
    if system.is_own:
        sql = "SELECT curie, label FROM label WHERE curie >= ? AND curie < ? ORDER BY curie"
        for curie, label in tables.stream(sql, (f"{system.key}:", f"{system.key};")):
            yield Concept(system, curie.partition(":")[2], label, None, None, curie)
        return
    kinds = (system.key, "modifier") if system.key in CARRIES_MODIFIERS else (system.key, system.key)
    sql = (
        "SELECT system || ':' || notation, label, status, billable, release, procedure FROM code "
        "WHERE system IN (?, ?) ORDER BY notation"
    )
    for curie, *row in tables.stream(sql, kinds):
        if (
            not curie.startswith("modifier:")
            or home_of_modifier(curie.removeprefix("modifier:")) == system.key
        ):
            yield concepts.of_row(system, curie, tuple(row))


def _concept(concepts: Concepts, concept: Concept) -> dict[str, Any]:
    facts = concepts.facts(concept)
    definition = concepts.definition(facts)
    found = {
        "code": concept.code,
        "display": concept.display,
        "definition": definition,
        "designation": [{"language": "en", "value": word} for word in concepts.synonyms(facts)],
        "property": [
            {"code": name, f"value{kind[0].upper()}{kind[1:]}": value}
            for name, kind, value in concepts.properties(concept, facts)
        ],
    }
    return {key: value for key, value in found.items() if value}


def find(concepts: Concepts, url_or_id: str) -> FhirSystem:
    """Return a system by its id (`cpt`) or its URI, with or without a version. Raises Problem (404)."""
    if url_or_id in concepts.systems:
        return concepts.systems[url_or_id]
    if "/" not in url_or_id and ":" not in url_or_id:
        raise missing(
            f"no CodeSystem with the id {shown(url_or_id)}; there are {', '.join(concepts.systems)}"
        )
    return concepts.systems.named(url_or_id)
