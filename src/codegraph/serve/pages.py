"""The pages of the server: each a path, a template, and the function that makes what is filled in.

All work without scripts; what the script of the search box does is to ask earlier for what Enter would bring.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from codegraph import __version__
from codegraph.errors import CodegraphError, InvalidValue, NotLoaded, UnknownCode, UnknownTerm
from codegraph.export import context
from codegraph.page.as_html import STYLE, environment, shown
from codegraph.page.links import on_server
from codegraph.serve import browse, editor, forms, neighbours, notes
from codegraph.serve.kept import keep
from codegraph.serve.problems import PAGE, Problem

if TYPE_CHECKING:
    from jinja2 import Environment

    from codegraph.graph import CodeGraph

Fields = dict[str, str]
Make = Callable[["CodeGraph", Fields], dict[str, Any]]
_HERE: Final = Path(__file__).parent
_MOST: Final = 200  # fields of a form that are read
_HEADERS: Final = {"Vary": "Accept", "Cache-Control": "no-cache"}
_MISSING: Final = (UnknownCode, UnknownTerm, NotLoaded)


class View(NamedTuple):
    """A page: its path, template, what makes its content, its name in the menu (empty: not there).

    `fields` are those of its form, the one without which nothing is asked last. What is sent to a `private` page
    is read of a form alone, never of an address, which browsers and servers note down.
    """

    path: str
    template: str
    make: Make
    menu: str = ""
    methods: tuple[str, ...] = ("GET",)
    fields: tuple[str, ...] = ()
    private: bool = False


VIEWS: Final = (
    View("/", "search.html", forms.search, "Search", fields=("system", "q")),
    View("/results", "results.html", forms.search),
    View("/ask", "ask.html", forms.ask, "Ask", fields=("on", "q")),
    View("/facets", "facets.html", browse.facets, "Browse"),
    View("/crosswalk", "crosswalk.html", forms.crosswalk, "Crosswalk", fields=("to", "on", "code")),
    View("/price", "price.html", forms.price, "Price", fields=("locality", "setting", "on", "code")),
    View(
        *("/check", "check.html", forms.check, "Check a claim", ("GET", "POST")),
        fields=("on", "setting", "dx", "prior", "lines"),
    ),
    View(
        *("/suggest", "suggest.html", notes.page, "Read a note", ("GET", "POST")),
        fields=("system", "note"),
        private=True,
    ),
    View("/graph", "graph.html", neighbours.page, "Graph", fields=("code",)),
    View("/path", "path.html", neighbours.path, fields=("from", "to")),
    View("/about", "about.html", browse.about, "Sources"),
)
# What a page asks for where its form was sent without it.
_NEEDED: Final = {
    "/crosswalk": "Write a code, like 44310.",
    "/price": "Write a code, like 44310 or 44388-53.",
    "/check": "Write at least one line, like 44310.",
    "/suggest": "Write or paste a note.",
    "/graph": "Write a code or a concept, like 44310 or site:ileum.",
    "/path": "Write two codes or concepts, like 44310 and 44187.",
}
_CODE: Final = View("/code", "code.html", browse.code)
_CONCEPT: Final = View("/concept", "concept.html", browse.concept)
_ONTOLOGY: Final = View("/ontology", "ontology.html", browse.ontology)
_EDITOR: Final = View("/query", "editor.html", editor.page, "SPARQL", ("GET", "POST"))
MENU: Final = tuple((v.path, v.menu) for v in (*VIEWS[:-1], _EDITOR, VIEWS[-1]) if v.menu)
STATIC: Final = {
    "codegraph.css": (STYLE, "text/css; charset=utf-8"),
    "search.js": (_HERE / "static" / "search.js", "text/javascript; charset=utf-8"),
    "find.js": (_HERE / "static" / "find.js", "text/javascript; charset=utf-8"),
    "icon.svg": (_HERE / "static" / "icon.svg", "image/svg+xml"),
}


def routes(kg: CodeGraph) -> list[BaseRoute]:
    """Return the routes of the pages and of what they are dressed with."""
    found: list[BaseRoute] = [Route(v.path, _endpoint(v), methods=list(v.methods)) for v in VIEWS]
    found.append(Route(_EDITOR.path, _edit, methods=list(_EDITOR.methods)))
    found.append(Route("/static/{name}", _static))
    found.append(Route("/context.jsonld", _context))
    return found


async def _fields(request: Request) -> Fields:
    """Return the fields of the address or of the form, of several of one name the last."""
    body = await request.body() if request.method == "POST" else request.scope["query_string"]
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        raise Problem(400, f"the form is not UTF-8, or has over {_MOST} fields") from None
    return {name: value.strip() for name, value in pairs}


def _endpoint(view: View) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        return await _page(request, view, await _fields(request))

    return answer


async def _page(request: Request, view: View, fields: Fields) -> Response:
    """Answer a page, which follows from its address and the release alone: so it may be kept."""
    state = request.app.state
    sent = request.method == "POST"
    if view.private and not sent:
        fields = {}
    if not sent and not view.private:  # what is private is not remembered as an address either
        keep(request.scope)
    found: Response = await state.calls.run(
        f"page {view.template}", lambda: _answered(state.kg, view, fields)
    )
    if sent:
        found.headers["Cache-Control"] = "no-store"
    return found


def _answered(kg: CodeGraph, view: View, fields: Fields) -> Response:
    """Return a page; where the question fails, the same page with what is wrong, at which field, and what to do."""
    try:
        if view.path in _NEEDED and any(f in fields for f in view.fields) and not fields.get(view.fields[-1]):
            raise InvalidValue(_NEEDED[view.path])
        content, status = view.make(kg, fields), 200
    except CodegraphError as error:
        status = 404 if isinstance(error, _MISSING) else 400
        content = {"error": str(error), "fault": str(error), "near": list(getattr(error, "near", ()))}
        content |= {"candidates": list(getattr(error, "candidates", ()))}
        if view in (_CODE, _CONCEPT):
            return _rendered("error.html", view, content, 400 if isinstance(error, InvalidValue) else 404)
        content = view.make(kg, {}) | content | {"wrong": _at_fault(kg, view, fields, error)}
    return _rendered(view.template, view, {"fields": fields} | content, status)


def _at_fault(kg: CodeGraph, view: View, fields: Fields, error: CodegraphError) -> str:
    """Return the field without which the error would not be; tried one by one, and only after an error."""
    if known := getattr(error, "field", ""):
        return str(known)
    tried = view.fields[:-1] if view.fields and fields.get(view.fields[-1]) else ()
    for name in tried:
        if not fields.get(name):
            continue
        try:
            view.make(kg, fields | {name: ""})
        except CodegraphError as other:
            if str(other) == str(error):
                continue
        return name
    return view.fields[-1] if view.fields else ""


def _rendered(template: str, view: View, content: dict[str, Any], status: int = 200) -> Response:
    common = {"menu": MENU, "here": view.path, "show": shown(on_server), "href": on_server}
    known = common | {"version": __version__, "wrong": "", "fault": ""} | content
    text = _environment().get_template(template).render(known)
    return HTMLResponse(text, status, headers=_HEADERS)


@cache
def _environment() -> Environment:
    made = environment(_HERE / "templates")
    made.globals["field"] = lambda fields, name: fields.get(name, "")
    return made


async def _edit(request: Request) -> Response:
    """Show the SPARQL editor, with the rows of the query that was sent, if any."""
    fields = await _fields(request)
    content = editor.page(request.app.state.kg, fields)
    status = 200
    if "error" in content:  # a value that its parameter does not take: without it, it would be another query
        status = 400
    elif content["query"] and fields.get("run"):
        try:
            content |= editor.table(await request.app.state.sparql.rows(content["query"]))
        except Problem as problem:
            status, content = problem.status, content | {"error": str(problem)}
            content |= {"fault": str(problem), "wrong": "query"}
    return _rendered(_EDITOR.template, _EDITOR, {"fields": fields} | content, status)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        raise Problem(404, "there is nothing at this address")
    path, media = STATIC[name]
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(path.read_bytes(), headers=headers, media_type=media)


async def _context(request: Request) -> Response:
    """Return the JSON-LD context under which exports are written; what this server answers has its own inside."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(context.FILE.read_bytes(), headers=headers, media_type="application/ld+json")


