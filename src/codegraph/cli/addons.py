"""`codegraph addons`: the add-on edits of a code."""

from __future__ import annotations

import click

from codegraph.cli.shared import format_option, open_graph, print_json

_PER_LINE = 14


@click.command("addons")
@click.argument("code")
@click.option("--on", help="Date of service, YYYY-MM-DD; without it the newest loaded release answers.")
@click.option("--nearest", is_flag=True, help="Let the nearest release answer for a date that none covers.")
@format_option("table", "json")
@click.pass_context
def command(ctx: click.Context, code: str, on: str | None, nearest: bool, format: str) -> None:
    """Show beside which primary codes CODE is paid as an add-on code, and which add-on codes it carries.

    For example:  codegraph addons 44121
    """
    kg = open_graph(ctx, at_once=False)
    found = kg.add_ons(code, on=on, nearest=nearest)
    if format == "json":
        from codegraph.operations import plain

        print_json(plain.add_ons(found))
        return
    if found.is_add_on:
        click.echo(f"{found.code} is an add-on code, {found.meaning}")
    else:
        click.echo(f"{found.code} is no add-on code")
    _print_codes("primary codes", found.primaries)
    _print_codes(f"add-on codes for which {found.code} is a primary", found.add_ons)
    for note in found.notes:
        click.echo(f"Note: {note}.")
    click.echo(f"\nfrom {found.edition}, {found.edition.file}")


def _print_codes(title: str, codes: tuple[str, ...]) -> None:
    if codes:
        click.echo(f"\n{title} ({len(codes)}):")
    for start in range(0, len(codes), _PER_LINE):
        click.echo("  " + " ".join(codes[start : start + _PER_LINE]))
