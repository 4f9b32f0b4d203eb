"""Claims of FHIR (R4, R4B, R5): the `Claim` resource, alone or in a Bundle, read field by field.

Source: HL7 FHIR, resource Claim, https://hl7.org/fhir/R4/claim.html and https://hl7.org/fhir/R5/claim.html; the
elements that a check needs are named alike in both. Patient, insurance, names and texts for display are passed over.
docs/decisions/0020 says why no library of FHIR models is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from codegraph.billing.lines import Line
from codegraph.claims.model import Claim
from codegraph.claims.parts import (
    amount,
    assemble,
    diagnosis,
    ident,
    iso_day,
    line_of,
    place,
    refuse_too_many,
    whole_units,
)
from codegraph.codes import SYSTEMS
from codegraph.errors import InvalidValue

_HTTPS: Final = {"http": "https", "https": "http"}


def _written(*uris: str) -> frozenset[str]:
    """Return URIs with http and with https: senders mix them."""
    both = {
        f"{_HTTPS[start]}:{rest}" for start, _, rest in (u.partition(":") for u in uris) if start in _HTTPS
    }
    return frozenset({*uris, *both})


def _oid(system: str) -> str:
    return f"urn:oid:{SYSTEMS[system].oid}"


CODE_SYSTEMS: Final = _written(
    "http://www.ama-assn.org/go/cpt",
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets/",
    "http://terminology.hl7.org/CodeSystem/hcpcs-Level-II",
    "https://bluebutton.cms.gov/resources/codesystem/hcpcs",
    _oid("cpt"),
    _oid("hcpcs"),
)
DIAGNOSIS_SYSTEMS: Final = _written("http://hl7.org/fhir/sid/icd-10-cm", _oid("icd10cm"))
SETTINGS: Final = {"professional": "practitioner", "institutional": "outpatient"}
_NPI: Final = "http://hl7.org/fhir/sid/us-npi"
_NOT_SENT: Final = ("entered-in-error", "cancelled", "draft")


def claims_in(resource: object) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """Yield the Claim resources of a resource, each with the number of its entry where that is a Bundle.

    Raises InvalidValue where the resource is neither.
    """
    found = _dict(resource)
    if found.get("resourceType") == "Claim":
        yield None, found
        return
    if found.get("resourceType") != "Bundle":
        raise InvalidValue("no Claim and no Bundle: resourceType is neither")
    for number, entry in enumerate(_list(found.get("entry")), 1):
        inner = _dict(_dict(entry).get("resource"))
        if inner.get("resourceType") == "Claim":
            yield number, inner


def name_of(resource: dict[str, Any]) -> str:
    """Return a claim's id, or the value of its first identifier; empty where it has neither."""
    numbers = (_dict(i).get("value") for i in _list(resource.get("identifier")))
    return next((n for n in map(ident, (resource.get("id"), *numbers)) if n), "")


