"""Reads the footer of a Parquet file, after the Thrift file of the format: schema, codecs, metadata."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

PHYSICAL = ("boolean", "int32", "int64", "int96", "float", "double", "bytes", "fixed")
LOGICAL = {1: "string", 5: "decimal", 6: "date"}
ZSTD = 6


class Compact:
    """Thrift's compact protocol, as far as footers use it: structs as dictionaries by field number."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def whole(self) -> int:
        value = self.unsigned()
        return (value >> 1) ^ -(value & 1)

    def value(self, kind: int) -> Any:
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self.byte()
        if kind in (4, 5, 6):
            return self.whole()
        if kind == 7:
            self.at += 8
            return struct.unpack("<d", self.data[self.at - 8 : self.at])[0]
        if kind == 8:
            size = self.unsigned()
            self.at += size
            return self.data[self.at - size : self.at]
        if kind in (9, 10):
            return self.sequence()
        assert kind == 12, kind
        return self.struct()

    def sequence(self) -> list[Any]:
        head = self.byte()
        size = head >> 4 if head >> 4 != 15 else self.unsigned()
        kind = head & 15
        return [self.byte() == 1 if kind in (1, 2) else self.value(kind) for _ in range(size)]

    def struct(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        number = 0
        while head := self.byte():
            number = number + (head >> 4) if head >> 4 else self.whole()
            found[number] = self.value(head & 15)
        return found


def footer(path: Path) -> dict[str, Any]:
    """Return rows, columns (name -> physical and logical type), codecs and metadata of a file."""
    data = path.read_bytes()
    assert data[:4] == data[-4:] == b"PAR1"
    size = int.from_bytes(data[-8:-4], "little")
    said = Compact(data[-8 - size : -8]).struct()
    return {
        "rows": said[3],
        "columns": {e[4].decode(): (PHYSICAL[e[1]], logical(e)) for e in said[2][1:]},
        "codecs": {chunk[3][4] for group in said[4] for chunk in group[1]},
        "groups": [group[3] for group in said[4]],
        "metadata": {pair[1].decode(): pair.get(2, b"").decode() for pair in said.get(5, ())},
    }


def logical(element: dict[int, Any]) -> Any:
    """Return the logical type of a column: a name, and for decimals the digits after the point and in all."""
    for number, name in LOGICAL.items():
        if number in element.get(10, {}):
            found = element[10][number]
            return (name, found[1], found[2]) if name == "decimal" else name
    return None
