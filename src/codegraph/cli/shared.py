"""What the commands share: opening the graph, the --format option, printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_F = TypeVar("_F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)


def open_graph(ctx: click.Context, *, at_once: bool = True) -> CodeGraph:
    """Open the release that --release names, or the packaged knowledge."""
    from codegraph.graph import CodeGraph

    return CodeGraph.open(ctx.obj, at_once=at_once)


def format_option(*names: str) -> Callable[[_F], _F]:
    """Give a command its --format option; the first name is the default."""
    return click.option(
        "--format",
        "format",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="How to print.",
    )


def in_words(kg: CodeGraph, terms: Iterable[str]) -> str:
    """Return the labels of terms (CURIEs), joined."""
    return " + ".join(str(kg.store.object(t, "skos:prefLabel") or t) for t in terms) or "(not stated)"


def print_json(value: Any) -> None:  # noqa: ANN401
    """Print indented JSON; decimals keep their digits, dates are ISO."""
    from codegraph.render import jsonable

    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=jsonable))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print aligned columns."""
    from codegraph.result_text import table

    click.echo(table(heads, rows), nl=False)
