"""`codegraph price`: what the physician fee schedule pays for a code, or for the codes of a session."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.billing.price.model import Price, SessionPrice
    from codegraph.billing.price.spread import PriceSpread
    from codegraph.graph import CodeGraph


@click.command("price")
@click.argument("codes", nargs=-1, required=True, metavar="CODE...")
@click.option("--modifier", "modifiers", multiple=True, help="A modifier of the code; may be repeated.")
@click.option(
    "--locality", help="Carrier and number (01112-05), state and name, county, or a state with one."
)
@click.option("--all-localities", is_flag=True, help="The price in every locality, with their spread.")
@click.option(
    "--setting",
    type=click.Choice(("facility", "nonfacility")),
    default="facility",
    show_default=True,
    help="Where the service is done.",
)
@click.option("--on", help="Date of service, YYYY-MM-DD; without it the newest loaded release answers.")
@click.option("--nearest", is_flag=True, help="Let the nearest release answer for a date that none covers.")
@click.option(
    "--qualifying-participant", is_flag=True, help="The conversion factor of such participants (from 2026)."
)
@click.option("--non-participating", is_flag=True, help="95 % of the fee, and the limiting charge.")
@click.option("--minutes", type=int, help="Time of an anesthesia.")
@click.option("--base-units", type=click.FLOAT, help="Base units of an anesthesia code.")
@click.option("--explain", is_flag=True, help="The whole arithmetic, with the file and rule of each figure.")
@format_option("table", "json")
@click.pass_context
def command(ctx: click.Context, /, **asked: Any) -> None:  # noqa: ANN401
    """Show what Medicare's physician fee schedule pays for CODE, to the cent.

    A code may carry its modifiers (44388-53). Several codes are one session: they are ranked, and all but the first
    reduced. Without a locality the amount is the national one, all indices being 1. Where the schedule
    sets no price, the reason is shown.

    \b
    codegraph price 44310 --locality NE --explain
    codegraph price 44388-53 --setting nonfacility --all-localities
    codegraph price 00840 --minutes 95 --base-units 6 --locality 01112-05
    """  # noqa: D301 - click's mark of lines to be left alone
    _check(asked)
    kg = open_graph(ctx, at_once=False)
    common = {
        "setting": asked["setting"],
        "on": asked["on"],
        "qualifying_participant": asked["qualifying_participant"],
        "nearest": asked["nearest"],
    }
    if asked["all_localities"]:
        _print_spread(kg.price_spread(asked["codes"][0], asked["modifiers"], **common), asked["format"])
        return
    common |= {"locality": asked["locality"], "participating": not asked["non_participating"]}
    found = _price(kg, asked, common)
    if asked["format"] == "json":
        print_json(_plain(found))
    elif asked["explain"]:
        click.echo(found.explain())
    else:
        _print(found)


def _check(asked: dict[str, Any]) -> None:
    several = len(asked["codes"]) > 1
    conflicts = (
        ("all_localities", "--locality", asked["locality"] is not None),
        ("all_localities", "several codes", several),
        ("all_localities", "--non-participating", asked["non_participating"]),
        ("all_localities", "--minutes and --base-units", asked["minutes"] or asked["base_units"]),
        ("all_localities", "--explain", asked["explain"]),
        ("modifiers", "several codes; write them like 44388-53", several),
        ("minutes", "several codes", several),
        ("base_units", "several codes", several),
    )
    for option, other, there in conflicts:
        if asked[option] and there:
            name = option.removesuffix("s") if option == "modifiers" else option
            raise click.UsageError(f"--{name.replace('_', '-')} does not go with {other}")


def _price(kg: CodeGraph, asked: dict[str, Any], common: dict[str, Any]) -> Price | SessionPrice:
    codes = asked["codes"]
    if len(codes) > 1:
        return kg.price_session(codes, **common)
    base = asked["base_units"]
    return kg.price(
        codes[0],
        asked["modifiers"],
        minutes=asked["minutes"],
        base_units=None if base is None else Decimal(str(base)),
        **common,
    )


def _print(found: Price | SessionPrice) -> None:
    click.echo(str(found))
    limit = getattr(found, "limiting_charge", None)
    if limit is not None:
        click.echo(f"limiting charge: ${limit}")
    for note in found.notes:
        click.echo(f"note: {note}")


def _print_spread(found: PriceSpread, format: str) -> None:
    if format == "json":
        from codegraph.operations.plain import price_spread

        print_json(price_spread(found))
        return
    click.echo(f"{found}\n")
    print_table(
        ("locality", "state", "name", "amount"),
        [(r.key, r.state, r.name, f"${r.amount}") for r in found.rows],
    )
    for note in found.notes:
        click.echo(f"note: {note}")


def _plain(found: Price | SessionPrice) -> dict[str, Any]:
    from codegraph.billing.price.model import Price
    from codegraph.operations.plain import price, price_session

    return price(found) if isinstance(found, Price) else price_session(found)
