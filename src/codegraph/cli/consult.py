"""`codegraph consult`: a question by e-mail, and its answer."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

import click

from codegraph.cli.shared import PATH, open_graph


@click.command("consult")
@click.option("--address", default="", help="Our address; without it the one that the message was sent to.")
@click.option("--watch", type=PATH, metavar="MAILDIR", help="Answer what comes into this Maildir instead.")
@click.option(
    "--outbox", type=PATH, metavar="MAILDIR", help="With --watch: where answers go (MAILDIR/answers)."
)
@click.option("--once", is_flag=True, help="With --watch: answer what is there, and end.")
@click.option(
    "--interval",
    type=click.FloatRange(0.1, 3600),
    default=2.0,
    show_default=True,
    help="With --watch: seconds between two looks.",
)
@click.pass_context
def command(
    ctx: click.Context, address: str, watch: Path | None, outbox: Path | None, once: bool, interval: float
) -> None:
    """Answer an e-mail (RFC 5322) from standard input on standard output, in its thread.

    Attachments are not read. What a machine sent (automatic answers, lists, bounces, our own answers) gets none:
    nothing is printed then, and standard error says why.

    For example:  codegraph consult < question.eml > answer.eml
    """
    from codegraph.consult.answer import consult
    from codegraph.consult.question import LONGEST_MESSAGE

    if watch is None:
        if outbox or once:
            raise click.UsageError("--outbox and --once go with --watch")
        found = consult(open_graph(ctx), sys.stdin.buffer.read(LONGEST_MESSAGE + 1), address=address)
        if isinstance(found, str):
            click.echo(f"codegraph: not answered: {found}", err=True)
        else:
            sys.stdout.buffer.write(found)
        return
    _watch(ctx, watch, outbox or watch / "answers", address=address, interval=0.0 if once else interval)


def _watch(ctx: click.Context, inbox: Path, outbox: Path, *, address: str, interval: float) -> None:
    from codegraph.consult.answer import consult
    from codegraph.consult.maildir import answer_new, prepare, report

    prepare(inbox, outbox)
    kg = open_graph(ctx)
    ask = partial(consult, kg, address=address)
    while True:
        for name, done in answer_new(inbox, outbox, ask):
            report(name, done)
        if not interval:
            return
        time.sleep(interval)
