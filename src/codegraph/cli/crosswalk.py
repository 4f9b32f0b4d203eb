"""`codegraph crosswalk`: what a code maps to, and why."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.mapping import Crosswalk, Mapping


@click.command("crosswalk")
@click.argument("code")
@click.option(
    "--to", "to", help="Target: icd10pcs, cpt, icd10cm, icd9cm, icd9pcs, ccsr, rbcs, …; all without it."
)
@click.option("--explain", is_flag=True, help="Show why each target maps, facet by facet.")
@click.option(
    "--all", "show_all", is_flag=True, help="Also targets that differ in something CODE does not name."
)
@format_option("table", "json", "sssom")
@click.pass_context
def command(
    ctx: click.Context, code: str, to: str | None, explain: bool, show_all: bool, format: str
) -> None:
    """Show what CODE maps to: the target, how it stands to CODE, why, and who says so."""
    found = open_graph(ctx, at_once=False).crosswalk(code, to=to)
    shown = [m for m in found if show_all or m.aside is None]
    if format == "json":
        print_json(
            {
                "code": str(found.source_code),
                "to": to,
                "note": found.note,
                "mappings": [_mapping(m) for m in shown],
            }
        )
        return
    if format == "sssom":
        from codegraph.export.as_sssom import write_sssom

        write_sssom(shown, sys.stdout)
        return
    _crosswalk_text(found, shown, explain=explain)


def _crosswalk_text(found: Crosswalk, shown: list[Mapping], *, explain: bool) -> None:
    if explain:
        click.echo("\n\n".join(m.explain() for m in shown))
    elif shown:
        print_table(
            ("target", "label", "relation", "justification", "set", "combination"),
            [
                (
                    m.target,
                    m.target.label or "",
                    m.relation,
                    m.justification,
                    m.mapping_set,
                    m.combination or "",
                )
                for m in shown
            ],
        )
    if found.note:
        click.echo(found.note)
    hidden = len(found) - len(shown)
    if hidden:
        click.echo(
            f"{hidden} more differ in something that {found.source_code} does not name: --all shows them"
        )


def _mapping(m: Mapping) -> dict[str, Any]:
    return {
        "target": str(m.target),
        "label": m.target.label,
        "relation": m.relation,
        "predicate": m.predicate,
        "justification": m.justification,
        "confidence": m.confidence,
        "comment": m.comment,
        "combination": m.combination,
        "aside": m.aside,
        "mapping_set": m.mapping_set,
        "provenance": asdict(m.provenance),
        "facets": [asdict(f) for f in m.facets],
    }
