"""`codegraph validate`: shapes and checks over a release or over files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegraph.cli.shared import PATH, format_option, open_graph

if TYPE_CHECKING:
    from codegraph.validation import Engine


@click.command("validate")
@click.argument("files", nargs=-1, type=PATH)
@click.option("--shapes", multiple=True, type=PATH, help="Shape files to use in place of the packaged ones.")
@click.option(
    "--engine",
    type=click.Choice(("compiled", "pyshacl")),
    help="compiled by default; pyshacl is the reference, slower by far.",
)
@format_option("text", "json", "ttl")
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[Path, ...],
    shapes: tuple[Path, ...],
    engine: Engine | None,
    format: str,
) -> None:
    """Validate the release, or RDF FILES of yours, against shapes and checks; exit 1 on violations."""
    named = list(shapes) or None
    if files:
        from codegraph.validation import validate_files

        report = validate_files(files, named)
    else:
        report = open_graph(ctx).validate(shapes=named, engine=engine)
    printed = {"text": report.to_text, "json": report.to_json, "ttl": report.to_turtle}[format]()
    click.echo(printed, nl=not printed.endswith("\n"))
    ctx.exit(0 if report.conforms else 1)
