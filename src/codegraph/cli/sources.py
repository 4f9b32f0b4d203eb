"""`codegraph sources`: what each file is, and what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codegraph.cli.shared import PATH, format_option, print_json, print_table
from codegraph.errors import CodegraphError

if TYPE_CHECKING:
    from codegraph.sources.registry import Found


@click.command("sources")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@format_option("table", "json")
def command(paths: tuple[Path, ...], format: str) -> None:
    """Tell what each file in PATHS is: its kind by content, its release, what is missing.

    Nothing is built. A file of no known kind is named, never guessed.
    """
    from codegraph.build.pipeline import choose
    from codegraph.build.progress import shown
    from codegraph.sources.registry import MISSING_HINTS, scan

    with shown() as progress:
        progress.step("Looking at the files")
        found = scan(paths)
        rows = []
        for item in sorted(found, key=lambda f: (f.reader is None, f.member.label)):
            progress.step(f"Counting {item.member.label}")
            rows.append(_source_row(item))
    _, skipped = choose(found)
    kinds = {f.reader.kind for f in found if f.reader is not None and f.release is not None}
    missing = sorted(set(MISSING_HINTS) - kinds)
    if format == "json":
        print_json({"files": rows, "skipped": skipped, "missing": {k: MISSING_HINTS[k] for k in missing}})
        return
    print_table(("file", "kind", "release", "rows", "title"), [tuple(r.values())[:5] for r in rows])
    for line in skipped:
        click.echo(f"left out: {line}")
    if missing:
        click.echo("\nNot here, and where it is published:")
        for kind in missing:
            click.echo(f"  {kind}: {MISSING_HINTS[kind]}")


def _source_row(found: Found) -> dict[str, Any]:
    """Return what a file is, with its number of rows; reading it through tells whether it is whole."""
    from codegraph.sources.base import Note, Reject

    row: dict[str, Any] = {
        "file": found.member.label,
        "kind": "unknown",
        "release": "",
        "rows": "",
        "title": "",
    }
    if found.reader is None or found.release is None:
        return row | {"title": found.problem or "no known kind"}
    row |= {"kind": found.reader.kind, "release": found.release.ident, "title": found.release.title}
    try:
        rows = sum(1 for r in found.reader.read(found.member) if not isinstance(r, Reject | Note))
    except CodegraphError as error:
        return row | {"title": str(error)}
    return row | {"rows": rows}
