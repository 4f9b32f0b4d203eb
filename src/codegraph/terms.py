"""RDF terms of the engine as plain Python values."""

from __future__ import annotations

import pyoxigraph as ox

from codegraph.lexical import Value, value_of
from codegraph.namespaces import contract

__all__ = ["Term", "Value", "plain"]

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def plain(term: Term | None, *, curies: bool = False) -> Value:
    """Return an RDF term as a plain value: an IRI or a text as str, numbers and dates as Python's own.

    A literal of another datatype, or one that its datatype does not allow, comes as text; unbound is None.
    """
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return contract(term.value) if curies else term.value
    if not isinstance(term, ox.Literal):
        return str(term)
    return value_of(term.value, term.datatype.value)
