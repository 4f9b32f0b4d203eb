"""What the served dataset is, counted: VoID and DCAT, with numbers that equal COUNT queries."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from codegraph import __version__
from codegraph.build.packaged import cache_folder
from codegraph.namespaces import (
    CG,
    CODE,
    CODE_PREFIXES,
    CONCEPT,
    DCTERMS,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
    XSD,
    code_iri,
    release_iri,
)
from codegraph.release import MANIFEST, TABLES, Manifest
from codegraph.serve.limits import Limits
from codegraph.serve.pool import Worker
from codegraph.serve.problems import Problem

VOID: Final = "http://rdfs.org/ns/void#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
_SECONDS: Final = 600.0
_SOON: Final = 1.0
_NICE: Final = 10
_MEMORY: Final = 4 << 30  # the queries are our own
_LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
_RIGHTS: Final = (
    "The graph of codegraph's own knowledge is CC BY 4.0; those of sources are works of their publishers."
)
_VOCABULARIES: Final = (CG, SKOS, DCTERMS, PROV, OWL, RDFS)
_MATCHES: Final = tuple(f"{SKOS}{n}Match" for n in ("exact", "close", "broad", "narrow", "related"))
_EXAMPLE: Final = ("cpt", "44310")
Node = ox.NamedNode | ox.BlankNode


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a whole dataset: triples, distinct subjects and objects, and by class, property and named graph."""

    triples: int
    subjects: int
    objects: int
    classes: dict[str, int]
    properties: dict[str, int]
    graphs: dict[str, int]


@dataclass(slots=True)
class Counts:
    """The counts of a store, made once by a process of its own, at low priority; kept in a file where one is named."""

    store: Path
    limits: Limits
    kept: Path | None = None
    _task: asyncio.Task[Statistics] | None = field(default=None)

    async def get(self) -> Statistics:
        """Return the counts; a large release takes some seconds the first time."""
        if self._task is None or (self._task.done() and (self._task.cancelled() or self._task.exception())):
            self._task = asyncio.create_task(self._count())
        return await asyncio.shield(self._task)

    async def in_time(self) -> Statistics:
        """Return the counts; raise Problem (503) where they are not there in the time of a question."""
        seconds = self.limits.call_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self.get()
        except TimeoutError:
            told = "what is served is still being counted; try again"
            raise Problem(503, told, headers={"Retry-After": str(max(1, round(seconds)))}) from None

    async def soon(self) -> Statistics | None:
        """Return the counts where they are there, or made in a moment; else None."""
        try:
            async with asyncio.timeout(_SOON):
                return await self.get()
        except (TimeoutError, Problem):
            return None

    async def close(self) -> None:
        """Stop counting."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _count(self) -> Statistics:
        if (known := _read(self.kept)) is not None:
            return known
        worker = await Worker.start(self.store, replace(self.limits, memory=_MEMORY), nice=_NICE)
        try:
            answer = await worker.ask({"job": "statistics", "seconds": _SECONDS, "most": 0})
            found = Statistics(**json.loads(answer.body))
        except (asyncio.IncompleteReadError, OSError, ValueError) as error:
            raise Problem(503, "what is served could not be counted") from error
        finally:
            worker.kill()
            await worker.process.wait()
        _write(self.kept, answer.body)
        return found


def kept_at(directory: Path) -> Path:
    """Return where the counts of a release are kept: in the user's cache, by what the release is made of."""
    tables = (directory / TABLES).stat()
    told = (
        f"{__version__} {tables.st_size} {tables.st_mtime_ns} ".encode() + (directory / MANIFEST).read_bytes()
    )
    return cache_folder() / f"counts-{hashlib.sha256(told).hexdigest()[:32]}.json"


