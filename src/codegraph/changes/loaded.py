"""Which editions of any source a release holds, oldest first: those about payment, and the lists of codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PFS, QPP, TITLES, Edition
from codegraph.build.codes import release_order
from codegraph.sources.base import Release

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease
    from codegraph.release import Manifest

_WHOLE: Final = 0.5
# The lists that say which codes a system has, and what they are called. A chain of series: each goes on where another
# stopped, so that the tables of ICD-10-PCS of one year stand beside the order file of the year before.
LISTS: Final[dict[str, tuple[str, ...]]] = {
    "hcpcs": ("hcpcs",),
    "icd10cm": ("icd10cm",),
    "icd10pcs": ("icd10pcs", "icd10pcs-order"),
}
LIST_TITLES: Final[dict[str, str]] = {
    "hcpcs": "HCPCS Level II",
    "icd10cm": "ICD-10-CM order file",
    "icd10pcs": "ICD-10-PCS tables",
    "icd10pcs-order": "ICD-10-PCS order file",
}


def editions(graph: OpenedRelease, chain: Sequence[str]) -> tuple[Edition, ...]:
    """Return the loaded editions of some series that continue one another, oldest first.

    Of a fee schedule that is there for both participations, the one for those that do not qualify: the two differ
    in the conversion factor alone.
    """
    found = [e for series in chain for e in _of(graph, series)]
    if chain == (PFS,) and not all(e.version.endswith(QPP) for e in found):
        found = [e for e in found if not e.version.endswith(QPP)]
    return tuple(sorted(found, key=in_order))


def qualifying(graph: OpenedRelease) -> tuple[Edition, ...]:
    """Return the loaded editions of the fee schedule for qualifying participants, oldest first."""
    return tuple(e for e in graph._editions.of(PFS) if e.version.endswith(QPP))


def newest_whole(known: Sequence[Edition]) -> Edition | None:
    """Return the newest edition that is no excerpt; where all are, the newest."""
    return next((e for e in reversed(known) if e.whole), known[-1] if known else None)


def named(graph: OpenedRelease, ident: str) -> Edition | None:
    """Return the loaded edition of an ident (`cms-gpci/2026`), None where it is not loaded."""
    found = [e for e in _of(graph, ident.partition("/")[0]) if e.release == ident]
    return found[0] if found else None


def _of(graph: OpenedRelease, series: str) -> tuple[Edition, ...]:
    return graph._editions.of(series) if series in TITLES else _read(graph.manifest, series)


def _read(manifest: Manifest, series: str) -> tuple[Edition, ...]:
    found: dict[str, Edition] = {}
    for source in manifest.sources:
        if source.release.partition("/")[0] != series:
            continue
        before = found.get(source.release)
        rows = source.rows + (before.rows if before else 0)
        first, last = _day(source.effective_from), _day(source.effective_to)
        last = last or _until(series, first)
        title = LIST_TITLES.get(series, source.title)
        found[source.release] = Edition(source.release, first, last, rows, title, source.file)
    return tuple(_marked(sorted(found.values(), key=in_order)))


def _until(series: str, first: date | None) -> date | None:
    """Return the last day that a list of HCPCS speaks of: it is updated each quarter, an annual file in April too."""
    if series != "hcpcs" or first is None:
        return None
    month = first.month + 2
    return date(first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _marked(known: Sequence[Edition]) -> Iterable[Edition]:
    most = max((e.rows for e in known), default=0)
    return (replace(e, whole=e.rows >= _WHOLE * most) for e in known)


def in_order(edition: Edition) -> tuple[date, date, str]:
    """Return a key that sorts by the first day; where a file says none, by the version (`2024Q3`, `2025-10`)."""
    release = Release(edition.source, edition.version, "", None, edition.first)
    return release_order(release)[0], edition.last or date.max, edition.release


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
