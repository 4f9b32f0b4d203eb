"""Masks what may identify a person, by rules: each masked letter becomes an asterisk, so that offsets stay.

After the list of identifiers of 45 CFR 164.514(b)(2). Rules find what stands in a usual form beside a usual sign;
a name in running text without title, label or degree is not found, unless it also stands somewhere with one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MASK: Final = "*"

_MONTHS: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_MONTH: Final = rf"(?:{_MONTHS}|{_MONTHS.upper()})"
_NAME: Final = r"[A-Z\u00c0-\u00de](?:\.|[\w'\u2019-]{1,30})"
_PARTICLE: Final = r"(?:(?:van|von|der|den|de|del|della|la|le|di|da|dos|du|ter|ten|bin|ibn|al|el)[ -]){0,2}"
_FULL: Final = rf"{_PARTICLE}{_NAME}(?:,?[ ]{_PARTICLE}{_NAME}){{0,3}}"
_TITLE: Final = r"Dr|Mr|Mrs|Ms|Miss|Prof|Doctor|Drs|Professor"
_STATES: Final = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HK]|PA|PR|RI|S[CD]|T[NX]|UT|"
    "V[AT]|W[AIVY]"
)
_PEOPLE: Final = (
    r"patient(?:[ ]name)?|pt\.?|name|surgeon|primary[ ]surgeon|assistant(?:[ ]surgeon)?|co-?surgeon|"
    r"an(?:a)?esthesiologist|an(?:a)?esthetist|attending(?:[ ]physician)?|resident|fellow|referring[ ]physician|"
    r"physician|provider|pcp|nurse|scrub[ ]nurse|circulator|dictated[ ]by|signed[ ]by|electronically[ ]signed[ ]by|"
    r"performed[ ]by|next[ ]of[ ]kin|emergency[ ]contact|guarantor"
)
_RELATIVES: Final = (
    r"wife|husband|spouse|partner|son|daughter|mother|father|sister|brother|caregiver|guardian|friend"
)
# Words that may follow `Patient` in capitals and begin no name.
_NO_PERSON: Final = (
    r"Underwent|Was|Were|Is|Has|Had|Presented|Presents|Tolerated|Denies|Denied|Reports|Reported|Returned|Returns|"
    r"Taken|Brought|Placed|Positioned|Consented|Identified|Safety|Education|Information|Portal|History|Care|Status|"
    r"Position|Seen|Stable|Will|To|In|On|With|For|And|Of|At|Not|Did|Does|Should|Can|May|Identification|Disposition|"
    r"Instructions|Record|Transferred|Discharged|Admitted|Then|Remained|Awake|Intubated|Extubated|Prepped|Male|Female"
)
_RECORD: Final = (
    r"mrn|fin|csn|har|patient[ ]id|id|hospital|"
    r"medical[ ]record|record|chart|account|acct|encounter|visit|accession|case|specimen|policy|member|"
    r"subscriber|medicare|medicaid|insurance|licen[cs]e|dea|npi|device|serial|lot|vin"
)
_NUMBER: Final = r"(?:[ ](?:number|no\.?|id|num))?"
_DEGREE: Final = r"M\.?D|D\.?O|R\.?N|PA-?C?|NP|CRNA|FACS|MBBS"
_FLAT: Final = r"(?:,?[ ](?:Apt|Unit|Suite|#)\.?[ ]?\w{1,6})?"
_STREET: Final = r"Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Parkway"
_RULES: Final = (
    ("e-mail", r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
    ("web address", r"(?i)\b(?:https?://|www\.)[^\s<>\"]{1,300}"),
    ("network address", r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
    ("social security number", r"\b\d{3}[ -]\d{2}[ -]\d{4}\b"),
    ("social security number", r"(?i)\bSSN[:#\s]{0,3}(?P<mask>[\dX*-]{4,11})"),
    (
        "record number",
        rf"(?i)\b(?:{_RECORD}){_NUMBER}[ ]{{0,2}}[:#][ #]{{0,3}}(?P<mask>(?=[A-Z-]{{0,8}}\d)[A-Z\d-]{{3,25}})",
    ),
    ("record number", rf"(?i)\b(?:{_RECORD}){_NUMBER}[ ](?P<mask>[A-Z]{{0,3}}-?\d[\d-]{{3,20}})"),
    ("record number", r"\b[1-9][A-Z][A-Z\d]\d-?[A-Z][A-Z\d]\d-?[A-Z]{2}\d{2}\b"),  # of a Medicare beneficiary
    ("date", r"\b\d{4}-\d{1,2}-\d{1,2}(?:T[\d:.Z+-]{1,20})?\b"),
    ("date", r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b"),
    ("date", rf"\b{_MONTH}[ ]\d{{1,2}}(?:st|nd|rd|th)?(?:,?[ ]\d{{4}})?\b"),
    ("date", rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ -](?:of[ ])?{_MONTH}(?:[ ,-]{{1,2}}\d{{4}})?\b"),
    ("date", rf"\b(?P<mask>{_MONTH},?)[ ](?:of[ ])?\d{{4}}\b"),
    ("date", r"(?i)\b(?:DOB|date of birth)[:\s]{1,3}(?P<mask>[^\s,;]{2,20})"),
    ("telephone or fax", r"(?<![\w-])(?:\+?1[ .-]?)?(?:\(\d{3}\)[ ]?|\d{3}[ .-])\d{3}[ .-]\d{4}\b"),
    (
        "telephone or fax",
        r"(?i)\b(?:phone|tel|fax|cell|pager)\.?[:\s]{1,3}(?P<mask>\+?[\d(][\d ()./-]{4,20}\d)",
    ),
    ("address", rf"\b\d{{1,6}}[ ](?:[A-Z]\w{{1,20}}[ ]){{1,4}}(?:{_STREET})\b\.?{_FLAT}"),
    ("address", r"\b(?:[A-Z][a-z]{1,20}[ ]){0,2}[A-Z][a-z]{1,20},[ ][A-Z]{2}[ ]\d{5}(?:-\d{4})?\b"),
    ("address", rf"\b(?:[A-Z][a-z]{{1,20}}[ ]){{1,3}}(?:{_STATES})[ ]\d{{5}}(?:-\d{{4}})?\b"),
    ("address", r"(?i)\b(?:ZIP|postal)(?:[ ]code)?[: ]{1,3}(?P<mask>\d{5}(?:-\d{4})?)"),
    ("address", r"(?i)\bP\.?[ ]?O\.?[ ]Box[ ]\d{1,8}\b"),
    ("age above 89", r"(?i)\b(?P<mask>9\d|1[0-2]\d)(?=[ -]?(?:years?|yrs?|y\.?/?o\.?)\b)"),
    ("age above 89", r"(?i)\bage(?:d|[ ]is)?[: ]{1,2}(?P<mask>9\d|1[0-2]\d)\b"),
    (
        "name",
        rf"\b(?:{_TITLE})\b\.?[ ](?P<mask>{_PARTICLE}{_NAME}(?:[ ]{_PARTICLE}{_NAME}){{0,3}})",
    ),
    (
        "name",
        rf"\b(?:Drs|Doctors)\b\.?[ ]{_FULL}(?:,[ ]{_FULL}){{0,4}},?[ ](?:and|&)[ ](?P<mask>{_FULL})",
    ),
    ("name", r"\b(?:dr|mr|mrs|ms|prof)\.[ ](?P<mask>[a-z]{2,30})\b"),
    ("name", rf"(?i:\b(?:{_PEOPLE}))[ ]{{0,2}}:[ \t]{{0,4}}(?P<mask>{_FULL})"),
    ("name", rf"(?<![\w'-])(?P<mask>{_NAME}(?:[ ]{_NAME}){{1,3}})(?=,[ ](?:{_DEGREE})\b)"),
    (
        "name",
        rf"(?<![\w'-])(?P<mask>{_NAME}(?:[ ]{_NAME}){{1,3}})(?=[ ](?:M\.?D|R\.?N|PA-?C|CRNA|FACS|MBBS)\b)",
    ),
    (
        "name",
        rf"(?<![\w'-])(?P<mask>{_NAME}(?:[ ]{_NAME}){{1,3}})(?=,?[ ](?:(?:is|was)[ ])?an?[ ]\d{{1,3}}[ -]?(?:year|y))",
    ),
    ("name", rf"\b(?:RE|Re):[ ]{{1,3}}(?P<mask>{_NAME},[ ]{_NAME}(?:[ ]{_NAME})?)"),
    ("name", rf"\b[Pp]atient,[ ](?P<mask>{_NAME}(?:[ ]{_NAME}){{1,3}})(?=,)"),
    ("name", rf"(?i:\b(?:{_RELATIVES})),?[ ](?P<mask>{_NAME}(?:[ ]{_NAME}){{0,3}})"),
    (
        "name",
        rf"\b(?:Pt|PT|pt|Patient|PATIENT|patient)\b\.?[ ](?!(?i:{_NO_PERSON})\b)(?P<mask>{_NAME}(?:[ ]{_NAME}){{1,3}})",
    ),
)
# Kind -> pattern; the group `mask`, where there is one, is what gets masked. Kinds are counted in this order.
RULES: Final = tuple((kind, re.compile(pattern)) for kind, pattern in _RULES)
# Words in capitals that rules for names would take with them, and surnames that are terms of surgery.
_NO_NAMES: Final = (
    "Brooke Hartmann Kock Malone Meckel Crohn Hirschsprung Lynch Bowel Colon Ileum Open Loop End The This Patient "
    "Procedure Diagnosis Operation Anesthesia General Surgeon Assistant Date Findings Indications None Unknown "
    "Was Is He She Preoperative Postoperative Name Dr Mr Mrs Ms Prof MD DO RN Male Female MRN DOB SSN DOS Acct Age"
)
_TERMS: Final = frozenset(_NO_NAMES.split())
_LETTER: Final = re.compile(r"[^\W_]")
_CAPITALISED: Final = re.compile(r"\b[A-Z\u00c0-\u00de][\w'\u2019-]{1,30}")


@dataclass(frozen=True, slots=True)
class Masked:
    """How many pieces of a kind were masked; never what they were."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text of the same length with identifiers masked, and what was masked by kind."""

    text: str
    masked: tuple[Masked, ...]


