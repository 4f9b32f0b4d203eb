"""An opened release: its directory, manifest, tables and triples, and what is read of them once and kept."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegraph import release
from codegraph.codes import SYSTEMS, CodeRef
from codegraph.errors import NotLoaded, UnknownCode
from codegraph.model import Provenance
from codegraph.release import Manifest
from codegraph.tables import Tables

if TYPE_CHECKING:
    from codegraph.billing.editions import Editions
    from codegraph.billing.figures import Figures
    from codegraph.billing.modifiers.rules import RuleBook
    from codegraph.billing.pairs import PairTable
    from codegraph.crosswalk.subsumption import Hierarchy
    from codegraph.kindred import Kindred
    from codegraph.store import GraphStore

CODE_ROW = "SELECT label, status, billable, release, procedure FROM code WHERE system = ? AND notation = ?"
_NEAR = (
    "SELECT system, notation FROM code "
    "WHERE system = ? AND notation >= ? AND notation < ? ORDER BY notation LIMIT 200"
)
_EXCERPT = " The packaged release holds one family of codes; build one from official files for all."
_DENOTED = (
    "SELECT procedure, system, notation, label FROM code "
    "WHERE system IN ('cpt', 'hcpcs') AND procedure IS NOT NULL ORDER BY system, notation"
)


class OpenedRelease:
    """A release directory, read-only: what the questions of CodeGraph are answered from."""

    def __init__(self, directory: Path, *, at_once: bool = True) -> None:
        self.directory = directory
        self.manifest: Manifest = release.read_manifest(directory)
        self.tables = Tables(directory / release.TABLES)
        edits = directory / release.EDITS
        self._edits_file = Tables(edits) if edits.is_file() else None
        self._provenances: dict[str, Provenance] = {}
        self._names: dict[str, bool] = {}
        # Another release may take this one's place later, and the two must not mix: so the triples are opened now.
        if at_once:
            self.store  # noqa: B018 - opens it

    @cached_property
    def store(self) -> GraphStore:
        """Return the triples of the release."""
        from codegraph.store import GraphStore

        return GraphStore.open(self.directory / release.GRAPH)

    def _unknown(self, key: str, readings: list[CodeRef]) -> UnknownCode | NotLoaded:
        loaded = [ref for ref in readings if ref.system in self.manifest.codes]
        if not loaded:
            systems = " or ".join(SYSTEMS[ref.system].title for ref in readings)
            return NotLoaded(
                f"{key}: no codes of {systems} are loaded; `codegraph sources` names the files that bring them"
            )
        near = sorted({str(c) for ref in loaded for c in self._near(ref)})
        hint = f"; near it: {', '.join(near)}" if near else ""
        absent = [SYSTEMS[ref.system].title for ref in readings if ref not in loaded]
        hint += f"; no codes of {' or '.join(absent)} are loaded" if absent else ""
        partial = "" if self.manifest.sources else _EXCERPT
        return UnknownCode(
            f"{' / '.join(map(str, loaded))} is not in this release{hint}.{partial}", near=near
        )

    def _near(self, ref: CodeRef, at_most: int = 5) -> list[CodeRef]:
        """Return similar codes of the release: the same beginning, most alike first."""
        from difflib import get_close_matches

        for keep in range(len(ref.notation) - 1, 0, -1):
            start = ref.notation[:keep]
            rows = self.tables.rows(_NEAR, (ref.system, start, start + "\U0010ffff"))
            if rows:
                alike = get_close_matches(ref.notation, [r[1] for r in rows], n=at_most, cutoff=0.0)
                return [CodeRef(ref.system, n) for n in alike]
        return []

    def _code_row(self, system: str, notation: str) -> tuple[Any, ...]:
        row = self.tables.row(CODE_ROW, (system, notation))
        if row is not None:
            return row
        curie = f"{system}:{notation}"
        label = self.store.object(curie, "skos:prefLabel") if system not in SYSTEMS else None
        return (label, "unknown", None, None, None)

    def _provenance(self, ident: str) -> Provenance:
        if ident not in self._provenances:
            source = self.manifest.source(ident) or self.manifest.figure(ident)
            known = (
                Provenance(ident, source.title, source.file)
                if source
                else Provenance(ident, "codegraph knowledge")
            )
            self._provenances[ident] = known
        return self._provenances[ident]

    @cached_property
    def _editions(self) -> Editions:
        """Return which editions of the sources about payment and edits are loaded."""
        from codegraph.billing.editions import Editions

        return Editions(self.manifest)

    @cached_property
    def _figures(self) -> Figures:
        """Return what reads the tables about payment by key."""
        from codegraph.billing.figures import Figures

        return Figures(self.tables, self._editions, self._provenance, self._has_table)

    @cached_property
    def _pair_table(self) -> PairTable:
        """Return what reads the history of NCCI edits; raise NotLoaded where the release has none."""
        from codegraph.billing.pairs import PairTable

        if self._edits_file is None:
            raise NotLoaded(
                "not loaded: NCCI procedure-to-procedure edits (the PTP files ccipra-… for practitioners and ccioph-… "
                "for outpatient hospitals); `codegraph sources` says where CMS publishes them"
            )
        return PairTable(self._edits_file)

    @cached_property
    def _rules_of_modifiers(self) -> RuleBook:
        """Return what tells whether a modifier may stand on a code."""
        from codegraph.billing.modifiers.rules import RuleBook

        return RuleBook(self)

    @cached_property
    def _hierarchy(self) -> Hierarchy:
        """Return what lies above each facet value, read as it is asked for."""
        from codegraph.crosswalk.differences import StoreHierarchy

        return StoreHierarchy(self.store)

    @cached_property
    def _coded(self) -> dict[str, list[tuple[str, str]]]:
        """Return (CURIE, label) of the CPT and HCPCS codes that denote each procedure (CURIE)."""
        found: dict[str, list[tuple[str, str]]] = {}
        for procedure, system, notation, label in self.tables.rows(_DENOTED):
            found.setdefault(procedure, []).append((f"{system}:{notation}", label or ""))
        return found

    @cached_property
    def _kindred(self) -> Kindred:
        """Return what compares the definitions of CPT and HCPCS codes with each other."""
        from codegraph.kindred import Kindred

        return Kindred(self.store, self._hierarchy, self._coded, self._label_of)

    def _label_of(self, term: str) -> str:
        """Return the label of a term (CURIE), or the term itself."""
        return str(self.store.object(term, "skos:prefLabel") or term)

    def _label(self, curie: str) -> str:
        """Return the label of a facet value, procedure or other thing that is no code; its CURIE where it has none."""
        row = self.tables.row("SELECT label FROM label WHERE curie = ?", (curie,))
        return str(row[0]) if row else curie

    def _has_table(self, name: str) -> bool:
        """Tell whether the release has a table (its source is loaded)."""
        if name not in self._names:
            self._names[name] = self.tables.has(name)
        return self._names[name]
