"""What sentences stand on: rows, triples and arithmetic, each with its release, file and dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from codegraph.answers.model import Ground
from codegraph.knowledge import IDENT

if TYPE_CHECKING:
    from codegraph.billing.evidence import Evidence
    from codegraph.graph import CodeGraph
    from codegraph.model import Provenance


def span(kg: CodeGraph, release: str) -> str | None:
    """Return the days that a release covers, as the manifest says it."""
    source = kg.manifest.source(release) or kg.manifest.figure(release)
    if source is None or not (source.effective_from or source.effective_to):
        return None
    return " to ".join(day or "…" for day in (source.effective_from, source.effective_to))


def edition(kg: CodeGraph, release: str) -> str:
    """Return a release with the days that it covers."""
    days = span(kg, release)
    return f"{release}, {days}" if days else release


def row(
    kg: CodeGraph,
    table: str,
    provenance: Provenance,
    values: Iterable[tuple[str, object]],
    dates: str | None = None,
) -> Ground:
    """Return a row of a table; its dates are its own, else those of its release."""
    cells = tuple((name, str(value)) for name, value in values if value is not None)
    days = dates or span(kg, provenance.release)
    return Ground(table, provenance.release, provenance.title, provenance.file, days, cells)


def of(kg: CodeGraph, evidence: Sequence[Evidence]) -> tuple[Ground, ...]:
    """Return the evidence of billing as grounds, each row once."""
    found = []
    for e in evidence:
        own = (
            " to ".join(str(day or "…") for day in (e.effective, e.deleted))
            if e.effective or e.deleted
            else None
        )
        found.append(row(kg, e.table, e.provenance, e.values, own))
    return tuple(dict.fromkeys(found))


def triple(kg: CodeGraph, subject: str, predicate: str, value: object, release: str | None = None) -> Ground:
    """Return a triple; one without a release is of the packaged knowledge."""
    cells = (("subject", subject), ("predicate", predicate), ("object", value))
    return row(kg, "graph", kg._provenance(release or IDENT), cells)


def computed(**values: object) -> Ground:
    """Return what was counted or computed on the other rows of a sentence."""
    return Ground(
        "computed", IDENT, "computed by codegraph", values=tuple((k, str(v)) for k, v in values.items())
    )


def status(kg: CodeGraph, curie: str, said: str, release: str | None = None) -> Ground:
    """Return the row of a code in the list of codes, with its status."""
    return row(kg, "code", kg._provenance(release or IDENT), (("code", curie), ("status", said)))


def sought(subject: str, what: str) -> Ground:
    """Return what was looked for and is not loaded."""
    return computed(looked_for=what, of=subject, found="nothing")
