"""What a query answers: rows of plain Python values, and the formats they are written in."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Final, Literal, overload

import pyoxigraph as ox

from codegraph import result_text as text
from codegraph.errors import NotLoaded, QueryError
from codegraph.namespaces import PREFIXES, contract
from codegraph.terms import Value, plain

if TYPE_CHECKING:
    import polars

Row = Mapping[str, Value]
Kind = Literal["rows", "answer", "graph"]

GRAPH_FORMATS: Final[dict[str, ox.RdfFormat]] = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
_TRIPLE: Final = ("subject", "predicate", "object")


class Result(Sequence[Row]):
    """The answer to a query: a sequence of rows, each a mapping from variable name to a plain value.

    `kind` is `rows` (SELECT), `answer` (ASK: one row, one variable `answer`; `bool(result)` says it too)
    or `graph` (CONSTRUCT, DESCRIBE: sorted rows of `subject`, `predicate`, `object`; see `write`).
    """

    __slots__ = ("_terms", "kind", "variables")

    def __init__(
        self, kind: Kind, variables: Sequence[str], terms: Sequence[Sequence[text.Term | None]]
    ) -> None:
        self.kind: Kind = kind
        self.variables: tuple[str, ...] = tuple(variables)
        self._terms = tuple(map(tuple, terms))

    @classmethod
    def from_engine(
        cls,
        answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
        *,
        hide: frozenset[str] = frozenset(),
        max_rows: int | None = None,
    ) -> Result:
        """Read an engine's answer to its end, without the columns in `hide`.

        Raises QueryError beyond `max_rows`: a cut answer would look like a whole one.
        """
        if isinstance(answer, ox.QueryBoolean):
            return cls("answer", ("answer",), [(ox.Literal(bool(answer)),)])
        if isinstance(answer, ox.QueryTriples):
            triples = {(t.subject, t.predicate, t.object) for t in _limited(answer, max_rows)}
            return cls("graph", _TRIPLE, sorted(triples, key=lambda t: tuple(map(str, t))))
        names = [v.value for v in answer.variables]
        keep = [i for i, name in enumerate(names) if name not in hide]
        rows = [[solution[i] for i in keep] for solution in _limited(answer, max_rows)]
        return cls("rows", [names[i] for i in keep], rows)

    def __len__(self) -> int:
        return len(self._terms)

    def __bool__(self) -> bool:
        return plain(self._terms[0][0]) is True if self.kind == "answer" else bool(self._terms)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self._row(terms) for terms in self._terms[index]]
        return self._row(self._terms[index])

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self._terms)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return (self.kind, self.variables, self._terms) == (other.kind, other.variables, other._terms)

    def __hash__(self) -> int:
        return hash((self.kind, self.variables, self._terms))

    def __repr__(self) -> str:
        return f"<Result {self.kind}: {len(self)} x ({', '.join(self.variables)})>"

    def _row(self, terms: Sequence[text.Term | None]) -> Row:
        return dict(zip(self.variables, map(plain, terms), strict=True))

    def values(self, *, curies: bool = False) -> list[tuple[Value, ...]]:
        """Return the rows as tuples in the order of `variables`; `curies` shortens IRIs (`cpt:44310`)."""
        convert = partial(plain, curies=curies)
        return [tuple(map(convert, terms)) for terms in self._terms]

    def to_json(self, *, curies: bool = False) -> list[dict[str, str | int | float | bool | None]]:
        """Return the rows as dicts for `json.dumps`: decimals and dates as text, nothing rounded."""
        return [
            {
                name: str(v) if isinstance(v, Decimal | date) else v
                for name, v in zip(self.variables, row, strict=True)
            }
            for row in self.values(curies=curies)
        ]

    def to_sparql_json(self) -> dict[str, Any]:
        """Return the SPARQL 1.1 Query Results JSON object of a SELECT or an ASK."""
        if self.kind == "answer":
            return {"head": {}, "boolean": bool(self)}
        return text.sparql_json(self.variables, self._table("SPARQL JSON"))

    def to_csv(self, *, exact: bool = True) -> str:
        """Return SPARQL 1.1 CSV; `exact=False` puts a `'` before what a spreadsheet takes for a formula."""
        return text.csv(self.variables, self._table("CSV"), exact=exact)

    def to_tsv(self) -> str:
        """Return SPARQL 1.1 TSV, in which every term keeps its datatype and language."""
        return text.tsv(self.variables, self._table("TSV"))

    def to_table(self, *, curies: bool = True) -> str:
        """Return the rows in aligned columns for people to read."""
        return text.table(self.variables, self.values(curies=curies))

    def to_polars(self) -> polars.DataFrame:
        """Return a polars frame: a column of one type keeps it, any other becomes text; codes are text."""
        try:
            import polars as pl
        except ImportError as error:
            raise NotLoaded("polars is not installed: pip install 'codegraph[frames]'") from error
        columns = zip(*self.values(), strict=True) if self._terms else ((),) * len(self.variables)
        return pl.DataFrame(
            [_series(pl, name, list(c)) for name, c in zip(self.variables, columns, strict=True)]
        )

    def write(self, stream: IO[bytes] | IO[str], format: str = "turtle") -> None:
        """Write the triples of a CONSTRUCT or DESCRIBE as turtle, ntriples, jsonld or rdfxml."""
        if self.kind != "graph":
            raise QueryError("only CONSTRUCT and DESCRIBE give triples; write a table as CSV, TSV or JSON")
        if format not in GRAPH_FORMATS:
            raise QueryError(f"unknown format {format!r}; there are {', '.join(GRAPH_FORMATS)}")
        triples = [ox.Triple(*terms) for terms in self._terms]  # type: ignore[arg-type]
        iris = {t.value for terms in self._terms for t in terms if isinstance(t, ox.NamedNode)}
        used = {contract(iri).partition(":")[0] for iri in iris if contract(iri) != iri}
        prefixes = {prefix: iri for prefix, iri in PREFIXES.items() if prefix in used}
        data = ox.serialize(triples, format=GRAPH_FORMATS[format], prefixes=prefixes) or b""
        data = text.whole_xml(data) if format == "rdfxml" else data
        if isinstance(stream, io.TextIOBase):
            stream.write(data.decode())
        else:
            stream.write(data)  # type: ignore[arg-type]

    def _table(self, what: str) -> tuple[tuple[text.Term | None, ...], ...]:
        if self.kind != "rows":
            raise QueryError(f"{what} is for SELECT; write an ASK as JSON, and triples with write()")
        return self._terms


def _limited(items: Iterator[Any], limit: int | None) -> Iterator[Any]:
    for count, item in enumerate(items, 1):
        if limit is not None and count > limit:
            raise QueryError(f"the answer has over {limit:,} rows: add a LIMIT or ask for less")
        yield item


def _series(pl: Any, name: str, values: list[Value]) -> polars.Series:  # noqa: ANN401
    kinds = {type(v) for v in values if v is not None}
    if kinds == {Decimal}:
        scale = max(-int(v.as_tuple().exponent) for v in values if isinstance(v, Decimal))
        return pl.Series(name, values, dtype=pl.Decimal(38, max(scale, 0)))  # type: ignore[no-any-return]
    known = {int: pl.Int64, float: pl.Float64, bool: pl.Boolean, date: pl.Date}
    if len(kinds) == 1 and (dtype := known.get(next(iter(kinds)))):
        return pl.Series(name, values, dtype=dtype)  # type: ignore[no-any-return]
    return pl.Series(name, [None if v is None else str(v) for v in values], dtype=pl.String)  # type: ignore[no-any-return]
