"""`codegraph build`: a release directory from official files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegraph.cli.shared import PATH, format_option, print_json, print_table

if TYPE_CHECKING:
    from codegraph.release import Source


@click.command("build")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option("--out", required=True, type=PATH, help="Release directory to write, whole or not at all.")
@click.option(
    "--max-rejects",
    type=click.FloatRange(0, 1),
    default=0.01,
    show_default=True,
    help="Share of a file's rows that may be rejected before the build fails.",
)
@click.option(
    "--progress/--no-progress", default=None, help="Progress on stderr; by default on a terminal only."
)
@format_option("table", "json")
def command(
    paths: tuple[Path, ...], out: Path, max_rejects: float, progress: bool | None, format: str
) -> None:
    """Build a release directory from the official files in PATHS and the packaged knowledge.

    Malformed rows go to rejects.jsonl with file, line and reason. An older release at --out is replaced only by
    a whole new one.
    """
    from codegraph.build.pipeline import build as run
    from codegraph.build.progress import shown

    with shown(progress) as bar:
        report = run(paths, out, progress=bar, max_rejects=max_rejects)
    if format == "json":
        print_json({"directory": str(out), "seconds": round(report.seconds, 1), **asdict(report.manifest)})
        return
    manifest = report.manifest
    print_table(
        ("release", "file", "rows", "rejected", "repaired", "triples", "seconds"),
        [
            (
                s.release,
                s.file,
                s.rows,
                s.rejects,
                s.notes,
                s.triples,
                f"{report.seconds_of.get(_label(s), 0):.1f}",
            )
            for s in manifest.sources
        ],
    )
    for line in report.skipped:
        click.echo(f"left out: {line}")
    for label in manifest.unknown_files:
        click.echo(f"unknown:  {label}")
    codes = ", ".join(f"{n:,} {system}" for system, n in manifest.codes.items())
    click.echo(f"{manifest.triples:,} triples, {codes}; {report.seconds:.1f} s -> {out}")


def _label(source: Source) -> str:
    return f"{source.file}!{source.member}" if source.member else source.file
