"""SPARQL over the opened release: stored queries with checked parameters, and free queries with guards.

A stored query is a `.rq` file: plain SPARQL under a header that is its signature.

    #+ summary: Codes whose procedure acts on a site or any part of it
    #+ answers: Which codes act on the small intestine?
    #+ params: {site: iri, approach: iri?}
    #+ returns: [code, notation, label]

Types: iri, code, string, integer, decimal, date, boolean; `?` marks an optional one, `= value` a default.
A line that ends in `#? approach` counts only when `approach` is given, so a parameter left out means "any".
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from codegraph import resources, sparql
from codegraph.errors import QueryError, UnknownCode, UnknownTerm
from codegraph.namespaces import CODE, PREFIXES, contract
from codegraph.query_params import Parameter, Term, parse_parameters
from codegraph.result import Result

_FIELD: Final = re.compile(r"^#\+ ?(\w+): *(.*?) *$", re.MULTILINE)
_FIELDS: Final = ("summary", "answers", "params", "returns")
_ONLY_WITH: Final = re.compile(r"#\? ?(\w+)[ \t]*\r?$")
_LIST: Final = re.compile(r"^\[(.*)\]$")
_WHERE: Final = re.compile(r"^error at (\d+):(\d+): (.*)$", re.DOTALL)
_NAME: Final = re.compile(r"^[a-z][a-z0-9_]*$")


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """A query with a name, the question that it answers, typed parameters and columns; checked when made."""

    name: str
    summary: str
    answers: str
    params: tuple[Parameter, ...]
    returns: tuple[str, ...]
    text: str

    def __post_init__(self) -> None:
        found = sparql.check(self.text)
        _check_params(self, found)
        if sparql.query_form(found) == "SELECT":
            projected = _projection(found, self.name)
            if projected != self.returns:
                raise QueryError(f"{self.name}: the header returns {self.returns}, the query {projected}")

    @classmethod
    def parse(cls, name: str, text: str) -> StoredQuery:
        """Read a query from its text; raise QueryError where header and query are malformed or disagree."""
        fields = dict(_FIELD.findall(text))
        missing = [f for f in _FIELDS if f not in fields]
        if missing or (unknown := set(fields) - set(_FIELDS)):
            what = f"lacks {', '.join(missing)}" if missing else f"has unknown fields {sorted(unknown)}"
            raise QueryError(f"{name}: the header {what}; it has lines '#+ {': …', '#+ '.join(_FIELDS)}: …'")
        inner = _LIST.match(fields["returns"])
        if inner is None:
            raise QueryError(f"{name}: 'returns' is a list like [code, label], not {fields['returns']!r}")
        returns = tuple(column.strip() for column in inner[1].split(",") if column.strip())
        return cls(
            name,
            fields["summary"],
            fields["answers"],
            parse_parameters(name, fields["params"]),
            returns,
            text,
        )

    def terms(self, params: Mapping[str, Any]) -> dict[str, tuple[Term, ...]]:
        """Return the RDF terms of each given parameter (several where a bare code may be of several systems).

        Raises QueryError for an unknown, missing or ill-typed parameter.
        """
        known = {p.name: p for p in self.params}
        for name in params:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise QueryError(f"{self.name} has no parameter {name!r}{hint} It takes {self.signature}")
        given: dict[str, tuple[Term, ...]] = {}
        for parameter in self.params:
            value = params.get(parameter.name)
            value = parameter.default if value is None else value
            if value is not None:
                given[parameter.name] = parameter.terms(value)
            elif not parameter.optional:
                raise QueryError(
                    f"{self.name} needs the parameter {parameter.name!r}. It takes {self.signature}"
                )
        return given

    @property
    def signature(self) -> str:
        """Return the parameters as the header writes them."""
        return ", ".join(map(str, self.params)) or "no parameters"

    def bind(self, params: Mapping[str, Any] | None = None) -> str:
        """Return the query as SPARQL text for any endpoint, each parameter bound in a VALUES block."""
        return self._with(self.terms(params or {}))

    def _with(self, terms: Mapping[str, tuple[Term, ...]]) -> str:
        missing = frozenset(p.name for p in self.params if p.name not in terms)
        head, tail = _prepared(self.text, missing)
        return f"{head}{_values(terms)}{tail}"

    def run(
        self, store: ox.Store, params: Mapping[str, Any] | None = None, *, max_rows: int | None = None
    ) -> Result:
        """Answer the query from a store, over the union of its graphs.

        Raises UnknownCode or UnknownTerm where the store says nothing of a code or IRI that was passed: an
        empty answer means "none", never "misspelt".
        """
        terms = self.terms(params or {})
        for parameter in self.params:
            if parameter.name in terms and parameter.type in ("iri", "code"):
                terms[parameter.name] = _known(store, parameter, terms[parameter.name])
        return _answer(store, self._with(terms), union=True, max_rows=max_rows)


def load(name: str | Path) -> StoredQuery:
    """Return a stored query: a packaged one by its name, or any by the path of its `.rq` file."""
    if isinstance(name, str) and _NAME.match(name):
        return _packaged(name)
    path = Path(name)
    if path.suffix != ".rq" or not path.is_file():
        raise QueryError(
            f"no query {str(name)!r}: neither the name of a packaged query nor a .rq file. {_near(path.stem)}"
        )
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise QueryError(f"{path}: not UTF-8 text ({error})") from error
    return StoredQuery.parse(path.stem, text)


def names() -> list[str]:
    """Return the names of the packaged queries, sorted."""
    return sorted(_paths())


def all_queries() -> dict[str, StoredQuery]:
    """Return every packaged query by name."""
    return {name: _packaged(name) for name in names()}


@cache
def _paths() -> dict[str, Path]:
    return {path.stem: path for path in resources.files("queries", ".rq") if path.parent.name == "competency"}


@cache
def _packaged(name: str) -> StoredQuery:
    if name not in _paths():
        raise QueryError(f"no query {name!r}. {_near(name)}")
    return StoredQuery.parse(name, _paths()[name].read_text("utf-8"))


def _near(name: str) -> str:
    near = difflib.get_close_matches(name, names(), 3) or names()
    return f"There is {', '.join(near)}"


def run_query(store: ox.Store, text: str, *, max_rows: int | None = None) -> Result:
    """Answer a free SPARQL query over the union of a store's graphs; our prefixes need no declaration.

    With FROM, only those graphs of the store are read: nothing is ever fetched or opened. Raises QueryError
    for an update, SERVICE, a query too large or too deep to parse, a syntax error (with line and column), and
    more than `max_rows` rows.
    """
    found = sparql.check(text)
    union = not any(token.keyword == "FROM" for token in found)
    return _answer(store, text, union=union, max_rows=max_rows)


def _answer(store: ox.Store, text: str, *, union: bool, max_rows: int | None) -> Result:
    try:
        answer = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=union)
        return Result.from_engine(answer, max_rows=max_rows)
    except SyntaxError as error:
        raise QueryError(syntax_message(text, str(error))) from error
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryError(f"the query cannot be answered: {error}") from error


def syntax_message(text: str, message: str) -> str:
    """Say in words where and why the engine does not read a query."""
    match = _WHERE.match(message)
    if match is None:
        return f"not SPARQL: {message}"
    line, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    near = lines[line - 1][column - 1 : column + 29].strip() if line <= len(lines) else ""
    return f"SPARQL syntax error at line {line}, column {column}, near {near!r}: {match[3]}"


def _known(store: ox.Store, parameter: Parameter, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Keep the terms that the store says something of; exactly one must be left."""
    iris = [term for term in terms if isinstance(term, ox.NamedNode)]
    found = tuple(iri for iri in iris if _mentioned(store, iri))
    if len(found) == 1:
        return found
    written = ", ".join(contract(iri.value) for iri in iris)
    if found:
        either = " or ".join(contract(iri.value) for iri in found)
        raise QueryError(f"{parameter.name}: the code is of several systems; write {either}")
    if all(iri.value.startswith(CODE) for iri in iris):
        raise UnknownCode(f"{parameter.name}: {written} is not in the opened release")
    raise UnknownTerm(f"{parameter.name}: {written} is not in the opened release")


