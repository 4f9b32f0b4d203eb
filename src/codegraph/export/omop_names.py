"""The names that an OMOP vocabulary of ours uses: vocabularies, domains, classes and relationships, each a concept."""

from __future__ import annotations

from typing import Final, NamedTuple

from codegraph.export.omop_ids import FIRST, OWN


class Vocabulary(NamedTuple):
    """How the codes of a system stand in the vocabulary; `standard` is for those that nothing took the place of."""

    name: str
    title: str
    kind: str  # concept class
    domain: str
    standard: bool
    reference: str  # whose codes and words these are


_CMS: Final = "Centers for Medicare & Medicaid Services"
_NCHS: Final = "National Center for Health Statistics, Centers for Disease Control and Prevention"
_AMA: Final = (
    "Words of codegraph, CC BY 4.0; CPT is copyright American Medical Association, codes as identifiers"
)
# OMOP's own vocabularies have other names, so that both can stand in one database. As there, procedures, supplies and
# modifiers are standard concepts, and codes of diagnoses are not.
VOCABULARIES: Final[dict[str, Vocabulary]] = {
    "cpt": Vocabulary("codegraph CPT", "CPT codes, in words of codegraph", "CPT4", "Procedure", True, _AMA),
    "hcpcs": Vocabulary("codegraph HCPCS", "HCPCS Level II codes", "HCPCS", "Observation", True, _CMS),
    "icd10cm": Vocabulary("codegraph ICD10CM", "ICD-10-CM codes", "ICD10CM", "Condition", False, _NCHS),
    "icd10pcs": Vocabulary("codegraph ICD10PCS", "ICD-10-PCS codes", "ICD10PCS", "Procedure", True, _CMS),
    "icd9cm": Vocabulary(
        *("codegraph ICD9CM", "ICD-9-CM diagnosis codes", "ICD9CM", "Condition", False, f"{_NCHS}; {_CMS}")
    ),
    "icd9pcs": Vocabulary(
        *("codegraph ICD9Proc", "ICD-9-CM procedure codes", "ICD9Proc", "Procedure", False, _CMS)
    ),
    "modifier": Vocabulary(
        *("codegraph Modifier", "CPT and HCPCS modifiers", "Modifier", "Observation", True, f"{_AMA}; {_CMS}")
    ),
}
OURS: Final = "codegraph"
GROUP: Final = "Code group"
CATEGORY: Final = "Code category"
# Scheme of categories that codes are classified by -> its vocabulary: name, title, whose it is.
CATEGORIES: Final[dict[str, tuple[str, str, str]]] = {
    "ccsr": (
        *("codegraph CCSR", "Clinical Classifications Software Refined"),
        "Agency for Healthcare Research and Quality, Healthcare Cost and Utilization Project",
    ),
    "rbcs": ("codegraph RBCS", "Restructured BETOS Classification System", _CMS),
}
# First letter of a code -> its domain, where it is another than that of its system. OMOP draws these lines code by
# code; ours are those of the sections of HCPCS and of the chapters of ICD-10-CM and ICD-9-CM.
LETTERS: Final[dict[str, dict[str, str]]] = {
    "hcpcs": {
        **dict.fromkeys("CEKL", "Device"),
        **dict.fromkeys("J", "Drug"),
        **dict.fromkeys("P", "Measurement"),
        **dict.fromkeys("DGMV", "Procedure"),
    },
    "icd10cm": dict.fromkeys("VWXYZ", "Observation"),
    "icd9cm": dict.fromkeys("EV", "Observation"),
}
DOMAINS: Final = ("Condition", "Device", "Drug", "Measurement", "Metadata", "Observation", "Procedure")
CLASSES: Final = (
    *("CPT4", "HCPCS", "ICD10CM", "ICD10PCS", "ICD9CM", "ICD9Proc", "Modifier", GROUP),
    *("Vocabulary", "Domain", "Concept Class", "Relationship", CATEGORY),
)


class Relationship(NamedTuple):
    """A relationship, the one that goes the other way, and what it says of the hierarchy."""

    name: str
    reverse: str
    hierarchical: bool = False
    ancestry: bool = False


IS_A, MAPS_TO, REPLACED, IN_CATEGORY = "Is a", "Maps to", "Concept replaced by", "CG in category"
RELATIONSHIPS: Final = (
    Relationship(IS_A, "Subsumes", True),
    Relationship("Subsumes", IS_A, True, True),
    Relationship(MAPS_TO, "Mapped from"),
    Relationship("Mapped from", MAPS_TO),
    Relationship(REPLACED, "Concept replaces"),
    Relationship("Concept replaces", REPLACED),
    Relationship("CG exact match", "CG exact match"),
    Relationship("CG broad match", "CG narrow match"),
    Relationship("CG narrow match", "CG broad match"),
    Relationship("CG related match", "CG related match"),
    Relationship(IN_CATEGORY, "CG category of", True),
    Relationship("CG category of", IN_CATEGORY, True, True),
)
# Relation of a mapping, said of its target -> relationship. An exact one to a standard concept is `Maps to`.
MATCHES: Final = {
    "exact": "CG exact match",
    "broader": "CG broad match",
    "narrower": "CG narrow match",
    "related": "CG related match",
}
REVERSE: Final = {r.name: r.reverse for r in RELATIONSHIPS}
# Kind of name -> its concept class and the names, each at its place: new ones go to the end of their kind.
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "Vocabulary": (
        *(OURS, *(v.name for v in VOCABULARIES.values())),
        *(name for name, *_ in CATEGORIES.values()),
    ),
    "Domain": DOMAINS,
    "Concept Class": CLASSES,
    "Relationship": tuple(r.name for r in RELATIONSHIPS),
}
_EACH: Final = OWN // len(NAMES)
NAME_IDS: Final[dict[tuple[str, str], int]] = {
    (kind, name): FIRST + number * _EACH + place
    for number, (kind, names) in enumerate(NAMES.items())
    for place, name in enumerate(names)
}


def domain(system: str, notation: str) -> str:
    """Return the domain of a code.

    >>> domain("hcpcs", "J0687"), domain("icd10cm", "K50.012")
    ('Drug', 'Condition')
    """
    return LETTERS.get(system, {}).get(notation[:1], VOCABULARIES[system].domain)
