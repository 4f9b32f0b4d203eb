"""NCCI procedure-to-procedure edits: pairs of codes of which the second is not paid beside the first.

Published each quarter in parts f1 to f4 for practitioners and for outpatient hospitals, as tab-separated text
and as XLSX. The content says neither the setting nor the quarter: both are read from the file's name.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph import rdf
from codegraph.errors import SourceError
from codegraph.namespaces import ENTRY, concept_iri
from codegraph.rdf import Triple
from codegraph.sources import ncci
from codegraph.sources.base import CodeFact, Reader, Reject, Release
from codegraph.sources.days import compact_day
from codegraph.sources.delimited import masked
from codegraph.sources.xlsx import is_workbook, rows

if TYPE_CHECKING:
    from codegraph.sources.files import Member

PAGE: Final = (
    "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
    "medicare-ncci-procedure-procedure-ptp-edits"
)
SOURCE: Final = "ncci-ptp-"
# What CMS and others write into the names of these files -> the setting.
_SETTING_NAMES: Final = (
    (re.compile(r"ccipra|practitioner|physician"), "practitioner"),
    (re.compile(r"ccioph|outpatient|hospital"), "outpatient"),
)
# (setting, indicator) -> predicate of the direct edge between the two codes.
EDGES: Final[dict[tuple[str, str], str]] = {
    ("practitioner", "0"): "cg:bundlesAlways",
    ("practitioner", "1"): "cg:bundlesUnlessDistinct",
    ("outpatient", "0"): "cg:bundlesAlwaysOutpatient",
    ("outpatient", "1"): "cg:bundlesUnlessDistinctOutpatient",
}
_HEADER: Final = re.compile(rb'(?:^|[\r\n])"?Column 1"?[\t,]"?Column 2"?[\t,]"?\*\s*=\s*in existence')
_MOST_HEADER: Final = 40
_INDICATORS: Final = frozenset("019")


class Terms(NamedTuple):
    """What a row says of its pair; millions of rows share a few thousand of these."""

    effective: date | None
    deleted: date | None
    indicator: str
    prior_1996: bool
    rationale: str

    def in_force(self, first: date | None, last: date | None) -> bool:
        """Tell whether the pair is applied on some day of a release's quarter.

        The deletion date is the last day on which an edit is applied; indicator 9 marks an edit that never
        was. Where the quarter is unknown, only an edit without deletion date counts.
        """
        if self.indicator == "9":
            return False
        if first is None or last is None:
            return self.deleted is None
        begun = self.effective is None or self.effective <= last
        return begun and (self.deleted is None or self.deleted >= first)


@dataclass(frozen=True, slots=True)
class PtpEdit:
    """One published row. The pair is not a key: `occurrence` counts a pair's rows in a release, from 0."""

    release: str
    setting: str
    column_one: str
    column_two: str
    occurrence: int
    terms: Terms


def parse_terms(text: str) -> Terms:
    r"""Read the last five columns of a row; raise ValueError with the reason where they are not well formed.

    >>> parse_terms("\t20220101\t*\t1\tMutually exclusive procedures").deleted is None
    True
    """
    cells = text.split("\t")
    if len(cells) != 5:
        raise ValueError(f"has {len(cells) + 2} columns where 7 are expected")
    prior, effective, deleted, indicator, rationale = (cell.strip() for cell in cells)
    if prior not in {"", "*"}:
        raise ValueError(f"column 3 (in existence prior to 1996) holds {prior!r}, neither empty nor *")
    if indicator not in _INDICATORS:
        raise ValueError(f"the modifier indicator is {indicator!r}, none of 0, 1, 9")
    return Terms(compact_day(effective), compact_day(deleted), indicator, prior == "*", rationale)


def _sniff(head: bytes) -> bool:
    return _HEADER.search(head) is not None


def _setting(member: Member) -> str:
    for name in ncci.names(member):
        found = [setting for pattern, setting in _SETTING_NAMES if pattern.search(name.lower())]
        if len(found) == 1:
            return found[0]
    raise SourceError(
        f"{member.label}: cannot tell the setting of these NCCI edits, which their content does not say; "
        "rename the file so that its name holds 'practitioner' (or ccipra) or 'outpatient' (or ccioph)"
    )


def _release(member: Member) -> Release:
    setting = _setting(member)
    return ncci.quarterly_release(SOURCE + setting, f"NCCI procedure-to-procedure edits, {setting}", member)


def body(member: Member) -> Iterator[tuple[int, str]]:
    """Yield the numbered data lines; raise SourceError where the header is missing or nothing follows it."""
    lines = enumerate(_lines(member), 1)
    for number, line in lines:
        if line.split("\t", 1)[0].strip(' "') == "Column 1":
            break
        if number == _MOST_HEADER:
            raise SourceError(f"{member.label} does not have the header of NCCI procedure-to-procedure edits")
    for number, line in lines:
        if line.split("\t", 1)[0].strip():  # the header's further rows begin with an empty cell
            yield number, line
            yield from lines
            return
    raise SourceError(f"{member.label} is cut short: no edits follow the header")


def _lines(member: Member) -> Iterator[str]:
    """Return the lines of the text file, or the rows of the workbook as the text file would print them."""
    if is_workbook(member.head(4)):
        return ("\t".join(cell.replace("\t", " ") for cell in cells) for cells in rows(member))
    return member.lines()


