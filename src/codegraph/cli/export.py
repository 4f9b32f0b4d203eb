"""`codegraph export`: the graph in a standard format."""

from __future__ import annotations

from pathlib import Path

import click

from codegraph.cli.shared import open_graph

# Named here, since the list of commands is to be had without the writers.
FORMATS = ("turtle", "ntriples", "nquads", "trig", "jsonld", "rdfxml")
OTHERS = {
    "fhir-r4": "a FHIR R4 Bundle of code systems, concept maps and value sets",
    "fhir-r5": "the same in FHIR R5",
    "omop": "a folder of OMOP vocabulary tables",
    "owl": "procedures as defined classes, for a reasoner",
    "parquet": "a folder of the tables, for data frames",
    "pieces": "a folder of N-Quads in gzip files, for bulk loaders",
    "skos": "a file in SKOS alone",
    "sssom": "a folder with one file for each mapping set",
}
COUNTED = {
    "fhir-r4": "resources",
    "fhir-r5": "resources",
    "omop": "rows",
    "parquet": "rows",
    "sssom": "mappings",
    "pieces": "quads",
}


@click.command("export")
@click.argument("out", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--graph", "graphs", multiple=True, help="Only what this release contributed (cms-pfs/2025D); repeatable."
)
@click.option(
    "--format",
    "format",
    type=click.Choice((*FORMATS, *sorted(OTHERS))),
    help="How to write; by default told from the ending. "
    + "; ".join(f"{n}: {OTHERS[n]}" for n in sorted(OTHERS)),
)
@click.option("--include-licensed", is_flag=True, help="Also licensed descriptors, which stay out otherwise.")
@click.option("--edits", is_flag=True, help="Also the whole history of NCCI pairs, as nodes.")
@click.option(
    "--pcs",
    multiple=True,
    help="With --format owl: of ICD-10-PCS only codes that begin so (0D, 0D1), or none; repeatable.",
)
@click.option("--quads", type=int, help="With --format pieces: quads a piece, 1,000,000 by default.")
@click.pass_context
def command(
    ctx: click.Context,
    out: Path,
    graphs: tuple[str, ...],
    format: str | None,
    include_licensed: bool,
    edits: bool,
    pcs: tuple[str, ...],
    quads: int | None,
) -> None:
    """Write the graph to OUT (`-`: standard output).

    The format follows from the ending (.ttl, .nt, .nq, .trig, .jsonld, .rdf) unless --format names one.
    --format owl writes the reasoner's view, as RDF/XML (.owl, .rdf), Turtle, N-Triples or functional syntax (.ofn).
    """
    limit = tuple(start for start in pcs if start != "none")
    summary = open_graph(ctx).export(
        out,
        format=format,
        graphs=list(graphs) or None,
        include_licensed=include_licensed,
        edits=edits,
        pcs=limit if pcs else None,
        quads=quads,
    )
    what = COUNTED.get(summary.format, "triples")
    click.echo(
        f"{summary.triples:,} {what}, {summary.bytes:,} bytes, {summary.seconds:.1f} s -> {out}", err=True
    )
