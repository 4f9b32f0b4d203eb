"""`codegraph common`: what two codes have in common."""

from __future__ import annotations

import click

from codegraph.cli.shared import format_option, in_words, open_graph, print_json, print_table
from codegraph.model import FACET_NAMES


@click.command("common")
@click.argument("first")
@click.argument("second")
@format_option("table", "json")
@click.pass_context
def command(ctx: click.Context, first: str, second: str, format: str) -> None:
    """Show the narrowest definition that is above the procedures of both FIRST and SECOND."""
    kg = open_graph(ctx)
    found = kg.common(first, second)
    if format == "json":
        facets = [{"name": FACET_NAMES.get(f, f), "facet": f, "values": v} for f, v in found.facets]
        print_json({"first": found.first, "second": found.second, "facets": facets})
        return
    if not found.facets:
        click.echo(str(found))
        return
    click.echo(f"{found.first} and {found.second} are both:\n")
    print_table(("facet", "value"), [(FACET_NAMES.get(f, f), in_words(kg, v)) for f, v in found.facets])