def claim_of(resource: dict[str, Any]) -> Claim:
    """Return the claim of a Claim resource.

    Raises InvalidCode or InvalidValue, saying which item and what, where anything that a check needs is missing or
    damaged: a type that is neither professional nor institutional, an inpatient claim, a date without a day.
    """
    notes: list[str] = []
    if resource.get("status") in _NOT_SENT:
        raise InvalidValue(f"the claim's status is {resource['status']}")
    setting = _setting(resource)
    refuse_too_many(len(_list(resource.get("item"))))
    diagnoses = _diagnoses(resource, notes)
    providers = _providers(resource)
    lines = [
        line
        for number, item in enumerate(_list(resource.get("item")), 1)
        if (line := _line(_dict(item), number, diagnoses, providers, notes)) is not None
    ]
    period = _dict(resource.get("billablePeriod"))
    on = iso_day(period["start"]) if "start" in period else None
    if on is None and any(line.day is None for line in lines):
        notes.append("a line has no date of service, and the claim no billable period")
    return assemble(
        name_of(resource), lines, setting=setting, on=on, diagnoses=diagnoses.values(), notes=notes
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _codings(concept: object) -> list[dict[str, Any]]:
    return [_dict(c) for c in _list(_dict(concept).get("coding"))]


def _code(concept: object, systems: frozenset[str]) -> str | None:
    """Return the first code of a concept that is of one of the systems."""
    codes = (
        c.get("code")
        for c in _codings(concept)
        if isinstance(c.get("system"), str) and c["system"] in systems
    )
    return next((code for code in codes if isinstance(code, str)), None)


def _setting(resource: dict[str, Any]) -> str:
    kinds = {str(c.get("code")) for c in _codings(resource.get("type"))}
    if any(c.get("code") == "inpatient" for c in _codings(resource.get("subType"))):
        raise InvalidValue("an inpatient claim; only outpatient ones are checked")
    found = [SETTINGS[kind] for kind in sorted(kinds & SETTINGS.keys())]
    if len(found) != 1:
        raise InvalidValue("its type is neither professional nor institutional")
    return found[0]


def _sequence(element: dict[str, Any], number: int) -> int:
    """Return the sequence number that an element states, its place in the list where it states none."""
    stated = element.get("sequence")
    return stated if isinstance(stated, int) and not isinstance(stated, bool) else number


def _diagnoses(resource: dict[str, Any], notes: list[str]) -> dict[int, str]:
    """Return the ICD-10-CM codes by the sequence number that items point with; others are noted."""
    found = {}
    for number, element in enumerate(map(_dict, _list(resource.get("diagnosis"))), 1):
        code = diagnosis(_code(element.get("diagnosisCodeableConcept"), DIAGNOSIS_SYSTEMS))
        if code is None:
            notes.append(f"diagnosis {number} has no ICD-10-CM code and is left out")
        else:
            found[_sequence(element, number)] = code
    return found


def _providers(resource: dict[str, Any]) -> dict[int, str]:
    """Return the care team by sequence number: NPI or reference, never a name. 0 is the claim's own provider."""
    found = {0: _reference(resource.get("provider"))}
    for number, member in enumerate(map(_dict, _list(resource.get("careTeam"))), 1):
        found[_sequence(member, number)] = _reference(member.get("provider"))
    return {sequence: name for sequence, name in found.items() if name}


def _reference(value: object) -> str:
    reference = _dict(value)
    identifier = _dict(reference.get("identifier"))
    npi = identifier.get("value") if identifier.get("system") == _NPI else None
    return ident(npi) or ident(reference.get("reference"))


def _line(
    item: dict[str, Any], number: int, diagnoses: dict[int, str], providers: dict[int, str], notes: list[str]
) -> Line | None:
    """Return the line of an item, None for one without a code of CPT or HCPCS, which is noted."""
    number = _sequence(item, number)
    where = f"item {number}"
    code = _code(item.get("productOrService"), CODE_SYSTEMS)
    if code is None:
        notes.append(f"{where} has no code of CPT or HCPCS Level II and is left out")
        return None
    if item.get("detail"):
        notes.append(f"the details of {where} are not read")
    team = [_int(s) for s in _list(item.get("careTeamSequence"))]
    return line_of(
        where,
        code,
        _modifiers(item, where),
        _units(item, where, notes),
        day=_day(item, where, notes),
        place=_place(item),
        provider=next((providers[s] for s in team if s in providers), providers.get(0)),
        charge=_money(item),
        diagnoses=tuple(
            diagnoses[s] for s in map(_int, _list(item.get("diagnosisSequence"))) if s in diagnoses
        ),
        number=number,
    )


def _int(value: object) -> int:
    return value if isinstance(value, int) else -1


def _modifiers(item: dict[str, Any], where: str) -> list[str]:
    """Return the modifiers of an item: two characters, of whatever system its sender writes there."""
    found = []
    for concept in _list(item.get("modifier")):
        codes = [c["code"] for c in _codings(concept) if isinstance(c.get("code"), str)]
        short = next((c.strip() for c in codes if len(c.strip()) == 2), None)
        if short is None:
            raise InvalidValue(f"{where}: a modifier without a code of two characters")
        found.append(short)
    return found


def _units(item: dict[str, Any], where: str, notes: list[str]) -> int:
    if "quantity" not in item:
        return 1
    return whole_units(_number(_dict(item["quantity"]).get("value")), where, notes)


def _number(value: object) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _day(item: dict[str, Any], where: str, notes: list[str]) -> date | None:
    if "servicedDate" in item:
        return iso_day(item["servicedDate"])
    if "servicedPeriod" not in item:
        return None
    period = _dict(item["servicedPeriod"])
    start = iso_day(period.get("start"))
    if "end" in period and iso_day(period["end"]) != start:
        notes.append(f"{where} runs over several days and counts as of its first")
    return start


def _place(item: dict[str, Any]) -> str | None:
    codes = (place(c.get("code")) for c in _codings(item.get("locationCodeableConcept")))
    return next((code for code in codes if code), None)


def _money(item: dict[str, Any]) -> Decimal | None:
    net = _dict(item.get("net"))
    return amount(net.get("value")) if net.get("currency", "USD") == "USD" else None
