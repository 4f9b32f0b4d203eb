"""`codegraph show`: everything known of one code."""

from __future__ import annotations

from dataclasses import asdict

import click

from codegraph.cli.shared import format_option, open_graph, print_json


@click.command("show")
@click.argument("code")
@format_option("text", "json", "ttl", "md")
@click.option(
    "--include-licensed", is_flag=True, help="Also official descriptors that you loaded under a licence."
)
@click.pass_context
def command(ctx: click.Context, code: str, format: str, include_licensed: bool) -> None:
    """Show everything known of CODE, each figure with its source and release.

    CODE is a CURIE (cpt:44310) or a bare code while that is unambiguous; ICD-10-CM with or without its dot.
    """
    graph = open_graph(ctx, at_once=False)
    if format == "ttl":
        from codegraph.export.of_code import turtle

        click.echo(turtle(graph, graph[code]), nl=False)
        return
    described = graph.describe(code)
    official = graph[code].official_descriptors if include_licensed else []
    if format == "json":
        print_json(asdict(described) | ({"official_descriptors": official} if include_licensed else {}))
        return
    from codegraph import render

    click.echo(render.markdown(described) if format == "md" else render.text(described), nl=False)
    for release, text in official:
        click.echo(f"Official descriptor (licensed, {release}): {text}")
