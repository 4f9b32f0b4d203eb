"""Whole-graph rules: the queries under `queries/checks/`, each of which must return no rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from codegraph import resources
from codegraph.errors import QueryError
from codegraph.validation.data import text
from codegraph.validation.report import CHECK_COMPONENT, Severity, ValidationResult, check_iri

_HEADER: Final = re.compile(r"^#\+ ([a-z]+): *(.+?) *$", re.MULTILINE)
_REQUIRED: Final = ("summary", "answers", "severity", "message", "returns")
_SEVERITIES: Final[dict[str, Severity]] = {"violation": "violation", "warning": "warning"}
_GRAPHS: Final = ("union", "apart")


@dataclass(frozen=True, slots=True)
class Check:
    """A query that must return no rows; each row it does return names a focus node, and maybe a value.

    `union` is true where the query sees all graphs as one; a check about the graphs themselves sees them apart
    (header `#+ graphs: apart`).
    """

    name: str
    summary: str
    severity: Severity
    message: str
    returns: tuple[str, ...]
    union: bool
    query: str

    @classmethod
    def read(cls, path: Path) -> Check:
        """Read a check from its file; raises QueryError where the header lacks a line or holds an unknown one."""
        query = path.read_text(encoding="utf-8")
        header = dict(_HEADER.findall(query))
        missing = [key for key in _REQUIRED if key not in header]
        unknown = [key for key in header if key not in (*_REQUIRED, "graphs")]
        if missing or unknown:
            raise QueryError(f"{path.name}: header lacks {missing}, does not take {unknown}")
        returns = tuple(re.findall(r"[a-z]+", header["returns"]))
        graphs = header.get("graphs", "union")
        if header["severity"] not in _SEVERITIES or returns[:1] != ("focus",) or graphs not in _GRAPHS:
            raise QueryError(f"{path.name}: severity is violation or warning, returns begins with focus")
        severity = _SEVERITIES[header["severity"]]
        return cls(
            path.stem, header["summary"], severity, header["message"], returns, graphs == "union", query
        )

    def run(self, store: ox.Store) -> Iterator[ValidationResult]:
        """Yield a result for each row; raises QueryError where the query cannot run or names other columns."""
        try:
            rows = store.query(self.query, use_default_graph_as_union=self.union)
        except SyntaxError as error:
            raise QueryError(f"check {self.name}: {error}") from error
        if not isinstance(rows, ox.QuerySolutions) or tuple(v.value for v in rows.variables) != self.returns:
            raise QueryError(f"check {self.name}: its columns are not {', '.join(self.returns)}")
        return (self._result(row) for row in rows)

    def _result(self, row: ox.QuerySolution) -> ValidationResult:
        focus = row["focus"]
        value = row["value"] if "value" in self.returns else None
        return ValidationResult(
            "" if focus is None else text(focus),
            None,
            None if value is None else text(value),
            check_iri(self.name),
            CHECK_COMPONENT,
            self.severity,
            self.message,
        )


def load_checks(paths: Iterable[Path] | None = None) -> tuple[Check, ...]:
    """Return the checks of these files, by default the packaged ones, sorted by name."""
    if paths is None:
        paths = sorted((resources.folder("queries") / "checks").glob("*.rq"))
    return tuple(sorted((Check.read(path) for path in paths), key=lambda check: check.name))
