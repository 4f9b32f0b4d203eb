"""The SPARQL editor: the shipped queries, the text that is edited, and the rows of an answer as a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from codegraph.errors import CodegraphError
from codegraph.namespaces import contract
from codegraph.page.model import Cell
from codegraph.queries import all_queries

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.queries import StoredQuery
    from codegraph.serve.pool import Answer

_ROWS: Final = 500
EXAMPLE: Final = """SELECT ?code ?label {
  ?code skos:notation "44310" ; skos:prefLabel ?label
}
ORDER BY ?code
"""


def page(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return the text to edit: what was sent, else a shipped query, else an example."""
    shipped = [(q.name, q.summary, q.answers) for q in all_queries().values()]
    name = fields.get("name", "")
    query = all_queries().get(name)
    content: dict[str, Any] = {"shipped": shipped, "name": name, "params": (), "heads": None, "text": None}
    if query is None or fields.get("query"):
        return content | {"query": fields.get("query") or EXAMPLE}
    content |= {"query": query.text, "params": query.params}
    given = {p.name: fields[f"p-{p.name}"] for p in query.params if fields.get(f"p-{p.name}")}
    if given:
        try:
            content["query"] = query.bind(given)
        except CodegraphError as error:
            wrong = next(
                (n for n in given if _told(query, given, without=n) != str(error)), next(iter(given))
            )
            content |= {"error": str(error), "fault": str(error), "wrong": f"p-{wrong}"}
    return content


def _told(query: StoredQuery, given: dict[str, str], *, without: str) -> str:
    """Return what is wrong with parameters but for one; nothing where they are right."""
    try:
        query.bind({name: value for name, value in given.items() if name != without})
    except CodegraphError as error:
        return str(error)
    return ""


def table(answer: Answer) -> dict[str, Any]:
    """Return the rows of an answer as cells; a graph or a yes or no as text."""
    body = answer.body.decode("utf-8")
    if answer.kind == "graph":
        return {"text": body}
    found = json.loads(body)
    if "boolean" in found:
        return {"text": "yes" if found["boolean"] else "no"}
    heads = found["head"]["vars"]
    bindings = found["results"]["bindings"]
    rows = [[_cell(binding.get(name)) for name in heads] for binding in bindings[:_ROWS]]
    return {"heads": heads, "rows": rows, "total": len(bindings), "shown": len(rows)}


def _cell(term: dict[str, str] | None) -> Cell:
    if term is None:
        return Cell("")
    value = term["value"]
    if term["type"] != "uri":
        return Cell(value)
    try:
        return Cell(contract(value), url=value)
    except CodegraphError:
        return Cell(value)
