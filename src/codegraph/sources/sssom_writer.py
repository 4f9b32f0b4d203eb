"""Writes SSSOM TSV in its canonical form, so that equal mappings give equal bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from decimal import ROUND_HALF_UP, Decimal
from typing import TextIO

from codegraph.errors import SourceError
from codegraph.sources import sssom_yaml
from codegraph.sources.sssom_checks import check_mapping, check_set, number
from codegraph.sources.sssom_model import Cell, MappingSet, SssomMapping
from codegraph.sources.sssom_slots import (
    BUILT_IN,
    HANDED_ON,
    IDENTIFIERS,
    MAPPING_SLOTS,
    MULTIPLE,
    NUMBERS,
    SET_SLOTS,
    SINCE_1_1,
)

Slots = dict[str, Cell]


def canonical(
    mapping_set: MappingSet, mappings: Iterable[SssomMapping]
) -> tuple[MappingSet, list[SssomMapping]]:
    """Return a set and its mappings as the reader gives them back after `write`.

    Slots without value and prefixes without use are gone, line ends are LF, numbers have up to three decimals, what
    the set says of each mapping stands on the mappings, and these are sorted. Raises ValueError for what SSSOM does
    not allow: a needed slot that is missing, a value that its slot cannot hold, a prefix that nobody declares.
    """
    slots, rows, prefixes = _settled(mapping_set, (m.values for m in mappings))
    made = MappingSet(slots, prefixes)
    return made, [SssomMapping.of(row, made) for row in rows]


def _settled(
    mapping_set: MappingSet, values: Iterable[Map[str, Cell]]
) -> tuple[Slots, list[Slots], dict[str, str]]:
    """Return the slots of the set, those of its mappings, and the prefixes in use, all in canonical form."""
    rows = []
    try:
        check_set(mapping_set.slots, mapping_set.prefixes)
        for said in values:
            row = _clean(said, MAPPING_SLOTS)
            check_mapping(row, mapping_set.prefixes)
            rows.append(row)
    except SourceError as error:
        raise ValueError(str(error)) from error
    if not rows:
        raise ValueError(
            "a mapping set holds at least one mapping; say sssom:NoTermFound where there is none"
        )
    slots = _clean(mapping_set.slots, SET_SLOTS)
    for slot in HANDED_ON:
        handed = slots.get(slot)
        if handed and all(row.get(slot) in (None, handed) for row in rows) and _all_or_none(slot, rows):
            del slots[slot]
            for row in rows:
                row[slot] = handed
    if SINCE_1_1 & {*slots, *(s for row in rows for s in row)}:
        slots.setdefault("sssom_version", "1.1")
    rows.sort(key=lambda row: [_cell(row.get(slot)) for slot in MAPPING_SLOTS])
    return slots, rows, _used(slots, rows, mapping_set.prefixes)


def _all_or_none(slot: str, rows: Sequence[Slots]) -> bool:
    return len({slot in row for row in rows}) == 1


def write(mapping_set: MappingSet, mappings: Iterable[SssomMapping], stream: TextIO) -> None:
    """Write the canonical form: slots, columns and rows in order, shared values said once, LF alone.

    Raises ValueError for what SSSOM does not allow (see `canonical`). Open the stream with `newline=""`.
    """
    write_rows(mapping_set, (m.values for m in mappings), stream)


def write_rows(mapping_set: MappingSet, values: Iterable[Map[str, Cell]], stream: TextIO) -> None:
    """Write the canonical form of mappings that are given by their slots; see `write`."""
    slots, rows, prefixes = _settled(mapping_set, values)
    for slot in HANDED_ON:
        shared = {row.get(slot) for row in rows}
        if len(shared) == 1 and (value := next(iter(shared))) and slot not in slots:
            slots[slot] = value
            for row in rows:
                del row[slot]
    stream.writelines(f"#{line}\n" for line in _head(slots, prefixes))
    columns = [slot for slot in MAPPING_SLOTS if any(slot in row for row in rows)]
    stream.write("\t".join(columns) + "\n")
    stream.writelines("\t".join(_quoted(_cell(row.get(slot))) for slot in columns) + "\n" for row in rows)


def _head(slots: Map[str, Cell], prefixes: Map[str, str]) -> Iterator[str]:
    for slot in SET_SLOTS:
        if slot == "curie_map" and prefixes:
            yield "curie_map:"
            yield from (
                f"  {sssom_yaml.scalar(p)}: {sssom_yaml.scalar(prefixes[p])}" for p in sorted(prefixes)
            )
        elif slot in slots:
            yield from sssom_yaml.block(slot, slots[slot], number=slot in NUMBERS)


def _used(slots: Map[str, Cell], rows: Iterable[Map[str, Cell]], declared: Map[str, str]) -> dict[str, str]:
    found = set()
    for values in (slots, *rows):
        for slot in IDENTIFIERS & values.keys():
            value = values[slot]
            found |= {curie.partition(":")[0] for curie in ((value,) if isinstance(value, str) else value)}
    return {prefix: declared[prefix] for prefix in found & declared.keys() if prefix not in BUILT_IN}


def _clean(values: Map[str, Cell], known: Sequence[str]) -> Slots:
    """Return the slots that SSSOM knows and that have a value, texts with LF, numbers rounded."""
    cleaned: Slots = {}
    for slot in known:
        value = values.get(slot)
        if not value:
            continue
        if slot in MULTIPLE:
            items = (value,) if isinstance(value, str) else value
            several = tuple(_text(item) for item in items if item)
            if several:
                cleaned[slot] = several
        elif isinstance(value, str):
            cleaned[slot] = _rounded(slot, value) if slot in NUMBERS else _text(value)
        else:
            raise ValueError(f"{slot} has one value, not {len(value)}")
    return cleaned


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _rounded(slot: str, text: str) -> str:
    """Round a number to three decimals, half up, without zeros at the end.

    >>> _rounded("confidence", "0.1235"), _rounded("confidence", "1.000"), _rounded("confidence", "-0")
    ('0.124', '1', '0')
    """
    shown = f"{number(slot, text).quantize(Decimal('0.001'), ROUND_HALF_UP):f}".rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown


def _cell(value: Cell | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[\t\r\n"]', text) else text
