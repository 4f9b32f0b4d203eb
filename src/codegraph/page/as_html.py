"""Writes a page as HTML: everything escaped, no scripts, links to http, https and urn only."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from codegraph.errors import NotLoaded
from codegraph.page.links import Links, absolute
from codegraph.page.model import Cell, Drawing, Page, Shape, Table

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE: Final = Path(__file__).parent
_SPECIAL: Final = re.compile("[&<>\"']").search
STYLE: Final = _HERE / "assets" / "codegraph.css"


def environment(*folders: Path) -> Environment:
    """Return a Jinja environment of these folders and the templates of pages; all that is filled in is escaped.

    Raises NotLoaded where Jinja is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise NotLoaded("HTML needs Jinja: pip install codegraph[serve]") from error
    places = [*folders, _HERE / "templates"]
    made = Environment(
        loader=FileSystemLoader(places),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["plain"] = plain
    return made


def plain(text: object) -> str:
    r"""Return a text without control characters and invisible ones that turn the direction of writing or hide text.

    >>> plain("a\u202eb\x00c")
    'abc'
    """
    shown = str(text)
    return shown if shown.isprintable() else "".join(c for c in shown if c.isprintable() or c in "\n\t")


@cache
def _pages() -> Environment:
    return environment()


def shown(links: Links) -> dict[str, Any]:
    """Return what templates write with: `cell(c)`, `rows(table)` and `marks(drawing)`, escaped, safely linked.

    Every part is escaped before it is put together; joined by hand, since Markup.format takes ten times as long.
    """
    from markupsafe import Markup, escape

    def safe(text: str) -> str:
        return str(escape(text)) if _SPECIAL(text) else text  # most have nothing to escape

    def anchor(target: str, inside: str) -> str:
        address = links(target) if target and inside else None
        return f'<a href="{safe(address)}">{inside}</a>' if address else inside

    def cell(c: Cell) -> Markup:
        return Markup(anchor(c.url or c.target, safe(plain(c.text))))  # noqa: S704 - escaped above

    def mark(shape: Shape) -> str:
        named = "".join([f' {name}="{safe(value)}"' for name, value in shape.attributes])
        text = safe(plain(shape.text))
        inside = f"<title>{text}</title>" if text and shape.kind != "text" else text
        return anchor(shape.target, f"<{shape.kind}{named}>{inside}</{shape.kind}>")

    def rows(table: Table) -> Markup:
        start, ends = _columns(table, safe)
        lines = [
            start + "".join([f"{begin}{cell(c)}{end}" for c, (begin, end) in zip(row, ends, strict=True)])
            for row in table.rows
        ]
        return Markup("</tr>\n".join([*lines, ""])[:-1])  # noqa: S704 - cells are escaped

    def marks(drawing: Drawing) -> Markup:
        return Markup("\n".join(map(mark, drawing.shapes)))  # noqa: S704 - escaped above

    return {"cell": cell, "marks": marks, "rows": rows}


def _columns(table: Table, safe: Callable[[str], str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the start of a row and what stands around its cells; a phone shows a table of words cell by cell."""
    if table.numeric:
        figures = [n in table.numeric for n in range(len(table.heads))]
        around = [('<td class="num">' if figure else "<td>", "</td>") for figure in figures]
        return "<tr>", [('<th scope="row">', "</th>"), *around[1:]]
    around = [(f'<td role="cell" data-head="{safe(head)}">', "</td>") for head in table.heads]
    return '<tr role="row">', [('<th scope="row" role="rowheader">', "</th>"), *around[1:]]


def html(page: Page, *, links: Links = absolute) -> str:
    """Return a page as one HTML file that stands by itself, its style inside.

    Raises NotLoaded where Jinja is not installed.
    """
    return (
        _pages()
        .get_template("alone.html")
        .render(page=page, show=shown(links), style=STYLE.read_text(encoding="utf-8"))
    )