async def _of_path(request: Request, view: View) -> Response:
    """Answer for what a path names: `/code/cpt/44310` is cpt:44310."""
    fields = await _fields(request)
    prefix, _, local = unquote(request.url.path.removeprefix(f"{view.path}/")).partition("/")
    return await _page(request, view, {"curie": f"{prefix}:{local}", "on": fields.get("on", "")})


async def code(request: Request) -> Response:
    """Return the page of the code at `/code/{system}/{notation}`."""
    return await _of_path(request, _CODE)


async def concept(request: Request) -> Response:
    """Return the page of the facet value or other term at `/concept/{scheme}/{name}`."""
    return await _of_path(request, _CONCEPT)


async def ontology(request: Request) -> Response:
    """Return the page of the ontology."""
    return await _page(request, _ONTOLOGY, {})


def _problem(problem: Problem) -> Response:
    """Return the page of an error that no other page tells."""
    content = {"error": problem.detail, "near": (), "candidates": (), **problem.extra}
    found = _rendered("error.html", _CODE, content, problem.status)
    found.headers.update({"Cache-Control": "no-store", **problem.headers})
    return found


ERRORS: Final = {PAGE: _problem}
# What app.py shows to browsers where the same address also serves data.
HTML: Final = {"sparql": _edit, "code": code, "concept": concept, "ontology": ontology}
