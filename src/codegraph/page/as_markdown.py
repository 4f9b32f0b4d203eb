"""Writes a page as Markdown: headings, lists and tables; what could be markup is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from codegraph.page.links import Links, absolute
from codegraph.page.model import Cell, Line, Page, Section, Table

_MARKS: Final = re.compile(r"([\\`*_<>|\[\]#~&])")


def markdown(page: Page, *, links: Links = absolute) -> str:
    """Return a page as Markdown (CommonMark with tables); drawings are left out, their tables are there."""
    lines = [f"# {escaped(page.code)}: {escaped(page.label)}", ""]
    lines.append(escaped(f"{page.system_title}; label {page.label_kind}; status: {page.status}."))
    if page.on:
        lines.append(f"As of {escaped(page.on)}.")
    for release, text in page.descriptors:
        lines += ["", f"Official descriptor (licensed, {escaped(release)}): {escaped(text)}"]
    for section in page.sections:
        lines += ["", *_section(section, links)]
    if page.undescribed:
        lines += ["", f"Nothing is recorded under: {escaped(', '.join(page.undescribed))}."]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    r"""Return a text in which nothing is markup, on one line.

    >>> escaped("a | <b>")
    'a \\| \\<b\\>'
    """
    shown = "".join(c if c.isprintable() else " " for c in text)
    return _MARKS.sub(r"\\\1", shown)


def _section(section: Section, links: Links) -> Iterator[str]:
    yield f"## {escaped(section.title)}"
    if section.lines:
        yield ""
    for number, line in enumerate(section.lines, 1):
        yield f"{f'{number}.' if section.numbered else '-'} {_line(line, links)}"
    for table in section.tables:
        yield ""
        yield from _table(table, links)
    if section.drawing is not None:
        yield from ("", f"*{escaped(section.drawing.title)}:* {escaped(section.drawing.description)}")
    if section.missing:
        yield ""
    for text in section.missing:
        yield f"- {escaped(_not_loaded(text))}"
    if section.sources:
        yield from ("", f"Source: {escaped('; '.join(map(str, section.sources)))}")


def _not_loaded(text: str) -> str:
    return text if "not loaded" in text else f"not loaded: {text}"


def _line(line: Line, links: Links) -> str:
    values = line.joint.join(_cell(cell, links) for cell in line.values)
    source = f" ({escaped(line.source)})" if line.source else ""
    return f"**{escaped(line.name)}:** {values}{source}" if line.name else f"{values}{source}"


def _cell(cell: Cell, links: Links) -> str:
    target = cell.url or cell.target
    address = links(target) if target else None
    shown = escaped(cell.text)
    return f"[{shown}]({_destination(address)})" if address and shown else shown


def _destination(address: str) -> str:
    """Return an address that cannot end the link that it stands in."""
    return re.sub(r"[()<>\s|\\]", lambda m: f"%{ord(m[0]):02X}", address)


def _table(table: Table, links: Links) -> Iterator[str]:
    yield from (f"**{escaped(table.caption)}**", "")
    yield f"| {' | '.join(escaped(h) for h in table.heads)} |"
    yield "|" + "|".join("---:" if i in table.numeric else "---" for i in range(len(table.heads))) + "|"
    for cells in table.rows:
        yield f"| {' | '.join(_cell(cell, links) for cell in cells)} |"
    if table.more is not None:
        yield from ("", f"{_cell(table.more, links)}")
