"""Where the names on a page lead: to the addresses of codes and terms, or to the paths of a server."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import quote

from codegraph.namespaces import BASE, expand

Links: TypeAlias = Callable[[str], str | None]
_KEPT: Final = 8192  # pages of one field name the same codes and terms
_SCHEMES: Final = ("http://", "https://", "urn:")


@lru_cache(maxsize=_KEPT)
def absolute(target: str) -> str | None:
    """Return the IRI of a CURIE or address; None for what is neither, or of another scheme than http, https, urn.

    >>> absolute("cpt:44310")
    'https://w3id.org/codegraph/code/cpt/44310'
    >>> absolute("javascript:alert(1)") is None
    True
    """
    try:
        iri = expand(target)
    except ValueError:
        return None
    return iri if iri.lower().startswith(_SCHEMES) else None


@lru_cache(maxsize=_KEPT)
def on_server(target: str) -> str | None:
    """Return the path under which a server of codegraph shows a code or term; other addresses as they are.

    >>> on_server("cpt:44310"), on_server("site:ileum")
    ('/code/cpt/44310', '/concept/site/ileum')
    >>> on_server("question:What is 44310?")
    '/ask?q=What%20is%2044310%3F'
    """
    kind, _, question = target.partition(":")
    if kind == "question":
        return f"/ask?q={quote(question, safe='')}"
    iri = absolute(target)
    if iri is not None and iri.startswith((f"{BASE}code/", f"{BASE}concept/")):
        return "/" + quote(iri.removeprefix(BASE))
    return iri
