"""The build, step by step: identify, read, merge, derive, write, load, publish."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from codegraph import __version__, knowledge, release
from codegraph.build.assemble import PACKAGED, Assembly
from codegraph.build.codes import release_order
from codegraph.build.edits_job import EditsJob, Outcome
from codegraph.build.figures import read_figures
from codegraph.build.load import load_apart
from codegraph.build.progress import Progress, Silent
from codegraph.build.provenance import release_triples
from codegraph.build.publish import staged
from codegraph.errors import SourceError
from codegraph.rdf import Triple
from codegraph.release import Manifest, Source
from codegraph.sources.base import Note, Reject, Release
from codegraph.sources.registry import Found, scan

MAX_REJECTS: Final = 0.01
_TELL_EVERY: Final = 20_000


@contextmanager
def _without_collector() -> Iterator[None]:
    """Switch the cycle collector off: a build keeps millions of acyclic values, which it would search over and over.

    Measured on the full data: two thirds of the time of merging codes.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(slots=True)
class Tally:
    """What reading one source came to."""

    rows: int = 0
    rejects: int = 0
    notes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a build: the manifest of the release and how long it took, in all and by file."""

    manifest: Manifest
    directory: Path
    seconds: float
    skipped: tuple[str, ...] = ()
    seconds_of: Mapping[str, float] = field(default_factory=dict)  # file label -> seconds to read it


def build(
    paths: Iterable[Path],
    out: Path,
    *,
    progress: Progress | None = None,
    max_rejects: float = MAX_REJECTS,
) -> Report:
    """Build a release directory at `out` from the official files below `paths` and the packaged knowledge.

    `max_rejects` is the share of a file's rows that may be rejected before the build fails. Raises SourceError
    (a file is not what it should be, or too many rejects) or ReleaseError (another build is at work, `out` is not
    a release); in each case nothing is published and an older release at `out` stays.
    """
    start = time.monotonic()
    progress = progress or Silent()
    progress.step("Looking at the files")
    found = scan([Path(p) for p in paths])
    problems = [
        str(f.problem) if f.member.label in str(f.problem) else f"{f.member.label}: {f.problem}"
        for f in found
        if f.problem
    ]
    if problems:
        raise SourceError("; ".join(problems))
    chosen, skipped = choose(found)
    with staged(out) as staging, _without_collector():
        work = _Build(staging, progress, max_rejects)
        manifest = work.run(chosen, found)
    directory = release.locate(out)
    seconds = {f"{label}": tally.seconds for label, tally in sorted(work.tallies.items())}
    return Report(manifest, directory, time.monotonic() - start, tuple(skipped), seconds)


def choose(found: Iterable[Found]) -> tuple[list[Found], list[str]]:
    """Keep one file for each release of a source, the plainest form first; parts of one bulk release all stay.

    Returns the files to read, by series and in each series the newest first, and a line for each one left out.
    """
    groups: dict[Release, list[Found]] = defaultdict(list)
    for item in found:
        if item.reader is not None and item.release is not None:
            groups[item.release].append(item)
    chosen: list[Found] = []
    skipped = []
    for known in sorted(groups, key=release_order, reverse=True):
        items = sorted(groups[known], key=_preference)
        keep = items if items[0].reader is not None and items[0].reader.bulk else items[:1]
        chosen += keep
        skipped += [
            f"{i.member.label}: the same release ({known.ident}) as {keep[0].member.label}"
            for i in items[len(keep) :]
        ]
    chosen.sort(key=lambda f: f.release.source if f.release else "")
    return chosen, skipped


def _preference(item: Found) -> tuple[bool, bool, str]:
    """Order equal releases: text before workbook, loose file before archive member, then by name."""
    return item.member.name.lower().endswith(".xlsx"), item.member.inner is not None, item.member.label


class _Build:
    """One build in its staging folder."""

    def __init__(self, staging: Path, progress: Progress, max_rejects: float) -> None:
        self.staging = staging
        self.progress = progress
        self.max_rejects = max_rejects
        self.tallies: dict[str, Tally] = {}
        self.hashes: dict[Path, str] = {}

    def run(self, chosen: list[Found], found: list[Found]) -> Manifest:
        """Do every step up to a whole release in the staging folder."""
        bulk = [f for f in chosen if f.reader is not None and f.reader.bulk]
        job = EditsJob([(f.member, f.release) for f in bulk if f.release is not None], self.staging)
        try:
            return self._run(chosen, found, bulk, job)
        finally:
            job.stop()

    def _run(self, chosen: list[Found], found: list[Found], bulk: list[Found], job: EditsJob) -> Manifest:
        assembly = Assembly(
            self.staging, sorted({f.release.ident for f in chosen if f.release}), self.progress
        )
        with (self.staging / release.REJECTS).open("w", encoding="utf-8") as rejects:
            for item in (f for f in chosen if f not in bulk):
                self._read(item, assembly, rejects)
            self.progress.step("Waiting for the NCCI edits")
            outcome = job.outcome()
            self._bulk_tallies(bulk, outcome, rejects)
        figures = () if chosen else self._figures(assembly)
        by_ident = {f.release.ident: f.release for f in bulk if f.release}
        for ident, notations in sorted(outcome.built.codes.items()):
            assembly.add_codes(by_ident[ident], notations)
        totals = assembly.finish()
        sources = tuple(self._source(f) for f in chosen)
        counts, files = assembly.write(_provenance(chosen, sources))
        edges = job.finish()
        tables = assembly.write_tables(edges.by_code)
        self.progress.step("Loading the graph")
        counts |= {ident: counts.get(ident, 0) + number for ident, number in edges.by_release.items()}
        del assembly
        load_apart(self.staging / release.GRAPH, files)
        for path in files:
            path.unlink()
        manifest = replace(self._manifest(sources, found, counts, tables, totals), figures=figures)
        (self.staging / release.MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        return manifest

    def _figures(self, assembly: Assembly) -> tuple[Source, ...]:
        """Read the packaged figures, which a release without official files has."""
        self.progress.step("Reading the packaged figures")
        read = read_figures(assembly, self.staging)
        self.tallies |= {f.found.member.label: Tally(f.rows) for f in read}
        return tuple(replace(self._source(f.found), remark=f.remark) for f in read)

    def _read(self, item: Found, assembly: Assembly, rejects: TextIO) -> None:
        assert item.reader is not None
        assert item.release is not None
        tally = self.tallies.setdefault(item.member.label, Tally())
        self.progress.step(f"Reading {item.member.label}")
        start = time.monotonic()
        rows = []
        for row in item.reader.read(item.member):
            if isinstance(row, Reject | Note):
                _keep(rejects, item.member.label, row)
                tally.rejects += isinstance(row, Reject)
                tally.notes += isinstance(row, Note)
                continue
            rows.append(row)
            if len(rows) % _TELL_EVERY == 0:
                self.progress.count(len(rows))
        tally.rows = len(rows)
        self._judge(item.member.label, tally)
        assembly.add_source(item.reader, item.release, rows)
        tally.seconds = time.monotonic() - start

    def _judge(self, label: str, tally: Tally) -> None:
        total = tally.rows + tally.rejects
        if total == 0 and not tally.notes:  # a note may say that a file holds nothing for us
            raise SourceError(f"{label}: no rows; the file is cut short or not what its header says")
        if tally.rejects > self.max_rejects * total:
            raise SourceError(
                f"{label}: {tally.rejects:,} of {total:,} rows rejected, more than {self.max_rejects:.1%} "
                "(settable: --max-rejects); nothing is published. Is it the right file, whole and as published?"
            )

    def _bulk_tallies(self, bulk: list[Found], outcome: Outcome, rejects: TextIO) -> None:
        for count in outcome.built.files:
            self.tallies[count.label] = Tally(count.rows, count.rejected, 0, count.seconds)
            self._judge(count.label, self.tallies[count.label])
        for item in bulk:  # a part that stands there twice is read once
            self.tallies.setdefault(item.member.label, Tally())
        if outcome.rejects.exists():
            rejects.write(outcome.rejects.read_text(encoding="utf-8"))
            outcome.rejects.unlink()

    def _hash(self, path: Path) -> str:
        if path not in self.hashes:
            with path.open("rb") as data:
                self.hashes[path] = hashlib.file_digest(data, "sha256").hexdigest()
        return self.hashes[path]

    def _manifest(
        self,
        sources: tuple[Source, ...],
        found: list[Found],
        triples: dict[str, int],
        tables: dict[str, int],
        totals: dict[str, int],
    ) -> Manifest:
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        return Manifest(
            codegraph=__version__,
            built=datetime.fromtimestamp(int(epoch), UTC).isoformat() if epoch else None,
            sources=tuple(replace(s, triples=triples.get(s.release, 0)) for s in sources),
            triples=sum(triples.values()),
            codes=totals,
            tables=tables,
            unknown_files=tuple(sorted(f.member.label for f in found if f.reader is None)),
            options={"max_rejects": self.max_rejects, "knowledge": knowledge.content_hash()},
        )

    def _source(self, item: Found) -> Source:
        assert item.reader is not None
        assert item.release is not None
        tally = self.tallies[item.member.label]
        return Source(
            kind=item.reader.kind,
            title=item.release.title,
            publisher=item.reader.publisher,
            page=item.reader.page,
            release=item.release.ident,
            file=item.member.path.name,
            member=item.member.inner,
            sha256=self._hash(item.member.path),
            bytes=item.member.path.stat().st_size,
            issued=_iso(item.release.issued),
            effective_from=_iso(item.release.effective_from),
            effective_to=_iso(item.release.effective_to),
            rows=tally.rows,
            rejects=tally.rejects,
            notes=tally.notes,
            triples=0,
            licensed=item.reader.licensor is not None,
        )


def _provenance(chosen: list[Found], sources: tuple[Source, ...]) -> dict[str, list[Triple]]:
    """Return the release and file triples of every source, by release ident."""
    releases = {f.release.ident: f.release for f in chosen if f.release} | {PACKAGED.ident: PACKAGED}
    return {
        ident: list(release_triples(known, [s for s in sources if s.release == ident]))
        for ident, known in sorted(releases.items())
    }


def _iso(day: Any) -> str | None:  # noqa: ANN401
    return None if day is None else day.isoformat()


def _keep(rejects: TextIO, label: str, row: Reject | Note) -> None:
    """Write a rejected or repaired row to rejects.jsonl: file, line, what happened, the row."""
    kind, why = ("rejected", row.reason) if isinstance(row, Reject) else ("repaired", row.rule)
    record = {"file": label, "line": row.line, "what": kind, "reason": why, "row": row.row[:2000]}
    rejects.write(json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n")
