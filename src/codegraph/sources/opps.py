"""What the hospital outpatient addenda (OPPS) have in common: their title, release, codes and encoding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from codegraph.codes import billing_system
from codegraph.namespaces import CONCEPT
from codegraph.sources.base import UNDATED, Note, Release
from codegraph.sources.delimited import Record, has_header, open_sheet
from codegraph.sources.files import Member
from codegraph.sources.values import RowError, find_month, find_year, zero_filled

PAGE: Final = (
    "Hospital Outpatient PPS, Addendum A and Addendum B Updates, "
    "https://www.cms.gov/medicare/payment/prospective-payment-systems/hospital-outpatient"
)
_STATUS: Final = re.compile(r"[A-Z][0-9]?")
# 0xFF is the no-break space of DOS; a file that went through an old program has it as ÿ.
_OLD_BLANK: Final = "ÿ"


def is_addendum(head: bytes, letter: str, *names: str, without: tuple[str, ...] = ()) -> bool:
    """Tell whether a file is the addendum of this letter: by its title and its columns."""
    return has_header(head, *names, title=rf"Addendum\s+{letter}\b", without=without)


def release(member: Member, letter: str, name: str) -> Release:
    """Return the year of the final rule's addendum (`2025`), or the quarter of an update (`2025-04`).

    A correction (said in the title or the file's name) is a release of its own: `2025-correction`.
    """
    sheet = open_sheet(member, lambda keys: name in keys)
    source, what = f"opps-addendum-{letter.lower()}", f"OPPS Addendum {letter}"
    file_name = f"{member.path.name} {member.name}".replace("_", " ")
    month = find_month(sheet.title) or find_month(file_name)
    year = month[0] if month else find_year(sheet.title) or find_year(file_name)
    if year is None:
        return Release(source, UNDATED, what)
    corrected = re.search("CORRECTION", f"{sheet.title} {file_name}", re.IGNORECASE)
    version = (f"{year}-{month[1]:02}" if month else str(year)) + ("-correction" if corrected else "")
    last = None if month else date(year, 12, 31)
    return Release(source, version, f"{what} {version}", None, date(year, month[1] if month else 1, 1), last)


def cells(record: Record, columns: Mapping[str, int], notes: list[Note]) -> dict[str, str]:
    """Return field -> text of a row, the DOS no-break space read as a space and noted."""
    found = {field: record.cells[at] if at < len(record.cells) else "" for field, at in columns.items()}
    if any(_OLD_BLANK in text for text in found.values()):
        found = {field: text.replace(_OLD_BLANK, " ").strip() for field, text in found.items()}
        notes.append(
            Note(record.line, "byte 0xFF read as a space", found.get("code") or found.get("apc", ""))
        )
    return found


def billing_code(text: str, line: int, notes: list[Note]) -> str:
    """Return a code with its zeros; raise RowError for what is none."""
    code = zero_filled(text, 5, "code", line, notes)
    if billing_system(code) is None:
        raise RowError(f"{code[:12]!r} is no code")
    return code


def apc_number(text: str, line: int, notes: list[Note]) -> str:
    """Return the four digits of an ambulatory payment classification; raise RowError for anything else."""
    number = zero_filled(text, 4, "APC", line, notes)
    if not re.fullmatch(r"[0-9]{4}", number):
        raise RowError(f"{number[:12]!r} is no APC")
    return number


def status(text: str) -> str:
    """Return a status indicator (`J1`); raise RowError for what is not written like one."""
    if not _STATUS.fullmatch(text):
        raise RowError(f"{text[:12]!r} is no status indicator")
    return text


def status_term(indicator: str) -> str:
    """Return the IRI term of a status indicator."""
    return f"<{CONCEPT}opps-status/{indicator}>"


def apc_term(number: str) -> str:
    """Return the IRI term of an ambulatory payment classification."""
    return f"<{CONCEPT}apc/{number}>"
