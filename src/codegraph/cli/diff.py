"""`codegraph diff`: what changed from one release to another, or between two editions within one."""

from __future__ import annotations

import re
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from codegraph.changes.model import KINDS
from codegraph.cli.shared import format_option, open_graph, print_json, print_table
from codegraph.errors import InvalidValue

if TYPE_CHECKING:
    from codegraph.build.progress import Progress
    from codegraph.changes.model import Change
    from codegraph.changes.result import ReleaseDiff

_IDENT: Final = re.compile(r"[a-z0-9-]+/[0-9A-Za-z._-]+")
_SHOWN: Final = 10
_WIDEST: Final = max(map(len, KINDS))
_LIST: Final = "\n".join(f"  {kind.ljust(_WIDEST)}  {told}" for kind, told in KINDS.items())
_HELP: Final = f"""Show what changed from FIRST to SECOND.

Both are release directories, or both are editions within the release that --release names (cms-gpci/2025). Of two
releases, the newest whole edition of each source is compared: where both hold the same, nothing is. An edition of
less than half the rows of the other is an excerpt: what it leaves out is not told.

\b
Kinds of change:
{_LIST}

\b
  codegraph diff release-2025 release-2026 --source pfs
  codegraph --release release-2026 diff cms-gpci/2025 cms-gpci/2026
  codegraph diff release-2025 release-2026 --format csv > changes.csv
  codegraph diff release-2025 release-2026 --source ptp --fail || echo "the edits differ"
"""


@click.command("diff", help=_HELP)
@click.argument("first")
@click.argument("second")
@click.option(
    "--source",
    "sources",
    multiple=True,
    help="What to compare (pfs, gpci, anesthesia, oppscap, opps, apc, inpatient, mue, addon, ptp, hcpcs, icd10cm, "
    "icd10pcs, mapping, gem); may be repeated. Without it all that both releases hold.",
)
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(tuple(KINDS)), help="Only this kind; may be repeated."
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=_SHOWN,
    show_default=True,
    help="Rows of each source and kind in a table; 0 shows all. The other formats hold all rows.",
)
@click.option("--fail", is_flag=True, help="Exit with 1 where there are changes, as diff does.")
@format_option("table", "json", "csv", "turtle")
@click.pass_context
def command(
    ctx: click.Context,
    first: str,
    second: str,
    sources: tuple[str, ...],
    kinds: tuple[str, ...],
    limit: int,
    fail: bool,
    format: str,
) -> None:
    """Compare, and print in one of the formats."""
    from codegraph.build.progress import shown

    with shown() as progress:
        found = _compare(ctx, first, second, sources, progress)
        if kinds:
            found = found.only(kinds)
    if format == "json":
        print_json(_json(found))
    elif format == "csv":
        click.echo(found.to_csv(), nl=False)
    elif format == "turtle":
        click.echo(found.to_turtle(), nl=False)
    else:
        _table(found, limit)
    ctx.exit(1 if fail and len(found) else 0)


def _compare(
    ctx: click.Context, first: str, second: str, sources: tuple[str, ...], progress: Progress
) -> ReleaseDiff:
    from codegraph.changes.diff import checked_sources, diff, diff_editions
    from codegraph.graph import CodeGraph

    wanted = checked_sources(sources or None)
    if all(_IDENT.fullmatch(name) and not Path(name).exists() for name in (first, second)):
        found = diff_editions(open_graph(ctx, at_once=False), first, second, progress=progress)
        if found.editions[0].source not in wanted:
            raise InvalidValue(
                f"{first} is compared as {found.editions[0].source}, not as {', '.join(sources)}"
            )
        return found
    graphs = [CodeGraph.open(place, at_once=False) for place in (first, second)]
    return diff(graphs[0], graphs[1], source=wanted, progress=progress)


def _json(found: ReleaseDiff) -> dict[str, object]:
    return {
        "first": found.first,
        "second": found.second,
        "editions": [asdict(pair) for pair in found.editions],
        "counts": found.counts,
        "adjustments": [
            {"field": a.field, "percent": a.percent, "count": a.count, "keys": a.keys}
            for a in found.adjustments
        ],
        "changes": found.rows(),
    }


def _table(found: ReleaseDiff, limit: int) -> None:
    """Print a table a source and kind, then equal relative changes, then what was compared."""
    for (source, kind), group in groupby(found, key=lambda change: (change.source, change.kind)):
        rows = list(group)
        kept = rows[:limit] if limit else rows
        click.echo(f"{source}, {kind}: {len(rows):,}. {KINDS[kind][0].upper()}{KINDS[kind][1:]}")
        _rows(kept)
        if len(rows) > len(kept):
            click.echo(f"{len(rows) - len(kept):,} more (--limit 0 shows all)")
        click.echo()
    if not found:
        click.echo("no changes found\n")
    if found.adjustments:
        click.echo("Equal relative changes of work RVU, as far as two decimals tell:")
        print_table(("change", "rows", "such as"), [_adjusted(a.percent, a.keys) for a in found.adjustments])
        click.echo()
    click.echo("Compared:")
    print_table(
        ("source", "first", "second", "", "note"),
        [
            (p.source, p.first, p.second, "" if p.state == "compared" else p.state, p.note)
            for p in found.editions
        ],
    )


def _rows(rows: list[Change]) -> None:
    heads = ("row", "setting", "field", "before", "after", "difference", "percent", "note")
    cells = [
        (
            c.key,
            c.setting,
            c.field,
            _said(c.before),
            _said(c.after),
            _signed(c.difference),
            _signed(c.percent, " %"),
            c.note,
        )
        for c in rows
    ]
    used = [n for n in range(len(heads)) if n == 0 or any(row[n] for row in cells)]
    print_table([heads[n] for n in used], [[row[n] for n in used] for row in cells])


def _adjusted(percent: object, keys: tuple[str, ...]) -> tuple[str, str, str]:
    return _signed(percent, " %"), f"{len(keys):,}", ", ".join(keys[:5]) + (", …" if len(keys) > 5 else "")


def _signed(value: object, unit: str = "") -> str:
    return "" if value is None else f"{value:+}{unit}"


def _said(value: object) -> str:
    return "" if value is None else str(value)
