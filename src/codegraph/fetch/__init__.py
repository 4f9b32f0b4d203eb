"""Download the official files that codegraph reads, from the table of sources: the only code that uses the network."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from codegraph.errors import LicenceRequired, SourceError
from codegraph.fetch.download import Download, Limits, Saved, client
from codegraph.fetch.part import sha256_of
from codegraph.fetch.table import RECORD, RemoteFile, Source, load

if TYPE_CHECKING:
    from codegraph.build.progress import Progress

__all__ = ["Fetched", "Limits", "Outcome", "RemoteFile", "Source", "fetch", "load"]

Outcome = Literal["fetched", "kept", "present", "by hand", "failed"]
_Record = dict[str, dict[str, Any]]
_LOCK: Final = ".fetch.lock"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one file, or of one source that has to be got by hand.

    `fetched`: downloaded now. `kept`: here from an earlier fetch, its hash as recorded. `present`: a file of this
    name was put here by somebody else and is left alone. `by hand`: no address is known. `failed`: see `note`.
    `file` is the name in the folder, None where there is none to fetch.
    """

    outcome: Outcome
    title: str
    kinds: tuple[str, ...]
    page: str
    file: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    note: str = ""

    @property
    def kind(self) -> str:
        """Return the kinds as one text."""
        return ", ".join(self.kinds)

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        source: Source,
        file: RemoteFile | None = None,
        *,
        size: int | None = None,
        sha256: str | None = None,
        note: str = "",
    ) -> Fetched:
        """Say the outcome of a source, or of one of its files."""
        name = file.name if file else None
        return cls(outcome, source.title, source.kinds, source.page, name, size, sha256, note)


def fetch(
    to: Path,
    *,
    accept_ama_terms: bool,
    kinds: Iterable[str] | None = None,
    progress: Progress | None = None,
    table: Path | None = None,
    allow_loopback: bool = False,
    limits: Limits | None = None,
) -> list[Fetched]:
    """Download the official files of the wanted kinds (all by default) into a folder, in the table's order.

    Each file grows as `<name>.part` and takes its name when size, kind and hash are right; hashes stand in
    `fetched.json`, and a file that is here with its recorded hash is not asked for again. What goes wrong with one
    file is told in its `note`, and the others are fetched. Only https and the table's hosts are used, also after
    a redirect; `allow_loopback` adds http on this machine.

    Raises LicenceRequired where a wanted file needs the AMA's terms and they are not accepted, SourceError for an
    unknown kind, a wrong table, a folder that cannot be used, or one that another fetch is writing.
    """
    wanted = _wanted(load(table, allow_loopback=allow_loopback), kinds)
    _require_terms(wanted, accept_ama_terms)
    limits = limits or Limits()
    with _folder(to), client(allow_loopback=allow_loopback, limits=limits) as http:
        record = _read_record(to)

        def one(source: Source, file: RemoteFile) -> Fetched:
            def download() -> Saved:
                return Download(http, file, to, allow_loopback=allow_loopback, limits=limits, tell=tell).run()

            return _fetch_one(source, file, to, record, download)

        tell = progress.step if progress is not None else _silent
        return [result for source in wanted for result in _each(source, one, tell)]


def _silent(text: str) -> None:
    """Say nothing."""


def _each(
    source: Source, one: Callable[[Source, RemoteFile], Fetched], tell: Callable[[str], None]
) -> Iterator[Fetched]:
    if not source.files:
        yield Fetched.of("by hand", source, note=source.by_hand)
    for file in source.files:
        tell(file.name)
        yield one(source, file)


def _wanted(sources: tuple[Source, ...], kinds: Iterable[str] | None) -> list[Source]:
    if kinds is None:
        return list(sources)
    asked = set(kinds)
    known = {kind for source in sources for kind in source.kinds}
    if unknown := sorted(asked - known):
        raise SourceError(
            f"no source of the kind {', '.join(unknown)} is in the table; there are {', '.join(sorted(known))}"
        )
    return [source for source in sources if asked.intersection(source.kinds)]


def _require_terms(wanted: Iterable[Source], accepted: bool) -> None:
    titles = [source.title for source in wanted if source.ama_terms and source.files]
    if titles and not accepted:
        raise LicenceRequired(
            "these files hold CPT codes, and the American Medical Association's terms for CPT, which their "
            f"publisher shows before a download, must be accepted: {'; '.join(titles)}. Read the terms on the "
            "publisher's page, then pass --accept-ama-terms (accept_ama_terms=True), or ask for other kinds only"
        )


@contextmanager
def _folder(to: Path) -> Iterator[None]:
    """Make the folder and hold it against a second fetch."""
    from filelock import FileLock, Timeout

    try:
        to.mkdir(parents=True, exist_ok=True)
        with FileLock(str(to / _LOCK), timeout=0):
            yield
    except Timeout:
        raise SourceError(f"{to}: another fetch is writing into this folder; wait for it") from None
    except OSError as error:
        raise SourceError(f"{to}: files cannot be put here: {error}") from error


def _fetch_one(
    source: Source, file: RemoteFile, to: Path, record: _Record, download: Callable[[], Saved]
) -> Fetched:
    """Fetch one file unless it is here; what goes wrong with it becomes its note."""
    path = to / file.name
    try:
        here = _here(source, file, path, record)
        if here is not None:
            return here
        saved = download()
    except SourceError as error:
        return Fetched.of("failed", source, file, note=f"{error}. Else {source.by_hand}")
    # The record comes first: should this process end between the two, the next fetch finds the part complete.
    record[file.name] = _entry(source, file, saved.bytes, saved.sha256)
    _write_record(to, record)
    saved.part.become(path)
    return Fetched.of("fetched", source, file, size=saved.bytes, sha256=saved.sha256)


def _here(source: Source, file: RemoteFile, path: Path, record: _Record) -> Fetched | None:
    """Return the file that need not be fetched, None where it has to be."""
    if not path.exists() and not path.is_symlink():
        return None
    if not path.is_file():
        raise SourceError(f"{path} is there and is no file")
    size, digest = path.stat().st_size, sha256_of(path)
    known = record.get(file.name)
    if known is None and digest != file.sha256:
        note = f"{path} was not put here by fetch and is left as it is; move it away to fetch it"
        return Fetched.of("present", source, file, size=size, sha256=digest, note=note)
    if known is not None and (known.get("sha256"), known.get("url")) != (digest, file.url):
        return None
    if file.sha256 not in (None, digest):
        return None
    if known is None:
        record[file.name] = _entry(source, file, size, digest)
        _write_record(path.parent, record)
    return Fetched.of("kept", source, file, size=size, sha256=digest)


# The record: what was fetched, without any time, sorted.


def _entry(source: Source, file: RemoteFile, size: int, digest: str) -> dict[str, Any]:
    return {
        "bytes": size,
        "kinds": list(source.kinds),
        "sha256": digest,
        "title": source.title,
        "url": file.url,
    }


def _read_record(to: Path) -> _Record:
    path = to / RECORD
    if not path.exists():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SourceError(f"{path} is no JSON ({error}); remove it, then fetch again") from error
    files = data.get("files") if isinstance(data, dict) else None
    if not isinstance(files, dict) or not all(isinstance(entry, dict) for entry in files.values()):
        raise SourceError(f"{path} holds no record of files; remove it, then fetch again")
    return files


def _write_record(to: Path, record: _Record) -> None:
    text = json.dumps({"files": record}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    temporary = to / f".{RECORD}.new"
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(to / RECORD)
