"""What a page of a code is made of: sections of lines, tables and a drawing, each with the releases behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Shapes = Literal["circle", "line", "path", "rect", "text"]
PACKAGED: Final = "codegraph/"  # start of the ident of the packaged knowledge


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A release that a section stands on: its ident, its title, the days that it covers (empty: undated), its file."""

    release: str
    title: str
    dates: str = ""
    file: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.release, self.dates) if part)


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of text; `target` is the CURIE of the code or facet value that it names, `url` an address outside.

    A target `question:…` is a question that can be asked: a server leads to its answer, a file to nothing.
    """

    text: str
    target: str = ""
    url: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said: its name (may be empty), what is said, and a note on who says it, where lines differ in that."""

    name: str
    values: tuple[Cell, ...]
    source: str = ""

    @property
    def text(self) -> str:
        """Return the values in one text."""
        return self.joint.join(map(str, self.values))

    @property
    def joint(self) -> str:
        """Return what stands between the values: a semicolon where one of them has a comma."""
        return "; " if any(", " in value.text for value in self.values) else ", "


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; `numeric` are the columns of figures, `folded` says that it may be shown closed.

    `more` stands where rows are left out: how many there are, and what shows them all.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] = ()
    folded: bool = False
    more: Cell | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A mark of a drawing: an SVG element with its attributes, its text or tooltip, and the CURIE that it leads to."""

    kind: Shapes
    attributes: tuple[tuple[str, str], ...]
    text: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing without scripts; `description` says in words what it shows, for those who do not see it."""

    ident: str
    title: str
    description: str
    width: int
    height: int
    shapes: tuple[Shape, ...]

    @property
    def leads(self) -> bool:
        """Tell whether a mark of it is a link, so that it is no mere picture."""
        return any(shape.target for shape in self.shapes)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page; `missing` are what is not loaded, each naming the file that brings it.

    `numbered` says that the lines are steps in their order.
    """

    ident: str
    title: str
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    drawing: Drawing | None = None
    sources: tuple[SourceRef, ...] = ()
    missing: tuple[str, ...] = ()
    numbered: bool = False

    def __bool__(self) -> bool:
        return bool(self.lines or self.tables or self.drawing or self.missing)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything about one code. `label_kind` says whose words the label is; `descriptors` are licensed texts.

    `descriptors` (release, text) is empty unless they were asked for. `on` is the date of service, or empty.
    """

    code: str
    system: str
    system_title: str
    notation: str
    iri: str
    label: str
    label_kind: str
    status: str
    billable: bool | None
    on: str
    sections: tuple[Section, ...]
    descriptors: tuple[tuple[str, str], ...] = ()
    undescribed: tuple[str, ...] = field(default=())

    def section(self, ident: str) -> Section:
        """Return a section by its ident; raise KeyError where the page has none such."""
        for section in self.sections:
            if section.ident == ident:
                return section
        raise KeyError(ident)


def said(*texts: str, name: str = "", source: str = "") -> Line:
    """Return a line of plain texts."""
    return Line(name, tuple(Cell(text) for text in texts), source)


def sentence(text: str) -> str:
    """Return a remark as a sentence; a first word that is a CURIE stays as it is.

    >>> sentence("no edit names it"), sentence("cpt:44310 is an excerpt.")
    ('No edit names it.', 'cpt:44310 is an excerpt.')
    """
    first = text.partition(" ")[0]
    begun = text if ":" in first else f"{text[:1].upper()}{text[1:]}"
    return begun if begun.endswith(".") else f"{begun}."


def row(*cells: object) -> tuple[Cell, ...]:
    """Return a row of a table; what is no cell yet becomes one, None an empty one."""
    return tuple(c if isinstance(c, Cell) else Cell("" if c is None else str(c)) for c in cells)


def table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[tuple[Cell, ...]],
    numeric: Iterable[int] = (),
    *,
    folded: bool = False,
    more: Cell | None = None,
) -> Table:
    """Return a table without the columns in which no row says anything, but for the first."""
    kept = tuple(rows)
    wide = [n for n in range(len(heads)) if n == 0 or any(cells[n].text for cells in kept)]
    figures = set(numeric)
    return Table(
        caption,
        tuple(heads[n] for n in wide),
        tuple(tuple(cells[n] for n in wide) for cells in kept),
        tuple(at for at, n in enumerate(wide) if n in figures),
        folded,
        more,
    )


def rest(shown: int, of: int, command: str, target: str = "") -> Cell | None:
    """Return what tells that rows are left out and what shows them all; None where all are shown.

    >>> rest(12, 243, "codegraph edits 44310").text
    '12 of 243 are shown; all of them: codegraph edits 44310'
    """
    return Cell(f"{shown:,} of {of:,} are shown; all of them: {command}", target) if of > shown else None
