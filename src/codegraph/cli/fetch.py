"""`codegraph fetch`: the official files from their publishers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from codegraph.cli.shared import PATH, format_option, print_json, print_table


@click.command("fetch")
@click.option("--to", "to", required=True, type=PATH, help="Folder to download into.")
@click.option(
    "--accept-ama-terms", is_flag=True, help="You agree to the AMA's terms for files that contain CPT codes."
)
@click.option("--kind", "kinds", multiple=True, help="Only this kind of source; repeatable.")
@format_option("table", "json")
@click.pass_context
def command(
    ctx: click.Context, to: Path, accept_ama_terms: bool, kinds: tuple[str, ...], format: str
) -> None:
    """Download official files from the publishers: the one command that reaches the network."""
    from codegraph.build.progress import shown
    from codegraph.fetch import fetch as run

    with shown() as progress:
        found = run(to, accept_ama_terms=accept_ama_terms, kinds=kinds or None, progress=progress)
    if format == "json":
        print_json([asdict(f) for f in found])
    else:
        rows = [(f.kind, f.outcome, f.file or f.page, f.note) for f in found]
        print_table(("kind", "outcome", "file or page", "note"), rows)
    ctx.exit(1 if any(f.outcome == "failed" for f in found) else 0)
