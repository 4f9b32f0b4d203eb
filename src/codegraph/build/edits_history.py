"""Reads the edits database back row by row, for exports that want every edit as a node."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from codegraph.sources.ncci_ptp import PtpEdit, Terms

_ALL_TERMS: Final = (
    "SELECT t.id, t.setting, t.release, t.effective, t.deleted, t.indicator, t.prior_1996, r.rationale "
    "FROM ptp_terms AS t JOIN ptp_rationale AS r ON r.id = t.rationale"
)
_ALL_PAIRS: Final = "SELECT column1, column2, terms FROM ptp_pair ORDER BY column1, column2, occurrence"


def read_edits(database: Path) -> Iterator[PtpEdit]:
    """Yield every row of an edits database, by pair and then as they followed, to be exported one by one."""
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        codes = dict(connection.execute("SELECT id, code FROM ptp_code"))
        terms = {row[0]: (row[1], row[2], _terms(*row[3:])) for row in connection.execute(_ALL_TERMS)}
        before, occurrence = None, 0
        for one, two, number in connection.execute(_ALL_PAIRS):
            setting, release, said = terms[number]
            occurrence = occurrence + 1 if before == (one, two, release) else 0
            before = (one, two, release)
            yield PtpEdit(release, setting, codes[one], codes[two], occurrence, said)
    finally:
        connection.close()


def _terms(effective: str, deleted: str, indicator: str, prior_1996: int, rationale: str) -> Terms:
    return Terms(
        date.fromisoformat(effective) if effective else None,
        date.fromisoformat(deleted) if deleted else None,
        indicator,
        bool(prior_1996),
        rationale,
    )
