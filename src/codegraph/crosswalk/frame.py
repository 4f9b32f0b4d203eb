"""A column of codes in, a frame of their mappings out: polars for polars and lists, pandas for pandas.

Each distinct text is answered once; then the answers are spread over the column.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, Final

from codegraph.codes import SYSTEMS
from codegraph.crosswalk.lookup import check_target
from codegraph.crosswalk.pairs import OUTCOMES, Row, Rows, Wanted, answers, without
from codegraph.errors import InvalidCode, NotLoaded, UnknownTerm
from codegraph.model import PREDICATES, Relation

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

COLUMNS: Final = ("row", "code", *Row._fields)
# Columns with few different values, which a frame keeps as numbers; of the last two all values are known.
_NAMES: Final = ("justification", "mapping_set")
_ONE_OF: Final[dict[str, list[str]]] = {"relation": list(PREDICATES), "outcome": list(OUTCOMES)}
_NULL: Final = without("null")

# The distinct texts of a column, and how their answers (the last one that of nulls) become its frame.
Column = tuple[list[str], Callable[[list[Rows]], Any]]


def crosswalk_frame(
    graph: CodeGraph,
    codes: Any,  # noqa: ANN401 - frames are optional
    *,
    to: str,
    system: str | None = None,
    relation: Relation | Collection[Relation] | None = None,
    include_licensed: bool = False,
) -> Any:  # noqa: ANN401
    """Return the mappings of a column of codes as a frame; see CodeGraph.crosswalk_frame."""
    check_target(to, licensed=include_licensed)
    if system is not None and system not in SYSTEMS:
        raise UnknownTerm(f"no code system {system!r}; there are {', '.join(SYSTEMS)}")
    relations = frozenset((relation,) if isinstance(relation, str) else relation or ())
    if unknown := sorted(relations - set(PREDICATES)):
        raise UnknownTerm(f"no relation {unknown[0]!r}; there are {', '.join(PREDICATES)}")
    if isinstance(codes, str) or hasattr(codes, "columns"):
        what = "a whole frame" if hasattr(codes, "columns") else "one text; crosswalk() answers one code"
        raise InvalidCode(f"crosswalk_frame takes a column of codes, not {what}")
    texts, spread = (_of_pandas if _is_pandas(codes) else _of_polars)(codes)
    wanted = Wanted(to, system, relations or None, include_licensed)
    return spread([*answers(graph, texts, wanted), _NULL])


def _is_pandas(codes: object) -> bool:
    return type(codes).__module__.partition(".")[0] == "pandas"


def _of_polars(codes: Any) -> Column:  # noqa: ANN401
    try:
        import polars as pl
    except ImportError as error:
        raise NotLoaded(
            "polars is not installed: pip install 'codegraph[frames]'; a pandas Series needs pandas only"
        ) from error
    column = codes if isinstance(codes, pl.Series) else pl.Series("code", _texts(codes), dtype=pl.String)
    try:
        texts = column.cast(pl.String)
    except pl.exceptions.PolarsError as error:
        raise InvalidCode(f"a column of codes is text, not {column.dtype}") from error
    distinct = texts.drop_nulls().unique(maintain_order=True)
    places = texts.cast(pl.Enum(distinct)).to_physical().cast(pl.UInt32).fill_null(len(distinct))

    def spread(found: list[Rows]) -> pl.DataFrame:
        types: dict[str, Any] = dict.fromkeys(Row._fields, pl.String)
        types |= dict.fromkeys(_NAMES, pl.Categorical) | {n: pl.Enum(v) for n, v in _ONE_OF.items()}
        types |= {"confidence": pl.Float64, "combination": pl.Boolean}
        answered = pl.DataFrame(list(chain.from_iterable(found)), schema=types, orient="row")
        ends = pl.Series("at", list(accumulate(map(len, found))), dtype=pl.Int64)
        lists = pl.int_ranges(ends.shift(1, fill_value=0), ends, dtype=pl.UInt32, eager=True)
        rows = pl.int_range(len(column), dtype=pl.get_index_type(), eager=True)
        at = pl.DataFrame({"row": rows, "at": lists.gather(places)}).explode("at")
        given = column.gather(at["row"]).alias("code")
        return pl.DataFrame([at["row"], given, *answered[at["at"]]])

    return distinct.to_list(), spread


def _of_pandas(codes: Any) -> Column:  # noqa: ANN401
    import numpy as np
    import pandas as pd

    places, distinct = pd.factorize(codes)  # -1 where null: the last of the answers

    def spread(found: list[Rows]) -> pd.DataFrame:
        types: dict[str, Any] = dict.fromkeys(Row._fields, "string") | {
            "confidence": "float64",
            "combination": "bool",
        }
        types |= dict.fromkeys(_NAMES, "category") | {n: pd.CategoricalDtype(v) for n, v in _ONE_OF.items()}
        columns = zip(*chain.from_iterable(found), strict=True)
        answered = pd.DataFrame(
            {n: pd.Series(c, dtype=types[n]) for n, c in zip(Row._fields, columns, strict=True)}
        )
        counts = np.fromiter(map(len, found), np.int64, len(found))
        times = counts[places]
        rows = np.repeat(np.arange(len(places)), times)
        first = np.cumsum(counts) - counts  # of each text's answers among all
        before = np.cumsum(times) - times  # output rows before those of an input row
        at = np.repeat(first[places] - before, times) + np.arange(len(rows))
        frame = answered.take(at).reset_index(drop=True)
        frame.insert(0, "code", pd.Series(codes).take(rows).reset_index(drop=True))
        frame.insert(0, "row", rows)
        return frame

    return [str(value) for value in distinct], spread


def _texts(codes: Iterable[object]) -> list[str | None]:
    return [code if isinstance(code, str) else _text(code) for code in codes]


def _text(code: object) -> str | None:
    """Return what is no text as text: codes and numbers as they print, None and NaN as null."""
    return None if code is None or (isinstance(code, float) and code != code) else str(code)
