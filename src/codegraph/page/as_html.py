"""Writes a page as HTML: everything escaped, no scripts, links to http, https and urn only."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from codegraph.errors import NotLoaded
from codegraph.page.links import Links, absolute
from codegraph.page.model import Cell, Drawing, Page, Shape

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE: Final = Path(__file__).parent
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
    """Return what templates write cells and drawings with: `cell(c)` and `marks(drawing)`, escaped, safely linked.

    Every part is escaped before it is put together; joined by hand, since Markup.format takes ten times as long.
    """
    from markupsafe import Markup, escape

    def anchor(target: str, inside: str) -> str:
        address = links(target) if target and inside else None
        return f'<a href="{escape(address)}">{inside}</a>' if address else inside

    def cell(c: Cell) -> Markup:
        return Markup(anchor(c.url or c.target, str(escape(plain(c.text)))))  # noqa: S704 - escaped above

    def mark(shape: Shape) -> str:
        named = "".join(f' {name}="{escape(value)}"' for name, value in shape.attributes)
        text = str(escape(plain(shape.text)))
        inside = f"<title>{text}</title>" if text and shape.kind != "text" else text
        return anchor(shape.target, f"<{shape.kind}{named}>{inside}</{shape.kind}>")

    def marks(drawing: Drawing) -> Markup:
        return Markup("\n".join(map(mark, drawing.shapes)))  # noqa: S704 - escaped above

    return {"cell": cell, "marks": marks}


def html(page: Page, *, links: Links = absolute) -> str:
    """Return a page as one HTML file that stands by itself, its style inside.

    Raises NotLoaded where Jinja is not installed.
    """
    return (
        _pages()
        .get_template("alone.html")
        .render(page=page, show=shown(links), style=STYLE.read_text(encoding="utf-8"))
    )
