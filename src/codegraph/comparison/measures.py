"""By what codes are compared, and how: the words that an answer says it in."""

from __future__ import annotations

from typing import Final

# Measure -> what it is called.
MEASURES: Final = {
    "work": "work RVU",
    "facility": "facility total RVU",
    "nonfacility": "non-facility total RVU",
}
PERCENTILE: Final = (
    "percentile: the share of lower values plus half the share of equal ones, the code itself among them "
    "(mid-rank), in percent"
)
QUANTILE: Final = (
    "quartiles and median: linear between the two values beside them "
    "(position (n - 1) x p from the least; Hyndman and Fan 1996, type 7)"
)
