"""How each code system writes its codes: parsing, printing and telling systems apart by their syntax."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from codegraph.errors import InvalidCode
from codegraph.namespaces import CODE_PREFIXES, code_iri


class System(NamedTuple):
    """A code system: how its codes are written and what others call it.

    `fhir` is the system URI of HL7 FHIR, `oid` its HL7 OID, `bioportal` the start of its class IRIs there.
    """

    key: str
    title: str
    pattern: str
    written: str
    fhir: str | None = None
    oid: str | None = None
    bioportal: str | None = None
    licensor: str | None = None


_BIOPORTAL: Final = "http://purl.bioontology.org/ontology/"
_OID: Final = "2.16.840.1.113883.6."

# Sources: FHIR terminology "Using Code Systems", THO NamingSystems, BioPortal class IRIs.
SYSTEMS: Final[dict[str, System]] = {
    s.key: s
    for s in (
        System(
            "cpt",
            "Current Procedural Terminology (CPT)",
            r"[0-9]{4}[0-9AFMTU]",
            "five digits, or four digits and one of F, T, U, M, A (44310, 0075T, 0001U)",
            "http://www.ama-assn.org/go/cpt",
            _OID + "12",
            _BIOPORTAL + "CPT/",
            "American Medical Association",
        ),
        System(
            "hcpcs",
            "Healthcare Common Procedure Coding System, Level II",
            r"[A-V][0-9]{4}",
            "a letter A to V and four digits (A4206, G0463)",
            "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
            _OID + "285",
            _BIOPORTAL + "HCPCS/",
        ),
        System(
            "icd10pcs",
            "ICD-10 Procedure Coding System",
            r"[0-9A-HJ-NP-Z]{7}",
            "seven digits or letters, without I and O (0D1B0Z4)",
            "http://www.cms.gov/Medicare/Coding/ICD10",
            _OID + "4",
            _BIOPORTAL + "ICD10PCS/",
        ),
        System(
            "icd10cm",
            "ICD-10 Clinical Modification",
            r"[A-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?",
            "a letter, a digit, a digit or A or B, then a dot and up to four more (K50.012)",
            "http://hl7.org/fhir/sid/icd-10-cm",
            _OID + "90",
            _BIOPORTAL + "ICD10CM/",
        ),
        System(
            "icd9cm",
            "ICD-9 Clinical Modification, diagnoses",
            r"(?:[0-9]{3}(?:\.[0-9]{1,2})?|V[0-9]{2}(?:\.[0-9]{1,2})?|E[0-9]{3}(?:\.[0-9])?)",
            "three digits (or V and two, or E and three), then a dot and up to two digits (555.9)",
            "http://hl7.org/fhir/sid/icd-9-cm",
            _OID + "103",
            _BIOPORTAL + "ICD9CM/",
        ),
        System(
            "icd9pcs",
            "ICD-9 Clinical Modification, volume 3: procedures",
            r"[0-9]{2}(?:\.[0-9]{1,2})?",
            "two digits, a dot and up to two digits (46.20)",
            "http://terminology.hl7.org/CodeSystem/ICD-9CM-procedurecodes",
            _OID + "104",
            _BIOPORTAL + "ICD9CM/",
        ),
        System(
            "modifier",
            "Modifiers of CPT and HCPCS Level II",
            r"[0-9A-Z]{2}",
            "two digits or letters (59, LT, XE)",
        ),
    )
}

# A bare code is looked up in these systems, in this order; a modifier or an ICD-9 code needs its prefix.
BARE_ORDER: Final = ("cpt", "hcpcs", "icd10pcs", "icd10cm")


@dataclass(frozen=True, slots=True, order=True)
class CodeRef:
    """A code of a system, well written; whether the release holds it is another question."""

    system: str
    notation: str

    @property
    def curie(self) -> str:
        """Return `system:notation`, the way codes are written everywhere in codegraph."""
        return f"{self.system}:{self.notation}"

    @property
    def iri(self) -> str:
        """Return the code's IRI."""
        return code_iri(self.system, self.notation)

    def __str__(self) -> str:
        return self.curie


def _dotted(text: str, at: int) -> str:
    return f"{text[:at]}.{text[at:]}" if len(text) > at and "." not in text else text


@cache
def _pattern(system: str) -> re.Pattern[str]:
    return re.compile(SYSTEMS[system].pattern)


def normalise(system: str, text: str) -> str | None:
    """Return the printed form of a code of one system, or None where it is not written like one.

    Upper or lower case, with or without the dot of ICD-10-CM and ICD-9-CM.

    >>> normalise("icd10cm", "k50012")
    'K50.012'
    """
    code = text.strip().upper()
    if system == "icd10cm":
        code = _dotted(code, 3)
    elif system == "icd9cm":
        code = _dotted(code, 4 if code.startswith("E") else 3)
    elif system == "icd9pcs":
        code = _dotted(code, 2)
    return code if _pattern(system).fullmatch(code) else None


def is_code(system: str, text: str) -> bool:
    """Tell whether a text is exactly the printed form of a code of this system."""
    return _pattern(system).fullmatch(text) is not None


def billing_system(code: str) -> str | None:
    """Return the system of a code in a billing file (`cpt` or `hcpcs`), or None where it is neither.

    Dental codes (D0000 to D9999) are HCPCS Level II by number; their text belongs to the ADA.

    >>> billing_system("0075T"), billing_system("G0463"), billing_system("443")
    ('cpt', 'hcpcs', None)
    """
    if len(code) != 5:
        return None
    if is_code("cpt", code):
        return "cpt"
    return "hcpcs" if is_code("hcpcs", code) else None


def candidates(text: str) -> list[CodeRef]:
    """Return the codes that a text may mean: one for a CURIE, one for each system that writes codes so.

    Raises InvalidCode where no system does, saying how the named system, or each system, writes its codes.
    """
    prefix, colon, local = text.strip().partition(":")
    if colon:
        system = prefix.lower()
        if system not in CODE_PREFIXES:
            raise InvalidCode(f"{text!r}: unknown code system {prefix!r}; there are {', '.join(SYSTEMS)}")
        notation = normalise(system, local)
        if notation is None:
            raise InvalidCode(f"{text!r} is not written like a code of {system}: {SYSTEMS[system].written}")
        return [CodeRef(system, notation)]
    found = [CodeRef(s, n) for s in BARE_ORDER if (n := normalise(s, text)) is not None]
    if not found:
        how = "; ".join(f"{s}: {SYSTEMS[s].written}" for s in BARE_ORDER)
        raise InvalidCode(
            f"{text[:40]!r} is not written like any code. {how}. Other systems need their prefix"
        )
    return found
