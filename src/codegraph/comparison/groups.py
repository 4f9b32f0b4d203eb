"""Which codes a code is compared with: its family, its site, a range of CPT, a category of RBCS, all surgery."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from codegraph.billing.lines import Line, make_line
from codegraph.errors import InvalidValue, NotLoaded
from codegraph.hierarchy import below, codes_where
from codegraph.namespaces import contract
from codegraph.procedure import read_procedure

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

# CPT's section of operations, as the packaged headings bound it.
SURGERY: Final = ("10004", "69990")
_RANGE: Final = re.compile(r"(?:(?:cpt|hcpcs):)?(\w{5})\s*(?:-|–)\s*(\w{5})", re.IGNORECASE)
_CATEGORY: Final = (
    'SELECT category, release FROM "grouping" '
    "WHERE system = ? AND notation = ? AND scheme = 'rbcs' ORDER BY release DESC, category"
)
_MEMBERS: Final = "SELECT notation, category FROM \"grouping\" WHERE scheme = 'rbcs' AND release = ?"
_SYSTEMS: Final = ("cpt", "hcpcs")
# How many groups of RBCS, from the top, a name stands for.
_DEPTH: Final = {"rbcs-category": 1, "rbcs": 2, "rbcs-family": 3}
_LEVEL: Final = {1: "category", 2: "subcategory", 3: "family"}


@dataclass(frozen=True, slots=True)
class Group:
    """Codes to compare with: `kind` as it was asked for, `name` in words, the codes, and what is to be minded."""

    kind: str
    name: str
    codes: frozenset[str]
    notes: tuple[str, ...] = ()


Between = Callable[[str, str], Iterable[str]]


def group_of(kg: OpenedRelease, line: Line, among: str | Iterable[str] | None, between: Between) -> Group:
    """Return the group that `among` names for a code; `between` gives the codes of the fee schedule in a range.

    Without `among` the family, where the graph knows one, else the range. Raises InvalidValue for a name that is
    none, NotLoaded where the graph does not know the group of the code.
    """
    if among is None:
        return _family(kg, line) or _own_range(kg, line, between)
    if not isinstance(among, str):
        return _given(among)
    found = _RANGE.fullmatch(among.strip())
    if found:
        return _range(found[1].upper(), found[2].upper(), between)
    name = among.strip().lower()
    if name not in GROUPS:
        raise InvalidValue(
            f"{among[:40]!r} is no group to compare with; give {', '.join(GROUPS)}, a range (44005-44799), or codes",
            candidates=tuple(GROUPS),
        )
    group = GROUPS[name](kg, line, between)
    if group is None:
        raise NotLoaded(
            f"{line.curie}: no family is known; compare it with its range, its RBCS group, or surgery"
        )
    return group


def _given(among: Iterable[str]) -> Group:
    codes = frozenset(make_line(str(c).rpartition(":")[2]).code for c in among)
    if not codes:
        raise InvalidValue("no codes to compare with; give at least one")
    return Group("codes", f"the {len(codes)} codes given" if len(codes) > 1 else "the one code given", codes)


def _family(kg: OpenedRelease, line: Line, _: Between | None = None) -> Group | None:
    families = kg.store.objects(line.curie, "cg:inFamily")
    if not families:
        return None
    names = ", ".join(f"{kg._label_of(f)} ({contract(f)})" for f in families)
    found = {contract(iri) for family in families for iri in kg.store.subjects("cg:inFamily", family)}
    return Group("family", f"the family {names}", _billing(found))


def _site(kg: OpenedRelease, line: Line, _: Between) -> Group:
    denoted = kg._code_row(line.system, line.code)[4]
    procedure = read_procedure(kg.store, denoted) if denoted else None
    if procedure is None or not procedure.site:
        raise NotLoaded(f"{line.curie}: the graph defines no procedure with a site for it; use its range")
    found = {contract(iri) for site in procedure.site for iri in codes_where(kg.store, {"site": site})}
    names = ", ".join(f"{kg._label(site)} ({site})" for site in procedure.site)
    group = f"codes that act on {names}, or on what is narrower or a part of it"
    note = "only codes whose procedure the graph defines have a site"
    return Group("site", group, _billing(found), (note,))


def _own_range(kg: OpenedRelease, line: Line, between: Between) -> Group:
    for heading in kg.store.objects(line.curie, "skos:broader"):
        first, last = (kg.store.object(heading, p) for p in ("cg:rangeFirst", "cg:rangeLast"))
        if first and last:
            found = _range(str(first), str(last), between)
            return Group("range", f"{found.name}, {kg._label_of(heading)}", found.codes)
    raise NotLoaded(f"{line.curie}: no heading of the graph holds it; give a range (44005-44799)")


def _surgery(_: OpenedRelease, line: Line, between: Between) -> Group:
    found = _range(*SURGERY, between)
    return Group("surgery", f"all surgery (CPT {SURGERY[0]}-{SURGERY[1]})", found.codes)


def _range(first: str, last: str, between: Between) -> Group:
    first, last = (make_line(end).code for end in (first, last))
    form = _form(first)
    if form != _form(last) or first > last:
        raise InvalidValue(
            f"{first}-{last} is no range: the ends have one form (five digits; four and one letter; a letter and "
            "four), the lower first, as in 44005-44799"
        )
    codes = frozenset(code for code in between(first, last) if _form(code) == form)
    return Group("range", f"codes {first}-{last}", codes)


def _form(code: str) -> str:
    """Return what codes of one list have in common: 44310 none, 0075T its last letter, G0105 that it has a first."""
    return code[-1] if code[-1].isalpha() else "first" if code[0].isalpha() else ""


def _rbcs(depth: int) -> Callable[[OpenedRelease, Line, Between], Group]:
    def group(kg: OpenedRelease, line: Line, _: Between) -> Group:
        if not kg._has_table("grouping"):
            raise NotLoaded(
                "not loaded: RBCS; the CMS Restructured BETOS file brings it (`codegraph sources`)"
            )
        rows = kg.tables.rows(_CATEGORY, (line.system, line.code))
        if not rows:
            raise NotLoaded(f"{line.curie}: no loaded release of RBCS has it")
        release = rows[0][1]
        paths = {category: _path(kg, f"rbcs:{category}") for category, of in rows if of == release}
        tops = sorted({path[depth - 1] for path in paths.values() if len(path) >= depth})
        if not tops:
            raise NotLoaded(
                f"{line.curie}: {release} has it in the {_LEVEL[depth - 1]} {', '.join(paths)}, in no {_LEVEL[depth]}"
            )
        within = {c.partition(":")[2] for top in tops for c in below(kg.store, top, with_self=True)}
        codes = frozenset(n for n, category in kg.tables.rows(_MEMBERS, (release,)) if category in within)
        names = ", ".join(" > ".join(map(kg._label_of, _path(kg, top))) for top in tops)
        return Group(_NAMES[depth], f"the RBCS {_LEVEL[depth]} {names} ({release})", codes)

    return group


def _path(kg: OpenedRelease, category: str) -> list[str]:
    """Return a category of RBCS with all above it, the highest first (CURIEs)."""
    above = kg.store.objects(category, "skos:broader")
    return [*(_path(kg, contract(above[0])) if above else ()), category]


def _billing(curies: Iterable[str]) -> frozenset[str]:
    parts = (curie.partition(":") for curie in curies)
    return frozenset(notation for system, _, notation in parts if system in _SYSTEMS)


_NAMES: Final = {depth: name for name, depth in _DEPTH.items()}
GROUPS: Final[Mapping[str, Callable[[OpenedRelease, Line, Between], Group | None]]] = {
    "family": _family,
    "site": _site,
    "range": _own_range,
    **{name: _rbcs(depth) for name, depth in _DEPTH.items()},
    "surgery": _surgery,
}
