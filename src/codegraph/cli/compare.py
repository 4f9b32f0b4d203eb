"""`codegraph compare`: a code's relative values among those of its peers, as figures and as a plot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegraph.cli.shared import PATH, format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.comparison.model import Comparison, Standing

_AMONG = ("family", "site", "range", "rbcs", "rbcs-category", "rbcs-family", "surgery")
_MEASURES = ("work", "facility", "nonfacility")


@click.command("compare")
@click.argument("code")
@click.option(
    "--among",
    type=click.Choice(_AMONG),
    help="Peers: its family (the default), codes at its site, its CPT heading, its RBCS subcategory (or category, "
    "or family), all surgery.",
)
@click.option("--range", "span", help="Peers: the codes of a range, as 44005-44799.")
@click.option("--code", "codes", multiple=True, help="Peers: this code; repeat it for more.")
@click.option(
    "--measure", type=click.Choice(_MEASURES), help="Show, and plot, one measure; else all (plot: work)."
)
@click.option(
    "--statuses", default="A", show_default=True, help="Letters of the statuses that count, as A or A,R,T."
)
@click.option("--zero-work", is_flag=True, help="Count codes without work RVU too.")
@click.option("--peers", is_flag=True, help="List the peers with their figures.")
@click.option("--plot", "picture", type=PATH, help="Draw it into this file, .svg or .png.")
@click.option("--on", help="Date of service, YYYY-MM-DD; the newest release without it.")
@click.option("--nearest", is_flag=True, help="Take the nearest release where none covers the date.")
@format_option("table", "json")
@click.pass_context
def command(
    ctx: click.Context,
    code: str,
    among: str | None,
    span: str | None,
    codes: tuple[str, ...],
    measure: str | None,
    statuses: str,
    zero_work: bool,
    peers: bool,
    picture: Path | None,
    on: str | None,
    nearest: bool,
    format: str,
) -> None:
    """Show how the RVUs of CODE stand among its peers: rank, percentile, median, quartiles.

    Example:  codegraph compare 44310 --among surgery --plot 44310.svg
    """
    if sum((among is not None, span is not None, bool(codes))) > 1:
        raise click.UsageError("give one of --among, --range and --code")
    found = open_graph(ctx, at_once=False).compare(
        code,
        among=among or span or codes or None,
        on=on,
        nearest=nearest,
        statuses=_letters(statuses),
        zero_work=zero_work,
    )
    if picture is not None:
        found.plot(picture, measure=measure or "work")
    shown = [found.standing(measure)] if measure else list(found)
    if format == "json":
        from codegraph.operations import plain

        print_json(plain.comparison(found))
        return
    _print(found, shown, listed=peers)
    if picture is not None:
        click.echo(f"\nwritten: {picture}")


def _letters(text: str) -> tuple[str, ...]:
    return tuple(letter for letter in text.replace(",", " ").split() if letter)


def _print(found: Comparison, shown: list[Standing], *, listed: bool) -> None:
    from codegraph.comparison.measures import PERCENTILE, QUANTILE

    label = f" {found.label}" if found.label else ""
    click.echo(f"{found.code}{label}\namong {found.group}\n")
    rows = [(s.title, *(_cell(x) for x in _figures(s))) for s in shown]
    heads = (
        "measure",
        "value",
        "rank",
        "percentile",
        "of median",
        "median",
        "quartiles",
        "least",
        "greatest",
    )
    print_table(heads, rows)
    if listed:
        click.echo()
        print_table(
            ("code", "work", "facility", "non-facility", "status", "label"),
            [
                (p.code, p.work, _cell(p.facility), _cell(p.nonfacility), p.status, p.label or "")
                for p in found.peers
            ],
        )
    click.echo()
    for line in _remarks(found, shown):
        click.echo(line)
    click.echo(f"{PERCENTILE}\n{QUANTILE}")


def _figures(s: Standing) -> tuple[object, ...]:
    rank = None if s.rank is None else f"{s.rank} of {s.n}" + (f" (tied with {s.tied})" if s.tied else "")
    quartiles = None if s.median is None else f"{s.lower_quartile} – {s.upper_quartile}"
    ends = (_end(s.minimum, s.minimum_codes), _end(s.maximum, s.maximum_codes))
    return (s.value, rank, s.percentile, s.ratio, s.median, quartiles, *ends)


def _end(value: object, codes: tuple[str, ...]) -> str | None:
    if value is None:
        return None
    more = f", +{len(codes) - 1}" if len(codes) > 1 else ""
    return f"{value} ({codes[0].partition(':')[2]}{more})"


def _cell(value: object) -> object:
    return "–" if value is None else value


def _remarks(found: Comparison, shown: list[Standing]) -> list[str]:
    left_out = "; ".join(f"{reason}: {number}" for reason, number in found.excluded) or "none"
    return [
        f"source: {found.release} ({found.provenance.title})",
        f"counted: {found.denominator}; left out: {left_out}",
        *(f"{s.title}: {s.note}" for s in shown if s.note),
        *(f"note: {note}" for note in found.notes),
    ]
