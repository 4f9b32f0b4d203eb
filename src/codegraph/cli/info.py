"""`codegraph info`: what a release is made of."""

from __future__ import annotations

import click

from codegraph.cli.shared import format_option, open_graph, print_table


@click.command("info")
@format_option("table", "json")
@click.pass_context
def command(ctx: click.Context, format: str) -> None:
    """Show what the release is made of: sources, hashes, dates, counts."""
    graph = open_graph(ctx)
    manifest = graph.manifest
    if format == "json":
        click.echo(manifest.to_json(), nl=False)
        return
    click.echo(f"{graph.directory}\ncodegraph {manifest.codegraph}, {manifest.triples:,} triples")
    click.echo("codes: " + ", ".join(f"{n:,} {system}" for system, n in manifest.codes.items()))
    if not manifest.sources:
        click.echo("no official files: packaged knowledge only")
        limited = [s.release for s in manifest.figures if s.remark]
        if limited:
            click.echo(f"figures of the packaged codes: {', '.join(limited)}")
        return
    print_table(
        ("release", "effective", "rows", "rejected", "triples", "sha256", "file"),
        [
            (s.release, s.effective_from or "", s.rows, s.rejects, s.triples, s.sha256[:12], s.file)
            for s in manifest.sources
        ],
    )