def _read(kept: Path | None) -> Statistics | None:
    """Return counts that were made before, or None where there are none, or none that can be read."""
    if kept is None:
        return None
    try:
        return Statistics(**json.loads(kept.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _write(kept: Path | None, counts: bytes) -> None:
    """Keep counts, whole or not at all; where the cache cannot be written they are made again next time."""
    if kept is None:
        return
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, prefix=".counts-", delete=False) as made:
            made.write(counts)
        Path(made.name).replace(kept)


def void(url: str, counts: Statistics, manifest: Manifest | None, version: str) -> list[ox.Triple]:
    """Return the description of the dataset that is served at a base URL (with its closing slash)."""
    dataset = ox.NamedNode(f"{url}.well-known/void#dataset")
    return [
        *_dataset(url, dataset, counts, version),
        *_parts(url, dataset, counts),
        *_release(dataset, manifest),
    ]


def _dataset(url: str, dataset: ox.NamedNode, counts: Statistics, version: str) -> Iterator[ox.Triple]:
    """Yield what the whole is, how much, and where it is asked."""
    service, access = ox.NamedNode(f"{url}.well-known/void#service"), ox.BlankNode("access")
    endpoint = ox.NamedNode(f"{url}sparql")
    yield from (
        _is(dataset, VOID + "Dataset"),
        _is(dataset, DCAT + "Dataset"),
        _says(dataset, DCTERMS + "title", ox.Literal("codegraph", language="en")),
        _says(dataset, DCTERMS + "identifier", ox.Literal(version)),
        _says(dataset, VOID + "sparqlEndpoint", endpoint),
        _number(dataset, "triples", counts.triples),
        _number(dataset, "distinctSubjects", counts.subjects),
        _number(dataset, "distinctObjects", counts.objects),
        _number(dataset, "classes", len(counts.classes)),
        _number(dataset, "properties", len(counts.properties)),
        _says(dataset, DCAT + "distribution", access),
        _is(access, DCAT + "Distribution"),
        _says(access, DCAT + "accessURL", endpoint),
        _says(access, DCAT + "accessService", service),
        _is(service, DCAT + "DataService"),
        _says(service, DCAT + "endpointURL", endpoint),
        _says(service, DCAT + "servesDataset", dataset),
    )
    for name in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD"):
        yield _says(dataset, VOID + "feature", ox.NamedNode(f"http://www.w3.org/ns/formats/{name}"))


def _parts(url: str, dataset: ox.NamedNode, counts: Statistics) -> Iterator[ox.Triple]:
    """Yield its partitions by class and property, its graphs, and the links among codes."""
    for number, (name, count) in enumerate(sorted(counts.classes.items())):
        part = ox.BlankNode(f"class{number}")
        yield _says(dataset, VOID + "classPartition", part)
        yield _says(part, VOID + "class", ox.NamedNode(name))
        yield _number(part, "entities", count)
    for number, (name, count) in enumerate(sorted(counts.properties.items())):
        part = ox.BlankNode(f"property{number}")
        yield _says(dataset, VOID + "propertyPartition", part)
        yield _says(part, VOID + "property", ox.NamedNode(name))
        yield _number(part, "triples", count)
    for name, count in sorted(counts.graphs.items()):
        yield _says(dataset, VOID + "subset", ox.NamedNode(name))
        yield _is(ox.NamedNode(name), VOID + "Dataset")
        yield _number(ox.NamedNode(name), "triples", count)
    for name in _MATCHES:
        if name in counts.properties:
            links = ox.NamedNode(f"{url}.well-known/void#{name.rpartition('#')[2]}")
            yield _says(dataset, VOID + "subset", links)
            yield _is(links, VOID + "Linkset")
            yield _says(links, VOID + "linkPredicate", ox.NamedNode(name))
            yield _number(links, "triples", counts.properties[name])


def _release(dataset: ox.NamedNode, manifest: Manifest | None) -> Iterator[ox.Triple]:
    """Yield what is true of a release, and not of any file that is served."""
    if manifest is None:
        return
    yield _says(dataset, DCAT + "version", ox.Literal(manifest.codegraph))
    own = ox.NamedNode(release_iri(f"codegraph/{manifest.codegraph}"))
    yield _says(own, DCTERMS + "license", ox.NamedNode(_LICENCE))
    yield _says(dataset, DCTERMS + "rights", ox.Literal(_RIGHTS, language="en"))
    for space in (CODE, CONCEPT):
        yield _says(dataset, VOID + "uriSpace", ox.Literal(space))
    for vocabulary in _VOCABULARIES:
        yield _says(dataset, VOID + "vocabulary", ox.NamedNode(vocabulary))
    if _EXAMPLE[0] in manifest.codes and _EXAMPLE[0] in CODE_PREFIXES:
        yield _says(dataset, VOID + "exampleResource", ox.NamedNode(code_iri(*_EXAMPLE)))
    for source in manifest.sources:
        page = ox.BlankNode(f"source-{source.sha256[:16]}")
        yield _says(dataset, DCTERMS + "source", page)
        yield _says(page, DCTERMS + "title", ox.Literal(source.title))
        yield _says(page, DCTERMS + "publisher", ox.Literal(source.publisher))
        yield _says(page, DCTERMS + "identifier", ox.Literal(source.release))


def _says(subject: Node, predicate: str, value: Node | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), value)


def _is(subject: Node, kind: str) -> ox.Triple:
    return _says(subject, f"{RDF}type", ox.NamedNode(kind))


def _number(subject: Node, name: str, count: int) -> ox.Triple:
    return _says(subject, VOID + name, ox.Literal(str(count), datatype=ox.NamedNode(f"{XSD}integer")))
