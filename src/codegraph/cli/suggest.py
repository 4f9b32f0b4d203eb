"""`codegraph suggest`: candidate codes for a note, with what it states, leaves open and denies."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.suggest.model import Candidate, Suggestion


@click.command("suggest")
@click.argument("note", type=click.File("rb"))
@click.option(
    "--system", multiple=True, default=("cpt",), show_default=True, help="Codes of this system; repeat it."
)
@click.option(
    "--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Most candidates to show."
)
@click.option("--redact", is_flag=True, help="Mask names, dates, numbers and addresses before anything else.")
@format_option("table", "json")
@click.pass_context
def command(
    ctx: click.Context, note: IO[bytes], system: tuple[str, ...], limit: int, redact: bool, format: str
) -> None:
    """Suggest codes for the text in the file NOTE, or - for standard input; it stays on this machine.

    Example:  codegraph suggest note.txt --redact
    """
    text = note.read().decode("utf-8-sig", errors="replace")
    found = open_graph(ctx).suggest(text, system=system, limit=limit, redact=redact)
    if format == "json":
        from codegraph.operations.plain import suggestion

        print_json(suggestion(found))
        return
    _print(found)


def _print(found: Suggestion) -> None:
    if found.masked:
        click.echo("masked: " + ", ".join(f"{m.kind} {m.count}" for m in found.masked) + "\n")
    if found.candidates:
        print_table(
            ("code", "fit", "label", "stated", "not stated"),
            [
                (c.code, f"{c.fit:.2f}", c.label, _facets(c, "stated", "wider"), _facets(c, "open"))
                for c in found.candidates
            ],
        )
    else:
        click.echo("No code fits what the note states as done.")
    if beside := [c.code for c in found.candidates if c.beside]:
        click.echo(f"beside {found.candidates[0].code}, for other acts of the note: {', '.join(beside)}")
    for question in found.left_open:
        click.echo(f"open: {question}")
    for c in found.ruled_out[:5]:
        click.echo(f"ruled out: {c.code} {c.label}: {_facets(c, 'contradicted')}")
    aside = [s for s in found.spans if s.status != "present"]
    if aside:
        click.echo("not counted: " + "; ".join(f"{s.text} ({s.status})" for s in aside[:12]))
    if found.diagnoses:
        click.echo()
        print_table(
            ("diagnosis", "label", "words", "status"),
            [(d.code, d.label, " ".join(d.text.split()), d.status) for d in found.diagnoses],
        )
    for note in found.notes:
        click.echo(f"note: {note}")


def _facets(candidate: Candidate, *verdicts: str) -> str:
    names = (f.facet.replace("_", " ") for f in candidate.facets if f.verdict in verdicts)
    return ", ".join(dict.fromkeys(names)) or "–"
