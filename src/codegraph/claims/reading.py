"""Claims from files: X12 837, FHIR, JSON Lines, told apart by what is in them; read one by one."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, Final

from codegraph.claims.jsonl import LONGEST_DOCUMENT, LONGEST_LINE, read_lines, read_text
from codegraph.claims.model import Claim
from codegraph.claims.parts import Unread
from codegraph.claims.x12 import read_x12
from codegraph.errors import InvalidValue, SourceError

__all__ = ["FORMS", "Unread", "read_claims"]

_BLANK: Final = b" \t\r\n\xef\xbb\xbf"
_LOOK: Final = 4096


def read_claims(
    source: str | Path | IO[Any], *, form: str | None = None, name: str | None = None
) -> Iterator[Claim | Unread]:
    """Yield the claims of a file or an open stream, in order, and as Unread each part that could not be read.

    `form` is `x12` (837P and 837I), `fhir` (a Claim or a Bundle, as one JSON document) or `jsonl` (one claim a line,
    FHIR's or our own form); without it the content tells. `name` stands for a stream in messages. One claim is held
    at a time, but for a JSON document, which may have 100 MB.

    A bad claim ends nothing. Raises InvalidValue for an unknown `form`, and SourceError for a file that is missing,
    empty, or none of these forms.
    """
    if form is not None and form not in FORMS:
        raise InvalidValue(
            f"unknown form of claims {form!r}; there are {', '.join(FORMS)}", candidates=tuple(FORMS)
        )
    called = name or _called(source)
    with _opened(source, called) as stream:
        try:
            beginning = stream.peek(_LOOK)[:_LOOK] if form is None else b""
            yield from FORMS[form or _form(beginning, called)](stream, called)
        except OSError as error:
            raise SourceError(f"{called}: cannot be read: {error}") from error


def _called(source: object) -> str:
    if isinstance(source, str | os.PathLike):
        return Path(source).name
    found = getattr(source, "name", None)
    return Path(found).name if isinstance(found, str) else "claims"


def _opened(source: str | Path | IO[Any], called: str) -> Any:  # noqa: ANN401 - a context manager of either kind
    """Return a buffered stream of bytes as a context manager; a stream that was given is not closed."""
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        try:
            if path.is_dir() or not path.exists():
                raise SourceError(f"{called}: no such file")
            return path.open("rb")
        except (OSError, ValueError) as error:
            raise SourceError(f"{called}: cannot be read: {error}") from error
    if isinstance(source, io.BufferedReader):
        return nullcontext(source)
    return nullcontext(io.BufferedReader(_Raw(source)))


class _Raw(io.RawIOBase):
    """A stream of bytes or text as raw bytes (text as UTF-8), so that it can be looked into before it is read."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer
        if not self._rest:
            chunk = self._stream.read(len(buffer))
            self._rest = chunk.encode("utf-8", "replace") if isinstance(chunk, str) else chunk or b""
        taken = self._rest[: len(buffer)]
        self._rest = self._rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _form(beginning: bytes, called: str) -> str:
    """Tell the form by how a file begins."""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError(f"{called}: UTF-16; save it as UTF-8")
    text = beginning.lstrip(_BLANK)
    if not text:
        raise SourceError(f"{called}: empty")
    if text.startswith(b"ISA"):
        return "x12"
    if text.startswith((b"{", b"[")):
        # A document is laid out over lines, or a list; a line of JSON Lines is an object from end to end.
        first = text.split(b"\n", 1)[0].rstrip(_BLANK)
        whole = len(text) >= _LOOK or first.endswith(b"}")
        return "jsonl" if first.startswith(b"{") and len(first) > 1 and whole else "fhir"
    raise SourceError(
        f"{called}: no claims in a known form: an X12 file begins with ISA, FHIR and JSON Lines with {{"
    )


def _document(stream: IO[bytes], called: str) -> Iterator[Claim | Unread]:
    text = stream.read(LONGEST_DOCUMENT + 1)
    if len(text) > LONGEST_DOCUMENT:
        raise SourceError(
            f"{called}: a JSON document longer than {LONGEST_DOCUMENT:,} bytes; write one claim a line (JSON Lines, at "
            f"most {LONGEST_LINE:,} bytes each)"
        )
    yield from read_text(text, called)


FORMS: Final[dict[str, Callable[[IO[bytes], str], Iterator[Claim | Unread]]]] = {
    "x12": read_x12,
    "fhir": _document,
    "jsonl": read_lines,
}
