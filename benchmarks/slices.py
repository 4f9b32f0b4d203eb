"""A slice of a release, small enough for rdflib: what the competency queries touch, about a million triples.

Small dumps are taken whole; of large ones, what is said of codes is kept for some families only (stomas of the bowel
in CPT, chapter K of ICD-10-CM, the gastrointestinal tables of ICD-10-PCS and their ICD-9 counterparts).
The slice is a folder with dumps of its own, so that our exports read it like a release.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Final

from codegraph.release import dumps

# Starts of the names of dumps that are taken in part.
IN_PART: Final = (
    "ccsr-dx-20",
    "ccsr-pr-20",
    "gem-",
    "hcpcs-",
    "icd10cm-20",
    "icd10pcs-20",
    "icd10pcs-order",
    "ncci-mue-outpatient",
    "ncci-ptp-",
    "opps-addendum-b",
)
_OF_A_CODE: Final = re.compile(rb"<https://w3id\.org/codegraph/(?:code/\w+/|concept/procedure/|entry/)")
_FAMILY: Final = re.compile(
    rb"(?:cpt/44[36]|icd10cm/K|icd9cm/55|icd9pcs/4[56]\.|icd10pcs/0D|pcs-0d|/20\d\d(?:Q\d)?/44[36])"
)


def cut(release: Path, out: Path) -> dict[str, int]:
    """Write the slice of a release as `out`/dump/*.nq.gz; return the lines of the release and of the slice."""
    (out / "dump").mkdir(parents=True)
    counts = {"release": 0, "slice": 0}
    for path in dumps(release):
        data = gzip.decompress(path.read_bytes())
        counts["release"] += data.count(b"\n")
        if path.name.startswith(IN_PART):
            data = b"".join(
                line
                for line in data.splitlines(keepends=True)
                if _FAMILY.search(line) or not _OF_A_CODE.match(line)
            )
        counts["slice"] += data.count(b"\n")
        (out / "dump" / path.name).write_bytes(gzip.compress(data, compresslevel=1, mtime=0))
    return counts
