"""A thin view of a code over an opened graph; what it shows is read when asked for."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from codegraph.codes import CodeRef
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
