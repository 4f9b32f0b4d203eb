"""N-Triples terms as text: the fast path by which millions of triples are written without RDF objects."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from codegraph.namespaces import CG, RDF, SKOS, XSD, is_iri
from codegraph.namespaces import expand as _expand

_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
_NEEDS_ESCAPE: Final = re.compile(r'[\\"\n\r]')
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Triple(NamedTuple):
    """One statement; each part is a term in N-Triples syntax."""

    subject: str
    predicate: str
    object: str


def iri(text: str) -> str:
    """Return an IRI as an N-Triples term; raise ValueError where it is not a legal absolute IRI."""
    if not is_iri(text):
        raise ValueError(f"not a legal absolute IRI: {text!r}")
    return f"<{text}>"


@cache
def term(curie: str) -> str:
    """Return a CURIE of the graph's own vocabulary as an N-Triples term, remembered (`term("cg:actsOn")`)."""
    return iri(_expand(curie))


def clean(text: str) -> str:
    """Drop control characters that RDF and XML forbid, and turn no-break spaces into spaces."""
    return _FORBIDDEN.sub("", text.replace("\u00a0", " "))


def literal(text: str) -> str:
    r"""Return a plain string literal.

    >>> literal('a "b"')
    '"a \\"b\\""'
    """
    text = clean(text)
    if _NEEDS_ESCAPE.search(text):
        text = _NEEDS_ESCAPE.sub(lambda m: _ESCAPES[m.group()], text)
    return f'"{text}"'


def english(text: str) -> str:
    """Return an English text literal (`"..."@en`)."""
    return literal(text) + "@en"


def boolean(value: bool) -> str:
    """Return an xsd:boolean literal."""
    return f'"{"true" if value else "false"}"^^<{XSD}boolean>'


def integer(value: int) -> str:
    """Return an xsd:integer literal."""
    return f'"{value}"^^<{XSD}integer>'


def decimal(value: Decimal) -> str:
    """Return an xsd:decimal literal with the digits as published (`1.50` stays `1.50`)."""
    return f'"{value:f}"^^<{XSD}decimal>'


def day(value: date) -> str:
    """Return an xsd:date literal."""
    return f'"{value.isoformat()}"^^<{XSD}date>'


TYPE: Final = f"<{RDF}type>"
PREF_LABEL: Final = f"<{SKOS}prefLabel>"
ALT_LABEL: Final = f"<{SKOS}altLabel>"
NOTATION: Final = f"<{SKOS}notation>"
BROADER: Final = f"<{SKOS}broader>"
IN_SCHEME: Final = f"<{SKOS}inScheme>"
EXACT_MATCH: Final = f"<{SKOS}exactMatch>"
OF_CODE: Final = f"<{CG}ofCode>"
IN_RELEASE: Final = f"<{CG}inRelease>"
