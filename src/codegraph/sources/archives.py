"""How much a file may unpack to, and which zip archives are safe to read."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from codegraph.errors import SourceError

MAX_ENTRIES: Final = 5_000
MAX_BYTES: Final = 2 << 30
MAX_RATIO: Final = 250  # NCCI's pair files reach 70; deflate ends at 1,032, xz at about 7,000
RATIO_FLOOR: Final = 32 << 20  # a small file may shrink as far as it likes
MAX_LINE: Final = 16 << 20
MAX_XML: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may unpack to; `limited(...)` sets others for a block of code."""

    entries: int = MAX_ENTRIES
    bytes: int = MAX_BYTES
    ratio: int = MAX_RATIO
    ratio_floor: int = RATIO_FLOOR
    line: int = MAX_LINE
    xml: int = MAX_XML


_LIMITS: ContextVar[Limits] = ContextVar("codegraph_file_limits")
_DEFAULT_LIMITS: Final = Limits()


def limits() -> Limits:
    """Return the limits in force."""
    return _LIMITS.get(_DEFAULT_LIMITS)


@contextmanager
def limited(**changes: int) -> Iterator[Limits]:
    """Read under other limits inside a `with` block: `limited(bytes=1 << 33)`."""
    token = _LIMITS.set(replace(limits(), **changes))
    try:
        yield limits()
    finally:
        _LIMITS.reset(token)


_NESTED: Final = frozenset({".zip", ".gz", ".xz", ".bz2", ".7z", ".rar", ".tar", ".tgz", ".zst"})


def check_zip(path: Path) -> list[zipfile.ZipInfo]:
    """Return the file members of a zip that is safe to read.

    Raises SourceError for names that could be written outside a folder, links, archives inside, encrypted
    members, and more entries or bytes than the limits allow.
    """
    limit = limits()
    _check_directory(path, limit)
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    if len(infos) > limit.entries:
        raise SourceError(f"{path.name} has {len(infos):,} entries; the limit is {limit.entries:,}")
    files = [info for info in infos if not info.is_dir()]
    names = set()
    for info in infos:
        reason = _refused(info)
        if reason is None and info.filename in names:
            reason = "stands there twice"
        if reason is not None:
            raise SourceError(f"{path.name}: member {info.orig_filename!r} {reason}; the archive is refused")
        names.add(info.filename)
    total = sum(info.file_size for info in files)
    most = min(limit.bytes, max(limit.ratio_floor, path.stat().st_size * limit.ratio))
    if total > most:
        raise SourceError(
            f"{path.name} says it unpacks to {total:,} bytes; the limit for its size is {most:,}"
        )
    return files


def _check_directory(path: Path, limit: Limits) -> None:
    """Refuse a central directory too long for the allowed entries before zipfile reads it into memory."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - 66_000))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("no end of central directory: cut short, or no zip at all")
    (length,) = struct.unpack_from("<I", tail, at + 12)
    if length == 0xFFFFFFFF or tail.rfind(b"PK\x06\x06") >= 0:
        at = tail.rfind(b"PK\x06\x06")
        if at < 0:
            raise zipfile.BadZipFile("its zip64 record is missing")
        (length,) = struct.unpack_from("<Q", tail, at + 40)
    if length > limit.entries * 400:
        raise SourceError(
            f"{path.name} has a directory of {length:,} bytes, too long for {limit.entries:,} entries"
        )


def _refused(info: zipfile.ZipInfo) -> str | None:
    """Say why a member's name or kind is refused, or return None."""
    name = info.orig_filename.replace("\\", "/")
    mode = stat.S_IFMT(info.external_attr >> 16)
    rules = (
        ("\0" in name, "has a NUL in its name"),
        (name.startswith("/") or re.match(r"[A-Za-z]:", name) is not None, "has an absolute name"),
        (".." in name.split("/"), "has '..' in its name"),
        (mode not in (0, stat.S_IFREG, stat.S_IFDIR), "is a link or a device"),
        (bool(info.flag_bits & 0x1), "is encrypted"),
        (PurePosixPath(name).suffix.lower() in _NESTED, "is an archive inside the archive (unpack it first)"),
    )
    return next((reason for bad, reason in rules if bad), None)
