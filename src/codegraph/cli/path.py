"""`codegraph path`: how two codes or facet values are connected."""

from __future__ import annotations

from dataclasses import asdict

import click

from codegraph.cli.shared import format_option, open_graph, print_json


@click.command("path")
@click.argument("first")
@click.argument("second")
@click.option(
    "--max-steps",
    type=click.IntRange(1, 20),
    default=10,
    show_default=True,
    help="Longest connection to look for; a step across a crosswalk, family or method counts for two.",
)
@format_option("text", "json")
@click.pass_context
def command(ctx: click.Context, first: str, second: str, max_steps: int, format: str) -> None:
    """Say in words how FIRST and SECOND (codes or facet values) are connected, by the shortest way."""
    found = open_graph(ctx).path(first, second, max_steps=max_steps)
    if format == "json":
        print_json(asdict(found))
        return
    if not found.steps:
        click.echo(found.note)
        return
    click.echo(found.first)
    for step in found.steps:
        click.echo(f"  {step.words} {step.label or step.object} ({step.object})")
