"""The head of an SSSOM file: its lines as they are, and the metadata block as a mapping set, checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from codegraph.errors import SourceError
from codegraph.sources import sssom_yaml
from codegraph.sources.files import Member
from codegraph.sources.sssom_checks import Cell, check_set
from codegraph.sources.sssom_model import MappingSet
from codegraph.sources.sssom_slots import BUILT_IN, MULTIPLE, RENAMED, SET_SLOTS

if TYPE_CHECKING:
    from collections.abc import Mapping as Map

    from codegraph.sources.sssom_yaml import Value


def lines_of(member: Member) -> list[str]:
    """Return the lines of a file, which is UTF-8 by its specification; nothing in a line is changed."""
    with member.open() as stream:
        data = stream.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(f"{member.label}, line {line}: not UTF-8, which SSSOM requires") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def block_of(member: Member) -> tuple[MappingSet, list[str], int]:
    """Return the set, the remaining lines and the number of lines of the block.

    Raises SourceError, with the line, where the block is not what SSSOM allows.
    """
    lines = lines_of(member)
    count = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    bodies = [line[1:] for line in lines[:count]]
    indent = min((len(b) - len(b.lstrip(" ")) for b in bodies), default=0)
    bodies = [b[indent:] for b in bodies]
    try:
        mapping_set = _set_of(_metadata(bodies))
    except (ValueError, SourceError) as error:
        where = "" if str(error).startswith("line ") else f"line {_line_of(str(error), bodies)}: "
        raise SourceError(f"{member.label}, metadata block, {where}{error}") from error
    return mapping_set, lines[count:], count


def _metadata(bodies: Sequence[str]) -> dict[str, Value]:
    return sssom_yaml.read(bodies, skip=("extension_definitions",))


def _line_of(fault: str, bodies: Sequence[str]) -> int:
    """Return the line that a fault of the block is about: of the name or value it gives, else the last one."""
    quoted = re.findall(r"'([^']+)'", fault)
    keys = [f"{word}:" for word in re.findall(r"\w+", fault)]
    found = [n for q in quoted for n, body in enumerate(bodies, 1) if q in body]
    found += [n for k in keys for n, body in enumerate(bodies, 1) if body.strip().startswith(k)]
    return found[0] if found else len(bodies)


def _set_of(found: Map[str, Value]) -> MappingSet:
    prefixes = found.get("curie_map") or {}
    if not isinstance(prefixes, dict):
        raise ValueError("curie_map maps prefixes to IRIs")  # noqa: TRY004
    slots: dict[str, Cell] = {}
    for slot, value in found.items():
        name = RENAMED.get(slot, slot)
        if name == "curie_map" or name not in SET_SLOTS or isinstance(value, dict) or not value:
            continue
        if isinstance(value, tuple) and name not in MULTIPLE:
            raise ValueError(f"{slot} has one value, not a list")
        slots[name] = (value,) if name in MULTIPLE and isinstance(value, str) else value
    check_set(slots, prefixes)
    return MappingSet(slots, {p: i for p, i in prefixes.items() if p not in BUILT_IN})
