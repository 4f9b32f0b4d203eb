"""`codegraph ask`: a question in words, answered in sentences with their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from codegraph.cli.shared import format_option, open_graph, print_json

if TYPE_CHECKING:
    from codegraph.answers.model import Answer, Ground, Sentence

_SHOWN = 4


@click.command("ask")
@click.argument("question", nargs=-1, required=True)
@click.option("--on", help="Date of service, YYYY-MM-DD, where the question names none.")
@format_option("text", "json")
@click.pass_context
def command(ctx: click.Context, question: tuple[str, ...], on: str | None, format: str) -> None:
    """Answer QUESTION about codes: meaning, price, modifiers, edits, limits, crosswalks, diagnoses, history.

    No language model: a question that does not fit whole is declined, and says what was left. Under each sentence
    stand the call that found it and the files that it stands on. Exit 0: answered; 1: not understood, of several
    readings, or about what no loaded source holds.

    \b
    codegraph ask "What does Medicare pay for 44310 in Nebraska?"
    codegraph ask "May I use modifier 50 on 44310?"
    """  # noqa: D301 - click's mark of lines to be left alone
    answer = open_graph(ctx, at_once=False).ask(" ".join(question), on=on)
    if format == "json":
        from codegraph.operations import plain

        print_json(plain.answer(answer))
    else:
        _print(answer)
    if not answer:
        ctx.exit(1)


def _print(answer: Answer) -> None:
    for sentence in answer.sentences:
        click.echo(sentence.text)
        for line in _sources(sentence):
            click.echo(f"    {line}")
    rest = answer.text.split("\n")[1 if answer.sentences else 0 :]
    for line in rest:
        click.echo(line)


def _sources(sentence: Sentence) -> list[str]:
    """Return the call and the files of a sentence, each once."""
    files = list(dict.fromkeys(map(_named, sentence.evidence)))
    more = [f"and {len(files) - _SHOWN} more"] if len(files) > _SHOWN else []
    return [sentence.call, *files[:_SHOWN], *more]


def _named(ground: Ground) -> str:
    return "computed from the above" if ground.table == "computed" else str(ground)
