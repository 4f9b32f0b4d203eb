"""One file over HTTP: to `<name>.part` and, when everything about it is right, ready for its place."""

from __future__ import annotations

import os
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from codegraph.errors import SourceError
from codegraph.fetch.part import Part, sha256_of
from codegraph.fetch.table import RemoteFile, check_place

if TYPE_CHECKING:
    import httpx

_TELL: Final = 1 << 20
_HEAD: Final = 512
_MAX_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_RANGE: Final = re.compile(r"bytes (?:([0-9]{1,18})-[0-9]{1,18}|\*)/([0-9]{1,18})")
_MAGIC: Final = {
    ".zip": (b"PK\x03\x04", "zip archive"),
    ".xlsx": (b"PK\x03\x04", "workbook"),
    ".gz": (b"\x1f\x8b", "gzip file"),
    ".xz": (b"\xfd7zXZ\x00", "xz file"),
}
_PAGE: Final = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a download may take: seconds of silence, and seconds for one file."""

    silence: float = 30.0
    whole: float = 3600.0


@dataclass(frozen=True, slots=True)
class Saved:
    """A complete and checked download that rests in its `.part`."""

    part: Part
    bytes: int
    sha256: str


class _Unusable(Exception):
    """What is there of the file does not fit what the server has now: begin anew."""


class _Wrong(SourceError):
    """What came can never become the file: it is removed."""


@contextmanager
def client(*, allow_loopback: bool, limits: Limits) -> Iterator[httpx.Client]:
    """Give an HTTP client that follows no redirect by itself, asks for bytes as they are, and names itself."""
    import httpx

    from codegraph import __version__

    headers = {"User-Agent": f"codegraph/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
    timeout = httpx.Timeout(limits.silence)
    # A proxy set for the outside world does not reach a server on this machine.
    with httpx.Client(headers=headers, timeout=timeout, trust_env=not allow_loopback) as http:
        yield http


class Download:
    """The download of one file into a folder."""

    def __init__(
        self,
        http: httpx.Client,
        file: RemoteFile,
        folder: Path,
        *,
        allow_loopback: bool,
        limits: Limits,
        tell: Callable[[str], None],
    ) -> None:
        self._http = http
        self._file = file
        self._part = Part(folder / f"{file.name}.part")
        self._allow_loopback = allow_loopback
        self._end = time.monotonic() + limits.whole
        self._whole = limits.whole
        self._tell = tell

    def run(self) -> Saved:
        """Download the file, or the rest of it, and check it.

        Raises SourceError, naming the file and what was expected. What could be resumed stays as `<name>.part`;
        anything wrong is removed.
        """
        import httpx

        self._part.refuse_links()
        try:
            return self._checked(self._complete())
        except _Wrong:
            self._part.remove()
            raise
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(self._broken(error)) from error
        except OSError as error:
            raise SourceError(f"{self._part.path}: cannot be written: {error}") from error

    def _complete(self) -> int | None:
        try:
            return self._attempt(self._part.validator(self._file.url))
        except _Unusable:
            self._part.remove()
            return self._attempt(None)

    def _broken(self, error: Exception) -> str:
        reason = str(error) or type(error).__name__
        return f"{self._file.name}: {reason} ({self._file.url}); {self._kept()}"

    def _kept(self) -> str:
        size = self._part.size()
        if not size or self._part.validator(self._file.url) is None:
            return "fetch again"
        return f"{size:,} bytes are kept as {self._part.path.name}, fetch again to resume"

    # One request, with its redirects

    def _attempt(self, validator: str | None) -> int | None:
        """Bring the part to its full length; return the length that the server states, None where it does not."""
        offset = self._part.size() if validator is not None else 0
        headers = {"Range": f"bytes={offset}-", "If-Range": validator} if validator is not None else {}
        with self._open(headers) as response:
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise SourceError(f"{self._file.name}: sent in another encoding than asked for; refused")
            if validator is not None and response.status_code in (206, 416):
                whole = self._continued(response, offset, validator)
                self._refuse_size(whole)
                if offset < whole:
                    self._receive(response, offset, whole)
                return whole
            if response.status_code == 200:
                total = _length(response)
                self._refuse_size(total)
                self._part.begin(self._file.url, _validator(response))
                self._receive(response, 0, total)
                return total
            raise SourceError(
                f"{self._file.name}: the server answers {response.status_code} {response.reason_phrase} "
                f"({response.url}); the file may have moved"
            )

    @contextmanager
    def _open(self, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """Send the request and follow redirects by hand: each place is checked before it is asked."""
        import httpx

        url, what = httpx.URL(self._file.url), f"the address of {self._file.name}"
        for _ in range(_MAX_REDIRECTS + 1):
            check_place(
                url.scheme,
                url.host,
                url.port,
                bool(url.userinfo),
                allow_loopback=self._allow_loopback,
                what=what,
            )
            with self._http.stream("GET", url, headers=headers, follow_redirects=False) as response:
                location = response.headers.get("Location")
                if response.status_code not in _REDIRECTS or not location:
                    yield response
                    return
                url, what = url.join(location), f"{self._file.name}: the redirect from {url.host}"
        raise SourceError(f"{self._file.name}: more than {_MAX_REDIRECTS} redirects ({self._file.url})")

    def _continued(self, response: httpx.Response, offset: int, validator: str) -> int:
        """Return the full length; raise _Unusable where the answer does not go on from where the part ends."""
        match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        changed = _validator(response) not in (None, validator)
        if match is None or changed:
            raise _Unusable
        whole = int(match[2])
        start = int(match[1]) if match[1] is not None else whole
        if start != offset:
            raise _Unusable
        return whole

    def _receive(self, response: httpx.Response, start: int, total: int | None) -> None:
        size, told, looked = start, start, start >= _HEAD
        with self._part.path.open("ab") as stream:
            # As they come: a chunk size would hold back, and lose, the last bytes before a cut.
            for chunk in response.iter_raw():
                size += len(chunk)
                self._refuse_size(size)
                stream.write(chunk)
                if not looked and size >= _HEAD:
                    stream.flush()
                    self._refuse_kind()
                    looked = True
                if size - told >= _TELL:
                    told = size
                    self._tell(_so_far(self._file.name, size, total))
                if time.monotonic() > self._end:
                    raise SourceError(
                        f"{self._file.name}: not complete after {self._whole:.0f} s; {self._flushed(stream)}"
                    )
            os.fsync(stream.fileno())
        if total is not None and size != total:
            raise SourceError(f"{self._file.name}: expected {total:,} bytes, got {size:,}; {self._kept()}")

    def _flushed(self, stream: IO[bytes]) -> str:
        stream.flush()
        return self._kept()

    # What is refused

    def _refuse_size(self, size: int | None) -> None:
        if size is not None and size > self._file.max_bytes:
            raise _Wrong(
                f"{self._file.name}: larger than the {self._file.max_bytes:,} bytes that it may have; "
                f"stopped and removed ({self._file.url})"
            )

    def _refuse_kind(self) -> None:
        with self._part.path.open("rb") as stream:
            head = stream.read(_HEAD)
        magic, noun = _MAGIC.get(Path(self._file.name).suffix.lower(), (b"", "data file"))
        is_page = _PAGE.match(head.removeprefix(b"\xef\xbb\xbf")) is not None
        if head.startswith(magic) and head and not is_page:
            return
        got = "a web page (a licence to accept, or an error)" if is_page else f"bytes {head[:8]!r}"
        raise _Wrong(f"{self._file.name}: expected a {noun}, got {got}; removed ({self._file.url})")

    def _checked(self, total: int | None) -> Saved:
        self._refuse_kind()
        if self._file.name.lower().endswith((".zip", ".xlsx")):
            self._refuse_cut_archive(total)
        digest = sha256_of(self._part.path)
        if self._file.sha256 not in (None, digest):
            raise _Wrong(
                f"{self._file.name}: expected sha256 {self._file.sha256}, got {digest}; removed. "
                "Its publisher may have issued it anew: compare before you use it"
            )
        return Saved(self._part, self._part.size(), digest)

    def _refuse_cut_archive(self, total: int | None) -> None:
        if zipfile.is_zipfile(self._part.path):
            return
        if total is None:
            raise SourceError(
                f"{self._file.name}: cut short, the archive's end is missing after {self._part.size():,} bytes "
                f"(the server states no length); {self._kept()}"
            )
        raise _Wrong(
            f"{self._file.name}: the archive's end is missing although all {total:,} bytes came; removed"
        )


def _length(response: httpx.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _validator(response: httpx.Response) -> str | None:
    """Return what If-Range takes: a strong entity tag, else the date of last change."""
    tag: str = response.headers.get("ETag", "")
    if tag and not tag.startswith("W/"):
        return tag
    date: str | None = response.headers.get("Last-Modified")
    return date


def _so_far(name: str, size: int, total: int | None) -> str:
    of = f" of {total / 1e6:.1f}" if total else ""
    return f"{name}: {size / 1e6:.1f}{of} MB"