def _mentioned(store: ox.Store, iri: ox.NamedNode) -> bool:
    patterns = ((iri, None, None), (None, None, iri))
    return any(
        next(store.quads_for_pattern(*p), None) is not None for p in patterns
    ) or store.contains_named_graph(iri)


def _check_params(query: StoredQuery, found: list[sparql.Token]) -> None:
    """Hold header and text together: each parameter occurs, an optional one only on lines with its mark."""
    marked: dict[int, str] = {}
    for number, line in enumerate(query.text.split("\n")):
        if match := _ONLY_WITH.search(line):
            marked[number] = match[1]
    optional = {p.name for p in query.params if p.optional and p.default is None}
    if stray := set(marked.values()) - optional:
        raise QueryError(f"{query.name}: '#? {min(stray)}' names no optional parameter")
    used = {token.text[1:] for token in found if token.kind == "variable"}
    if absent := [p.name for p in query.params if p.name not in used]:
        raise QueryError(f"{query.name}: parameter {absent[0]!r} does not occur in the query as ?{absent[0]}")
    for token in found:
        name = token.text[1:]
        number = query.text.count("\n", 0, token.start)
        if token.kind == "variable" and name in optional and marked.get(number) != name:
            raise QueryError(
                f"{query.name}: line {number + 1} uses the optional ?{name}; end it with '#? {name}'"
            )


