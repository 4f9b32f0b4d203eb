"""`codegraph search`: codes by what they are called, written or mean."""

from __future__ import annotations

import click

from codegraph.cli.shared import format_option, open_graph, print_json, print_table


@click.command("search")
@click.argument("text", nargs=-1, required=True)
@click.option("--system", help="Only this code system: cpt, hcpcs, icd10pcs, icd10cm, …")
@click.option("--site", help="Only where: a site, its kinds and its parts (ileum, site:ileum).")
@click.option("--method", help="Only what is done so (bypass, method:bypass).")
@click.option("--on", help="Leave out codes known not to be valid on this day, YYYY-MM-DD.")
@click.option("--limit", type=int, default=20, show_default=True, help="Hits at most, 1 to 1000.")
@format_option("table", "json")
@click.pass_context
def command(
    ctx: click.Context,
    text: tuple[str, ...],
    system: str | None,
    site: str | None,
    method: str | None,
    on: str | None,
    limit: int,
    format: str,
) -> None:
    """Find the codes that TEXT means: words, synonyms, misspelt or begun words, codes and beginnings of codes."""
    found = open_graph(ctx).search(
        " ".join(text), system=system, site=site, method=method, on=on, limit=limit
    )
    if format == "json":
        from codegraph.operations import plain

        print_json(plain.search(found))
        return
    if read := [f"{w.said} as {w.read}" for w in found.words if w.guessed]:
        click.echo(f"read {', '.join(read)}\n")
    if found.hits:
        print_table(("code", "label", "matched"), [(h.code, h.label or "", str(h.matched[0])) for h in found])
    else:
        click.echo("nothing found")
    if found.note:
        click.echo(f"\n{found.note}")
