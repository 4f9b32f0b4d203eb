"""`codegraph show`: everything known of one code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from codegraph.cli.shared import format_option, open_graph, print_json
from codegraph.errors import InvalidValue

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_PAGES: Final = ("md", "html")


@click.command("show")
@click.argument("code")
@format_option("text", "json", "ttl", "md", "html")
@click.option("--on", metavar="DATE", help="md, html: as of this date of service (YYYY-MM-DD).")
@click.option(
    "--include-licensed", is_flag=True, help="Also official descriptors that you loaded under a licence."
)
@click.pass_context
def command(ctx: click.Context, code: str, format: str, on: str | None, include_licensed: bool) -> None:
    """Show everything known of CODE, each figure with its source and release.

    md and html are the page of the code: also modifiers, payment, edits, crosswalks, history.

    CODE is a CURIE (cpt:44310) or a bare code while that is unambiguous; ICD-10-CM with or without its dot.
    """
    if on is not None and format not in _PAGES:
        raise InvalidValue(f"--on goes with --format md or html: {format} shows all releases")
    graph = open_graph(ctx, at_once=False)
    if format == "ttl":
        from codegraph.export.of_code import turtle

        click.echo(turtle(graph, graph[code]), nl=False)
        return
    if format in _PAGES:
        click.echo(_page(graph, code, format, on, include_licensed=include_licensed), nl=False)
        return
    described = graph.describe(code)
    official = graph[code].official_descriptors if include_licensed else []
    if format == "json":
        from codegraph.operations import plain

        licensed = {"official_descriptors": official} if include_licensed else {}
        print_json(plain.description(described) | licensed)
        return
    from codegraph import render

    click.echo(render.text(described), nl=False)
    for release, text in official:
        click.echo(f"Official descriptor (licensed, {release}): {text}")


def _page(kg: CodeGraph, code: str, format: str, on: str | None, *, include_licensed: bool) -> str:
    from codegraph.page.page import page_of

    page = page_of(kg, code, on=on, include_licensed=include_licensed)
    if format == "md":
        from codegraph.page.as_markdown import markdown

        return markdown(page)
    from codegraph.page.as_html import html

    return html(page)
