"""Writes the figures of the packaged codes as small files in CMS's own layouts, for the tables of the packaged release.

Called by excerpts.py. The files hold codes and what CMS computes or assigns: relative values, indices, status
indicators, rates, unit limits, edits. No descriptors, and none of the published notices: the first row says what the
file is. Each is named by its release (`ncci-mue-practitioner-2026Q2.csv`).
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from codegraph.billing.limits import ADJUDICATION
from codegraph.sources import (
    ncci_addon,
    ncci_mue,
    ncci_ptp,
    opps_addendum_b,
    opps_addendum_e,
    pfs_gpci,
    pfs_localities,
    pfs_relative_values,
)
from codegraph.sources.base import Reader
from codegraph.sources.files import Member

SAYS = "of the packaged codes only; written by tools/excerpts.py, figures by CMS"
# HCPCS codes of screening colonoscopy, which stand beside the packaged CPT codes in examples.
BESIDE = ("G0105", "G0121")
MUE_HEADS = {
    "practitioner": "Practitioner Services MUE Values",
    "outpatient": "Outpatient Hospital Services MUE Values",
}
MUE_WORDS = {"1": "Line Edit", "2": "Date of Service Edit: Policy", "3": "Date of Service Edit: Clinical"}


def cells(member: Member, delimiter: str = ",") -> Iterator[list[str]]:
    """Yield the rows of a published file as cells."""
    return csv.reader(member.lines(), delimiter=delimiter)


def written(rows: Iterator[list[str]] | list[list[str]], delimiter: str = ",") -> str:
    """Return rows as text with the published delimiter."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def relative_values(member: Member, codes: Collection[str]) -> str:
    """Return the title, the stacked header and the rows of the codes, without descriptors."""
    found: list[list[str]] = []
    title = issued = None
    head: list[list[str]] = []
    for row in cells(member):
        if row[:2] == ["HCPCS", "MOD"]:
            found = [*head, row]
        elif found and row[0] in codes:
            found.append([row[0], row[1], "", *row[3:]])
        elif not found:
            said = row[2].strip()
            title = title or (said if "National Physician Fee Schedule" in said else None)
            issued = issued or (said if said.startswith("RELEASED") else None)
            head = [] if any(cell.strip() for cell in row[:3]) else [*head, row]
    blank = [""] * (len(found[0]) - 3)
    return written([["", "", f"{title} {SAYS}", *blank], ["", "", str(issued), *blank], *found])


def localities(member: Member, codes: Collection[str]) -> str:
    """Return a table of localities as published, without the remarks below it."""
    rows = list(cells(member))
    last = max(n for n, row in enumerate(rows) if row[0].strip().isdigit())
    return written(rows[: last + 1])


def addendum(letter: str, title: str) -> Callable[[Member, Collection[str]], str]:
    """Return what writes an OPPS addendum: its title, its header and the rows of the codes, without descriptors."""

    def write(member: Member, codes: Collection[str]) -> str:
        rows = list(cells(member, "\t"))
        year = next(cell for row in rows for cell in row if f"Addendum {letter}" in cell)[-4:]
        start = next(n for n, row in enumerate(rows) if row[0] == "HCPCS Code")
        found = [[row[0], "", *row[2:]] for row in rows[start + 1 :] if row[0] in codes]
        first = ["", f"Addendum {letter}.-- {title} for CY {year} {SAYS}", *[""] * (len(rows[start]) - 2)]
        return written([first, rows[start], *found], "\t")

    return write


def unit_limits(member: Member, codes: Collection[str]) -> str:
    """Return the unit limits of the codes in the layout of CMS's file."""
    rows = [r for r in ncci_mue.read(member) if isinstance(r, ncci_mue.UnitLimit) and r.code in codes]
    head = ["HCPCS/\nCPT Code", MUE_HEADS[rows[0].setting], "MUE Adjudication Indicator", "MUE Rationale"]
    assert set(MUE_WORDS) == set(ADJUDICATION)
    found = [
        [r.code, str(r.units), f"{r.adjudication} {MUE_WORDS[r.adjudication]}", r.rationale]
        for r in sorted(rows, key=lambda r: r.code)
    ]
    return written([[f"Medically unlikely edits {SAYS}", "", "", ""], head, *found])


