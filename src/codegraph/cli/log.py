"""`codegraph log`: procedures done, in a file of this machine: add, list, report, import, export, remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from codegraph.cli.shared import PATH, format_option, open_graph, print_json, print_table

if TYPE_CHECKING:
    from codegraph.worklog.entry import Entry
    from codegraph.worklog.model import Report, Sum

_F = TypeVar("_F", bound=Callable[..., Any])


@click.group("log")
def command() -> None:
    """Keep a log of procedures done, and report what they are worth.

    The log is an SQLite file: --log, else CODEGRAPH_LOG, else in your data folder. Write no patient's name into it.

    Example:  codegraph log add 44310 --date 2025-10-14 && codegraph log report --locality NE
    """


def _log_option(function: _F) -> _F:
    return click.option(
        "--log", "path", type=PATH, help="File of the log (or CODEGRAPH_LOG); made by the first entry."
    )(function)


def _period_options(function: _F) -> _F:
    for name, target, text in (
        ("--code", "code", "Only this code; with modifiers (44388-53) only entries that have them."),
        ("--to", "last", "Last day, YYYY-MM-DD."),
        ("--from", "first", "First day, YYYY-MM-DD."),
    ):
        function = click.option(name, target, help=text)(function)
    return function


@command.command("add")
@click.argument("code")
@click.option("--date", "day", help="Date of service, YYYY-MM-DD; today without it.")
@click.option("--modifier", "modifiers", multiple=True, help="A modifier, as 59; repeat it for more.")
@click.option("--units", help="Units of service, from 1.")
@click.option("--note", default="", help="A remark of one's own.")
@_log_option
@format_option("table", "json")
@click.pass_context
def add(
    ctx: click.Context,
    code: str,
    day: str | None,
    modifiers: tuple[str, ...],
    units: str | None,
    note: str,
    path: Path | None,
    format: str,
) -> None:
    """Add an entry for CODE, which may carry modifiers and units (44388-53, 44955x2).

    Example:  codegraph log add 44310 --date 2025-10-14 --modifier 62 --note "with Dr. B."
    """
    from codegraph.worklog.entry import Entry
    from codegraph.worklog.store import WorkLog

    entry = Entry.make(day or _today(), code, modifiers, units, note)
    warnings = _warnings(ctx, entry)
    log = WorkLog(path)
    (stored,) = log.add([entry])
    if format == "json":
        print_json({**asdict(stored), "log": log.path, "warnings": warnings})
    else:
        click.echo(f"entry {stored.id}: {stored}  ({log.path})")
    for warning in warnings:
        click.echo(f"codegraph: warning: {warning}", err=True)


def _today() -> date:
    return date.today()


def _warnings(ctx: click.Context, entry: Entry) -> list[str]:
    """Return what is odd about an entry that is kept all the same."""
    from codegraph.worklog.entry import doubts

    found = doubts(entry, _today())
    if ctx.obj is None:
        return found  # the packaged knowledge knows one family of codes: that it lacks one tells nothing
    kg = open_graph(ctx, at_once=False)
    if kg.get(entry.line.curie) is None:
        found.append(
            f"{entry.line.curie} is not in the release {kg.directory}; a report will have no figures for it"
        )
    return found


@command.command("list")
@_period_options
@_log_option
@format_option("table", "json")
def list_entries(
    first: str | None, last: str | None, code: str | None, path: Path | None, format: str
) -> None:
    """List the entries, by day.

    Example:  codegraph log list --from 2025-10-01 --code 44310
    """
    found = _entries(path, first, last, code)
    if format == "json":
        print_json([asdict(entry) for entry in found])
        return
    rows = [(e.id, e.day, e.code, " ".join(e.modifiers), e.units, " ".join(e.note.split())) for e in found]
    print_table(("entry", "date", "code", "modifiers", "units", "note"), rows)


def _entries(path: Path | None, first: str | None, last: str | None, code: str | None) -> tuple[Entry, ...]:
    from codegraph.billing.editions import as_day
    from codegraph.worklog.store import WorkLog

    return WorkLog(path).entries(first=as_day(first), last=as_day(last), code=code)


@command.command("remove")
@click.argument("number", metavar="ENTRY", type=int)
@_log_option
def remove(number: int, path: Path | None) -> None:
    """Remove an entry by its number.

    Example:  codegraph log remove 7
    """
    from codegraph.worklog.store import WorkLog

    click.echo(f"removed: entry {number}: {WorkLog(path).remove(number)}")


@command.command("export")
@click.argument("file", type=PATH)
@_period_options
@_log_option
def export(first: str | None, last: str | None, code: str | None, file: Path, path: Path | None) -> None:
    """Write the entries to FILE as CSV (date,code,modifiers,units,note); `-` is the standard output.

    Example:  codegraph log export 2025.csv --from 2025-01-01 --to 2025-12-31
    """
    from codegraph.worklog.csv_files import to_csv, write_text

    found = _entries(path, first, last, code)
    if str(file) == "-":
        click.echo(to_csv(found), nl=False)
        return
    write_text(file, to_csv(found))
    click.echo(f"{len(found)} entries written to {file}")


@command.command("import")
@click.argument("file", type=PATH)
@click.option("--skip-bad", is_flag=True, help="Import the good rows where others are bad; exit 1 then.")
@_log_option
@format_option("table", "json")
@click.pass_context
def import_file(ctx: click.Context, file: Path, skip_bad: bool, path: Path | None, format: str) -> None:
    """Add the entries of the CSV FILE (date,code,modifiers,units,note): all of them, or none where a row is bad.

    Example:  codegraph log import october.csv
    """
    from codegraph.errors import SourceError
    from codegraph.worklog.csv_files import read_csv
    from codegraph.worklog.store import WorkLog

    entries, bad = read_csv(file)
    for row in bad:
        click.echo(f"codegraph: {file}: {row}", err=True)
    if bad and not skip_bad:
        raise SourceError(
            f"{file}: {len(bad)} of {len(bad) + len(entries)} rows are no entries, and none was imported; "
            "mend them, or import the others with --skip-bad"
        )
    log = WorkLog(path)
    stored = log.add(entries) if entries else ()
    if format == "json":
        print_json({"imported": len(stored), "rejected": [asdict(row) for row in bad], "log": log.path})
    else:
        click.echo(f"{len(stored)} entries imported, {len(bad)} rows rejected  ({log.path})")
    ctx.exit(1 if bad else 0)


@command.command("report")
@click.option(
    "--by", type=click.Choice(["month", "code"]), default="month", show_default=True, help="Rows by what."
)
@_period_options
@click.option("--locality", help="Where: 01112-05, a state, a county; national without it.")
@click.option(
    "--setting",
    type=click.Choice(["facility", "nonfacility"]),
    default="facility",
    show_default=True,
    help="Setting of the payment.",
)
@click.option(
    "--qualifying-participant", is_flag=True, help="Conversion factor of such participants, from 2026."
)
@click.option("--benchmark", type=PATH, help="CSV of percentiles: percentile,work_rvu.")
@click.option(
    "--annualize", is_flag=True, help="Benchmark the total times 365 over the days from --from to --to."
)
@click.option("--nearest", is_flag=True, help="Take the nearest release for days that none covers.")
@_log_option
@format_option("table", "json")
@click.pass_context
def report_entries(
    ctx: click.Context,
    by: str,
    first: str | None,
    last: str | None,
    code: str | None,
    locality: str | None,
    setting: str,
    qualifying_participant: bool,
    benchmark: Path | None,
    annualize: bool,
    nearest: bool,
    path: Path | None,
    format: str,
) -> None:
    """Report work RVU and projected payment, each entry by the release of its day.

    Example:  codegraph log report --by code --locality NE --benchmark percentiles.csv
    """
    from codegraph.billing.editions import as_day
    from codegraph.worklog.benchmark import read_benchmark
    from codegraph.worklog.report import report

    found = report(
        open_graph(ctx, at_once=False),
        _entries(path, first, last, code),
        first=as_day(first),
        last=as_day(last),
        locality=locality,
        setting=setting,
        qualifying_participant=qualifying_participant,
        nearest=nearest,
        benchmark=None if benchmark is None else read_benchmark(benchmark),
        annualize=annualize,
    )
    if format == "json":
        print_json({**asdict(found), "missing": [asdict(line) for line in found.missing]})
        return
    _print_report(found, by)


def _print_report(found: Report, by: str) -> None:
    period = "no entries" if found.first is None else f"{found.first} to {found.last}"
    click.echo(f"{period}; payment {found.setting}, {found.locality or 'national (all indices 1)'}\n")
    sums = found.months if by == "month" else found.codes
    heads = (by, "entries", "units", "work RVU", "payment", "without RVU", "without payment")
    print_table(heads, [_row(s) for s in (*sums, found.total)])
    if found.missing:
        click.echo("\nin no sum:")
        for line in found.missing:
            click.echo(f"  entry {line.entry.id}, {line.entry}: {_why(line.no_work, line.no_payment)}")
    if found.benchmark is not None:
        placed = found.benchmark
        click.echo(f"\nbenchmark {placed.file}: {placed.total:.2f} work RVU, {placed.text}")
    click.echo()
    for note in found.notes:
        click.echo(f"note: {note}")


def _row(s: Sum) -> tuple[object, ...]:
    work = "–" if s.work is None else s.work
    payment = "–" if s.payment is None else f"${s.payment:,.2f}"
    return (s.key, s.entries, s.units, work, payment, s.without_work or "", s.without_payment or "")


def _why(no_work: str | None, no_payment: str | None) -> str:
    if no_work == no_payment:
        return no_work or ""
    said = (("no work RVU", no_work), ("no payment", no_payment))
    return "; ".join(f"{what}: {reason}" for what, reason in said if reason)
