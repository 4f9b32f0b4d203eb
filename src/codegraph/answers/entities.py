"""What stands in a question besides words: codes, days, modifiers, systems, counts; by their syntax alone."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from codegraph.codes import CodeRef, candidates, normalise
from codegraph.errors import InvalidCode

LONGEST: Final = 2000
_MONTHS: Final = {
    name.lower(): number
    for names in (month_name, month_abbr, (*("",) * 9, "sept"))
    for number, name in enumerate(names)
    if name
}
_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
# What a system is called -> the systems that may be meant.
_SYSTEMS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"icd-?\s?10-?\s?pcs|pcs", ("icd10pcs",)),
    (r"icd-?\s?10-?\s?cm", ("icd10cm",)),
    (r"icd-?\s?9-?\s?(?:pcs|procedures?|volume 3|vol\.? 3)", ("icd9pcs",)),
    (r"icd-?\s?9-?\s?cm", ("icd9cm",)),
    (r"icd-?\s?9", ("icd9cm", "icd9pcs")),
    (r"icd-?\s?10", ("icd10pcs", "icd10cm")),
    (r"hcpcs(?: level (?:ii|2|two))?", ("hcpcs",)),
    (r"cpt(?:-4)?", ("cpt",)),
    (r"ccsr", ("ccsr",)),
)
_PARTS: Final = "|".join(f"(?P<s{i}>{pattern})" for i, (pattern, _) in enumerate(_SYSTEMS))
_SCAN: Final = re.compile(
    rf"""
    (?P<iso>(?<![\w-])\d{{4}}-\d{{1,2}}-\d{{1,2}}(?![\w-]))
  | (?P<us>(?<![\w/])\d{{1,2}}/\d{{1,2}}/\d{{4}}(?![\w/]))
  | (?P<mdy>\b(?:{_MONTH})\.?\ \d{{1,2}}(?:st|nd|rd|th)?,?\ \d{{4}}\b)
  | (?P<dmy>\b\d{{1,2}}(?:st|nd|rd|th)?\ (?:{_MONTH})\.?,?\ \d{{4}}\b)
  | (?P<month>\b(?:{_MONTH})\.?,?\ \d{{4}}\b)
  | (?P<locality>\blocality\ \d{{5}}[-/ ]\d{{2}}\b)
  | (?P<curie>\b(?:cpt|hcpcs|icd10pcs|icd10cm|icd9cm|icd9pcs|modifier):[\w.]+(?:-\w\w)*\b)
  | (?P<system>\b(?:{_PARTS})\b)
  | (?P<line>\b(?:\d{{4}}[\dAFMTU]|[A-V]\d{{4}})(?:-[\dA-Z]{{2}})+(?:\ ?x\ ?\d+)?(?![\w-]))
  | (?P<times>(?<!\w)x\ ?\d{{1,4}}\b|\b\d{{1,3}}(?=\ (?:units?|times)\b))
  | (?P<word>\w+(?:\.\w+)?(?:['’]\w+)?)
  | (?P<sign>[^\s\w?!.,;:()'"’“”/&-])
    """,
    re.IGNORECASE | re.VERBOSE,
)


_SIGNS: Final = {
    "+": "and",
    ">": "to",
    "\u2192": "to",
    "=": "is",
}  # `+` between codes, and before an add-on code
_SHORT: Final = {
    "cpt": "CPT",
    "hcpcs": "HCPCS Level II",
    "icd10pcs": "ICD-10-PCS",
    "icd10cm": "ICD-10-CM",
    "icd9cm": "ICD-9-CM",
    "icd9pcs": "ICD-9 procedure",
    "ccsr": "CCSR",
}


def short(system: str) -> str:
    """Return what people call a system: the words by which a question names it.

    >>> short("icd10pcs")
    'ICD-10-PCS'
    """
    return _SHORT.get(system, system)


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of a question: `written` between `start` and `end`; `value` is what it means.

    `kind` is `word`, `code`, `day`, `bad-day`, `year`, `pair`, `number`, `system`, `locality` or `units`. A
    `pair` has two letters or digits: a modifier, or something else. `code` has the codes that may be meant, and
    `modifiers` what hangs on it.
    """

    kind: str
    written: str
    start: int
    end: int
    value: str = ""
    refs: tuple[CodeRef, ...] = ()
    modifiers: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        """Return the date of a `day`."""
        return date.fromisoformat(self.value)


def cleaned(question: str) -> str:
    """Return a question without control and format characters, dashes as hyphens, blanks single."""
    kept = "".join(c if c.isprintable() else " " for c in question)
    kept = re.sub("[\u2010-\u2015\u2212]", "-", kept)
    return " ".join(kept.split())


_COUNTS: Final = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_NUMBERS: Final = {name: str(number) for number, name in enumerate(_COUNTS, 1)} | {
    "ninety": "90",
    "zero": "0",
}
_COUNTED: Final = re.compile(
    rf"\b({'|'.join(_NUMBERS)})(?=[ -](?:units?|times|days?|weeks?)\b)", re.IGNORECASE
)
_WITHOUT: Final = (
    (re.compile(r"\bw/o\b", re.IGNORECASE), "without"),
    (re.compile(r"\bw/\s?", re.IGNORECASE), "with "),
)


def written_out(text: str) -> str:
    """Return a question with counts as digits, and `w/` in full.

    >>> written_out("ten day global w/ two units")
    '10 day global with 2 units'
    """
    for short_form, full in _WITHOUT:
        text = short_form.sub(full, text)
    return _COUNTED.sub(lambda m: _NUMBERS[m[1].lower()], text)


def items(text: str) -> list[Item]:
    """Return the pieces of a cleaned question, in order; nothing but quotes and punctuation is passed over."""
    return [item for found in _SCAN.finditer(text) for item in _items_of(found)]


def _items_of(found: re.Match[str]) -> Iterator[Item]:
    kind, written, start, end = str(found.lastgroup), found[0], found.start(), found.end()
    if found["system"]:
        kind = "system"
    if kind in ("iso", "us", "mdy", "dmy"):
        day = _day(kind, written)
        yield Item("day" if day else "bad-day", written, start, end, day.isoformat() if day else "")
    elif kind == "month":
        month, year = re.findall(r"[A-Za-z]+|\d+", written)
        yield Item("year", written, start, end, f"{year}-{_MONTHS[month.lower()]:02}")
    elif kind == "locality":
        yield Item("locality", written, start, end, written.partition(" ")[2])
    elif kind == "curie":
        yield _code(written, start, end)
    elif kind == "system":
        number = next(i for i in range(len(_SYSTEMS)) if found[f"s{i}"])
        yield Item("system", written, start, end, systems=_SYSTEMS[number][1])
    elif kind == "line":
        yield _code(written, start, end)
    elif kind == "times":
        yield Item("units", written, start, end, re.sub(r"\D", "", written))
    else:
        yield _word(written, start, end)


def _day(kind: str, written: str) -> date | None:
    """Return the day of a date in one of the known orders; None where there is no such day."""
    parts = re.findall(
        r"[A-Za-z]+|\d+", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", written, flags=re.IGNORECASE)
    )
    if kind == "iso":
        year, month, day = (int(p) for p in parts)
    elif kind == "us":
        month, day, year = (int(p) for p in parts)
    elif kind == "mdy":
        month, day, year = _MONTHS[parts[0].lower()], int(parts[1]), int(parts[2])
    else:
        day, month, year = int(parts[0]), _MONTHS[parts[1].lower()], int(parts[2])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _code(written: str, start: int, end: int) -> Item:
    """Return a code written with its system, or with modifiers; a word where it is written like none."""
    text = re.sub(r"\s?x\s?\d+$", "", written, flags=re.IGNORECASE)
    code, *modifiers = text.split("-")
    try:
        refs = tuple(candidates(code))
    except InvalidCode:
        return Item("word", written, start, end, written.lower())
    if text != written:
        return Item("word", written, start, end, written.lower())
    return Item("code", written, start, end, refs=refs, modifiers=tuple(m.upper() for m in modifiers))


def _word(written: str, start: int, end: int) -> Item:
    lower = re.sub(r"['’]s$", "", written).lower()
    if not any(c.isdigit() for c in written):
        return Item("word", written, start, end, _SIGNS.get(lower, lower.replace("’", "'")))
    if re.fullmatch(r"(?:19|20)\d\d", written):
        return Item("year", written, start, end, written)
    if re.fullmatch(r"\w\w", written):
        return Item("pair", written, start, end, written.upper())
    refs = tuple(_written_like(written))
    if refs:
        return Item("code", written, start, end, refs=refs)
    return Item("number" if written.isdecimal() else "word", written, start, end, lower)


def _written_like(written: str) -> Iterator[CodeRef]:
    """Yield the codes that a bare word with digits may be; ICD-9-CM only where it has its dot."""
    try:
        yield from candidates(written)
    except InvalidCode:
        if "." in written:
            both = ((system, normalise(system, written)) for system in ("icd9cm", "icd9pcs"))
            yield from (CodeRef(system, notation) for system, notation in both if notation)
