"""Where the body parts of ICD-10-PCS stand: wider kinds, wholes and sides, from a packaged table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from codegraph import resources
from codegraph.errors import SourceError
from codegraph.namespaces import slug

TABLE: Final = "icd10pcs/sites.tsv"
COLUMNS: Final = ("label", "kind of", "part of", "sides", "side")
SIDES: Final = {"left": "Left", "right": "Right"}
_SIDES_SAID: Final = frozenset({"", *SIDES, "bilateral", "unilateral"})


@dataclass(frozen=True, slots=True)
class Place:
    """One site: its label, the CURIEs of its wider kinds and of its wholes, and the side that it is on."""

    label: str
    kinds: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    side: str | None = None

    @property
    def above(self) -> tuple[str, ...]:
        """Return the CURIEs of everything right above the site."""
        return tuple(dict.fromkeys(self.kinds + self.wholes))


@dataclass(frozen=True, slots=True)
class _Row:
    place: Place
    sides: str  # the form of the labels of its left and right values, `Kidney, *`


def read(path: Path) -> Mapping[str, Place]:
    """Read a table of sites: CURIE to place, those of left and right values included.

    The left value of a site is a kind of it, and stands below the left values of the sites that it is below.
    Raises SourceError for a row that is not of the table's form, a site said twice or a parent that no row has.
    """
    rows: dict[str, _Row] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#") or line == "\t".join(COLUMNS):
            continue
        curie, row = _row(line, f"{path}, line {number}")
        if curie in rows:
            raise SourceError(f"{path}, line {number}: {curie} is there twice")
        rows[curie] = row
    found = {curie: row.place for curie, row in rows.items()}
    for curie, row in rows.items():
        for side in SIDES if row.sides else ():
            place = _on_side(curie, row, side, rows)
            if found.setdefault(_curie(place.label), place) is not place:
                raise SourceError(f"{path}: {_curie(place.label)} is there twice")
    for curie, place in found.items():
        for parent in place.above:
            if parent not in found:
                raise SourceError(f"{path}: {curie} stands below {parent}, which no row has")
    return MappingProxyType(dict(sorted(found.items())))


def _row(line: str, where: str) -> tuple[str, _Row]:
    cells = line.split("\t")
    cells += [""] * (len(COLUMNS) - len(cells))
    if len(cells) > len(COLUMNS) or not cells[0] or cells[4] not in _SIDES_SAID:
        raise SourceError(f"{where}: a row has {', '.join(COLUMNS)}, not {line[:200]!r}")
    if cells[3] and cells[3].count("*") != 1:
        raise SourceError(f"{where}: the form of the sides has one * for the side, not {cells[3]!r}")
    kinds, wholes = (tuple(f"site:{name}" for name in cell.split()) for cell in cells[1:3])
    return _curie(cells[0]), _Row(Place(cells[0], kinds, wholes, cells[4] or None), cells[3])


def _on_side(curie: str, row: _Row, side: str, rows: Mapping[str, _Row]) -> Place:
    kinds, wholes = (
        tuple(_curie(_label(rows[p].sides, side)) for p in parents if p in rows and rows[p].sides)
        for parents in (row.place.kinds, row.place.wholes)
    )
    return Place(_label(row.sides, side), (curie, *kinds), wholes, side)


def _label(form: str, side: str) -> str:
    return form.replace("*", SIDES[side])


def _curie(label: str) -> str:
    return f"site:{slug(label)}"


@cache
def places() -> Mapping[str, Place]:
    """Return the packaged table.

    >>> places()["site:lens-left"]
    Place(label='Lens, Left', kinds=('site:lens',), wholes=('site:eye-left',), side='left')
    """
    return read(resources.folder("knowledge") / TABLE)


def kind_edges() -> Iterator[tuple[str, str]]:
    """Yield (site, wider kind) as CURIEs: what stands in the graph as skos:broader."""
    return ((curie, kind) for curie, place in places().items() for kind in place.kinds)


def part_edges() -> Iterator[tuple[str, str]]:
    """Yield (site, whole) as CURIEs: what stands in the graph as cg:isPartOf."""
    return ((curie, whole) for curie, place in places().items() for whole in place.wholes)


def upward(sites: Iterable[str]) -> list[str]:
    """Return the sites of the table among `sites` (CURIEs) and everything above them, sorted.

    >>> upward(["site:toe-phalanx-left", "site:of-no-table"])[:3]
    ['site:bone', 'site:bones', 'site:foot']
    """
    table = places()
    found: set[str] = set()
    stack = [site for site in sites if site in table]
    while stack:
        site = stack.pop()
        if site not in found:
            found.add(site)
            stack.extend(table[site].above)
    return sorted(found)
