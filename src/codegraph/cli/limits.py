"""`codegraph limits`: the medically unlikely edits of a code."""

from __future__ import annotations

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table

_SETTINGS = ("practitioner", "outpatient", "dme")


@click.command("limits")
@click.argument("code")
@click.option("--on", help="Date of service, YYYY-MM-DD; without it the newest loaded release answers.")
@click.option("--setting", type=click.Choice(_SETTINGS), help="Only this one; without it all three.")
@click.option("--nearest", is_flag=True, help="Let the nearest release answer for a date that none covers.")
@format_option("table", "json")
@click.pass_context
def command(
    ctx: click.Context, code: str, on: str | None, setting: str | None, nearest: bool, format: str
) -> None:
    """Show the unit limits (MUE) of CODE for each setting, and how units are counted.

    For example:  codegraph limits 44310 --setting practitioner
    """
    from codegraph.operations import plain

    kg = open_graph(ctx, at_once=False)
    found, missing = plain.unit_limits(kg, code, setting, on=on, nearest=nearest)
    if format == "json":
        print_json(plain.limits(found, missing))
        return
    print_table(
        ("setting", "units", "adjudication", "rationale", "release"),
        [
            (
                limit.setting,
                "none published" if limit.units is None else limit.units,
                f"{limit.adjudication} {limit.term}" if limit.adjudication else "",
                limit.rationale or "",
                limit.edition,
            )
            for limit in found
        ],
    )
    says = dict.fromkeys(f"{limit.adjudication}: {limit.meaning}" for limit in found if limit.meaning)
    says |= dict.fromkeys(limit.note for limit in found if limit.note)
    says |= dict.fromkeys(f"{each}: {error}" for each, error in missing.items())
    if says:
        click.echo("\n" + "\n".join(says))
