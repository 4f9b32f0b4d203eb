"""Answers for readers that take text for orders: no hidden characters, nothing without end, and what is left off said.

Assistants read what is in a graph, and a descriptor of a foreign file may speak to them. So an answer's texts lose
every character that does not show, and are cut; lists are cut too, which the answer tells.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from codegraph.errors import CodegraphError
from codegraph.operations.schema import Schema, whole
from codegraph.render import jsonable

LONGEST_TEXT: Final = 2_000
_LONGEST_SENT: Final = 5_000  # by safe_json: the longest descriptor of an official file has 4,492 characters
AT_MOST: Final = 50
_LONGEST_NAME: Final = 200
_MOST_KEYS: Final = 200  # of a mapping; no record has as many fields
_CUT: Final = " […]"
# Control, format (tag and direction marks), private use, surrogates, unassigned.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_SELECTORS: Final = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
_SELECT: Final = frozenset(map(chr, _SELECTORS))
_BLANKS: Final = frozenset("\t\r\v\f\x85")
# Of JSON, which writes what does not show so.
_ESCAPES: Final = (r"\u00", r"\t", r"\r", r"\b", r"\f", "\x7f")
_CODES: Final = frozenset({"code", "target", "column_one", "column_two", "parents"})


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    r"""Return a text without characters that do not show (line feeds stay), cut where it is longer than `longest`.

    >>> clean("Ileo\u200bstomy\U000e0041\U000e0042, \x1b[1mopen")
    'Ileostomy, [1mopen'
    """
    if len(text) > longest * 2:
        text = text[: longest * 2]
    if not (text.isascii() and text.isprintable()):
        text = "".join(c for c in map(_spaced, text) if _shows(c))
    return text if len(text) <= longest else text[:longest] + _CUT


def _spaced(character: str) -> str:
    """Return a space for what separates words as one would, a tab or another line's end."""
    return " " if character in _BLANKS else character


def _shows(character: str) -> bool:
    return character == "\n" or (unicodedata.category(character) not in _HIDDEN and character not in _SELECT)


def safe_json(text: str, own: Collection[str] = (), indent: int | None = None) -> str:
    """Return JSON, each text and name in it as `clean` leaves it; lists stay whole.

    `own` are fields of the outermost object that repeat what was sent: they lose hidden characters, but are not cut.
    """
    if not _needs_cleaning(text):
        return text
    found = json.loads(text)
    cleaned = _cleaned(found, _LONGEST_SENT)
    for name in own:
        cleaned[name] = _cleaned(found[name], len(text))
    return json.dumps(cleaned, ensure_ascii=False, indent=indent)


def _needs_cleaning(text: str) -> bool:
    if any(escape in text for escape in _ESCAPES) or any(len(p) > _LONGEST_SENT for p in text.split('"')):
        return True
    return not text.isascii() and not all(map(_shows, set(text)))


def _cleaned(value: Any, longest: int) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return clean(value, longest)
    if isinstance(value, list):
        return [_cleaned(each, longest) for each in value]
    if isinstance(value, dict):
        return {clean(key, _LONGEST_NAME): _cleaned(each, longest) for key, each in value.items()}
    return value


def _pointed(name: str) -> str:
    """Return a name as a JSON pointer (RFC 6901) has it."""
    return name.replace("~", "~0").replace("/", "~1")


@dataclass(slots=True)
class _Cut:
    at_most: int
    left_off: dict[str, int] = field(default_factory=dict)

    def value(self, value: Any, path: str = "/answer") -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, list):
            if len(value) > self.at_most:
                self.left_off[path] = len(value) - self.at_most
            return [self.value(each, f"{path}/{i}") for i, each in enumerate(value[: self.at_most])]
        if isinstance(value, dict):
            if len(value) > _MOST_KEYS:
                self.left_off[path] = len(value) - _MOST_KEYS
            kept = list(value.items())[:_MOST_KEYS]
            names = [(clean(k, _LONGEST_NAME), v) for k, v in kept]
            return {name: self.value(v, f"{path}/{_pointed(name)}") for name, v in names}
        return value


def enveloped(found: Any, known: Callable[[str], bool], at_most: int = AT_MOST) -> dict[str, Any]:  # noqa: ANN401
    """Return an answer in plain values of JSON, made safe, with what was left off.

    `known` tells whether the release holds a code; codes in the answer that it does not hold are listed.
    """
    cut = _Cut(max(at_most, 3))
    answer = cut.value(json.loads(json.dumps(found, default=jsonable)))
    absent = sorted({code for code in _codes(answer) if not known(code)})
    return {"answer": answer, "left_off": cut.left_off, "not_in_release": absent}


def _codes(value: Any, name: str = "") -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _codes(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _codes(each, name)
    elif isinstance(value, str) and name in _CODES and value:
        yield value


def envelope_schema(kind: Any) -> Schema:  # noqa: ANN401
    """Return the schema of an answer of a type with what is said of it."""
    schema = whole(kind)
    schema["properties"] |= {
        "left_off": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "Where a list was cut (JSON pointer into this object): how many entries are not shown.",
        },
        "not_in_release": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Codes in the answer that sources name and this release does not hold.",
        },
    }
    schema["required"] = ["answer", "left_off", "not_in_release"]
    schema["additionalProperties"] = False
    return schema


def said(error: CodegraphError) -> str:
    """Return an error as text for such readers, with what can be meant."""
    near = [*getattr(error, "near", ()), *getattr(error, "candidates", ())][:20]
    hint = f"\nThere are: {', '.join(near)}" if near and near[0] not in str(error) else ""
    return clean(str(error) + hint)
