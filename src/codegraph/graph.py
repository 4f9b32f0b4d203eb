"""CodeGraph, the facade: a mapping of codes, with the questions that can be asked of an opened release."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from codegraph import release
from codegraph.billing_questions import BillingQuestions
from codegraph.codes import SYSTEMS, candidates
from codegraph.errors import InvalidCode, NotLoaded, UnknownTerm
from codegraph.mapping import Crosswalk
from codegraph.model import Relation
from codegraph.namespaces import contract
from codegraph.opened import CODE_ROW
from codegraph.text_questions import TextQuestions
from codegraph.views import Code

if TYPE_CHECKING:
    import networkx
    import pandas
    import polars
    import rdflib

    from codegraph.connection import Path as Connection
    from codegraph.contradictions.model import Contradictions
    from codegraph.crosswalk.differences import Common, Differences
    from codegraph.crosswalk.pairs import Rows
    from codegraph.describe import Description
    from codegraph.export import ExportSummary
    from codegraph.related import Related
    from codegraph.result import Result
    from codegraph.validation import Engine, Report

_ALL = (
    "SELECT system, notation, label, status, billable, release, procedure FROM code ORDER BY system, notation"
)


Place = str | os.PathLike[str]


class CodeGraph(BillingQuestions, TextQuestions, Mapping[str, Code]):
    """An opened release: `kg["cpt:44310"]` is a code, `len(kg)` their number, `in` never raises.

    Opened read-only; any number of threads and processes may read one release at once.
    """

    def __init__(self, directory: Path, *, at_once: bool = True) -> None:
        super().__init__(directory, at_once=at_once)
        # What crosswalk_frame reads at once and keeps: codes by system, pairs by system, target and group.
        self._notations: dict[str, frozenset[str]] = {}
        self._pairs: dict[tuple[str, str, str], dict[str, Rows]] = {}
        # A release never changes, so an answer may be kept; the least used ones go.
        self._crosswalk = lru_cache(maxsize=4096)(self._read_crosswalk)

    @classmethod
    def open(cls, place: Place | None = None, *, at_once: bool = True) -> CodeGraph:
        """Open a release directory; without one, CODEGRAPH_RELEASE, else the packaged knowledge.

        The packaged knowledge is built into the user's cache on first use, which takes a few seconds. `at_once`
        False leaves the triples until a question needs them: for a process that answers one from the tables.
        Raises ReleaseError where there is no release, saying how to make one.
        """
        named = place if place is not None else os.environ.get("CODEGRAPH_RELEASE")
        if named:
            return cls(release.locate(named), at_once=at_once)
        from codegraph.build.packaged import packaged_release

        return cls(packaged_release(), at_once=at_once)

    # --- a mapping of codes ---------------------------------------------------------------------------------------

    def __getitem__(self, key: str) -> Code:
        """Return a code by CURIE (`cpt:44310`) or, while that is unambiguous, by its bare text.

        Raises InvalidCode for what no system writes so, UnknownCode (with near matches) for what the release does
        not hold, NotLoaded where no code of that system is loaded.
        """
        readings = candidates(str(key))
        found = [
            (ref, row) for ref in readings if (row := self.tables.row(CODE_ROW, (ref.system, ref.notation)))
        ]
        if len(found) == 1:
            ref, row = found[0]
            return Code(self, ref.system, ref.notation, row)
        if found:
            raise InvalidCode(
                f"{key!r} is ambiguous: {', '.join(str(r) for r, _ in found)}; write it with its prefix"
            )
        raise self._unknown(str(key), readings)

    def __contains__(self, key: object) -> bool:
        try:
            return self[str(key)] is not None
        except (InvalidCode, KeyError, NotLoaded):
            return False

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401
        """Return a code, or `default` where it is not known, not loaded, or not written like a code."""
        try:
            return self[key]
        except (InvalidCode, KeyError, NotLoaded):
            return default

    def __iter__(self) -> Iterator[str]:
        for row in self.tables.stream("SELECT system, notation FROM code ORDER BY system, notation"):
            yield f"{row[0]}:{row[1]}"

    def __len__(self) -> int:
        return int(self.tables.rows("SELECT count(*) FROM code")[0][0])

    def __repr__(self) -> str:
        size = f"{len(self.manifest.sources)} sources, {self.manifest.triples:,} triples"
        return f"<CodeGraph {self.directory.name}: {size}>"

    def _read_crosswalk(self, code: Code, to: str | None) -> Crosswalk:
        from codegraph.crosswalk.lookup import crosswalk

        return crosswalk(self, code, to)

    def _code(self, code: str | Code) -> Code:
        return code if isinstance(code, Code) else self[code]

    # --- questions ------------------------------------------------------------------------------------------------

    def describe(self, code: str | Code) -> Description:
        """Return everything that the release says of a code, each fact with its source."""
        from codegraph.describe import describe
        from codegraph.nodes import NodeTables

        code = self._code(code)
        nodes = NodeTables(self.tables)
        return describe(code, nodes if nodes.has(code.iri) else self.store, self.tables, self.manifest)

    def crosswalk(
        self,
        code: str | Code,
        *,
        to: str | None = None,
        via: str | Sequence[str] = (),
        relation: Relation | Collection[Relation] | None = None,
        on: str | date | None = None,
        include_licensed: bool = False,
    ) -> Crosswalk:
        """Return what a code maps to: in one system (`icd10pcs`, `icd9cm`, `ccsr`, …) or, without `to`, in all.

        `via` names systems to go through (`to="ccsr", via="icd10pcs"`); `relation` keeps only mappings that stand so,
        and with `related` also brings codes that only overlap; `on` keeps targets that were valid on a date of
        service. What stands apart is in `.aside` and `.overlapping`, what belongs together in `.combinations`.
        Mappings of files that you license (OMOP, UMLS, SNOMED CT) come only with `include_licensed`. Empty answers
        carry a `note`. Raises NotLoaded where no loaded source maps these systems, or no loaded edition
        of the target's system was in force on the date; UnknownTerm for a system or relation that is none.
        """
        found = self._code(code)
        if not (via or relation or on or include_licensed):
            return self._crosswalk(found, to)
        from codegraph.crosswalk.ask import Conditions, ask

        hops = (via,) if isinstance(via, str) else tuple(via)
        chosen = (relation,) if isinstance(relation, str) else relation
        relations = None if chosen is None else frozenset(chosen)
        return ask(self, found, Conditions(to, hops, relations, on, include_licensed))

    @overload
    def crosswalk_frame(
        self,
        codes: polars.Series | Iterable[str | Code | None],
        *,
        to: str,
        system: str | None = None,
        relation: Relation | Collection[Relation] | None = None,
        include_licensed: bool = False,
    ) -> polars.DataFrame: ...

    @overload
    def crosswalk_frame(
        self,
        codes: pandas.Series,
        *,
        to: str,
        system: str | None = None,
        relation: Relation | Collection[Relation] | None = None,
        include_licensed: bool = False,
    ) -> pandas.DataFrame: ...

    def crosswalk_frame(
        self,
        codes: polars.Series | pandas.Series | Iterable[str | Code | None],
        *,
        to: str,
        system: str | None = None,
        relation: Relation | Collection[Relation] | None = None,
        include_licensed: bool = False,
    ) -> polars.DataFrame | pandas.DataFrame:
        """Return what a column of codes maps to in one system: for each code the rows that `crosswalk` gives it.

        `codes` is a pandas Series (the answer is a pandas frame), or a polars Series, a list or the like (a polars
        frame). Codes are written as anywhere; `system` says how to read bare ones. Every code has at least one row,
        in the order given: `row` is its position, `code` itself; `source`, `target`, `relation`, `justification`,
        `confidence`, `mapping_set` and `combination` (maps only together with others) say what `outcome` calls
        `mapped`. Other outcomes: `unmapped`, `unknown` (not in this release), `invalid` (no system writes codes so),
        `ambiguous` (several codes are written so), `null`, `not loaded` (no loaded source would say).

        Raises UnknownTerm for a system or relation that is none, and NotLoaded where polars is missing or where all
        codes that could be answered are `not loaded`.

        >>> frame = CodeGraph.open().crosswalk_frame(["44310", None, "4431"], to="icd10pcs")
        >>> frame.select("row", "source", "outcome").unique(maintain_order=True).rows()
        [(0, 'cpt:44310', 'mapped'), (1, None, 'null'), (2, None, 'invalid')]
        """
        from codegraph.crosswalk.frame import crosswalk_frame

        wanted: dict[str, Any] = {"to": to, "system": system, "relation": relation}
        found: polars.DataFrame = crosswalk_frame(self, codes, **wanted, include_licensed=include_licensed)
        return found

    def differences(self, first: str | Code, second: str | Code) -> Differences:
        """Return two codes' definitions facet by facet: how they stand to each other and in what they differ.

        Raises UnknownTerm where the release has no definition of one of them.
        """
        from codegraph.crosswalk.differences import definition_of, differences

        a, b = self._code(first), self._code(second)
        told = definition_of(self.store, a), definition_of(self.store, b)
        return differences(self._hierarchy, (a.curie, b.curie), *told)

    def common(self, first: str | Code, second: str | Code) -> Common:
        """Return the narrowest definition that is above two codes' definitions (their least common subsumer).

        Raises UnknownTerm where the release has no definition of one of them.
        """
        from codegraph.crosswalk.differences import Common, common, definition_of

        a, b = self._code(first), self._code(second)
        found = common(self._hierarchy, definition_of(self.store, a), definition_of(self.store, b))
        return Common(a.curie, b.curie, tuple((f, tuple(sorted(v))) for f, v in found.items()))

    def contradictions(self, kinds: str | Collection[str] | None = None) -> Contradictions:
        """Return where two sources disagree, of some kinds (`grouping`, `add-on`, …) or of all but the lesser ones.

        A sequence of rows, each with both sides and who says them; `.not_loaded` tells what could not be looked for.
        Raises UnknownTerm for a kind that there is not.
        """
        from codegraph.contradictions.report import contradictions

        return contradictions(self, kinds)

    def related(self, code: str | Code) -> list[Related]:
        """Return codes that stand in some relation to a code: by definition, parts, life cycle, family, edits."""
        from codegraph.related import related

        return related(self._code(code), self.store)

    def path(self, first: str | Code, second: str | Code, *, max_steps: int = 10) -> Connection:
        """Return the shortest connection of two codes or facet values, step by step; `str()` says it in words.

        It goes along meaning, life cycle, parts, sites, indications, crosswalks, families and methods (the last three
        count for two steps), not through terms that have too many neighbours to tell anything. Where there is none
        within `max_steps`, `note` says so.
        """
        from codegraph.connection import connection

        return connection(self.store, self._term(first), self._term(second), max_steps)

    def ancestors(self, term: str | Code, *, with_self: bool = False) -> list[str]:
        """Return the CURIEs above a code or facet value along skos:broader and cg:isPartOf, nearest first."""
        from codegraph.hierarchy import above

        return above(self.store, self._term(term), with_self=with_self)

    def descendants(self, term: str | Code, *, with_self: bool = False) -> list[str]:
        """Return the CURIEs below a code, group or facet value, nearest first."""
        from codegraph.hierarchy import below

        return below(self.store, self._term(term), with_self=with_self)

    def codes(
        self,
        *,
        system: str | None = None,
        site: str | None = None,
        method: str | None = None,
        approach: str | None = None,
        condition: str | Code | None = None,
    ) -> list[Code]:
        """Return the codes of a system whose procedure has these facets; a value stands for all that lies below it.

        Facet values as CURIEs or slugs (`site="site:ileum"`, `site="ileum"`). `condition` keeps what is indicated for
        an ICD-10-CM code, for a header above it, or for a code below it. Raises UnknownTerm for values and systems
        that the graph does not define, and for a condition that is no code of ICD-10-CM.
        """
        if system is not None and system not in SYSTEMS:
            raise UnknownTerm(f"no code system {system!r}; there are {', '.join(SYSTEMS)}")
        facets = {"site": site, "method": method, "approach": approach}
        wanted = {name: value for name, value in facets.items() if value is not None}
        among = None if condition is None else self._indicated(condition)
        if not wanted and among is None:
            return [Code(self, r[0], r[1], r[2:]) for r in self.tables.stream(_ALL) if system in (None, r[0])]
        from codegraph.hierarchy import codes_where

        found = (contract(iri).partition(":") for iri in codes_where(self.store, wanted, among))
        return sorted(Code(self, s, n) for s, _, n in found if system in (None, s))

    def _indicated(self, condition: str | Code) -> set[str]:
        from codegraph.crosswalk.indications import procedures_for

        found = self._code(condition)
        if found.system != "icd10cm":
            raise UnknownTerm(f"a condition is a code of ICD-10-CM, not {found}")
        return procedures_for(self.store, found.curie)

    def _term(self, term: str | Code) -> str:
        if isinstance(term, Code):
            return term.curie
        if self.store.has_term(term):
            return term
        return self[term].curie

    def query(self, sparql: str) -> Result:
        """Run a SPARQL SELECT, ASK, CONSTRUCT or DESCRIBE over the union of all graphs; the prefixes are known.

        Raises QueryError for a query that is wrong, that updates, or that calls another service.
        """
        from codegraph.queries import run_query

        return run_query(self.store.raw, sparql)

    def run(self, name: str | Path, **parameters: object) -> Result:
        """Run a stored query, by name or by path, with its parameters checked and bound.

        `run("codes_at_site", site="site:ileum")`. Raises QueryError for a missing, misspelt or ill-typed one.
        """
        from codegraph.queries import load

        return load(name).run(self.store.raw, parameters)

    def rdflib(self, *graphs: str) -> rdflib.Dataset:
        """Return the triples as an rdflib Dataset: of some releases (`cms-pfs/2025D`), or of all.

        rdflib needs about 1.3 kB a triple: name the releases that you want of a large release directory.
        """
        from codegraph.export.as_rdflib import to_rdflib

        return to_rdflib(self.directory, graphs or None)

    def network(self, *, predicates: tuple[str, ...] | None = None) -> networkx.MultiDiGraph:
        """Return a projection of the graph on its relations between codes, procedures and facet values."""
        from codegraph.network import project

        return project(self.store, predicates)

    def validate(
        self, *, shapes: Sequence[Place] | None = None, checks: bool = True, engine: Engine | None = None
    ) -> Report:
        """Validate the release against the shapes and checks; see `Report.conforms` and `.results`.

        `engine` is `compiled`, the default, or `pyshacl`, the reference: equal in its results, slower by far.
        """
        from codegraph.validation import validate_store

        chosen = engine or "compiled"
        named = None if shapes is None else [Path(s) for s in shapes]
        return validate_store(self.store.raw, shapes=named, checks=checks, engine=chosen)

    def export(
        self,
        out: Place,
        *,
        format: str | None = None,
        graphs: list[str] | None = None,
        include_licensed: bool = False,
        edits: bool = False,
        pcs: Sequence[str] | None = None,
        quads: int | None = None,
    ) -> ExportSummary:
        """Write the graph to a file as Turtle, N-Quads, N-Triples, JSON-LD or RDF/XML, by default told from its name.

        Licensed descriptors leave only with `include_licensed`, the NCCI pair history only with `edits`. Format `owl`
        is the reasoner's view instead: procedures as classes defined by their facets, as RDF/XML, Turtle, N-Triples
        or functional syntax (`.ofn`), of ICD-10-PCS only codes that begin with one of `pcs` where that is given.
        Format `sssom` writes every mapping set to a file of its own in the folder `out`. So does `pieces` with N-Quads
        for bulk loaders, in gzip files of at most `quads` quads and a manifest. Format `skos` is a file of concepts in
        SKOS alone, `omop` a folder of OMOP vocabulary tables, `parquet` one of the tables,
        `fhir-r4` and `fhir-r5` a Bundle of code systems, concept maps and value sets.
        """
        from codegraph.export.dispatch import export_as

        wanted: dict[str, Any] = {"graphs": graphs, "include_licensed": include_licensed, "edits": edits}
        return export_as(self, out, format, wanted | {"pcs": pcs, "quads": quads})
