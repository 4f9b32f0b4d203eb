"""`codegraph codes`: the codes whose procedure has some facets, or is done for a condition."""

from __future__ import annotations

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table


@click.command("codes")
@click.option("--site", help="Where: a site, its kinds and its parts (ileum, site:ileum).")
@click.option("--method", help="What is done (bypass, method:bypass).")
@click.option("--approach", help="How the site is reached (open, approach:open).")
@click.option(
    "--condition", help="ICD-10-CM code that it is done for; headers above it count, and codes below."
)
@click.option("--system", help="Code system to answer from: cpt, hcpcs, icd10pcs, …")
@format_option("table", "json")
@click.pass_context
def command(ctx: click.Context, /, format: str, **wanted: str | None) -> None:
    """Show the codes whose procedure meets every condition given; a value stands for all that lies below it."""
    if not any(wanted.values()):
        raise click.UsageError("name what to look for: " + ", ".join(f"--{name}" for name in wanted))
    found = open_graph(ctx).codes(**wanted)
    if format == "json":
        from codegraph.operations import plain

        print_json(plain.codes(found))
        return
    if not found:
        click.echo("none: no code of this release has a definition that meets this")
        return
    print_table(("code", "label", "status"), [(c.curie, c.label or "", c.status) for c in found])
