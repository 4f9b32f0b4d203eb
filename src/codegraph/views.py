"""Thin views over an opened graph: a code, and the mappings of a code; what they show is read when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, overload

from codegraph.codes import CodeRef
from codegraph.model import FacetComparison, Provenance, Relation
from codegraph.namespaces import CODE_PREFIXES, code_iri, expand

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.procedure import Procedure

_DESCRIPTORS = (
    "SELECT release, text FROM official_descriptor WHERE system = ? AND notation = ? ORDER BY release"
)


class Code:
    """A code of the opened release; `str()` gives its CURIE, `.notation` its printed form.

    Equal to another code with the same CURIE, whichever release that one comes from.
    """

    __slots__ = ("_graph", "_row", "notation", "system")

    def __init__(
        self, graph: CodeGraph, system: str, notation: str, row: tuple[Any, ...] | None = None
    ) -> None:
        self._graph = graph
        self._row = row
        self.system = system
        self.notation = notation

    @property
    def curie(self) -> str:
        """Return `system:notation`."""
        return f"{self.system}:{self.notation}"

    @property
    def iri(self) -> str:
        """Return the IRI of the code, or of the category where this is the target of a grouping."""
        return code_iri(self.system, self.notation) if self.system in CODE_PREFIXES else expand(self.curie)

    @property
    def label(self) -> str | None:
        """Return the preferred label: own words for CPT, the official title for public systems; None if unknown."""
        found = self._fields()[0]
        return None if found is None else str(found)

    @property
    def status(self) -> str:
        """Return `active`, `retired` or `unknown`, judged by the newest loaded list of its system."""
        return str(self._fields()[1])

    @property
    def billable(self) -> bool | None:
        """Tell whether the code may be reported as it stands; None where no source says so."""
        flag = self._fields()[2]
        return None if flag is None else bool(flag)

    @property
    def release(self) -> str | None:
        """Return the ident of the newest release that holds the code."""
        found = self._fields()[3]
        return None if found is None else str(found)

    @property
    def procedure(self) -> Procedure | None:
        """Return what the code denotes, or None where no definition is loaded."""
        return self._graph.describe(self).procedure

    @property
    def official_descriptors(self) -> list[tuple[str, str]]:
        """Return (release, text) of descriptors under another's licence; only what you loaded yourself."""
        return [
            (str(r), str(t)) for r, t in self._graph.tables.rows(_DESCRIPTORS, (self.system, self.notation))
        ]

    def _fields(self) -> tuple[Any, ...]:
        if self._row is None:
            self._row = self._graph._code_row(self.system, self.notation)
        return self._row

    def __str__(self) -> str:
        return self.curie

    def __repr__(self) -> str:
        return f"Code({self.curie!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, (Code, CodeRef)) else NotImplemented

    def __lt__(self, other: Code) -> bool:
        return (self.system, self.notation) < (other.system, other.notation)

    def __hash__(self) -> int:
        return hash(self.curie)

    def _repr_html_(self) -> str:
        """Show the code in a notebook: escaped text, no scripts."""
        found = self.procedure
        rows = [("label", self.label or "(no public label)"), ("status", self.status)]
        if found is not None:
            rows += [
                ("procedure", found.label),
                ("site", ", ".join(found.site)),
                ("approach", ", ".join(found.approach)),
            ]
        body = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows if v)
        return f"<table><caption>{escape(self.curie)}</caption><tbody>{body}</tbody></table>"


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping of a code: its target, how the target stands to the source, why, and who says so.

    `relation` is said of the target: exact, narrower, broader or related. `justification` is a SEMAPV CURIE.
    `confidence` is between 0 and 1, None where the source gives none. `facets` explain a mapping that was derived
    from definitions. `combination` names the set of targets that only together make up the source. `aside` says
    why a derived mapping stands apart from the answer proper (it differs in something the source does not name).
    """

    source_code: Code
    target: Code
    relation: Relation
    predicate: str
    justification: str
    confidence: float | None
    provenance: Provenance
    comment: str | None = None
    facets: tuple[FacetComparison, ...] = ()
    combination: str | None = None
    aside: str | None = None
    mapping_set: str = ""

    def explain(self) -> str:
        """Return, line by line, why the target maps: each facet of the two definitions, then who says so."""
        lines = [
            f"{self.source_code} -> {self.target} ({self.target.label or 'no public label'}): {self.relation}"
        ]
        lines += [f"  {facet}" for facet in self.facets]
        comment = None if self.facets else self.comment  # where facets are shown, it only says them again
        lines += [f"  {what}" for what in (self.aside, self.combination, comment) if what]
        lines.append(f"  said by {self.provenance}; {self.justification}")
        return "\n".join(lines)


class Crosswalk(Sequence[Mapping]):
    """The mappings of one code, sorted; where there are none, `note` says whether that is known or not loaded."""

    def __init__(
        self, source_code: Code, to: str | None, mappings: Sequence[Mapping], note: str | None = None
    ) -> None:
        self.source_code = source_code
        self.to = to
        self.note = note
        self._mappings = tuple(mappings)

    @overload
    def __getitem__(self, index: int) -> Mapping: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Mapping]: ...

    def __getitem__(self, index: int | slice) -> Mapping | Sequence[Mapping]:
        return self._mappings[index]

    def __len__(self) -> int:
        return len(self._mappings)

    def __iter__(self) -> Iterator[Mapping]:
        return iter(self._mappings)

    def __repr__(self) -> str:
        return f"<Crosswalk of {self.source_code} to {self.to or 'all'}: {len(self)} mappings>"

    def _repr_html_(self) -> str:
        """Show the mappings in a notebook: escaped text, no scripts."""
        heads = "".join(f"<th>{h}</th>" for h in ("target", "label", "relation", "justification", "source"))
        rows = "".join(
            "<tr>"
            + "".join(
                f"<td>{escape(str(v))}</td>"
                for v in (m.target, m.target.label or "", m.relation, m.justification, m.provenance)
            )
            + "</tr>"
            for m in self
        )
        note = f"<caption>{escape(self.note)}</caption>" if self.note else ""
        return f"<table>{note}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
