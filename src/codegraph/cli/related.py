"""`codegraph related`: codes in some relation to a code."""

from __future__ import annotations

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table


@click.command("related")
@click.argument("code")
@click.option(
    "--all", "show_all", is_flag=True, help="Show every code, not only the first ten of a relation."
)
@format_option("table", "json")
@click.pass_context
def command(ctx: click.Context, code: str, show_all: bool, format: str) -> None:
    """Show codes in some relation to CODE: other approach, life cycle, family, add-ons, edits."""
    found = open_graph(ctx).related(code)
    if format == "json":
        from codegraph.operations import plain

        print_json(plain.related(found))
        return
    counts: dict[str, int] = {}
    rows = []
    for r in found:
        counts[r.relation] = counts.get(r.relation, 0) + 1
        if show_all or counts[r.relation] <= 10:
            rows.append((r.relation, r.code, r.label, r.reason))
    print_table(("relation", "code", "label", "reason"), rows)
    for relation, count in counts.items():
        if count > 10 and not show_all:
            click.echo(f"{relation}: {count - 10:,} more (--all)")
