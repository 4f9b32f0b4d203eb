"""Writes SSSOM TSV in its canonical form, so that equal mappings give equal bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from decimal import ROUND_HALF_UP, Decimal
from typing import TextIO

from codegraph.sources import sssom_yaml
from codegraph.sources.sssom_model import Cell, MappingSet, SssomMapping
from codegraph.sources.sssom_slots import BUILT_IN, HANDED_ON, IDENTIFIERS, MAPPING_SLOTS, NUMBERS, SET_SLOTS


def write(mapping_set: MappingSet, mappings: Iterable[SssomMapping], stream: TextIO) -> None:
    """Write the canonical form: slots, columns and rows in order, shared values said once, LF alone.

    Raises ValueError for an identifier whose prefix the set does not declare. Open the stream with `newline=""`.
    """
    rows = [_rounded(dict(m.values)) for m in mappings]
    slots = _rounded({s: v for s, v in mapping_set.slots.items() if s in SET_SLOTS})
    for slot in HANDED_ON:
        values = {row.get(slot) for row in rows}
        if len(values) == 1 and (value := next(iter(values))) and slots.get(slot, value) == value:
            slots[slot] = value
            for row in rows:
                del row[slot]
    head = _head(slots, _used(slots, rows, mapping_set.prefixes))
    stream.writelines(f"#{line}\n" for line in head)
    columns = [slot for slot in MAPPING_SLOTS if any(slot in row for row in rows)]
    stream.write("\t".join(columns) + "\n")
    table = sorted([_cell(row.get(slot)) for slot in columns] for row in rows)
    stream.writelines("\t".join(map(_quoted, cells)) + "\n" for cells in table)


def _head(slots: Map[str, Cell], prefixes: Map[str, str]) -> Iterator[str]:
    for slot in SET_SLOTS:
        if slot == "curie_map" and prefixes:
            yield "curie_map:"
            yield from (f"  {p}: {sssom_yaml.scalar(prefixes[p])}" for p in sorted(prefixes))
        elif slot in slots:
            yield from sssom_yaml.block(slot, slots[slot], number=slot in NUMBERS)


def _used(slots: Map[str, Cell], rows: Iterable[Map[str, Cell]], declared: Map[str, str]) -> dict[str, str]:
    found = set()
    for values in (slots, *rows):
        for slot in IDENTIFIERS & values.keys():
            value = values[slot]
            for curie in (value,) if isinstance(value, str) else value:
                prefix, colon, local = curie.partition(":")
                if colon and not local.startswith("//"):
                    found.add(prefix)
    if undeclared := sorted(found - set(declared) - set(BUILT_IN)):
        raise ValueError(f"prefix {undeclared[0]!r} is not declared in the set's curie_map")
    return {prefix: declared[prefix] for prefix in found if prefix not in BUILT_IN}


def _rounded(values: dict[str, Cell]) -> dict[str, Cell]:
    """Round numbers to three decimals, half up, without zeros at the end."""
    for slot in NUMBERS & values.keys():
        number = Decimal(str(values[slot])).quantize(Decimal("0.001"), ROUND_HALF_UP)
        text = f"{number:f}"
        values[slot] = text.rstrip("0").rstrip(".") if "." in text else text
    return values


def _cell(value: Cell | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[\t\r\n"]', text) else text
