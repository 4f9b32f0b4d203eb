"""Pages for browsers: those that another part registered, else plain ones with the same words."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

Handler = Callable[[Request], Response | Awaitable[Response]]

_PAGE: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width"></head><body><main><h1>{title}</h1>{body}</main></body></html>'
)
_FORM: Final = (
    '<form action="/sparql" method="get"><p><label for="query">SPARQL query</label></p>'
    '<p><textarea id="query" name="query" rows="12" cols="80">{query}</textarea></p>'
    '<p><button type="submit">Ask</button></p></form>'
)
_EXAMPLE: Final = (
    'SELECT ?code ?label {\n  ?code skos:notation "44310" ; skos:prefLabel ?label\n}\nORDER BY ?code\n'
)


async def page(request: Request, kind: str) -> Response:
    """Return the page of a kind (`sparql`, `code`, `concept`, `ontology`): a registered one, else a plain one."""
    handler: Handler | None = request.app.state.html.get(kind)
    if handler is None:
        return plain("SPARQL", _FORM.format(query=escape(_EXAMPLE))) if kind == "sparql" else plain(kind, "")
    answer = handler(request)
    return await answer if inspect.isawaitable(answer) else answer


def plain(title: str, body: str, status: int = 200) -> HTMLResponse:
    """Return a plain page; the title is text, the body is HTML whose texts are escaped already."""
    return HTMLResponse(_PAGE.format(title=escape(title), body=body), status, headers={"Vary": "Accept"})
