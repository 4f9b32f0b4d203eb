"""`codegraph modifiers`: which modifiers a code takes and why, or which codes take a modifier."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.billing.modifiers.model import ModifierRule, ModifierUse

_LIMIT = 40


@click.command("modifiers")
@click.argument("code", required=False)
@click.option("--modifier", help="Only this modifier, with its whole explanation.")
@click.option("--all", "everything", is_flag=True, help="Also those that do not apply, with the reason.")
@click.option("--reverse", "reverse", metavar="MODIFIER", help="The codes that this modifier applies to.")
@click.option("--on", help="Date of service, YYYY-MM-DD; without it the newest loaded release answers.")
@click.option("--nearest", is_flag=True, help="Let the nearest release answer for a date that none covers.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=_LIMIT,
    show_default=True,
    help="Most codes to print with --reverse (JSON: all).",
)
@format_option("table", "json")
@click.pass_context
def command(
    ctx: click.Context,
    code: str | None,
    modifier: str | None,
    everything: bool,
    reverse: str | None,
    on: str | None,
    nearest: bool,
    limit: int,
    format: str,
) -> None:
    """Show which modifiers CODE takes, why, and what they do to payment.

    Modifiers behind the code (`44310-50-LT`) are shown whether they apply or not, and whether they exclude each other.

    For example:  codegraph modifiers 44388 --modifier 53
    """
    if (code is None) == (reverse is None):
        raise click.UsageError("give a CODE, or a modifier with --reverse")
    kg = open_graph(ctx, at_once=False)
    from codegraph.operations import plain

    if reverse is not None:
        uses = kg.codes_with_modifier(reverse, on=on, nearest=nearest)
        print_json(plain.uses(uses)) if format == "json" else _print_uses(reverse, uses, limit)
        return
    assert code is not None
    bare, named, rules, excluded = plain.chosen_rules(
        kg, code, modifier, everything=everything, on=on, nearest=nearest
    )
    if format == "json":
        print_json(plain.modifiers(bare, rules, excluded))
        return
    _print_rules(rules)
    for each in excluded:
        click.echo(f"{each.first} and {each.second} exclude each other on one line: {each.reason}.")
    if named:
        for rule in rules:
            _print_rule(rule)


def _print_rules(rules: list[ModifierRule]) -> None:
    alike: dict[tuple[str, ...], list[ModifierRule]] = {}
    for rule in rules:
        alike.setdefault((rule.answer, rule.reason, rule.condition or "", rule.rate or ""), []).append(rule)
    rows = [
        (
            _spans([r.modifier for r in group]),
            answer,
            rate,
            group[0].label if len(group) == 1 else "",
            why,
            condition,
        )
        for (answer, why, condition, rate), group in alike.items()
    ]
    print_table(("modifier", "applies", "part paid", "meaning", "why", "if"), rows)
    releases = Counter(e.provenance.release for rule in rules for e in rule.evidence)
    if releases:
        click.echo(f"\nfrom {', '.join(sorted(releases))}")


def _spans(modifiers: list[str]) -> str:
    """Return modifiers as text, runs of three and more shortened (`E1-E4 FA`)."""
    runs: list[list[str]] = []
    for modifier in modifiers:
        follows = runs and runs[-1][-1][0] == modifier[0] and ord(modifier[1]) == ord(runs[-1][-1][1]) + 1
        if follows:
            runs[-1].append(modifier)
        else:
            runs.append([modifier])
    return " ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else " ".join(run) for run in runs)


def _print_rule(rule: ModifierRule) -> None:
    texts: dict[str, Any] = {"payment": rule.payment, "when to use": rule.when, "rows": rule.evidence}
    for name, found in texts.items():
        for each in found:
            click.echo(f"{rule.modifier} {name}: {each}")


def _print_uses(modifier: str, uses: tuple[ModifierUse, ...], limit: int) -> None:
    click.echo(f"{len(uses)} codes take {modifier.upper()}\n")
    print_table(("code", "why", "if"), [(u.code, u.reason, u.condition or "") for u in uses[:limit]])
    if len(uses) > limit:
        click.echo(f"… and {len(uses) - limit} more; --limit {len(uses)} prints all")
