"""The flat part of YAML that heads an SSSOM file: scalars, lists, and maps of one level; nothing that could run."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

Scalar = str
Value = str | tuple[str, ...] | dict[str, str]

_KEY: Final = re.compile(r"([A-Za-z_][\w.-]*):(?:[ ]+(.*))?")
_INDICATORS: Final = frozenset("&*!|>%@`")
_FORBIDDEN: Final = {
    "&": "an anchor",
    "*": "an alias",
    "!": "a tag",
    "|": "a block of text",
    ">": "a block of text",
    "%": "a directive",
    "@": "a reserved sign",
    "`": "a reserved sign",
}
# What the core schema of YAML 1.2 does not read as text; such text is quoted.
_NOT_TEXT: Final = re.compile(
    r"(?:null|Null|NULL|~|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)


def read(lines: Sequence[str], *, skip: Collection[str] = ()) -> dict[str, Value]:
    """Return the block as a mapping; every scalar is text, so that a version 2026 or a code stays as it is printed.

    What stands under a key in `skip` may be of any depth and is passed over.

    Raises ValueError, saying in which line of the block, for anything else than the flat subset.
    """
    found: dict[str, Value] = {}
    at = 0
    while at < len(lines):
        key, rest = _key(lines[at], at)
        if key in found:
            raise ValueError(f"line {at + 1}: {key} stands there twice")
        if rest:
            found[key] = _inline(rest, at)
            at += 1
            continue
        end = at + 1
        while end < len(lines) and (lines[end].startswith(" ") or lines[end].startswith("- ")):
            end += 1
        found[key] = "" if key in skip else _nested(lines[at + 1 : end], at + 1)
        at = end
    return found


def _key(line: str, at: int) -> tuple[str, str]:
    match = _KEY.fullmatch(line.rstrip())
    if not match:
        raise ValueError(f"line {at + 1}: {line[:60]!r} is not 'key: value'")
    return match[1], (match[2] or "").strip()


def _nested(lines: Sequence[str], at: int) -> Value:
    """Return what stands under a key: a list (`- value`) or a map of one level; empty text where nothing does."""
    if not lines:
        return ""
    indents = {len(line) - len(line.lstrip(" ")) for line in lines}
    if len(indents) != 1:
        raise ValueError(f"line {at + 1}: more than one level, which the flat form does not have")
    bodies = [line.strip() for line in lines]
    if all(body.startswith("- ") for body in bodies):
        return tuple(_scalar(body[2:].strip(), at + n) for n, body in enumerate(bodies))
    pairs = [_pair(body, at + n) for n, body in enumerate(bodies)]
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError(f"line {at + 1}: a name stands there twice")
    return dict(pairs)


def _pair(body: str, at: int) -> tuple[str, str]:
    match = re.fullmatch(r"(\"[^\"\\]*\"|'[^']*'|[A-Za-z0-9_][\w.-]*):[ ]+(.+)", body)
    if not match:
        raise ValueError(f"line {at + 1}: {body[:60]!r} is not 'name: value'")
    return match[1].strip("\"'"), _scalar(match[2].strip(), at)


def _inline(text: str, at: int) -> Value:
    if text.startswith("["):
        if not text.endswith("]"):
            raise ValueError(f"line {at + 1}: a list that does not end")
        items = list(_split(text[1:-1], at))
        return tuple(_scalar(item, at) for item in items)
    return _scalar(text, at)


def _split(text: str, at: int) -> Iterator[str]:
    r"""Yield the items of `[a, "b, c"]`."""
    rest = text.strip()
    while rest:
        match = re.match(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^,\"'\[\]{}]+)\s*(,|$)\s*", rest)
        if not match:
            raise ValueError(f"line {at + 1}: {rest[:60]!r} is no list of scalars")
        yield match[1].strip()
        rest = rest[match.end() :]


def _scalar(text: str, at: int) -> str:
    if text.startswith('"'):
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {at + 1}: {text[:60]!r} is no quoted text") from error
        return str(value)
    if text.startswith("'"):
        if not re.fullmatch(r"'(?:[^']|'')*'", text):
            raise ValueError(f"line {at + 1}: {text[:60]!r} is no quoted text")
        return text[1:-1].replace("''", "'")
    if text[:1] in _INDICATORS:
        raise ValueError(f"line {at + 1}: {_FORBIDDEN[text[0]]} ({text[:20]!r}) is not allowed here")
    if text[:1] in {"{", "[", "]", "}", ",", "#"} or re.search(r":(?: |$)| #", text):
        raise ValueError(f"line {at + 1}: {text[:60]!r} must be quoted")
    return text


def scalar(text: str, *, number: bool = False) -> str:
    """Return a scalar as a canonical file writes it: plain where it can be, else in double quotes.

    >>> scalar("2026"), scalar("Own words"), scalar("0.95", number=True)
    ('"2026"', 'Own words', '0.95')
    """
    plain = (
        text
        and text == text.strip()
        and text.isprintable()
        and not re.match(r"[,\[\]{}#&*!|>'\"%@`]|[-?:](?: |$)|---|\.\.\.", text)
        and not re.search(r":(?: |$)| #", text)
        and (number or not _NOT_TEXT.fullmatch(text))
    )
    return text if plain else _UNPRINTABLE.sub(_escaped, json.dumps(text, ensure_ascii=False))


# Old parsers end a line at some of these; above U+FFFF a YAML text may hold any sign as it is.
_UNPRINTABLE: Final = re.compile(
    r"[\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u206f\ue000-\uf8ff\ufeff\ufff0-\uffff]"
)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def block(key: str, value: str | Iterable[str], *, number: bool = False) -> Iterator[str]:
    """Yield the lines of a slot: a scalar, or a list one item a line."""
    if isinstance(value, str):
        yield f"{key}: {scalar(value, number=number)}"
        return
    yield f"{key}:"
    for item in value:
        yield f"  - {scalar(item)}"