def add_on_edits(member: Member, codes: Collection[str]) -> str:
    """Return the rows in which either code is one of the codes, in the layout of CMS's file."""
    head = (
        "AOC_Edit_Type",
        "Add-On_Code",
        "AOC_DelDT",
        "Primary_Code",
        "Primary_Code_DelDT",
        "AOC_Edit_EffDT",
    )
    head = (*head, "AOC_Edit_DelDT", "Special_Instruction_Notes")
    found = []
    for row in ncci_addon.read(member):
        if isinstance(row, ncci_addon.AddOnEdit) and {row.addon, row.primary} & set(codes):
            days = (row.addon_deleted, row.primary_deleted, row.effective, row.deleted)
            gone, gone_too, begun, ended = (f"{d:%Y%j}" if d else "" for d in days)
            primary = row.primary or ncci_addon.PLACEHOLDER
            found.append([row.type, row.addon, gone, primary, gone_too, begun, ended, row.note])
    first = [f"Add-on code edits {SAYS}", *[""] * (len(head) - 1)]
    return written([first, list(head), *sorted(found, key=lambda r: (r[1], r[3]))], "\t")


def pairs(member: Member, codes: Collection[str]) -> str:
    """Return the header and every row whose two codes are both among the codes."""
    found = [f"Edits {SAYS}" + "\t" * 6]
    begun = False
    for line in member.lines():
        row = line.split("\t")
        begun = begun or row[0] == "Column 1"
        if begun and (row[0] in ("", "Column 1") or (row[0] in codes and row[1] in codes)):
            found.append(line)
    return "\n".join(found) + "\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One file to write: the pattern of the published one, its reader, and what cuts it."""

    pattern: str
    reader: Reader
    write: Callable[[Member, Collection[str]], str]
    ending: str = "csv"


PARTS = (
    Part("PPRRVU*.csv", pfs_relative_values.READER, relative_values),
    Part("GPCI2025.csv", pfs_gpci.READER, localities),
    Part("*LOCCO.csv", pfs_localities.READER, localities),
    Part("*Addendum_B.txt", opps_addendum_b.READER, addendum("B", "OPPS Payment by HCPCS Code"), "txt"),
    Part(
        "*Addendum_E.txt",
        opps_addendum_e.READER,
        addendum("E", "HCPCS Codes That Would Be Paid Only as Inpatient Procedures"),
        "txt",
    ),
    Part("MCR_MUE_Practitioner*.csv", ncci_mue.READERS[0], unit_limits),
    Part("mue_outpatient*.tsv", ncci_mue.READERS[0], unit_limits),
    Part("aoc_*.tsv", ncci_addon.READERS[0], add_on_edits, "tsv"),
    Part("ptp_practitioner_*", ncci_ptp.READERS[0], pairs, "txt"),
    Part("ptp_outpatient_*", ncci_ptp.READERS[0], pairs, "txt"),
)


def write_all(folder: Path, target: Path, cpt: Collection[str]) -> str:
    """Write the figures of the CPT codes (and those beside them) below `target`; return what was written."""
    codes = {*cpt, *BESIDE}
    said = []
    for old in target.glob("*.[ct]*"):
        if old.suffix != ".ttl":
            old.unlink()
    for part in PARTS:
        published = sorted(folder.rglob(part.pattern))
        if not published:
            sys.exit(f"{folder} holds no {part.pattern}")
        member = Member(published[-1], None)
        release = part.reader.release(member)
        file = target / f"{release.ident.replace('/', '-')}.{part.ending}"
        file.write_text(part.write(member, codes), encoding="utf-8")
        rows = sum(1 for _ in part.reader.read(Member(file, None)))
        if part.reader.release(Member(file, None)).ident != release.ident:
            sys.exit(f"{file.name}: its release is not {release.ident}")
        said.append(f"{file.name}: {rows} rows")
    return "\n".join(said)
