"""Files as published: plain, compressed or in a zip, read as streams under limits, never extracted."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO, Final, cast

from codegraph.errors import SourceError
from codegraph.sources.archives import Limits, check_zip, limited, limits

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["Limits", "Member", "limited", "limits", "members"]

# Closed by Member.open, which hands them on inside a stream.
_OPENERS: Final[dict[str, tuple[bytes, Callable[[Path], IO[bytes]]]]] = {
    ".gz": (b"\x1f\x8b", lambda path: cast("IO[bytes]", gzip.open(path, "rb"))),  # noqa: SIM115
    ".xz": (b"\xfd7zXZ\x00", lambda path: cast("IO[bytes]", lzma.open(path, "rb"))),  # noqa: SIM115
    ".bz2": (b"BZh", lambda path: cast("IO[bytes]", bz2.open(path, "rb"))),  # noqa: SIM115
}
_BROKEN: Final = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,  # zipfile: "password required"
    struct.error,
    ValueError,
)
_CHUNK: Final = 1 << 20


class _Limited(io.RawIOBase):
    """A decompressed stream that counts what comes out, and names the file in every error."""

    def __init__(
        self,
        inner: IO[bytes],
        label: str,
        packed: int,
        size: int | None = None,
        owner: zipfile.ZipFile | None = None,
        *,
        bounded: bool = True,
    ) -> None:
        self._inner = inner
        self._owner = owner
        self._label = label
        self._size = size
        self._count = 0
        limit = limits()
        most = min(limit.bytes, max(limit.ratio_floor, packed * limit.ratio))
        self._most = most if bounded else sys.maxsize  # what is not packed cannot grow

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        try:
            data = self._inner.read(len(view))
        except _BROKEN as error:
            raise SourceError(
                f"{self._label} is cut short or damaged ({error}); download it again"
            ) from error
        self._count += len(data)
        if self._count > self._most:
            raise SourceError(
                f"{self._label} unpacks to more than {self._most:,} bytes, the limit for a file of its size; "
                "if it is genuine, raise the limits"
            )
        if not data and len(view) and self._size is not None and self._count != self._size:
            raise SourceError(
                f"{self._label} holds {self._count:,} bytes where its archive says {self._size:,}"
            )
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            if self._owner is not None:
                self._owner.close()
        super().close()


@dataclass(frozen=True, slots=True)
class Member:
    """One readable thing: a plain or compressed file, or one file inside a zip (`inner`)."""

    path: Path
    inner: str | None

    @property
    def name(self) -> str:
        """Return the base name of the thing itself, without folder and without `.gz`, `.xz` or `.bz2`."""
        if self.inner is not None:
            return PurePosixPath(self.inner.replace("\\", "/")).name
        return self.path.stem if self.path.suffix.lower() in _OPENERS else self.path.name

    @property
    def label(self) -> str:
        """Return the name for messages: `file.zip!member.txt` or `file.csv`."""
        return self.path.name if self.inner is None else f"{self.path.name}!{self.inner}"

    def open(self) -> BinaryIO:
        """Open the decompressed bytes as a stream under the limits; every failure is a SourceError."""
        try:
            packed = self.path.stat().st_size
            if self.inner is not None:
                raw = self._open_inner(packed)
            else:
                opener = _OPENERS.get(self.path.suffix.lower())
                inner = opener[1](self.path) if opener else self.path.open("rb")
                raw = _Limited(inner, self.label, packed, bounded=opener is not None)
        except _BROKEN as error:
            raise SourceError(f"{self.label} cannot be opened: {error}") from error
        return cast(BinaryIO, io.BufferedReader(raw, _CHUNK))

    def _open_inner(self, packed: int) -> _Limited:
        archive = zipfile.ZipFile(self.path)
        try:
            info = archive.getinfo(cast(str, self.inner))
            return _Limited(archive.open(info), self.label, packed, info.file_size, archive)
        except KeyError as error:
            archive.close()
            raise SourceError(f"{self.label}: the archive has no such member") from error
        except BaseException:
            archive.close()
            raise

    def head(self, size: int = 65536) -> bytes:
        """Return the first decompressed bytes."""
        with self.open() as stream:
            return stream.read(size)

    def lines(self) -> Iterator[str]:
        r"""Yield the lines of a text file without their ends, decoded strictly by one encoding for all.

        utf-8-sig, else cp1252, else (bytes that cp1252 does not define) latin-1. No-break spaces become
        spaces, a final 0x1A (the end mark of DOS) goes; `\r\n`, `\n` and `\r` end a line.
        """
        most = limits().line
        rest = ""
        for text in self._texts():
            block = rest + text
            if block.endswith("\r"):  # its \n may follow
                block, rest = block[:-1], "\r"
            else:
                rest = ""
            if "\r" in block:
                block = block.replace("\r\n", "\n").replace("\r", "\n")
            whole = block.split("\n")
            rest = whole.pop() + rest
            if len(rest) > most:
                raise SourceError(
                    f"{self.label} has a line of more than {most:,} characters: not a text table"
                )
            yield from whole
        ends = rest.endswith("\r")
        rest = rest.removesuffix("\r").rstrip("\x1a")
        if rest or ends:
            yield rest

    def text(self) -> str:
        r"""Return the whole text, decoded as `lines()` does, its lines joined by `\n`."""
        return "\n".join(self.lines())

    def xml_bytes(self) -> bytes:
        """Return the whole content of an XML file that declares no document type and no entity.

        Raises SourceError where it does, in any encoding, before anything is parsed, and for an encoding that
        could hide one.
        """
        most = limits().xml
        with self.open() as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise SourceError(f"{self.label} is longer than {most:,} bytes, too long for an XML file")
        plain = data.replace(b"\0", b"") if b"\0" in data else data
        start = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:400]
        if not start.startswith(b"<"):
            raise SourceError(f"{self.label} is not XML")
        if _DTD.search(plain):
            raise SourceError(f"{self.label} declares a DOCTYPE or an entity; such XML is refused")
        named = _XML_ENCODING.match(start)
        if named and named[1].lower() not in _SAFE_ENCODINGS:
            raise SourceError(
                f"{self.label} is in the encoding {named[1].decode('ascii', 'replace')}; use UTF-8"
            )
        return data

    def _texts(self) -> Iterator[str]:
        """Yield the text in pieces: ASCII as long as it lasts, then in the encoding of the whole."""
        with self.open() as stream:
            decoder: codecs.IncrementalDecoder | None = None
            while chunk := stream.read(_CHUNK):
                if decoder is None:
                    if chunk.isascii():
                        yield chunk.decode("ascii")
                        continue
                    decoder = codecs.getincrementaldecoder(self._encoding())()
                yield decoder.decode(chunk).replace("\u00a0", " ")
            if decoder is not None:
                yield decoder.decode(b"", final=True)

    def _encoding(self) -> str:
        """Return the first encoding of the list that reads every byte of the file."""
        decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "cp1252")}
        with self.open() as stream:
            first = True
            while decoders and (chunk := stream.read(_CHUNK)):
                if first and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    raise SourceError(f"{self.label} is UTF-16 text; save it as UTF-8 or as Windows text")
                first = False
                _drop_failed(decoders, chunk, final=False)
        _drop_failed(decoders, b"", final=True)
        return next(iter(decoders), "latin-1")


_DTD: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_XML_ENCODING: Final = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
_SAFE_ENCODINGS: Final = frozenset(
    {
        b"utf-8",
        b"utf8",
        b"utf-16",
        b"utf-16le",
        b"utf-16be",
        b"us-ascii",
        b"ascii",
        b"iso-8859-1",
        b"windows-1252",
    }
)


def _drop_failed(decoders: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, final: bool) -> None:
    for name, decoder in list(decoders.items()):
        try:
            decoder.decode(chunk, final)
        except UnicodeDecodeError:
            del decoders[name]


def members(path: Path) -> Iterator[Member]:
    """Yield what a file holds: itself, or each file of a zip, in the archive's order.

    Raises SourceError, naming the file and before the first member, for an archive that is damaged, too
    large, or unsafe (names with `..`, absolute or with NUL, links, nested archives).
    """
    if not path.is_file():
        raise SourceError(f"{path} is not a file")
    suffix = path.suffix.lower()
    if suffix in _OPENERS:
        magic, _ = _OPENERS[suffix]
        if _start(path, len(magic)) != magic:
            raise SourceError(f"{path.name} is not a {suffix} file, whatever its name says")
    if suffix != ".zip":
        yield Member(path, None)
        return
    try:
        infos = check_zip(path)
    except _BROKEN as error:
        raise SourceError(
            f"{path.name} is not a readable zip archive ({error}); download it again"
        ) from error
    for info in infos:
        yield Member(path, info.filename)


def _start(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(size)
    except OSError as error:
        raise SourceError(f"{path.name} cannot be opened: {error}") from error
