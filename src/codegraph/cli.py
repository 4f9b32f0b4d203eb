"""The command line: each command asks the facade and prints; no logic of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from codegraph import __version__
from codegraph.errors import CodegraphError

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.release import Source
    from codegraph.sources.registry import Found
    from codegraph.validation import Engine
    from codegraph.views import Crosswalk, Mapping

_F = TypeVar("_F", bound=Callable[..., Any])
_PATH = click.Path(path_type=Path)


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
    type=_PATH,
    envvar="CODEGRAPH_RELEASE",
    help="Release directory to ask (or CODEGRAPH_RELEASE); without it the packaged knowledge is used.",
)
@click.pass_context
def main(ctx: click.Context, release: Path | None) -> None:
    """US medical procedure codes, their meaning and their rules, as one graph.

    Start with:  codegraph show 44310  ·  codegraph crosswalk 44310 --to icd10pcs --explain
    """
    ctx.obj = release


def _open(ctx: click.Context, *, at_once: bool = True) -> CodeGraph:
    from codegraph.graph import CodeGraph

    return CodeGraph.open(ctx.obj, at_once=at_once)


def _format(*names: str) -> Callable[[_F], _F]:
    """Give a command its --format option; the first name is the default."""
    return click.option(
        "--format",
        "format",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="How to print.",
    )


def _print_json(value: Any) -> None:  # noqa: ANN401
    from codegraph.render import jsonable

    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=jsonable))


def _print_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from codegraph.result_text import table

    click.echo(table(heads, rows), nl=False)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@_format("table", "json")
def sources(paths: tuple[Path, ...], format: str) -> None:
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
        _print_json({"files": rows, "skipped": skipped, "missing": {k: MISSING_HINTS[k] for k in missing}})
        return
    _print_table(("file", "kind", "release", "rows", "title"), [tuple(r.values())[:5] for r in rows])
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


@main.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@click.option("--out", required=True, type=_PATH, help="Release directory to write, whole or not at all.")
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
@_format("table", "json")
def build(paths: tuple[Path, ...], out: Path, max_rejects: float, progress: bool | None, format: str) -> None:
    """Build a release directory from the official files in PATHS and the packaged knowledge.

    Malformed rows go to rejects.jsonl with file, line and reason. An older release at --out is replaced only by
    a whole new one.
    """
    from codegraph.build.pipeline import build as run
    from codegraph.build.progress import shown

    with shown(progress) as bar:
        report = run(paths, out, progress=bar, max_rejects=max_rejects)
    if format == "json":
        _print_json({"directory": str(out), "seconds": round(report.seconds, 1), **asdict(report.manifest)})
        return
    manifest = report.manifest
    _print_table(
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


@main.command()
@click.argument("code")
@_format("text", "json", "ttl", "md")
@click.option(
    "--include-licensed", is_flag=True, help="Also official descriptors that you loaded under a licence."
)
@click.pass_context
def show(ctx: click.Context, code: str, format: str, include_licensed: bool) -> None:
    """Show everything known of CODE, each figure with its source and release.

    CODE is a CURIE (cpt:44310) or a bare code while that is unambiguous; ICD-10-CM with or without its dot.
    """
    graph = _open(ctx)
    if format == "ttl":
        from codegraph.export.of_code import turtle

        click.echo(turtle(graph, graph[code]), nl=False)
        return
    described = graph.describe(code)
    official = graph[code].official_descriptors if include_licensed else []
    if format == "json":
        _print_json(asdict(described) | ({"official_descriptors": official} if include_licensed else {}))
        return
    from codegraph import render

    click.echo(render.markdown(described) if format == "md" else render.text(described), nl=False)
    for release, text in official:
        click.echo(f"Official descriptor (licensed, {release}): {text}")


@main.command()
@click.argument("code")
@click.option(
    "--to", "to", help="Target: icd10pcs, cpt, icd10cm, icd9cm, icd9pcs, ccsr, rbcs, …; all without it."
)
@click.option("--explain", is_flag=True, help="Show why each target maps, facet by facet.")
@click.option(
    "--all", "show_all", is_flag=True, help="Also targets that differ in something CODE does not name."
)
@_format("table", "json", "sssom")
@click.pass_context
def crosswalk(
    ctx: click.Context, code: str, to: str | None, explain: bool, show_all: bool, format: str
) -> None:
    """Show what CODE maps to: the target, how it stands to CODE, why, and who says so."""
    found = _open(ctx, at_once=False).crosswalk(code, to=to)
    shown = [m for m in found if show_all or m.aside is None]
    if format == "json":
        _print_json(
            {
                "code": str(found.source_code),
                "to": to,
                "note": found.note,
                "mappings": [_mapping(m) for m in shown],
            }
        )
        return
    if format == "sssom":
        from codegraph.export.as_sssom import write_sssom

        write_sssom(shown, sys.stdout)
        return
    _crosswalk_text(found, shown, explain=explain)


def _crosswalk_text(found: Crosswalk, shown: list[Mapping], *, explain: bool) -> None:
    if explain:
        click.echo("\n\n".join(m.explain() for m in shown))
    elif shown:
        _print_table(
            ("target", "label", "relation", "justification", "set", "combination"),
            [
                (
                    m.target,
                    m.target.label or "",
                    m.relation,
                    m.justification,
                    m.mapping_set,
                    m.combination or "",
                )
                for m in shown
            ],
        )
    if found.note:
        click.echo(found.note)
    hidden = len(found) - len(shown)
    if hidden:
        click.echo(
            f"{hidden} more differ in something that {found.source_code} does not name: --all shows them"
        )


def _mapping(m: Mapping) -> dict[str, Any]:
    return {
        "target": str(m.target),
        "label": m.target.label,
        "relation": m.relation,
        "predicate": m.predicate,
        "justification": m.justification,
        "confidence": m.confidence,
        "comment": m.comment,
        "combination": m.combination,
        "aside": m.aside,
        "mapping_set": m.mapping_set,
        "provenance": asdict(m.provenance),
        "facets": [asdict(f) for f in m.facets],
    }


@main.command()
@click.argument("code")
@click.option(
    "--all", "show_all", is_flag=True, help="Show every code, not only the first ten of a relation."
)
@_format("table", "json")
@click.pass_context
def related(ctx: click.Context, code: str, show_all: bool, format: str) -> None:
    """Show codes in some relation to CODE: other approach, life cycle, family, add-ons, edits."""
    found = _open(ctx).related(code)
    if format == "json":
        _print_json([asdict(r) for r in found])
        return
    counts: dict[str, int] = {}
    rows = []
    for r in found:
        counts[r.relation] = counts.get(r.relation, 0) + 1
        if show_all or counts[r.relation] <= 10:
            rows.append((r.relation, r.code, r.label, r.reason))
    _print_table(("relation", "code", "label", "reason"), rows)
    for relation, count in counts.items():
        if count > 10 and not show_all:
            click.echo(f"{relation}: {count - 10:,} more (--all)")


@main.command()
@click.argument("query", metavar="QUERY")
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter; may be given several times."
)
@_format("table", "json", "csv", "tsv", "ttl")
@click.pass_context
def query(ctx: click.Context, query: str, params: tuple[str, ...], format: str) -> None:
    """Run a stored query (its name, or the path of a .rq file) or SPARQL text.

    QUERY with spaces or braces is taken for SPARQL; `-` reads it from standard input; `list` lists the stored ones.
    """
    from codegraph import queries

    if query == "list":
        rows = [(name, q.signature, q.answers) for name, q in queries.all_queries().items()]
        _print_table(("name", "parameters", "answers"), rows)
        return
    text = sys.stdin.read() if query == "-" else query
    graph = _open(ctx)
    if query == "-" or "{" in text or " " in text.strip():
        if params:
            raise click.UsageError("--param goes with a stored query; write the values into free SPARQL")
        result = graph.query(text)
    else:
        result = graph.run(text if text.isidentifier() else Path(text), **dict(_pair(p) for p in params))
    _print_result(result, format)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--param")
    return name, value


def _print_result(result: Any, format: str) -> None:  # noqa: ANN401
    if format == "ttl":
        result.write(sys.stdout.buffer, "turtle")
    elif format == "json":
        click.echo(json.dumps(result.to_json(curies=True), indent=2, ensure_ascii=False))
    elif format == "table":
        click.echo(result.to_table(), nl=False)
    else:
        click.echo(result.to_csv() if format == "csv" else result.to_tsv(), nl=False)


@main.command()
@click.argument("files", nargs=-1, type=_PATH)
@click.option("--shapes", multiple=True, type=_PATH, help="Shape files to use in place of the packaged ones.")
@click.option(
    "--engine",
    type=click.Choice(("compiled", "pyshacl")),
    help="By default pySHACL for the packaged release.",
)
@_format("text", "json", "ttl")
@click.pass_context
def validate(
    ctx: click.Context,
    files: tuple[Path, ...],
    shapes: tuple[Path, ...],
    engine: Engine | None,
    format: str,
) -> None:
    """Validate the release, or RDF FILES of yours, against shapes and checks; exit 1 on violations."""
    named = list(shapes) or None
    if files:
        from codegraph.validation import validate_files

        report = validate_files(files, named)
    else:
        report = _open(ctx).validate(shapes=named, engine=engine)
    printed = {"text": report.to_text, "json": report.to_json, "ttl": report.to_turtle}[format]()
    click.echo(printed, nl=not printed.endswith("\n"))
    ctx.exit(0 if report.conforms else 1)


@main.command()
@click.argument("out", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--graph", "graphs", multiple=True, help="Only what this release contributed (cms-pfs/2025D); repeatable."
)
@click.option(
    "--format",
    "format",
    type=click.Choice(("turtle", "ntriples", "nquads", "trig", "jsonld", "rdfxml")),
    help="How to write; by default told from the ending.",
)
@click.option("--include-licensed", is_flag=True, help="Also licensed descriptors, which stay out otherwise.")
@click.option("--edits", is_flag=True, help="Also the whole history of NCCI pairs, as nodes.")
@click.pass_context
def export(
    ctx: click.Context,
    out: Path,
    graphs: tuple[str, ...],
    format: str | None,
    include_licensed: bool,
    edits: bool,
) -> None:
    """Write the graph to OUT (`-`: standard output).

    The format follows from the ending (.ttl, .nt, .nq, .trig, .jsonld, .rdf) unless --format names one.
    """
    summary = _open(ctx).export(
        out, format=format, graphs=list(graphs) or None, include_licensed=include_licensed, edits=edits
    )
    click.echo(
        f"{summary.triples:,} triples, {summary.bytes:,} bytes, {summary.seconds:.1f} s -> {out}", err=True
    )


@main.command()
@_format("table", "json")
@click.pass_context
def info(ctx: click.Context, format: str) -> None:
    """Show what the release is made of: sources, hashes, dates, counts."""
    graph = _open(ctx)
    manifest = graph.manifest
    if format == "json":
        click.echo(manifest.to_json(), nl=False)
        return
    click.echo(f"{graph.directory}\ncodegraph {manifest.codegraph}, {manifest.triples:,} triples")
    click.echo("codes: " + ", ".join(f"{n:,} {system}" for system, n in manifest.codes.items()))
    if not manifest.sources:
        click.echo("no official files: packaged knowledge only")
        return
    _print_table(
        ("release", "effective", "rows", "rejected", "triples", "sha256", "file"),
        [
            (s.release, s.effective_from or "", s.rows, s.rejects, s.triples, s.sha256[:12], s.file)
            for s in manifest.sources
        ],
    )


@main.command()
@click.option("--to", "to", required=True, type=_PATH, help="Folder to download into.")
@click.option(
    "--accept-ama-terms", is_flag=True, help="You agree to the AMA's terms for files that contain CPT codes."
)
@click.option("--kind", "kinds", multiple=True, help="Only this kind of source; repeatable.")
@_format("table", "json")
@click.pass_context
def fetch(ctx: click.Context, to: Path, accept_ama_terms: bool, kinds: tuple[str, ...], format: str) -> None:
    """Download official files from the publishers: the one command that reaches the network."""
    from codegraph.build.progress import shown
    from codegraph.fetch import fetch as run

    with shown() as progress:
        found = run(to, accept_ama_terms=accept_ama_terms, kinds=kinds or None, progress=progress)
    if format == "json":
        _print_json([asdict(f) for f in found])
    else:
        rows = [(f.kind, f.outcome, f.file or f.page, f.note) for f in found]
        _print_table(("kind", "outcome", "file or page", "note"), rows)
    ctx.exit(1 if any(f.outcome == "failed" for f in found) else 0)
