"""`codegraph query`: stored queries and free SPARQL."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from codegraph.cli.shared import format_option, open_graph, print_table


@click.command("query")
@click.argument("query", metavar="QUERY")
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter; may be given several times."
)
@format_option("table", "json", "csv", "tsv", "ttl")
@click.pass_context
def command(ctx: click.Context, query: str, params: tuple[str, ...], format: str) -> None:
    """Run a stored query (its name, or the path of a .rq file) or SPARQL text.

    QUERY with spaces or braces is taken for SPARQL; `-` reads it from standard input; `list` lists the stored ones.
    """
    from codegraph import queries

    if query == "list":
        rows = [(name, q.signature, q.answers) for name, q in queries.all_queries().items()]
        print_table(("name", "parameters", "answers"), rows)
        return
    text = sys.stdin.read() if query == "-" else query
    graph = open_graph(ctx)
    if query == "-" or "{" in text or " " in text.strip():
        if params:
            raise click.UsageError("--param goes with a stored query; write the values into free SPARQL")
        result = graph.query(text)
    else:
        result = graph.run(text if text.isidentifier() else Path(text), **dict(_pair(p) for p in params))
    _print_result(result, format)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--param")
    return name, value


def _print_result(result: Any, format: str) -> None:  # noqa: ANN401
    if format == "ttl":
        result.write(sys.stdout.buffer, "turtle")
    elif format == "json":
        click.echo(json.dumps(result.to_json(curies=True), indent=2, ensure_ascii=False))
    elif format == "table":
        click.echo(result.to_table(), nl=False)
    else:
        click.echo(result.to_csv() if format == "csv" else result.to_tsv(), nl=False)
