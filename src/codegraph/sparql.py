"""SPARQL text seen as tokens: what a query is and what it may not contain, decided before an engine reads it.

Oxigraph has no switch for SERVICE, and its recursive parser ends the process on deep or very long input, so
both are refused here. The scanner errs on the side of refusing a text that could be read in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from codegraph.errors import QueryError

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 100
MAX_LIST: Final = 5_000
# Outside VALUES and IN lists. Measured on pyoxigraph 0.5.13 with a stack of 8 MB: chains of `/`, `+`, UNION
# or DESCRIBE targets end the process from about 2,400 tokens on; planning slows down long before.
MAX_TOKENS: Final = 1_000

# Python's \w takes in some signs that SPARQL does not, and leaves some out: there, scanner or engine refuses.
_ESCAPED = r"\\[_~.\-!$&'()*+,;=/?#@%]|%[0-9A-Fa-f]{2}"
_LOCAL = rf"(?:[\w:]|{_ESCAPED})(?:[\w:\-]|{_ESCAPED}|\.+(?=[\w:\-]|{_ESCAPED}))*+"

_TOKEN: Final = re.compile(
    rf"""
    (?P<space>[\ \t\r\n]+)
  | (?P<comment>\#[^\r\n]*)
  | (?P<string>\"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"
             | '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
             | "(?:[^"\\\r\n]|\\[^\r\n])*"
             | '(?:[^'\\\r\n]|\\[^\r\n])*')
  | (?P<iri><[^<>"{{}}|^`\x00-\x20]*>)
  | (?P<variable>[?$]\w*)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<blank>_:\w(?:[\w\-]|\.+(?=[\w\-]))*+)
  | (?P<name>(?:[^\W\d_][\w.\-]*+(?<!\.))?:(?:{_LOCAL})?)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign>\^\^|&&|\|\||<=|>=|!=|[{{}}()\[\].,;=<>!|/^*+\-?&])
    """,
    re.VERBOSE | re.DOTALL,
)
_SAFE_IRI: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
)
_OPEN: Final = {"(": ")", "{": "}", "[": "]"}
_SILENT: Final = frozenset({"space", "comment"})


class Token(NamedTuple):
    """One token: its kind (a group name of the scanner), its text, and where it starts."""

    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """Return a bare word in capitals, or an empty text for any other token."""
        return self.text.upper() if self.kind == "word" else ""


def position(text: str, at: int) -> str:
    """Say where an offset is, the way people count: `line 2, column 5`."""
    line = text.count("\n", 0, at) + 1
    return f"line {line}, column {at - text.rfind(chr(10), 0, at)}"


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a SPARQL text, without white space and comments.

    >>> [t.text for t in tokens("SELECT ?s { ?s a <http://e/#C> } # end")]
    ['SELECT', '?s', '{', '?s', 'a', '<http://e/#C>', '}']

    Raises QueryError at a character that begins no token, and where `<` may begin an IRI or mean "less than".
    """
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise QueryError(f"not SPARQL at {position(text, at)}: {text[at : at + 20]!r}")
        if match.lastgroup == "iri":
            _check_iri(text, match)
        if match.lastgroup not in _SILENT:
            yield Token(match.lastgroup, match.group(), at)
        at = match.end()


def _check_iri(text: str, match: re.Match[str]) -> None:
    """Refuse `?a<?b#>` and the like: where this scanner sees an IRI, the engine may see a comment."""
    iri = match.group()
    if ("#" in iri or "'" in iri) and not _SAFE_IRI.match(iri):
        raise QueryError(
            f"{iri} at {position(text, match.start())} may be an IRI or a comparison: write a full http IRI "
            "or a prefixed name, or put spaces around '<'"
        )


def check(text: str) -> list[Token]:
    """Return a query's tokens; raise QueryError for an update, SERVICE, or more than is safe to parse."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise QueryError(f"the query has {size:,} bytes; at most {MAX_BYTES:,} are read")
    found = list(_sized(text))  # first of all: a limit ends the scanning
    _check_form(text, found)
    _check_service(text, found)
    return found


def query_form(found: list[Token]) -> str:
    """Return SELECT, ASK, CONSTRUCT or DESCRIBE, or the word that stands in its place (empty for none)."""
    at = 0
    while at < len(found):
        keyword = found[at].keyword
        if keyword == "BASE":
            at += 2
        elif keyword == "PREFIX":
            at += 3
        else:
            return keyword
    return ""


def _check_form(text: str, found: list[Token]) -> None:
    form = query_form(found)
    if form in _UPDATES:
        raise QueryError(f"{form} is an update; a release is read-only, so only queries are answered")
    if form not in _FORMS:
        raise QueryError(f"a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, not {text.strip()[:20]!r}")


def _check_service(text: str, found: list[Token]) -> None:
    """Refuse SERVICE, also glued to its neighbours (`trueSERVICE`, `SERVICEex:a`): Oxigraph reads those."""
    for token in found:
        head = token.text.partition(":")[0] if token.kind == "name" else token.text
        if token.kind in ("word", "name") and "SERVICE" in head.upper():
            where = position(text, token.start)
            raise QueryError(
                f"SERVICE at {where} is refused: queries read the opened release and no other host"
            )


_LIST_OPENS: Final = {("VALUES", "{"), ("IN", "(")}


def _sized(text: str) -> Iterator[Token]:
    """Yield tokens within the limits on nesting, on VALUES and IN lists, and on everything outside such lists."""
    closers: list[str] = []
    lists: list[str] = []  # of each open bracket: VALUES or IN where it holds a list of data
    counted = items = 0
    pending = ""  # VALUES or IN, until its bracket opens
    for token in tokens(text):
        inside = lists[-1] if lists else ""
        sign = token.kind == "sign"
        items = items + (not sign) if inside else 0
        plain = token.text in (",()" if inside == "VALUES" else ",") if sign else token.kind != "word"
        counted += not (inside and plain)
        if items > MAX_LIST or counted > MAX_TOKENS:
            kind = (
                f"a list of over {MAX_LIST:,} items"
                if items > MAX_LIST
                else f"over {MAX_TOKENS:,} words and signs"
            )
            raise QueryError(f"the query has {kind} at {position(text, token.start)}: split it")
        if sign and token.text in _OPEN:
            closers.append(_OPEN[token.text])
            lists.append(pending if (pending, token.text) in _LIST_OPENS else inside)
            pending = "" if lists[-1] else pending
            if len(closers) > MAX_DEPTH:
                raise QueryError(
                    f"the query is nested over {MAX_DEPTH} deep at {position(text, token.start)}"
                )
        elif sign and closers and token.text == closers[-1]:
            closers.pop()
            lists.pop()
        elif token.keyword in ("VALUES", "IN"):
            pending = token.keyword
        yield token
