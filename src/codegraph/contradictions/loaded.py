"""Which releases are loaded: what a check needs to have, and who it cites."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.release import Manifest


@dataclass(frozen=True, slots=True)
class Need:
    """A source that a check cannot do without: the beginnings of its releases' names, and what brings it."""

    starts: tuple[str, ...]
    brings: str

    def met(self, manifest: Manifest) -> bool:
        """Tell whether some release of it is loaded."""
        return newest(manifest, self.starts) is not None


CM_LIST: Final = Need(("icd10cm/",), "the ICD-10-CM order file, icd10cm-order-YYYY.txt")
PCS_LIST: Final = Need(("icd10pcs/", "icd10pcs-order/"), "the ICD-10-PCS tables, icd10pcs_tables_YYYY.xml")
FEE_SCHEDULE: Final = Need(("cms-pfs/",), "the CMS fee schedule's relative value file, PPRRVU*.csv")
HCPCS_LIST: Final = Need(("hcpcs/",), "the CMS alpha-numeric HCPCS file")
ADD_ONS: Final = Need(("ncci-addon/",), "the CMS NCCI add-on code file")
PAIR_EDITS: Final = Need(("ncci-ptp-practitioner/",), "the CMS NCCI PTP edit files, practitioner services")
CCSR_PR: Final = Need(("ccsr-pr/",), "AHRQ's PRCCSR file")
RBCS: Final = Need(("rbcs/",), "the CMS Restructured BETOS file")
GEM: Final = Need(
    ("gem-",), "the CMS general equivalence mappings, 2018_I9gem.txt, gem_i9pcs.txt and their reverse"
)
GEM_CM_BACK: Final = Need(("gem-icd10cm-icd9cm/",), "the CMS general equivalence mapping 2018_I10gem.txt")
GEM_CM: Final = Need(("gem-icd9cm-icd10cm/",), "the CMS general equivalence mapping 2018_I9gem.txt")
GEM_PCS: Final = Need(("gem-icd9pcs-icd10pcs/",), "the CMS general equivalence mapping gem_i9pcs.txt")
GEM_PCS_BACK: Final = Need(("gem-icd10pcs-icd9pcs/",), "the CMS general equivalence mapping gem_pcsi9.txt")


# A release with fewer rows than this share of its source's largest one is an excerpt: it does not tell what is gone.
_WHOLE: Final = 0.5


def newest(manifest: Manifest, starts: tuple[str, ...]) -> str | None:
    """Return the newest loaded release whose name begins so: by its first day, then by its name; no excerpts."""
    days: dict[str, str] = {}
    rows: dict[str, int] = defaultdict(int)
    largest: dict[str, int] = defaultdict(int)
    for source in (s for s in manifest.sources if s.release.startswith(starts)):
        days[source.release] = source.effective_from or ""
        rows[source.release] += source.rows
    for release, number in rows.items():
        kind = release.partition("/")[0]
        largest[kind] = max(largest[kind], number)
    whole = [r for r, number in rows.items() if number >= _WHOLE * largest[r.partition("/")[0]]]
    return max(whole, key=lambda release: (days[release], release), default=None)


def cited(graph: CodeGraph, need: Need) -> str:
    """Return the newest release of a need, which a check that runs has."""
    found = newest(graph.manifest, need.starts)
    assert found is not None
    return found
