"""What a crosswalk reads only when asked: why it is empty, what stands apart, which targets belong together."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from codegraph.crosswalk.indications import INDICATED
from codegraph.errors import NotLoaded
from codegraph.mapping import ASIDE, REGION, Crosswalk, Mapping, reading_in_words
from codegraph.model import INVERSE, PREDICATES, RELATIONS
from codegraph.nodes import NodeTables
from codegraph.views import Code

if TYPE_CHECKING:
    from codegraph.crosswalk.combinations import Combination
    from codegraph.graph import CodeGraph

# Where a mapping between two systems would come from; used to tell "not loaded" from "none".
_BRINGS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("icd9cm", "icd10cm"): ("gem-icd9cm-icd10cm/", "the CMS general equivalence mapping 2018_I9gem.txt"),
    ("icd10cm", "icd9cm"): ("gem-icd10cm-icd9cm/", "the CMS general equivalence mapping 2018_I10gem.txt"),
    ("icd9pcs", "icd10pcs"): ("gem-icd9pcs-icd10pcs/", "the CMS general equivalence mapping gem_i9pcs.txt"),
    ("icd10pcs", "icd9pcs"): ("gem-icd10pcs-icd9pcs/", "the CMS general equivalence mapping gem_pcsi9.txt"),
    ("icd10cm", "ccsr"): ("ccsr-dx/", "AHRQ's DXCCSR file"),
    ("icd10pcs", "ccsr"): ("ccsr-pr/", "AHRQ's PRCCSR file"),
    ("cpt", "rbcs"): ("rbcs/", "the CMS Restructured BETOS file"),
    ("hcpcs", "rbcs"): ("rbcs/", "the CMS Restructured BETOS file"),
    ("icd10cm", "mondo"): ("sssom-", "an SSSOM file between ICD-10-CM and Mondo"),
}
# By whether the code is a condition.
_NOT_INDICATED: Final = {
    True: "not known: no {1} code is stated to be for {0} or for a header above it",
    False: "not known: no condition is stated for what {0} denotes",
}
DEFINED: Final = frozenset({("cpt", "icd10pcs"), ("icd10pcs", "cpt")})

_UNMAPPED: Final = (
    "SELECT reason, mapping_set FROM unmapped WHERE subject = ? AND system = ? ORDER BY mapping_set"
)
_SAID: Final = (
    "predicate, justification, confidence, mapping_set, release, comment, detail, apart "
    "FROM mapping_apart WHERE"
)
_APART: Final = {
    False: f"SELECT object, {_SAID} subject = ?",
    True: f"SELECT subject, {_SAID} object = ?",
}
_WAYS: Final = (
    "SELECT way, reading, rank, source, guidelines, note FROM way WHERE subject = ? ORDER BY way, rank"
)
_ACTS: Final = "SELECT way, part, procedure, label, guideline FROM act WHERE subject = ? ORDER BY way, part"
_GEM: Final = (
    "SELECT object_system, object, scenario, choice_list, no_map FROM gem "
    "WHERE subject_system = ? AND subject = ? AND combination"
)


# How the detail of a derived mapping says that its target is only one of several acts (build/derived.py).
_TOGETHER: Final = '"together":true'


class Rest:
    """Reads the rest of an answer from an opened release."""

    def __init__(self, graph: CodeGraph) -> None:
        self._graph = graph

    def note(self, found: Crosswalk) -> str | None:
        """Return what to mind: reviews that are due, or why there is nothing.

        Raises NotLoaded where no loaded source maps these systems.
        """
        code, to = found.source_code, found.to
        said = [*self.reasons(code, to), *self._without_code(found)]
        if len(found):
            return "; ".join(said) or None
        if said:
            return "none: " + "; ".join(said)
        return self._nothing(code, to)

    def reasons(self, code: Code, to: str | None) -> list[str]:
        """Return what is stated of a code and a system: that it has no counterpart, that a review is due."""
        return [*self._no_counterpart(code, to), *self._review(code, to)]

    def _no_counterpart(self, code: Code, to: str | None) -> list[str]:
        if to is None or not self._graph._has_table("unmapped"):
            return []
        rows = self._graph.tables.rows(_UNMAPPED, (code.curie, to))
        return [f"{reason} ({mapping_set})" for reason, mapping_set in rows]

    def _review(self, code: Code, to: str | None) -> list[str]:
        """Return the reasons for which a person should look at a definition that mappings were derived from."""
        if to not in ("icd10pcs", None) or code.system not in ("cpt", "hcpcs"):
            return []
        procedure = code._fields()[4]
        subjects = [(code.curie, "the code"), *([(procedure, "its definition")] if procedure else [])]
        nodes = NodeTables(self._graph.tables)
        store = nodes if nodes.has(code.curie) else self._graph.store
        return [
            f"{what} needs review: {store.object(subject, 'cg:reviewNote') or 'no reason stated'}"
            for subject, what in subjects
            if store.object(subject, "cg:needsReview") is True
        ]

    def _without_code(self, found: Crosswalk) -> list[str]:
        """Return the acts that the tables have no code for, though others of their procedure have one."""
        if not len(found) or found.to not in ("icd10pcs", None) or not self._graph._has_table("act"):
            return []
        coded = {place for m in found if not m.inverse for place in m.places}
        rows = self._graph.tables.rows(_ACTS, (found.source_code.curie,))
        without = [
            label for way, part, _, label, left_out in rows if left_out is None and (way, part) not in coded
        ]
        return [f"no code for one of its acts: {label}" for label in dict.fromkeys(without)]

    def _nothing(self, code: Code, to: str | None) -> str:
        if to is None:
            return f"not known: no loaded source maps {code}"
        if (code.system, to) in INDICATED:
            return _NOT_INDICATED[code.system == "icd10cm"].format(code, to)
        self.require(code.system, to)
        if (code.system, to) in DEFINED:
            return self._undefined(code, to)
        return f"not known: the loaded source maps {code.system} to {to}, and has no row for {code}"

    def require(self, system: str, to: str) -> None:
        """Raise NotLoaded where nothing that is loaded would map one system to another."""
        brings = _BRINGS.get((system, to))
        if brings is None:
            if (system, to) not in DEFINED | INDICATED:
                over = sorted(b for a, b in _BRINGS.keys() | DEFINED if a == system and (b, to) in _BRINGS)
                hint = f"; a crosswalk via {' or '.join(over)} may" if over else ""
                raise NotLoaded(f"no source that codegraph reads maps {system} to {to}{hint}")
        elif not any(s.release.startswith(brings[0]) for s in self._graph.manifest.sources):
            raise NotLoaded(
                f"no mapping of {system} to {to} is loaded; {brings[1]} brings it (codegraph sources)"
            )

    def _undefined(self, code: Code, to: str) -> str:
        by = f"this release maps {code.system} to {to} by definitions"
        if code._fields()[4] is None:
            return f"not known: {by}, and has no definition of {code}"
        if code.system == "icd10pcs":
            return f"not known: {by}, and no defined procedure covers or is covered by {code}"
        apart = len(self.apart_all(code, to))
        rest = f"; {apart} only overlap with it or differ in something it does not name" if apart else ""
        return f"not known: {by}; the definition of {code} covers no code and none covers it{rest}"

    def apart_all(self, code: Code, to: str | None) -> list[tuple[str, Mapping]]:
        """Return every derived mapping that stands apart, with its group."""
        if not self._graph._has_table("mapping_apart"):
            return []
        found = []
        for inverse, statement in _APART.items():
            for row in self._graph.tables.rows(statement, (code.curie,)):
                system, _, notation = row[0].partition(":")
                if to in (None, system):
                    target = Code(self._graph, system, notation)
                    found.append((row[8], of_row(code, target, row[:8], inverse=inverse, apart=row[8])))
        return sorted(found, key=lambda pair: (pair[0], pair[1].target))

    def apart(self, found: Crosswalk, group: str) -> tuple[Mapping, ...]:
        """Return the mappings of one group: `aside` or `overlap`."""
        groups = (ASIDE, REGION) if group == ASIDE else (group,)
        return tuple(m for name, m in self.apart_all(found.source_code, found.to) if name in groups)

    def combinations(self, found: Crosswalk) -> tuple[Combination, ...]:
        """Return what only together makes up the source: acts of a definition, scenarios of a GEM."""
        return (*self._acts(found), *self._scenarios(found))

    def _acts(self, found: Crosswalk) -> tuple[Combination, ...]:
        if found.to not in ("icd10pcs", None) or not self._graph._has_table("act"):
            return ()
        acts: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for row in self._graph.tables.rows(_ACTS, (found.source_code.curie,)):
            acts[row[0]].append(row[1:])
        targets: dict[tuple[int, int], list[str]] = defaultdict(list)
        for m in found:
            for place in m.places if not m.inverse else ():
                targets[place].append(str(m.target))
        ways = self._ways(found.source_code)
        whole = (_combination(number, rows, targets, *ways[number]) for number, rows in acts.items())
        return tuple(c for c in whole if c is not None)

    def _ways(self, code: Code) -> dict[int, tuple[str, str]]:
        """Return what each way rests on: the readings in words, and their sources."""
        rows = self._graph.tables.rows(_WAYS, (code.curie,))
        found = {}
        for number, readings in groupby(rows, key=lambda row: int(row[0])):
            told = [row for row in readings if row[1]]
            words = "; ".join(dict.fromkeys(reading_in_words("", row[4], row[5]) for row in told))
            found[number] = words, "; ".join(dict.fromkeys(row[3] for row in told))
        return found

    def _scenarios(self, found: Crosswalk) -> tuple[Combination, ...]:
        if not self._graph._has_table("gem"):
            return ()
        code = found.source_code
        rows = [r for r in self._graph.tables.rows(_GEM, (code.system, code.notation)) if not r[4]]
        if not rows:
            return ()
        from codegraph.crosswalk.combinations import Choice, from_gem

        systems = sorted({r[0] for r in rows if found.to in (None, r[0])})
        return tuple(
            combination
            for system in systems
            for combination in from_gem(
                Choice(code.curie, f"{system}:{r[1]}", r[2], r[3]) for r in rows if r[0] == system
            )
        )


def _combination(
    number: int,
    rows: list[tuple[Any, ...]],
    targets: dict[tuple[int, int], list[str]],
    reading: str,
    source: str,
) -> Combination | None:
    """Return a way of several acts as a combination; None for one act, or where an act has no code."""
    coded = [(part, label) for part, _, label, guideline in rows if guideline is None]
    omitted = tuple((label, guideline) for _, _, label, guideline in rows if guideline is not None)
    if len(coded) < 2 or any(not targets[number, part] for part, _ in coded):
        return None
    from codegraph.crosswalk.combinations import Combination, Part

    parts = tuple(Part(label, tuple(targets[number, part])) for part, label in coded)
    return Combination(f"way {number}", parts, omitted, reading, source)


def of_row(
    code: Code, target: Code, row: tuple[Any, ...], *, inverse: bool, apart: str | None = None
) -> Mapping:
    """Return the mapping that a row of the table says; an inverse one with its relation turned round."""
    _, predicate, justification, confidence, mapping_set, release, comment, detail = row
    relation = RELATIONS.get(predicate, "related")
    if inverse:
        relation = INVERSE[relation]
        predicate = (
            PREDICATES[relation] if predicate in RELATIONS and predicate != "skos:closeMatch" else predicate
        )
    return Mapping(
        code,
        target,
        relation,
        predicate,
        justification,
        confidence,
        release,
        comment or None,
        mapping_set,
        _part(code, target, inverse=inverse) if detail and _TOGETHER in detail else None,
        (),
        apart,
        detail or "",
        inverse,
    )


def _part(code: Code, target: Code, *, inverse: bool) -> str:
    whole, part = (target, code) if inverse else (code, target)
    return f"{part} is one of several acts that together make up {whole}"
