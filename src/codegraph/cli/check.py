"""`codegraph check`: a verdict for each line of a claim, or of the claims in a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from codegraph.cli.shared import format_option, open_graph, print_json

if TYPE_CHECKING:
    from codegraph.claims.model import Claim, ClaimCheck
    from codegraph.claims.parts import Unread
    from codegraph.graph import CodeGraph

_EVERY: Final = 1000
# What was denied, or could not be read: linters end so too.
_FOUND: Final = 1


_HELP: Final = """Check the lines of a claim: pay, deny or review, with the rows that decide.

A LINE is a code with its modifiers and units (44187-59x2), or with a day of its own (44187@2024-08-02). What no
loaded release covers is listed as not checked.

Exit status: 0 where nothing is denied (review is no denial), 1 where a line is denied or a part of a file cannot be
read, 2 where the request itself is wrong.

\b
  codegraph check 44310 44187-59 44955x1 --on 2024-08-01 --dx K50.012
  codegraph check 99213-24 --on 2025-11-20 --prior 44310@2025-10-07
  codegraph check --claims claims.837 --format jsonl > checked.jsonl
"""


@click.command("check", help=_HELP)
@click.argument("lines", nargs=-1, metavar="[LINE]...")
@click.option("--on", help="Date of service, YYYY-MM-DD; without it the newest loaded releases answer.")
@click.option(
    "--setting",
    type=click.Choice(("practitioner", "outpatient")),
    help="Whose claim it is: a practitioner's (the default) or an outpatient hospital's.",
)
@click.option("--dx", "diagnoses", multiple=True, metavar="CODE", help="A diagnosis; may be repeated.")
@click.option(
    "--prior",
    multiple=True,
    metavar="LINE@DATE",
    help="A procedure of an earlier claim, like 44310@2024-07-20; may be repeated.",
)
@click.option("--nearest", is_flag=True, help="Let the nearest releases answer where none covers the date.")
@click.option(
    "--claims",
    "file",
    metavar="FILE",
    help="Claims from a file instead (FHIR Claim, X12 837, JSON Lines; - for standard input).",
)
@format_option("table", "json", "jsonl")
@click.pass_context
def command(ctx: click.Context, /, **asked: Any) -> None:  # noqa: ANN401
    """Check the lines of a claim, or the claims of a file."""
    _usage(asked)
    kg = open_graph(ctx, at_once=False)
    if asked["file"] is not None:
        ctx.exit(_check_file(kg, asked))
    found = kg.check(
        asked["lines"],
        on=asked["on"],
        setting=asked["setting"] or "practitioner",
        prior=asked["prior"],
        diagnoses=asked["diagnoses"],
        nearest=asked["nearest"],
    )
    _print(found, asked["format"])
    ctx.exit(_FOUND if _denied(found) else 0)


def _usage(asked: dict[str, Any]) -> None:
    if asked["file"] is None:
        if not asked["lines"]:
            raise click.UsageError("name at least one LINE, like 44310 or 44187-59x2, or --claims FILE")
        return
    taken = [
        name
        for name, given in (
            ("LINE", asked["lines"]),
            ("--setting", asked["setting"]),
            ("--dx", asked["diagnoses"]),
            ("--prior", asked["prior"]),
        )
        if given
    ]
    if taken:
        raise click.UsageError(f"--claims does not go with {', '.join(taken)}: the claims say it themselves")


def _denied(found: ClaimCheck) -> bool:
    return found.outcome == "deny"


def _print(found: ClaimCheck, format: str) -> None:
    from codegraph.claims.shown import as_json, as_text

    if format == "table":
        click.echo(as_text(found), nl=False)
    elif format == "json":
        print_json(as_json(found))
    else:
        click.echo(json.dumps(as_json(found), ensure_ascii=False))


def _check_file(kg: CodeGraph, asked: dict[str, Any]) -> int:
    """Print the check of each claim of a file as it is read; return the exit status."""
    from codegraph.claims.model import ClaimCheck
    from codegraph.claims.shown import as_json, as_text

    format, status, between = asked["format"], 0, "["
    for part in _checked(kg, asked):
        if not isinstance(part, ClaimCheck):
            status = _FOUND
            click.echo(f"codegraph: not read: {part}", err=True)
            shown: dict[str, Any] = {
                "unread": {"where": part.where, "reason": part.reason, "claim": part.claim}
            }
        else:
            status = _FOUND if _denied(part) else status
            if format == "table":
                click.echo(as_text(part))
                continue
            shown = as_json(part)
        if format == "jsonl":
            click.echo(json.dumps(shown, ensure_ascii=False))
        elif format == "json":
            click.echo(between + "\n" + json.dumps(shown, ensure_ascii=False, indent=2), nl=False)
            between = ","
    if format == "json":
        click.echo("[]" if between == "[" else "\n]")
    return status


def _checked(kg: CodeGraph, asked: dict[str, Any]) -> Iterator[ClaimCheck | Unread]:
    """Yield the check of each claim, and what could not be read; how many there were so far goes to a terminal."""
    from codegraph.billing.editions import as_day
    from codegraph.claims.parts import Unread
    from codegraph.claims.reading import read_claims

    on = as_day(asked["on"])
    told = sys.stderr.isatty()
    source = sys.stdin.buffer if asked["file"] == "-" else Path(asked["file"])
    for number, part in enumerate(read_claims(source), 1):
        if isinstance(part, Unread):
            yield part
            continue
        yield kg.check(_dated(part, on), nearest=asked["nearest"])
        if told and number % _EVERY == 0:
            click.echo(f"\r{number:,} claims", err=True, nl=False)
    if told:
        click.echo("", err=True)


def _dated(claim: Claim, on: Any) -> Claim:  # noqa: ANN401 - a date or None
    """Return a claim with the date that was asked for where it has none of its own."""
    return replace(claim, on=on) if on is not None and claim.on is None else claim
