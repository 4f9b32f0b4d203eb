"""The mappings of a code, as thin views: how each target stands to the source, why, and who says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Protocol, overload

from codegraph.model import FacetComparison, Provenance, Relation

if TYPE_CHECKING:
    from codegraph.crosswalk.combinations import Combination
    from codegraph.views import Code

# Groups of derived mappings that stand apart from the answer proper.
ASIDE = "aside"
OVERLAP = "overlap"
REGION = "region"
EDITION = "edition "


_READINGS = (
    "SELECT way, source, guidelines, note FROM way WHERE subject = ? AND reading != '' "
    "ORDER BY way, rank, reading"
)


def cite(guideline: str) -> str:
    """Return a guideline as people cite it.

    >>> cite("guideline:pcs-b3-11b")
    'B3.11b'
    """
    return guideline.rpartition(":")[2].removeprefix("pcs-").capitalize().replace("-", ".")


def reading_in_words(source: str, guidelines: str, note: str) -> str:
    """Return a reading as people cite it: its note, the guidelines that it follows, its source."""
    cited = [cite(guideline) for guideline in guidelines.split()]
    by = f"guideline {', '.join(cited)}" if cited else ""
    told = "; ".join(filter(None, (by, source)))
    return f"{note} ({told})".strip() if told else note


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping of a code: its target, how the target stands to the source, why, and who says so.

    `relation` is said of the target: exact, narrower, broader or related. `justification` is a SEMAPV CURIE.
    `confidence` is between 0 and 1, None where the source gives none. `combination` names the part that the target
    plays where only several targets together make up the source. `path` holds the hops of a mapping that was chained.
    `apart` names the group of a derived mapping that does not belong to the answer proper.
    """

    source_code: Code
    target: Code
    relation: Relation
    predicate: str
    justification: str
    confidence: float | None
    release: str
    comment: str | None = None
    mapping_set: str = ""
    combination: str | None = None
    path: tuple[Mapping, ...] = ()
    apart: str | None = None
    detail: str = field(default="", repr=False)  # JSON as the table holds it, taken apart when asked for
    inverse: bool = False

    def _detail(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.detail) if self.detail else {}
        return found

    @property
    def provenance(self) -> Provenance:
        """Return who says it: the release of the source, its title, its file."""
        return self.source_code._graph._provenance(self.release)

    @property
    def facets(self) -> tuple[FacetComparison, ...]:
        """Return the facets of the two definitions side by side; empty where no definitions were compared."""
        said = self._detail().get("facets", ())
        found = (FacetComparison(f[0], tuple(f[1]), tuple(f[2]), f[3]) for f in said)
        return tuple(f.turned() if self.inverse else f for f in found)

    @property
    def unnamed(self) -> tuple[str, ...]:
        """Return what the target says that the source's definition does not name (a device, a qualifier)."""
        return tuple(self._detail().get("unnamed", ()))

    @property
    def beyond(self) -> tuple[str, ...]:
        """Return what the billing code's definition states and the compared act does not (`extent …`, `method …`)."""
        return tuple(self._detail().get("beyond", ()))

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Return the (way, part) places that the target has among the ways to code the source's procedure."""
        return tuple((way, part) for way, part in self._detail().get("places", ()))

    @property
    def readings(self) -> tuple[str, ...]:
        """Return which readings led here, each with its guideline and source; empty where none was needed."""
        code = self.target if self.inverse else self.source_code
        ways = {way for way, _ in self.places}
        if not ways:
            return ()
        rows = code._graph.tables.rows(_READINGS, (code.curie,))
        return tuple(dict.fromkeys(reading_in_words(*row[1:]) for row in rows if row[0] in ways))

    @property
    def aside(self) -> str | None:
        """Return why the target stands apart from the answer proper, None where it belongs to it."""
        if self.unnamed:
            return f"differs in what the definition does not name: {', '.join(self.unnamed)}"
        if self.apart == REGION:
            return "names a region where another code names the body part (guideline B2.1a)"
        return f"valid in {self.apart} only" if self.edition else None

    @property
    def edition(self) -> str | None:
        """Return the edition that still has the target, None where the newest one has it."""
        return self.apart.removeprefix(EDITION) if self.apart and self.apart.startswith(EDITION) else None

    def explain(self) -> str:
        """Return, line by line, why the target maps: each facet of the two definitions, then who says so."""
        title = self.target.label or "no public label"
        lines = [f"{self.source_code} -> {self.target} ({title}): {self.relation}"]
        lines += [f"  {facet}" for facet in self.facets]
        comment = None if self.facets else self.comment  # where facets are shown, it only says them again
        lines += [f"  {what}" for what in (self.aside, self.combination, comment) if what]
        whole = self.target if self.inverse else self.source_code
        if self.beyond and not self.combination:
            lines.append(f"  {whole} also says: {', '.join(self.beyond)}")
        lines += [f"  read so: {reading}" for reading in self.readings]
        lines += [
            f"  by {step.source_code} -> {step.target}: {step.relation}, {step.provenance}"
            for step in self.path
        ]
        lines.append(f"  said by {self.provenance}; {self.justification}")
        return "\n".join(lines)


class More(Protocol):
    """What a crosswalk reads only when asked for it."""

    def note(self, found: Crosswalk) -> str | None:
        """Return why there is nothing, or what to mind."""

    def apart(self, found: Crosswalk, group: str) -> tuple[Mapping, ...]:
        """Return the mappings of a group that stands apart."""

    def combinations(self, found: Crosswalk) -> tuple[Combination, ...]:
        """Return the sets of targets that only together make up the source."""


class Crosswalk(Sequence[Mapping]):
    """The mappings of one code: the answer proper in order, what stands apart when asked for.

    Where there are none, `note` says whether that is known, why, or what is not loaded.
    """

    def __init__(
        self, source_code: Code, to: str | None, mappings: Sequence[Mapping], more: More | None = None
    ) -> None:
        self.source_code = source_code
        self.to = to
        self._mappings = tuple(mappings)
        self._more = more

    @property
    def note(self) -> str | None:
        """Return why there is no mapping, or what to mind about those that there are; None where nothing."""
        return self._more.note(self) if self._more else None

    @property
    def aside(self) -> tuple[Mapping, ...]:
        """Return targets that would be covered but say something that the source does not name, and wider regions."""
        return self._more.apart(self, ASIDE) if self._more else ()

    @property
    def overlapping(self) -> tuple[Mapping, ...]:
        """Return targets whose definitions only overlap: wider than the source in one facet, narrower in another."""
        return self._more.apart(self, OVERLAP) if self._more else ()

    @property
    def combinations(self) -> tuple[Combination, ...]:
        """Return the sets of targets that only together make up the source, best reading first."""
        return self._more.combinations(self) if self._more else ()

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

    def explain(self) -> str:
        """Return the mappings with their reasons, then the combinations, then what to mind."""
        blocks = [m.explain() for m in self]
        blocks += [f"together: {c}" for c in self.combinations]
        blocks += [self.note] if self.note else []
        return "\n\n".join(blocks)

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
