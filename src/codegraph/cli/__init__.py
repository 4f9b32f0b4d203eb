"""The command line: each command asks the facade and prints; no logic of its own.

A command's module is imported when the command is called: start-up is most of the time of a short answer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, MutableMapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from codegraph import __version__
from codegraph.errors import CodegraphError

COMMANDS = (
    "addons",
    "ask",
    "build",
    "check",
    "codes",
    "common",
    "compare",
    "consult",
    "contradictions",
    "crosswalk",
    "diff",
    "differences",
    "edits",
    "export",
    "fetch",
    "history",
    "info",
    "limits",
    "log",
    "mcp",
    "modifiers",
    "outpatient",
    "path",
    "price",
    "query",
    "related",
    "search",
    "serve",
    "show",
    "sources",
    "suggest",
    "validate",
)


class _Lazy(MutableMapping[str, click.Command]):
    """The commands by name; a command's module is imported when the command is taken."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._taken: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._taken:
            if name not in self._names:
                raise KeyError(name)
            self._taken[name] = import_module(f"codegraph.cli.{name}").command
        return self._taken[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._names = (*self._names, name)
        self._taken[name] = command

    def __delitem__(self, name: str) -> None:
        self._names = tuple(n for n in self._names if n != name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _Commands(click.Group):
    """Prints the errors that codegraph raises on purpose as one line, with their exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except CodegraphError as error:
            click.echo(f"codegraph: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            sys.stdout = None
            ctx.exit(0)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="codegraph")
@click.option(
    "--release",
    "release",
    type=click.Path(path_type=Path),
    envvar="CODEGRAPH_RELEASE",
    help="Release directory to ask (or CODEGRAPH_RELEASE); without it the packaged knowledge is used.",
)
@click.pass_context
def main(ctx: click.Context, release: Path | None) -> None:
    """US medical procedure codes, their meaning and their rules, as one graph.

    Start with:  codegraph show 44310  ·  codegraph crosswalk 44310 --to icd10pcs --explain
    """
    ctx.obj = release


main.commands = _Lazy(COMMANDS)
