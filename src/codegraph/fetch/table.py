"""The table of sources: which official files there are, where, under which terms, and which hosts may be asked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from codegraph.errors import SourceError

TABLE: Final = Path(__file__).resolve().parents[1] / "fetch_sources.toml"
HOSTS: Final = frozenset({"ftp.cdc.gov", "hcup-us.ahrq.gov", "www.cdc.gov", "www.cms.gov"})
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
MAX_BYTES: Final = 512 << 20  # no official file comes near it; a table may only ask for less
RECORD: Final = "fetched.json"

_SUFFIXES: Final = (".zip", ".gz", ".xz", ".xlsx", ".txt", ".csv", ".tsv", ".xml", ".obo")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_SOURCE_KEYS: Final[Mapping[str, type]] = {
    "kinds": list,
    "title": str,
    "publisher": str,
    "page": str,
    "terms": str,
    "ama_terms": bool,
    "expects": list,
}
_FILE_KEYS: Final[Mapping[str, type]] = {"name": str, "url": str, "max_bytes": int}


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file to download: the name to save it under, its address, its greatest size, its SHA-256 where known."""

    name: str
    url: str
    max_bytes: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One published edition of one source.

    `kinds` are the readers that its files serve, `expects` the names (with `*`) that its files or archives hold,
    `terms` what its publisher asks, in own words; `ama_terms` says that the AMA's licence for CPT must be
    accepted first. Without `files` no address is known that can be relied on: the page says where it is to be had.
    """

    kinds: tuple[str, ...]
    title: str
    publisher: str
    page: str
    terms: str
    ama_terms: bool
    expects: tuple[str, ...]
    files: tuple[RemoteFile, ...] = ()

    @property
    def by_hand(self) -> str:
        """Return the sentence that tells how to get the files without this command."""
        return f"get {' and '.join(self.expects)} by hand from {self.page}"


def check_place(
    scheme: str, host: str, port: int | None, userinfo: bool, *, allow_loopback: bool, what: str
) -> None:
    """Raise SourceError, naming the host, unless codegraph may ask this place.

    That is https on its own port at one of HOSTS; with `allow_loopback` also http on this machine. The parts, not
    the text, are checked, so that the caller checks what its HTTP library will ask.
    """
    if userinfo:
        raise SourceError(f"{what} holds a user name before the host {host}; it is not followed")
    if allow_loopback and scheme == "http" and host in LOOPBACK:
        return
    if host not in HOSTS:
        allowed = ", ".join(sorted(HOSTS))
        raise SourceError(
            f"{what} leads to {host or 'no host'}, which is not among the hosts that are asked: {allowed}"
        )
    if scheme != "https":
        raise SourceError(f"{what} leads to {host} by {scheme or 'no scheme'}; only https is used")
    if port not in (None, 443):
        raise SourceError(f"{what} leads to {host} on port {port}; only the port of https is used")


def load(path: Path | None = None, *, allow_loopback: bool = False) -> tuple[Source, ...]:
    """Read a table of sources (the packaged one by default), in its order.

    Raises SourceError for a table that cannot be read, lacks a key or has an unknown one, names a file that could
    be written outside the folder or twice, or points to a host that may not be asked.
    """
    place = path or TABLE
    try:
        data = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(f"{place}: the table of sources cannot be read: {error}") from error
    entries = data.get("source")
    if set(data) != {"source"} or not isinstance(entries, list) or not entries:
        raise SourceError(f"{place}: a table of sources holds [[source]] entries and nothing else")
    sources = tuple(_source(entry, f"{place.name}, source {n}") for n, entry in enumerate(entries, 1))
    _check(sources, place.name, allow_loopback)
    return sources


def _source(entry: object, where: str) -> Source:
    values = _typed(entry, _SOURCE_KEYS, {"files": list}, where)
    files = tuple(_file(file, where) for file in values.pop("files", ()))
    for key in ("kinds", "expects"):
        if not values[key] or not all(isinstance(text, str) and text for text in values[key]):
            raise SourceError(f"{where}: {key} shall be a list of texts")
        values[key] = tuple(values[key])
    return Source(**values, files=files)


def _file(entry: object, where: str) -> RemoteFile:
    file = RemoteFile(**_typed(entry, _FILE_KEYS, {"sha256": str}, where))
    if not is_safe_name(file.name):
        raise SourceError(
            f"{where}: {file.name!r} cannot be a file's name here: letters, digits, '.', '_' and '-', "
            f"no folder, ending in {', '.join(_SUFFIXES)}"
        )
    if not 0 < file.max_bytes <= MAX_BYTES:
        raise SourceError(f"{where}: max_bytes of {file.name} shall be between 1 and {MAX_BYTES:,}")
    if file.sha256 is not None and not _SHA256.fullmatch(file.sha256):
        raise SourceError(f"{where}: sha256 of {file.name} shall be 64 hexadecimal digits, lower case")
    return file


def is_safe_name(name: str) -> bool:
    """Say whether a name is one plain file's name, which can only be written inside the folder."""
    return bool(_NAME.fullmatch(name)) and ".." not in name and name.lower().endswith(_SUFFIXES)


def _typed(
    entry: object, required: Mapping[str, type], optional: Mapping[str, type], where: str
) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise SourceError(f"{where}: is no table")
    kinds = {**required, **optional}
    for key, value in entry.items():
        if key not in kinds:
            raise SourceError(f"{where}: unknown key {key!r}; there are {', '.join(kinds)}")
        if type(value) is not kinds[key]:
            raise SourceError(f"{where}: {key} shall be a {kinds[key].__name__}")
    absent = [key for key in required if entry.get(key) in (None, "")]
    if absent:
        raise SourceError(f"{where}: {', '.join(absent)} missing")
    return dict(entry)


def _check(sources: tuple[Source, ...], table: str, allow_loopback: bool) -> None:
    seen: set[str] = set()
    for source in sources:
        if not source.page.startswith("https://"):
            raise SourceError(f"{table}: the page of {source.title} shall be an https address")
        for file in source.files:
            # A case-blind file system would write both to one file.
            if file.name.lower() in seen:
                raise SourceError(f"{table}: {file.name} is named twice")
            seen.add(file.name.lower())
            _check_url(file, f"{table}: the address of {file.name}", allow_loopback)


def _check_url(file: RemoteFile, what: str, allow_loopback: bool) -> None:
    try:
        parts = urlsplit(file.url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise SourceError(f"{what} is none: {error}") from error
    userinfo = parts.username is not None or parts.password is not None
    check_place(parts.scheme, host, port, userinfo, allow_loopback=allow_loopback, what=what)
