"""`codegraph edits`: the NCCI edits of a pair of codes, or all conflicts of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.billing.edits_model import Conflicts, PairEdits
    from codegraph.billing.pairs import Episode

_HEADS = ("column 1", "column 2", "indicator", "from", "to", "rationale")
_LIMIT = 40


@click.command("edits")
@click.argument("first")
@click.argument("second", required=False)
@click.option("--on", help="Date of service, YYYY-MM-DD; without it the newest loaded release answers.")
@click.option(
    "--setting",
    type=click.Choice(["practitioner", "outpatient"]),
    default="practitioner",
    show_default=True,
    help="Whose edits.",
)
@click.option(
    "--column", type=click.Choice(["1", "2"]), help="Of one code's conflicts: those where it stands so."
)
@click.option(
    "--indicator",
    type=click.Choice(["0", "1", "9"]),
    help="Of one code's conflicts: those with this modifier indicator; 9 are void.",
)
@click.option("--rationale", help="Of one code's conflicts: those whose rationale contains this text.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=_LIMIT,
    show_default=True,
    help="Most rows to print (JSON: all).",
)
@click.option("--nearest", is_flag=True, help="Let the nearest release answer for a date that none covers.")
@format_option("table", "json")
@click.pass_context
def command(
    ctx: click.Context,
    first: str,
    second: str | None,
    on: str | None,
    setting: str,
    column: str | None,
    indicator: str | None,
    rationale: str | None,
    limit: int,
    nearest: bool,
    format: str,
) -> None:
    """Show the NCCI edits of FIRST and SECOND, or all codes that an edit pairs with FIRST.

    The code in column 2 is not paid beside the one in column 1; indicator 0: no modifier changes that, 1: an
    NCCI-associated modifier may.

    For example:  codegraph edits 44310 44187 --on 2024-08-01
    """
    from codegraph.operations import plain

    kg = open_graph(ctx, at_once=False)
    if second is None:
        found = kg.conflicts(
            first,
            on=on,
            setting=setting,
            column=int(column) if column else None,
            indicator=indicator,
            rationale=rationale,
            nearest=nearest,
        )
        print_json(plain.conflicts(found)) if format == "json" else _print_conflicts(found, limit)
        return
    if column or indicator or rationale:
        raise click.UsageError("--column, --indicator and --rationale choose among the conflicts of one code")
    pair = kg.edits(first, second, on=on, setting=setting, nearest=nearest)
    print_json(plain.edits(pair)) if format == "json" else _print_pair(pair, limit)


def _print_pair(pair: PairEdits, limit: int) -> None:
    click.echo(pair.sentence)
    if pair.ends:
        click.echo(f"Its last day is {pair.ends}.")
    if pair.other_setting and pair.other_setting.differs:
        there = pair.other_setting.in_force
        says = (
            f"column 2 is {there.column_two}, indicator {there.indicator}" if there else "no edit is in force"
        )
        click.echo(f"It differs for {pair.other_setting.setting}: {says} ({pair.other_setting.release}).")
    _print_note(pair.note)
    _print_rows(pair, limit)
    click.echo(f"\nfrom {pair.edition}, {pair.edition.file}")


def _print_conflicts(found: Conflicts, limit: int) -> None:
    counts = [f"column {c}: {n}" for c, n in found.by_column.items()]
    counts += [f"indicator {i}: {n}" for i, n in found.by_indicator.items()]
    day = f" on {found.on}" if found.on else ""
    click.echo(
        f"{len(found)} {found.setting} edits name {found.code}{day}"
        + (f" ({', '.join(counts)})" if counts else "")
    )
    _print_note(found.note)
    _print_rows(found, limit)
    click.echo(f"\nfrom {found.edition}, {found.edition.file}")


def _print_note(note: str | None) -> None:
    if note:
        click.echo(f"Note: {note}.")


def _print_rows(rows: PairEdits | Conflicts, limit: int) -> None:
    if not rows:
        return
    click.echo()
    print_table(_HEADS, [_cells(row) for row in rows[:limit]])
    if len(rows) > limit:
        click.echo(f"… and {len(rows) - limit} more; --limit {len(rows)} prints all")


def _cells(row: Episode) -> tuple[object, ...]:
    begun = row.effective or ("before 1996" if row.prior_1996 else "not given")
    return (row.column_one, row.column_two, row.indicator, begun, row.deleted or "", row.rationale)
