"""`codegraph crosswalk`: what a code maps to, and why."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.crosswalk.combinations import Combination
    from codegraph.export.as_conceptmap import FhirRelease
    from codegraph.graph import CodeGraph
    from codegraph.mapping import Crosswalk, Mapping
    from codegraph.model import Relation

_RELATIONS = ("exact", "narrower", "broader", "related")


@click.command("crosswalk")
@click.argument("code")
@click.option(
    "--to", "to", help="Target: icd10pcs, cpt, icd10cm, icd9cm, icd9pcs, ccsr, rbcs, …; all without it."
)
@click.option("--via", multiple=True, help="Go through this system on the way; repeatable, in order.")
@click.option(
    "--relation",
    type=click.Choice(_RELATIONS),
    multiple=True,
    help="Only targets that stand so to CODE; related also brings those that only overlap. Repeatable.",
)
@click.option("--on", "on", metavar="DATE", help="Only targets valid on this date of service (2026-07-01).")
@click.option("--explain", is_flag=True, help="Show why each target maps, facet by facet.")
@click.option(
    "--all", "show_all", is_flag=True, help="Also targets that differ in something CODE does not name."
)
@click.option(
    "--fhir-version",
    type=click.Choice(["R5", "R4"]),
    default="R5",
    show_default=True,
    help="With --format fhir.",
)
@click.option(
    "--include-licensed",
    is_flag=True,
    help="Also mappings of files that you license (OMOP, UMLS, SNOMED CT).",
)
@format_option("table", "json", "sssom", "fhir")
@click.pass_context
def command(
    ctx: click.Context,
    code: str,
    to: str | None,
    via: tuple[str, ...],
    relation: tuple[Relation, ...],
    on: str | None,
    explain: bool,
    show_all: bool,
    fhir_version: FhirRelease,
    include_licensed: bool,
    format: str,
) -> None:
    """Show what CODE maps to: the target, how it stands to CODE, why, and who says so.

    Targets of which only several together make up CODE are listed as combinations, one choice a part.

    \b
    codegraph crosswalk 44310 --to icd10pcs --explain
    codegraph crosswalk 44310 --to ccsr --via icd10pcs
    """  # noqa: D301 - click's mark of lines to be left alone
    graph = open_graph(ctx, at_once=False)
    found = graph.crosswalk(
        code, to=to, via=via, relation=relation or None, on=on, include_licensed=include_licensed
    )
    shown = [*found, *(found.aside if show_all else ())]
    if format == "json":
        from codegraph.operations import plain

        print_json(plain.crosswalk(found, shown))
    elif format == "sssom":
        from codegraph.export.as_sssom import write_sssom

        write_sssom(shown or found, sys.stdout)
    elif format == "fhir":
        from codegraph.export.as_conceptmap import concept_map

        print_json(concept_map(found, version=fhir_version))
    else:
        _text(graph, found, shown, explain=explain, hidden=0 if show_all else len(found.aside))


def _text(
    graph: CodeGraph, found: Crosswalk, shown: Sequence[Mapping], *, explain: bool, hidden: int
) -> None:
    if explain:
        for m in shown:
            _explained(graph, m)
    elif shown:
        heads = ("target", "label", "relation", "justification", "set")
        rows = [(m.target, m.target.label or "", m.relation, m.justification, m.mapping_set) for m in shown]
        print_table(heads, rows)
    for combination in found.combinations:
        click.echo()
        _combined(graph, combination)
    for text in filter(None, (found.note,)):
        click.echo(f"\n{text}" if shown else text)
    if hidden:
        click.echo(
            f"{hidden} more differ in something that {found.source_code} does not name: --all shows them"
        )


def _explained(graph: CodeGraph, m: Mapping) -> None:
    """Print one mapping as a coder reads it: a row a facet, in words."""
    click.echo(f"{m.source_code} -> {m.target}  {m.target.label or '(no public label)'}: {m.relation}")
    if m.facets:
        rows = [
            (f"  {f.name}", _words(graph, f.source), _words(graph, f.target), f.relation) for f in m.facets
        ]
        source = f"{m.source_code}, as read" if m.readings else str(m.source_code)
        print_table(("  facet", source, str(m.target), "target is"), rows)
    for line in m.explain().splitlines()[1 + len(m.facets) :]:
        click.echo(line)
    click.echo()


def _words(graph: CodeGraph, values: Sequence[str]) -> str:
    return " + ".join(graph._label(v) for v in values) or "(not stated)"


def _combined(graph: CodeGraph, combination: Combination) -> None:
    click.echo(f"{combination.name}: together, one of each part make the whole")
    for part in combination.parts:
        click.echo(f"  {part.name}: {' or '.join(part.alternatives)}")
    for component, guideline in combination.omitted:
        click.echo(f"  left out: {component} ({graph._label(guideline)}, {guideline})")
    if combination.reading:
        click.echo(f"  read so: {combination.reading} ({combination.reading_source})")
