"""`codegraph outpatient`: a code under hospital outpatient payment, or what the lines of a claim are paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.billing.outpatient import OutpatientStatus
    from codegraph.billing.outpatient_claim import OutpatientClaim


@click.command("outpatient")
@click.argument("codes", nargs=-1, required=True, metavar="CODE...")
@click.option("--on", help="Date of service, YYYY-MM-DD; without it the newest loaded release answers.")
@click.option("--nearest", is_flag=True, help="Let the nearest release answer for a date that none covers.")
@format_option("table", "json")
@click.pass_context
def command(ctx: click.Context, codes: tuple[str, ...], on: str | None, nearest: bool, format: str) -> None:
    """Show status indicator, APC and rate of CODE in a hospital's outpatient department (OPPS).

    With several codes: what each line of one claim is paid. Lines are written like 10060x2 and 44388-73.

    For example:  codegraph outpatient 44388 45378 93005
    """
    from codegraph.operations import plain

    kg = open_graph(ctx, at_once=False)
    if len(codes) == 1:
        found = kg.outpatient(codes[0], on=on, nearest=nearest)
        print_json(plain.outpatient(found)) if format == "json" else _print_status(found)
        return
    claim = kg.outpatient_claim(codes, on=on, nearest=nearest)
    print_json(plain.outpatient_claim(claim)) if format == "json" else _print_claim(claim)


def _print_status(found: OutpatientStatus) -> None:
    click.echo(f"{found.key}: {found.status}, {found.label} ({found.release})")
    click.echo(f"{found.meaning}\n{found.effect}\n")
    money = {
        "payment rate": found.payment_rate,
        "national copayment": found.national_copayment,
        "minimum copayment": found.minimum_copayment,
        "adjusted copayment": found.adjusted_copayment,
    }
    rows: list[tuple[str, Any]] = []
    if found.apc:
        rows += [
            ("APC", f"{found.apc} {found.apc_title}".strip()),
            ("relative weight", found.relative_weight),
        ]
    rows += [(name, f"${value:f}") for name, value in money.items() if value is not None]
    if found.inpatient_only is not None:
        rows.append(("inpatient only (Addendum E)", "yes" if found.inpatient_only else "no"))
    rows += [(f"with {modifier}", effect) for modifier, effect in found.modifier_effects]
    print_table(("figure", "value"), [row for row in rows if row[1] is not None])
    for note in found.notes:
        click.echo(f"Note: {note}.".replace("..", "."))


def _print_claim(claim: OutpatientClaim) -> None:
    rows = [
        (
            each.line,
            each.status,
            each.apc,
            "" if each.rate is None else f"${each.rate:f}",
            each.outcome,
            "" if each.amount is None else f"${each.amount:f}",
            each.rule,
        )
        for each in claim.lines
    ]
    print_table(("line", "status", "APC", "rate", "outcome", "amount", "why"), rows)
    click.echo(f"\ntotal ${claim.total:f}, from {claim.release}")
    for note in claim.notes:
        click.echo(f"Note: {note}.")
