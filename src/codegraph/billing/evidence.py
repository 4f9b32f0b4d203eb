"""The row that decided something: in which table it stands, which release and file it came from, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from codegraph.model import Provenance


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row of a loaded source, as far as it decided: `values` are (column, cell) as published.

    `table` is the table of the release that holds it (`pfs`, `mue`, `ptp`, `addon`, `opps`, …), or `graph` for
    what the packaged knowledge says. `effective` and `deleted` are the row's own dates, where it has any.
    """

    table: str
    provenance: Provenance
    values: tuple[tuple[str, str], ...] = ()
    effective: date | None = None
    deleted: date | None = None

    def __str__(self) -> str:
        cells = ", ".join(f"{name} {value}" for name, value in self.values)
        return f"{self.provenance.release}: {cells}" if cells else self.provenance.release