def redact(text: str) -> Redaction:
    """Mask names, dates, numbers of records, addresses and the like in a text; its length stays.

    >>> redact("Dr. Jane Roe saw Roe on 3/4/2024, MRN: 1234567").text
    'Dr. **** *** saw *** on */*/****, MRN: *******'
    """
    found: list[tuple[int, int, str]] = []
    for kind, pattern in RULES:
        group = "mask" if "mask" in pattern.groupindex else 0
        found += [(*match.span(group), kind) for match in pattern.finditer(text)]
    found = [piece for piece in found if piece[2] != "name"] + list(_names(text, found))
    return _mask(text, found)


def _names(text: str, found: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Yield the names that rules found, as far as they are no terms, and every other place where they stand."""
    known: set[str] = set()
    for start, end, kind in found:
        if kind == "name":
            known |= {m[0] for m in _CAPITALISED.finditer(text, start, end)} - _TERMS
            first = _CAPITALISED.match(text, start)
            if first is None or first[0] not in _NO_NAMES:
                yield start, _name_end(text, start, end), kind
    for match in _CAPITALISED.finditer(text):
        if match[0].removesuffix("'s") in known:
            yield match.start(), match.end(), "name"


def _name_end(text: str, start: int, end: int) -> int:
    """Return where a name ends: before the first word that is no name."""
    for match in _CAPITALISED.finditer(text, start, end):
        if match[0] in _TERMS and match.start() > start:
            return match.start()
    return end


def _mask(text: str, found: list[tuple[int, int, str]]) -> Redaction:
    order = {kind: place for place, (kind, _) in enumerate(RULES)}
    counts: Counter[str] = Counter()
    pieces: list[str] = []
    done = 0
    for start, end, kind in sorted(found, key=lambda f: (f[0], -f[1], order[f[2]])):
        if end <= done:
            continue
        counts[kind] += start >= done
        begin = max(start, done)
        pieces += [text[done:begin], _LETTER.sub(MASK, text[begin:end])]
        done = end
    masked = tuple(Masked(kind, counts[kind]) for kind in sorted(counts))
    return Redaction("".join([*pieces, text[done:]]), masked)
