"""What the readers of the NCCI files share: quarters, settings, and dates that stand only in file names."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from codegraph.codes import billing_system
from codegraph.namespaces import code_iri
from codegraph.sources.base import UNDATED, Release
from codegraph.sources.values import RowError

if TYPE_CHECKING:
    from codegraph.sources.files import Member

PUBLISHER: Final = "Centers for Medicare & Medicaid Services"

# The slug of a setting in a release's source -> the facet value in `setting:`.
SETTINGS: Final[dict[str, str]] = {
    "practitioner": "practitioner",
    "outpatient": "outpatient-hospital",
    "dme": "dme",
}

_VERSION: Final = re.compile(r"(?<![a-z0-9])v([0-9]{2})([0-3])(?:r([0-9]))?(?![0-9])")
_QUARTER: Final = re.compile(r"(?<![0-9])(20[0-9]{2})[-_ ]?q([1-4])(?:r([0-9]))?(?![0-9])")
_EFFECTIVE: Final = re.compile(r"eff(?:ective)?[-_ ]*([0-9]{2})[-_ ]?([0-9]{2})[-_ ]?(20[0-9]{2})(?![0-9])")


def _from_version(found: re.Match[str]) -> tuple[int, int, str]:
    return 1994 + int(found[1]), int(found[2]) + 1, found[3] or ""


def _from_quarter(found: re.Match[str]) -> tuple[int, int, str]:
    return int(found[1]), int(found[2]), found[3] or ""


def _from_effective(found: re.Match[str]) -> tuple[int, int, str]:
    return int(found[3]), (int(found[1]) + 2) // 3, ""


# CMS numbers NCCI versions by year and quarter: 30.2 is the third quarter of 2024 (30 = 2024 - 1994).
_DATINGS: Final = (
    (_VERSION, _from_version),
    (_QUARTER, _from_quarter),
    (_EFFECTIVE, _from_effective),
)


def quarter_in_name(name: str) -> str | None:
    """Return the quarter in a file's name, with the number of a re-issue (`2026Q3`, `2026Q3r1`), or None.

    >>> quarter_in_name("ccipra-v302r0-f1.txt"), quarter_in_name("ccioph-v322r1-f4.txt")
    ('2024Q3', '2026Q3r1')
    >>> quarter_in_name("MCR_MUE_PractitionerServices_Eff_04-01-2026.csv"), quarter_in_name("edits.txt")
    ('2026Q2', None)
    """
    for pattern, take in _DATINGS:
        if found := pattern.search(name.lower()):
            year, quarter, issue = take(found)
            if 1 <= quarter <= 4:
                return f"{year}Q{quarter}" + (f"r{issue}" if issue not in {"", "0"} else "")
    return None


def quarter_days(version: str) -> tuple[date, date] | None:
    """Return the first and the last day of the quarter of a version, or None for an undated one.

    >>> quarter_days("2026Q3r1")
    (datetime.date(2026, 7, 1), datetime.date(2026, 9, 30))
    """
    found = re.fullmatch(r"([0-9]{4})Q([1-4])(?:r[0-9])?", version)
    if found is None:
        return None
    year, month = int(found[1]), 3 * int(found[2]) - 2
    after = date(year + 1, 1, 1) if month == 10 else date(year, month + 3, 1)
    return date(year, month, 1), after - timedelta(days=1)


def names(member: Member) -> tuple[str, ...]:
    """Return the names that may date a member: its own first, then that of the archive around it."""
    return (member.name,) if member.inner is None else (member.name, member.path.name)


def quarterly_release(source: str, title: str, member: Member) -> Release:
    """Return the release of a quarterly file, dated by its name or its archive's, else `undated`."""
    version = next((q for name in names(member) if (q := quarter_in_name(name))), None)
    if version is None:
        return Release(source, UNDATED, title)
    first, last = quarter_days(version) or (None, None)
    return Release(source, version, f"{title}, {version}", effective_from=first, effective_to=last)


def checked_code(text: str) -> str:
    """Return a CPT or HCPCS code as it stands; raise RowError where a text is neither."""
    if billing_system(text) is None:
        raise RowError(f"{text!r} is neither a CPT nor a HCPCS code")
    return text


def system_of(code: str) -> str:
    """Return `cpt` or `hcpcs` for a code that was checked before."""
    return "hcpcs" if code[0].isalpha() else "cpt"


def code_term(code: str) -> str:
    """Return a checked CPT or HCPCS code as an N-Triples term."""
    return f"<{code_iri(system_of(code), code)}>"
