"""The concept maps of a release: one for each pair of systems that something loaded maps, in each direction it does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from codegraph.codes import SYSTEMS
from codegraph.crosswalk.lookup import TARGETS
from codegraph.errors import NotLoaded
from codegraph.export import as_conceptmap
from codegraph.mapping import Crosswalk, Mapping
from codegraph.model import INVERSE, Relation
from codegraph.namespaces import BASE
from codegraph.release import Manifest
from codegraph.terminology.canonical import head, tagged
from codegraph.terminology.concepts import Concepts
from codegraph.terminology.problem import missing, shown
from codegraph.terminology.systems import editions_of
from codegraph.views import Code

LARGEST: Final = 1000  # a map of more source codes is described, and asked by $translate
URL: Final = BASE + "fhir/ConceptMap/"
# Both directions are there: what a mapping says of its target is turned round.
_MAPPED: Final = (
    "SELECT DISTINCT substr(subject, 1, instr(subject, ':') - 1), "
    "substr(object, 1, instr(object, ':') - 1) FROM mapping"
)
_GEMS: Final = "SELECT DISTINCT subject_system, object_system FROM gem"
_GEM_SOURCES: Final = (
    "SELECT subject FROM gem WHERE object_system = ? AND object = ? AND subject_system = ? AND NOT no_map"
)
_GROUPED: Final = "SELECT DISTINCT system, scheme FROM grouping"
_NONE: Final = "SELECT reason FROM unmapped WHERE subject = ? AND system = ?"

# The codes of a source (?1) that are mapped to a system (?2): table -> statement.
_HOLDS: Final = {
    "mapping": (
        "SELECT subject FROM mapping WHERE subject >= ?1 || ':' AND subject < ?1 || ';' "
        "AND object >= ?2 || ':' AND object < ?2 || ';' UNION "
        "SELECT object FROM mapping WHERE subject >= ?2 || ':' AND subject < ?2 || ';' "
        "AND object >= ?1 || ':' AND object < ?1 || ';'"
    ),
    "unmapped": (
        "SELECT subject FROM unmapped WHERE subject >= ?1 || ':' AND subject < ?1 || ';' AND system = ?2"
    ),
    "gem": "SELECT DISTINCT ?1 || ':' || subject FROM gem WHERE subject_system = ?1 AND object_system = ?2",
    "grouping": "SELECT DISTINCT ?1 || ':' || notation FROM grouping WHERE system = ?1 AND scheme = ?2",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A concept map: codes of one system to those of another. `to` is what codegraph calls the target."""

    source: str
    to: str

    @property
    def ident(self) -> str:
        """Return the id of the map (`cpt-to-icd10pcs`)."""
        return f"{self.source}-to-{self.to}"

    @property
    def target_uri(self) -> str:
        """Return the URI of the target system."""
        return as_conceptmap.system_uri(self.to)


