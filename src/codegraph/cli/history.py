"""`codegraph history`: what became of a code from release to release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.changes.history import History


@click.command("history")
@click.argument("code")
@click.option(
    "--edits", is_flag=True, help="Tell each NCCI pair, not only how many began and ended on a day."
)
@format_option("table", "json")
@click.pass_context
def command(ctx: click.Context, code: str, edits: bool, format: str) -> None:
    """Show what all loaded releases say of CODE over time, oldest first.

    \b
      codegraph history 44310
      codegraph history 44383 --edits --format json
    """  # noqa: D301 - click's mark of lines to be left alone
    found = open_graph(ctx, at_once=False).history(code, edits=edits)
    if format == "json":
        from codegraph.operations import plain

        print_json(plain.history(found))
        return
    _table(found)


def _table(found: History) -> None:
    click.echo(f"{found.code}  {found.code.label or '(no public label)'}  [{found.code.status}]\n")
    if found:
        rows = [
            (
                e.on or "undated",
                e.source,
                e.kind,
                e.count or "",
                e.key,
                e.field,
                _said(e.before),
                _said(e.after),
                e.note,
            )
            for e in found
        ]
        print_table(("on", "source", "kind", "number", "row", "field", "before", "after", "note"), rows)
    else:
        click.echo("no loaded release says anything of it over time")
    for note in found.notes:
        click.echo(f"\n{note}" if note is found.notes[0] else note)


def _said(value: object) -> str:
    return "" if value is None else str(value)