def _projection(found: list[sparql.Token], name: str) -> tuple[str, ...]:
    start = next(i for i, token in enumerate(found) if token.keyword == "SELECT") + 1
    columns: list[str] = []
    depth = 0
    for before, token in zip(found[start - 1 :], found[start:], strict=False):
        depth += (token.text == "(") - (token.text == ")") if token.kind == "sign" else 0
        if depth == 0 and (token.text in ("{", "*") or token.keyword in ("WHERE", "FROM")):
            if token.text == "*":
                raise QueryError(f"{name}: SELECT * is not allowed in a stored query; name the columns")
            break
        if token.kind == "variable" and (depth == 0 or (depth == 1 and before.keyword == "AS")):
            columns.append(token.text[1:])
    return tuple(columns)


@lru_cache(maxsize=256)
def _prepared(text: str, missing: frozenset[str]) -> tuple[str, str]:
    """Drop the lines of parameters that are not given, and cut the text where the outer pattern begins."""
    kept = [line for line in text.split("\n") if not ((m := _ONLY_WITH.search(line)) and m[1] in missing)]
    text = "\n".join(kept)
    found = sparql.check(text)
    skip = sparql.query_form(found) == "CONSTRUCT"  # its template stands before its pattern
    depth = 0
    for token in found:
        if token.kind == "sign" and token.text in "{}()[]":
            if token.text == "{" and depth == 0:
                if not skip:
                    return text[: token.start + 1], text[token.start + 1 :]
                skip = False
            depth += 1 if token.text in "{([" else -1
    raise QueryError("the query has no pattern in braces")


def _values(terms: Mapping[str, tuple[Term, ...]]) -> str:
    """Write VALUES blocks. Oxigraph's own substitution binds after planning: 126 ms where this takes 4 ms.

    The terms are checked RDF terms in their own serialisation; the scanner then counts them once more.
    """
    blocks: list[str] = []
    for name, values in terms.items():
        block = f" VALUES ?{name} {{ {' '.join(map(str, values))} }} "
        bodies = [t for t in sparql.tokens(block) if t.kind in ("iri", "string")]
        datatypes = sum(isinstance(v, ox.Literal) and "^^" in str(v).rpartition('"')[2] for v in values)
        if len(bodies) != len(values) + datatypes:
            raise QueryError(f"the value of {name!r} is not a single RDF term")
        blocks.append(block)
    return "".join(blocks)
