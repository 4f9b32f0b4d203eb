"""`codegraph differences`: two codes' definitions facet by facet."""

from __future__ import annotations

import click

from codegraph.cli.shared import format_option, in_words, open_graph, print_json, print_table


@click.command("differences")
@click.argument("first")
@click.argument("second")
@format_option("table", "json")
@click.pass_context
def command(ctx: click.Context, first: str, second: str, format: str) -> None:
    """Show in what the procedures of FIRST and SECOND differ, facet by facet.

    The last column says how SECOND stands to FIRST in that facet.
    """
    kg = open_graph(ctx)
    found = kg.differences(first, second)
    if format == "json":
        from codegraph.operations import plain

        print_json(plain.differences(found))
        return
    click.echo(f"{found.sentence}\n")
    rows = [(f.name, in_words(kg, f.source), in_words(kg, f.target), f.relation) for f in found.facets]
    print_table(("facet", found.first, found.second, "relation"), rows)
    if found.relation:
        click.echo(f"\n{found.second} is {_STANDS[found.relation]} {found.first}")


_STANDS = {
    "exact": "defined like",
    "narrower": "more special than",
    "broader": "more general than",
    "related": "more special in some facets and more general in others than",
}