class ConceptMaps:
    """The maps of a release, and what they say of one code."""

    def __init__(self, concepts: Concepts) -> None:
        self._concepts = concepts
        self.kg = concepts.kg

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Return all pairs of systems that are mapped, sorted."""
        rows = self.kg.tables.rows(_MAPPED)
        found = {*rows, *((b, a) for a, b in rows)}
        for table, sql in (("gem", _GEMS), ("grouping", _GROUPED)):
            if self.kg._has_table(table):
                found |= set(self.kg.tables.rows(sql))
        found |= {("icd10pcs", "icd10pcs-table")} if "icd10pcs" in self._concepts.systems else set()
        known = self._concepts.systems
        return tuple(Pair(a, b) for a, b in sorted(found) if a in known and b in TARGETS)

    def of_id(self, ident: str) -> Pair:
        """Return a map by its id; raise Problem (404) where there is none."""
        for pair in self.pairs:
            if pair.ident == ident:
                return pair
        known = ", ".join(pair.ident for pair in self.pairs)
        raise missing(f"no ConceptMap with the id {shown(ident)}; there are {known}", tx="not-found")

    def of_url(self, url: str, version: str | None = None) -> Pair:
        """Return a map by its URL, with or without a version; raise Problem (404) where there is none."""
        plain, _, asked = url.partition("|")
        if not plain.startswith(URL):
            raise missing(f"concept map {shown(plain)} is not known here", tx="not-found", at="url")
        held = self.kg.manifest.codegraph
        wanted = version or asked
        if wanted and wanted != held:
            raise missing(
                f"version {shown(wanted)} of {plain} is not held here; held is {held}", tx="not-found"
            )
        return self.of_id(plain.removeprefix(URL))

    def crosswalk(self, code: Code, pair: Pair) -> Crosswalk | None:
        """Return what a map says of a code of its source, None where nothing loaded would say anything."""
        try:
            return self.kg.crosswalk(code, to=pair.to)
        except NotLoaded:
            return None

    def none(self, code: Code, pair: Pair) -> str | None:
        """Return why a code has no counterpart, where the map says that it has none."""
        row = self.kg.tables.row(_NONE, (code.curie, pair.to)) if self.kg._has_table("unmapped") else None
        return str(row[0]) if row else None

    def sources(self, target: Code, pair: Pair) -> list[tuple[Code, Relation, Mapping]]:
        """Return what a map says of a code of its target: (source, how the target stands to it, mapping)."""
        if (pair.source, pair.to) not in self._one_way:
            found = self.crosswalk(target, Pair(pair.to, pair.source)) or ()
            return [(m.target, INVERSE[m.relation], m) for m in found]
        codes = (Code(self.kg, pair.source, notation) for notation in sorted(self._listed(target, pair)))
        said = (m for code in codes for m in self.crosswalk(code, pair) or ())
        return [(m.source_code, m.relation, m) for m in said if m.target.curie == target.curie]

    @cached_property
    def _one_way(self) -> frozenset[tuple[str, str]]:
        """Return the pairs whose mappings hold in one direction only: GEMs and groupings."""
        found = {("icd10pcs", "icd10pcs-table")}
        for table, sql in (("gem", _GEMS), ("grouping", _GROUPED)):
            if self.kg._has_table(table):
                found |= set(self.kg.tables.rows(sql))
        return frozenset(found)

    def _listed(self, target: Code, pair: Pair) -> set[str]:
        """Return the source codes of a one-way map that lead to a target."""
        tables, local = self.kg.tables, target.notation
        if pair.to == "icd10pcs-table":
            table = local.removeprefix("icd10pcs-")
            sql = "SELECT notation FROM code WHERE system = 'icd10pcs' AND notation >= ? AND notation < ?"
            return {row[0] for row in tables.rows(sql, (table, table + "~"))} if len(table) == 3 else set()
        found: set[str] = set()
        if self.kg._has_table("gem"):
            found |= {row[0] for row in tables.rows(_GEM_SOURCES, (pair.to, local, pair.source))}
        if self.kg._has_table("grouping"):
            sql = "SELECT notation FROM grouping WHERE system = ? AND scheme = ? AND category = ?"
            found |= {row[0] for row in tables.rows(sql, (pair.source, pair.to, local))}
        return found

    # --- as resources -------------------------------------------------------------------------------------------------

    def resource(self, pair: Pair, fhir: str, *, most: int = LARGEST, listed: bool = True) -> dict[str, Any]:
        """Return a ConceptMap; its groups are listed where `listed` and where at most `most` codes are mapped."""
        manifest = self.kg.manifest
        source, target = _title(pair.source), _title(pair.to)
        mapped = self._mapped(pair) if listed else []
        listed = listed and len(mapped) <= most
        about = f"What codes of {source} map to in {target}, as far as this release says."
        found = head(
            "ConceptMap",
            pair.ident,
            manifest,
            title=f"{source} to {target}",
            description=about if listed else f"{about} Its elements are not listed here; ask $translate.",
            copyright=as_conceptmap.CPT_NOTICE if "cpt" in (pair.source, pair.to) else None,
            whole=listed,
        )
        return found | self._groups(pair, fhir, mapped, manifest) if listed else tagged(found)

    def _mapped(self, pair: Pair) -> list[str]:
        """Return the codes of the source that the map has something to say of, sorted."""
        found: set[str] = set()
        for table, statement in _HOLDS.items():
            if self.kg._has_table(table):
                found |= {row[0] for row in self.kg.tables.rows(statement, (pair.source, pair.to))}
        if pair.to == "icd10pcs-table":
            rows = self.kg.tables.rows("SELECT notation FROM code WHERE system = 'icd10pcs'")
            found |= {f"icd10pcs:{row[0]}" for row in rows}
        return sorted(found)

    def _groups(self, pair: Pair, fhir: str, codes: list[str], manifest: Manifest) -> dict[str, Any]:
        """Return the groups of a map (and the properties that R5 declares), element by element."""
        name: as_conceptmap.FhirRelease = "R5" if fhir == "5.0" else "R4"
        elements: list[dict[str, Any]] = []
        whole: dict[str, Any] = {}
        for curie in codes:
            code = Code(self.kg, pair.source, curie.partition(":")[2])
            found = self.crosswalk(code, pair)
            if found is None:
                continue
            said = as_conceptmap.resource(
                found,
                source=code,
                to=pair.to,
                fhir=name,
                note=self.none(code, pair),
                unmapped=self.none(code, pair) is not None,
                combinations=found.combinations,
                versions=editions_of(manifest),
            )
            for group in said.get("group", ()):
                whole.setdefault("group", {key: value for key, value in group.items() if key != "element"})
                elements += group["element"]
            if "property" in said:
                whole["property"] = said["property"]
        if not elements:
            return {}
        group = {**whole["group"], "element": elements}
        return {**({"property": whole["property"]} if "property" in whole else {}), "group": [group]}


def _title(system: str) -> str:
    return SYSTEMS[system].title if system in SYSTEMS else system.upper()
