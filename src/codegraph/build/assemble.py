"""Gathers what all sources of a build say, joins it with the packaged knowledge, and writes dumps and tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from codegraph import knowledge, rdf
from codegraph.build import derived, mappings
from codegraph.build.code_triples import (
    CODE_TABLE,
    DESCRIPTOR_TABLE,
    LABEL_TABLE,
    NOTHING,
    OwnWords,
    code_row,
    definitional,
    descriptive,
    licensed_triples,
    rights_triples,
)
from codegraph.build.codes import CodeCollector, MergedCode, merge
from codegraph.build.hierarchy import Headings
from codegraph.build.nodes import NodeCollector
from codegraph.build.pcs_release import PcsRelease
from codegraph.build.progress import Progress
from codegraph.build.tables import TableWriter
from codegraph.build.writer import DumpWriter
from codegraph.codes import billing_system
from codegraph.knowledge import IDENT, Packaged
from codegraph.namespaces import CODE, CONCEPT, RELEASE, code_iri, contract
from codegraph.rdf import Triple
from codegraph.release import TABLES
from codegraph.sources.base import CodeFact, Reader, Release, Table

_FACET_VALUE: Final = f"<{CONCEPT}device/"  # the device aggregation; the schemes of other facets are packaged
_LABELLED: Final = f" {rdf.PREF_LABEL} "
# What a source says of a thing that packaged knowledge words itself stands beside it, under another property.
_BESIDE: Final = {rdf.PREF_LABEL: rdf.ALT_LABEL, rdf.term("skos:definition"): rdf.term("skos:note")}
# Direct edges without a release of their own: they tell what is in force, so only the newest release gives them.
_IN_FORCE: Final = frozenset({rdf.term("cg:isAddOnTo")})
PACKAGED: Final = Release("codegraph", IDENT.partition("/")[2], "Packaged knowledge of codegraph")


class Assembly:
    """Everything of one build between reading and loading."""

    def __init__(self, staging: Path, idents: Sequence[str], progress: Progress) -> None:
        series = Counter(ident.partition("/")[0] for ident in idents)
        # Of several releases of one series the newest comes first; the others add only what it does not say.
        self._said: dict[str, set[Triple]] = {source: set() for source, n in series.items() if n > 1}
        self._begun: set[str] = set()
        self.staging = staging
        self.progress = progress
        self.packaged = Packaged.load(idents)
        self.described = self.packaged.described_codes()
        self.writer = DumpWriter()
        self.tables = TableWriter(staging / TABLES)
        self.nodes = NodeCollector()
        self.collector = CodeCollector.empty()
        self.pcs = PcsRelease()
        self.releases: dict[str, Release] = {}
        self._known = frozenset(self.packaged.triples)
        self._narrower: set[str] = set()
        self._labels: dict[str, str] = {}
        self._kinds: list[tuple[str, str]] = []  # facet values and what sources put above them

    def add_source(self, reader: Reader, release: Release, rows: Sequence[Any]) -> None:
        """Take the typed rows of one source: its triples, its table rows, its code facts."""
        self.releases[release.ident] = release
        for row in rows:
            for fact in reader.codes(row, release):
                self.collector.add(release, fact)
        self.pcs.add_source(reader.kind, release, rows)
        self.add_tables(reader, release, rows)
        triples = (t for row in rows for t in reader.triples(row, release))
        if reader.licensor is not None:
            self.writer.add_licensed(release.ident, (*triples, *rights_triples(release, reader.licensor)))
            return
        fresh = self._newest(release, self._fresh(triples), named_graph=reader.named_graph)
        self.writer.add(release.ident, fresh, named_graph=reader.named_graph)
        shared = (t for row in rows for t in reader.shared(row, release))
        self.writer.add(release.ident, self._fresh(shared), named_graph=False)

    def add_tables(self, reader: Reader, release: Release, rows: Sequence[Any]) -> None:
        """Take the table rows of one source, and nothing else of it."""
        for table, make in _tables(reader):
            self.tables.add(table, (r for row in rows for r in make(row, release)))

    def _newest(self, release: Release, triples: Iterable[Triple], *, named_graph: bool) -> Iterable[Triple]:
        """Leave out of an older release what a newer one of its series says, and its edges: these may be gone."""
        older = release.source in self._begun
        self._begun.add(release.source)
        said = self._said.get(release.source)
        if said is None:
            return triples
        kept = [t for t in triples if not (older and t.predicate in _IN_FORCE)]
        if named_graph:
            kept = [t for t in kept if t not in said]
            said.update(kept)
        else:  # entries name their release; only what stands beside them (a locality's name) may come twice
            kept = [t for t in kept if t.predicate != rdf.PREF_LABEL or t._replace(object="") not in said]
            said.update(t._replace(object="") for t in kept if t.predicate == rdf.PREF_LABEL)
        return kept

    def add_codes(self, release: Release, notations: Iterable[str]) -> None:
        """Take codes that only occur in a release's edges: they are codes, and that is all it says of them."""
        self.releases[release.ident] = release
        for notation in notations:
            system = billing_system(notation)
            if system is not None:
                self.collector.add(release, CodeFact(system, notation))

    def _fresh(self, triples: Iterable[Triple]) -> Iterable[Triple]:
        """Leave out what packaged knowledge states already; a second preferred label becomes a synonym."""
        subjects = self.packaged.subjects
        for triple in triples:
            if triple.predicate == rdf.BROADER:
                self._narrower.add(triple.subject[1:-1])
                if triple.subject.startswith(_FACET_VALUE):
                    self._kinds.append((contract(triple.subject[1:-1]), contract(triple.object[1:-1])))
            elif triple.predicate == rdf.PREF_LABEL:
                self._label(*triple)
            known = subjects.get(triple.subject)
            if known is None:
                yield triple
            elif triple not in self._known and not self._settled(triple, known):
                yield self._demoted(triple, known)

    @staticmethod
    def _settled(triple: Triple, known: dict[str, list[str]]) -> bool:
        """Tell whether a synonym that a source brings is already a label of the thing."""
        return triple.predicate == rdf.ALT_LABEL and triple.object in known.get(rdf.PREF_LABEL, ())

    @staticmethod
    def _demoted(triple: Triple, known: dict[str, list[str]]) -> Triple:
        """Keep what a source says beside packaged words: a second label as a synonym, a definition as a note."""
        instead = _BESIDE.get(triple.predicate)
        return (
            Triple(triple.subject, instead, triple.object)
            if instead and triple.predicate in known
            else triple
        )

    def finish(self) -> dict[str, int]:
        """Merge codes, describe ICD-10-PCS, derive crosswalks; return the number of codes of each system."""
        self.progress.step("Merging codes")
        self.pcs.use_packaged(knowledge.grammar_files(self.releases), PACKAGED)
        for release, fact in self.pcs.code_facts():
            self.collector.add(release, fact)
        self._packaged_codes()
        totals = self._codes()
        self.progress.step("Describing ICD-10-PCS")
        for ident, line in self.pcs.lines(self.packaged, self._narrower):
            self.writer.add_lines(ident, (line,))
            if _LABELLED in line and "/concept/procedure/" not in line:
                self._label(*line.removesuffix(" .").split(" ", 2))
        self.progress.step("Deriving crosswalks")
        hierarchy = derived.hierarchy_of(self.packaged, self._kinds)
        curated = mappings.curated(knowledge.mapping_files())
        for found in (curated, derived.derived(self.packaged, hierarchy, self.pcs.grammars)):
            self.writer.add(IDENT, found.triples, named_graph=False)
            for table, rows in found.tables():
                self.tables.add(table, rows)
        self.writer.add(IDENT, self.packaged.triples, named_graph=False)
        for triple in self.packaged.triples:
            self._label(*triple)
        self.tables.add(LABEL_TABLE, sorted(self._labels.items()))
        return totals

    def _label(self, subject: str, predicate: str, obj: str) -> None:
        """Keep the preferred label of what is no code."""
        if predicate == rdf.PREF_LABEL and not subject.startswith(f"<{CODE}"):
            self._labels[contract(subject[1:-1])] = knowledge.text(obj)

    def _packaged_codes(self) -> None:
        """Put every code that packaged knowledge describes among the codes of the release."""
        for iri in self.described:
            system, slash, notation = iri.removeprefix(CODE).partition("/")
            if slash:
                self.collector.add(PACKAGED, CodeFact(system, notation))
        for entry in self.packaged.instances("cg:FeeScheduleEntry"):
            ident = self.packaged.values(entry, "cg:ofRelease")[0][1:-1].removeprefix(RELEASE)
            source, _, version = ident.partition("/")
            code = self.packaged.values(entry, "cg:ofCode")[0][1:-1]
            system, _, notation = code.removeprefix(CODE).partition("/")
            self.collector.add(Release(source, version, ident), CodeFact(system, notation, authority=True))

    def _codes(self) -> dict[str, int]:
        newest = self.collector.newest_lists()
        headings = {system: Headings(self.packaged, system) for system in ("cpt", "hcpcs", "icd10cm")}
        counts: Counter[str] = Counter()
        lines: dict[str, list[Triple]] = defaultdict(list)
        plain: dict[str, list[Triple]] = defaultdict(list)
        rows = []
        descriptors: list[tuple[Any, ...]] = []
        for key in self.collector.codes():
            code = merge(key, self.collector.take(key), newest, self.pcs)
            code = self._placed(code, headings)
            counts[code.system] += 1
            stated = definitional(code, self.described)
            if code_iri(*key) in self.described:
                stated = (t for t in stated if t not in self._known)
            plain[code.newest.ident].extend(stated)
            own = self._own(code_iri(*key))
            for release, triple in descriptive(code, self.described, own.label):
                lines[release.ident].append(triple)
            rows.append(code_row(code, own))
            if code.descriptors:
                descriptors += [(*key, r.ident, text) for r, text in code.descriptors]
                for release, words in licensed_triples(code):
                    self.writer.add_licensed(release.ident, words)
        for ident, triples in plain.items():
            self.writer.add(ident, triples, named_graph=False)
        for ident, triples in lines.items():
            self.writer.add(ident, triples, named_graph=ident != IDENT)
        self.tables.add(CODE_TABLE, rows)
        self.tables.add(DESCRIPTOR_TABLE, descriptors)
        return dict(sorted(counts.items()))

    def _placed(self, code: MergedCode, headings: dict[str, Headings]) -> MergedCode:
        """Give a code that no source places under another the narrowest packaged heading that holds it."""
        if code.parent is not None or code.system not in headings:
            return code
        found = headings[code.system].place(code.notation)
        return code.with_parent(found) if found else code

    def _own(self, iri: str) -> OwnWords:
        """Return what packaged knowledge states of a code."""
        if iri not in self.described:
            return NOTHING
        names = ("skos:prefLabel", "cg:denotes", "cg:codeStatus", "cg:isBillable")
        label, procedure, status, billable = (next(iter(self.packaged.values(iri, n)), None) for n in names)
        return OwnWords(
            knowledge.text(label) if label else None,
            contract(procedure[1:-1]) if procedure else None,
            contract(status[1:-1]).partition(":")[2] if status else None,
            knowledge.text(billable) == "true" if billable else None,
        )

    def write(self, sources: dict[str, list[Triple]]) -> tuple[dict[str, int], list[Path]]:
        """Write the dumps and the files to be loaded; `sources` are the provenance triples of each release.

        Returns the triples of each release, and the files to be loaded.
        """
        self.progress.step("Writing triples")
        for ident, triples in sources.items():
            self.writer.add(ident, triples, named_graph=False)
        return self.writer.write(self.staging, self.nodes)

    def write_tables(self, edges: dict[tuple[str, str], int]) -> dict[str, int]:
        """Write the tables, at last the nodes and the numbers of edges; return the rows of each table."""
        self.progress.step("Writing tables")
        self.nodes.fill(self.tables, edges)
        return self.tables.close()


def _tables(reader: Reader) -> Iterator[tuple[Table, Callable[[Any, Release], Iterable[tuple[Any, ...]]]]]:
    """Yield each table that a reader fills, with what makes its rows."""
    if reader.table is not None and reader.table_rows is not None:
        yield reader.table, reader.table_rows
    yield from reader.further
