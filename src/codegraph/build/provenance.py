"""The release and file nodes of each source: title, dates, hash and counts as triples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codegraph import rdf
from codegraph.namespaces import RELEASE, is_iri
from codegraph.rdf import Triple, term
from codegraph.release import Source
from codegraph.sources.base import Release

_ENTITY = term("prov:Entity")


def release_triples(release: Release, sources: Iterable[Source]) -> Iterator[Triple]:
    """Yield the node of a release and of each file that it was read from."""
    node = f"<{release.iri}>"
    yield Triple(node, rdf.TYPE, term("cg:Release"))
    yield Triple(node, term("dcterms:title"), rdf.english(release.title))
    yield Triple(node, term("dcterms:identifier"), rdf.literal(release.ident))
    yield Triple(node, term("cg:source"), rdf.literal(release.source))
    yield Triple(node, term("cg:version"), rdf.literal(release.version))
    dates = (
        ("dcterms:issued", release.issued),
        ("cg:effectiveFrom", release.effective_from),
        ("cg:effectiveTo", release.effective_to),
    )
    for name, when in dates:
        if when:
            yield Triple(node, term(name), rdf.day(when))
    for number, source in enumerate(sorted(sources, key=lambda s: (s.file, s.member or "")), 1):
        yield from _file_triples(node, f"<{RELEASE}{release.ident}#file-{number}>", source)


def _file_triples(release: str, node: str, source: Source) -> Iterator[Triple]:
    yield Triple(release, term("dcterms:publisher"), rdf.literal(source.publisher))
    if is_iri(source.page):
        yield Triple(release, term("dcterms:source"), f"<{source.page}>")
    yield Triple(release, term("prov:wasDerivedFrom"), node)
    yield Triple(node, rdf.TYPE, term("cg:SourceFile"))
    yield Triple(
        node,
        term("cg:fileName"),
        rdf.literal(f"{source.file}!{source.member}" if source.member else source.file),
    )
    yield Triple(node, term("cg:sha256"), rdf.literal(source.sha256))
    yield Triple(node, term("cg:rowsRead"), rdf.integer(source.rows))
    yield Triple(node, term("cg:rowsRejected"), rdf.integer(source.rejects))