def read(member: Member) -> Iterator[PtpEdit | Reject]:
    """Yield each row with its release; for the builder's millions there is `pack`."""
    release = _release(member)
    setting = _setting(member)
    seen: dict[tuple[str, str], int] = {}
    rejected: Reject | None = None
    for number, line in body(member):
        if rejected is not None:
            yield rejected
            rejected = None
        if not line.strip():
            continue
        try:
            one, two, terms = _parse(line)
        except ValueError as error:
            rejected = _reject(number, str(error), line)
            continue
        occurrence = seen.get((one, two), 0)
        seen[one, two] = occurrence + 1
        yield PtpEdit(release.ident, setting, one, two, occurrence, terms)
    if rejected is not None:
        _refuse_last(member, rejected)
        yield rejected


def _parse(line: str) -> tuple[str, str, Terms]:
    cells = line.split("\t", 2)
    if len(cells) != 3:
        raise ValueError(f"has {len(cells)} columns where 7 are expected")
    return ncci.checked_code(cells[0]), ncci.checked_code(cells[1]), parse_terms(cells[2])


def _refuse_last(member: Member, last: Reject) -> None:
    if "columns where 7" in last.reason:
        raise SourceError(f"{member.label} is cut short: its last line, {last.line}, {last.reason}")


class _Interned(dict[str, int]):
    """Numbers texts in the order in which they come; a text is checked once, when it is new."""

    def __init__(self, check: Callable[[str], object]) -> None:
        super().__init__()
        self._check = check

    def __missing__(self, text: str) -> int:
        self._check(text)
        number = self[text] = len(self)
        return number


class Packer:
    """Reads millions of rows into 64-bit numbers of two codes and terms, each numbered as it first came.

    One number is `one << 40 | two << 24 | terms`; `codes` and `terms` list what the numbers stand for. The
    terms of different releases are kept apart.
    """

    def __init__(self) -> None:
        self.packed: array[int] = array("Q")
        self.terms: list[tuple[Release, Terms]] = []
        self._codes = _Interned(ncci.checked_code)

    @property
    def codes(self) -> list[str]:
        """Return the codes by their numbers."""
        return list(self._codes)

    def pack(self, member: Member, release: Release, reject: Callable[[Reject], None]) -> int:
        """Read one file; hand malformed rows to `reject`; return the number of good rows.

        Raises SourceError for a file that is cut short or of another kind.
        """
        numbers: dict[str, int] = _Interned(lambda text: self.terms.append((release, parse_terms(text))))
        offset = len(self.terms)
        codes, add = self._codes, self.packed.append
        before, last, number = len(self.packed), None, 0
        for number, line in body(member):
            try:
                one, two, terms = line.split("\t", 2)
                add(codes[one] << 40 | codes[two] << 24 | numbers[terms] + offset)
            except ValueError:
                if line.strip():
                    last = _reject(number, _reason(line), line)
                    reject(last)
        if last is not None and last.line == number:
            _refuse_last(member, last)
        if len(codes) > 1 << 16 or len(self.terms) > 1 << 24:
            raise SourceError(f"{member.label} holds more different codes than CPT and HCPCS have")
        return len(self.packed) - before


def _reason(line: str) -> str:
    try:
        _parse(line)
    except ValueError as error:
        return str(error)
    return "refused"  # not reached: whatever refused the row refuses it again


def _reject(number: int, reason: str, line: str) -> Reject:
    return Reject(number, reason, masked(line.split("\t")))


def edit_triples(row: PtpEdit) -> Iterator[Triple]:
    """Yield the node of one row: pair, dates, indicator, rationale, setting, release."""
    entry = f"<{ENTRY}{row.release}/{row.column_one}-{row.column_two}-{row.occurrence + 1}>"
    terms = row.terms
    yield Triple(entry, rdf.TYPE, rdf.term("cg:PtpEdit"))
    yield Triple(entry, rdf.term("cg:ofRelease"), rdf.term(f"release:{row.release}"))
    yield Triple(entry, rdf.term("cg:serviceSetting"), rdf.term(f"setting:{ncci.SETTINGS[row.setting]}"))
    yield Triple(entry, rdf.term("cg:columnOne"), ncci.code_term(row.column_one))
    yield Triple(entry, rdf.term("cg:columnTwo"), ncci.code_term(row.column_two))
    yield Triple(entry, rdf.term("cg:ptpIndicator"), f"<{concept_iri('ptp-indicator', terms.indicator)}>")
    yield Triple(entry, rdf.term("cg:inExistenceBefore1996"), rdf.boolean(terms.prior_1996))
    for name, when in (("cg:effectiveOn", terms.effective), ("cg:deletedOn", terms.deleted)):
        if when is not None:
            yield Triple(entry, rdf.term(name), rdf.day(when))
    if terms.rationale:
        yield Triple(entry, rdf.term("cg:rationale"), rdf.literal(terms.rationale))


def _edge(row: PtpEdit, release: Release) -> Iterable[Triple]:
    if row.terms.in_force(release.effective_from, release.effective_to):
        predicate = rdf.term(EDGES[row.setting, row.terms.indicator])
        yield Triple(ncci.code_term(row.column_one), predicate, ncci.code_term(row.column_two))


def _codes(row: PtpEdit, release: Release) -> Iterable[CodeFact]:
    for code in (row.column_one, row.column_two):
        yield CodeFact(ncci.system_of(code), code)


READERS: Final[tuple[Reader, ...]] = (
    Reader(
        kind="ncci-ptp",
        title="NCCI procedure-to-procedure edits",
        publisher=ncci.PUBLISHER,
        page=PAGE,
        sniff=_sniff,
        release=_release,
        read=read,
        triples=_edge,
        codes=_codes,
        bulk=True,
    ),
)
