"""`codegraph contradictions`: where two sources disagree, with both sides."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table
from codegraph.contradictions.model import KINDS, LESSER

if TYPE_CHECKING:
    from codegraph.contradictions.model import Contradictions

_SHOWN = 10
_WIDEST = max(map(len, KINDS))
_LIST = "\n".join(f"  {kind.ljust(_WIDEST)}  {told}" for kind, told in KINDS.items())
_HELP = f"""Show where two sources disagree: both sides, each with who says it.

Without --kind all kinds are looked for but {" and ".join(sorted(LESSER))}. What needs a source that is not
loaded is listed after the rows. No row is a verdict: it says that two sources cannot both be right, or that a
grouper divides what a definition holds together.

\b
{_LIST}

\b
  codegraph contradictions --kind grouping
  codegraph contradictions --format csv > rows.csv
  codegraph contradictions --kind add-on --fail && echo "the add-on sources agree"
"""


@click.command("contradictions", help=_HELP)
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(tuple(KINDS)), help="Only this kind; may be repeated."
)
@click.option("--all", "show_all", is_flag=True, help="Show every row, not only the first ten of a kind.")
@click.option("--fail", is_flag=True, help="Exit with 1 where there are rows.")
@format_option("table", "json", "csv")
@click.pass_context
def command(ctx: click.Context, kinds: tuple[str, ...], show_all: bool, fail: bool, format: str) -> None:
    """Print the report in one of its formats."""
    found = open_graph(ctx).contradictions(kinds or None)
    if format == "json":
        rows = [asdict(row) for row in found]
        print_json({"contradictions": rows, "not_loaded": [asdict(one) for one in found.not_loaded]})
    elif format == "csv":
        click.echo(found.to_csv(), nl=False)
        _not_loaded(found, err=True)
    else:
        _table(found, show_all=show_all)
        _not_loaded(found, err=False)
    ctx.exit(1 if fail and len(found) else 0)


def _table(found: Contradictions, *, show_all: bool) -> None:
    """Print a table a kind; notes come with --format json or csv, and with --all."""
    for kind, group in groupby(found, key=lambda row: row.kind):
        rows = list(group)
        shown = rows if show_all else rows[:_SHOWN]
        click.echo(f"{kind}: {len(rows):,}. {KINDS[kind]}")
        heads = ("subject", "what", "one side", "the other side")
        cells = [
            (r.subject, r.what, f"{r.first} [{r.first_source}]", f"{r.second} [{r.second_source}]")
            for r in shown
        ]
        if show_all:
            print_table((*heads, "note"), [(*c, r.note) for c, r in zip(cells, shown, strict=True)])
        else:
            print_table(heads, cells)
        if len(rows) > len(shown):
            click.echo(f"{len(rows) - len(shown):,} more (--all)")
        click.echo()
    if not found:
        click.echo("no contradictions found")


def _not_loaded(found: Contradictions, *, err: bool) -> None:
    if found.not_loaded:
        click.echo("Not looked for, because a source is not loaded:", err=err)
        for one in found.not_loaded:
            click.echo(f"  {one.kind}: {one.what} ({one.brings})", err=err)
