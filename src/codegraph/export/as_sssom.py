"""Writes the mappings of a crosswalk as SSSOM TSV in its canonical form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from codegraph.mapping import Mapping
from codegraph.namespaces import BASE, CODE_PREFIXES, CONCEPT_PREFIXES, MAPPING, PREFIXES
from codegraph.sources.sssom import MappingSet, SssomMapping, write

_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def write_sssom(mappings: Iterable[Mapping], stream: TextIO) -> None:
    """Write mappings to a text stream opened with `newline=""`; each row says its set, release and reasons."""
    found = list(mappings)
    prefixes = {p: PREFIXES[p] for p in (*CODE_PREFIXES, *CONCEPT_PREFIXES, "mondo", "skos", "semapv")}
    mapping_set = MappingSet(
        {"mapping_set_id": f"{MAPPING}crosswalk", "license": _LICENCE, "mapping_tool": f"{BASE}codegraph"},
        prefixes,
    )
    write(mapping_set, [SssomMapping.of(_slots(m), mapping_set) for m in found], stream)


def _slots(m: Mapping) -> dict[str, str | tuple[str, ...]]:
    why = "; ".join(str(f) for f in m.facets) or m.comment
    said = [t for t in (why, m.aside, m.combination) if t]
    slots: dict[str, str | tuple[str, ...]] = {
        "subject_id": str(m.source_code),
        "subject_label": m.source_code.label or "",
        "predicate_id": m.predicate,
        "object_id": str(m.target),
        "object_label": m.target.label or "",
        "mapping_justification": m.justification,
        "mapping_provider": "https://www.cms.gov/" if m.mapping_set.startswith("gem-") else "",
        "confidence": "" if m.confidence is None else f"{m.confidence:g}",
        "comment": "; ".join([*said, f"set {m.mapping_set}, release {m.provenance.release}"]),
    }
    return {slot: value for slot, value in slots.items() if value}
