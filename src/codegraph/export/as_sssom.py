"""Mappings as SSSOM TSV in its canonical form: those of one crosswalk, and what rows of any set have in common.

A derived row says its facets twice: as text in `comment`, as JSON in `other`, where the flags of other sources stand
too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map
from typing import Any, Final, TextIO

from codegraph.mapping import Crosswalk, Mapping
from codegraph.model import FacetComparison
from codegraph.namespaces import BASE, CODE, CODE_PREFIXES, MAPPING, PREFIXES, expand
from codegraph.sources.sssom import MappingSet, write_rows

Slots = dict[str, str | tuple[str, ...]]
LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
CMS: Final = "https://www.cms.gov/"
NO_TERM: Final = "sssom:NoTermFound"
# What the keys of the JSON in `other` mean; a set says it of those that it has.
OTHER: Final = {
    "facets": "property, values of the subject, values of the object, how the object's stand to the subject's",
    "unnamed": "values of the object that the subject's definition does not name",
    "places": "way of coding and part in it, where several objects together make up the subject",
    "gem": "flags of the general equivalence mappings",
    "omop": "relationship and concept_ids",
    "umls": "relation or concept",
    "snomed": "reference set, map group and priority, rule without its terms, correlation",
}
# Targets of crosswalks that are no codes: what stands for their prefix in the graph.
ALIASES: Final = {"icd10pcs-table": "group:icd10pcs-"}
_OURS: Final = {
    **{p: i for p, i in PREFIXES.items() if p not in ("cg", "cgsh", "entry")},
    "code": CODE,
}


class Names:
    """CURIEs for IRIs: a set's own prefixes first, then ours under a name that is still free."""

    def __init__(self, own: Map[str, str] | None = None) -> None:
        self.prefixes = dict(own or {})
        known = set(self.prefixes.values())
        for prefix, start in _OURS.items():
            if start not in known:
                self.prefixes[prefix if prefix not in self.prefixes else f"cg_{prefix}"] = start
        self._by_length = sorted(self.prefixes.items(), key=lambda p: (-len(p[1]), p[0]))
        self._same = {p for p, start in self.prefixes.items() if PREFIXES.get(p) == start}

    def curie(self, text: str) -> str:
        """Return the CURIE, under these prefixes, of a CURIE under ours or of an IRI; unknown IRIs get a prefix."""
        prefix, _, local = text.partition(":")
        if prefix in ALIASES:
            return self.curie(ALIASES[prefix] + local)
        if prefix in self._same or text == NO_TERM or not text:
            return text
        iri = expand(text)
        for prefix, start in self._by_length:
            if iri.startswith(start) and len(iri) > len(start):
                return f"{prefix}:{iri[len(start) :]}"
        start = re.sub(r"[^/#:]+$", "", iri)
        prefix = f"ns{len(self.prefixes)}"
        self.prefixes[prefix] = start
        self._by_length.append((prefix, start))
        return f"{prefix}:{iri[len(start) :]}"


def facets_in_words(facets: Iterable[Sequence[Any]]) -> str:
    """Return the facets of a row's detail as one line."""
    return "; ".join(str(FacetComparison(f[0], tuple(f[1]), tuple(f[2]), f[3])) for f in facets)


def as_json(value: object) -> str:
    """Return JSON on one line, the same for the same value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def other_in_words(rows: Iterable[Slots]) -> str:
    """Return what the keys of `other` in these rows mean, empty where no row has any."""
    keys = {key for row in rows if "other" in row for key in OTHER if f'"{key}": ' in str(row["other"])}
    return f"other is JSON. {'; '.join(f'{k}: {OTHER[k]}' for k in OTHER if k in keys)}." if keys else ""


def write_sssom(mappings: Iterable[Mapping] | Crosswalk, stream: TextIO) -> None:
    """Write mappings to a text stream opened with `newline=""`; each row says its set, release and reasons.

    An empty Crosswalk to one system is written as a row without counterpart, with its note. Raises ValueError where
    there is nothing to write.
    """
    names = Names()
    rows = [_slots(m, names) for m in mappings]
    if not rows and isinstance(mappings, Crosswalk) and mappings.to:
        rows = [_none(mappings, mappings.to)]
    about: Slots = {
        "mapping_set_id": f"{MAPPING}crosswalk",
        "license": LICENCE,
        "mapping_tool": "codegraph",
    }
    if explained := other_in_words(rows):
        about["comment"] = explained
    mapping_set = MappingSet(about, names.prefixes)
    write_rows(mapping_set, rows, stream)


def _none(found: Crosswalk, to: str) -> Slots:
    return {
        "subject_id": str(found.source_code),
        "predicate_id": "skos:exactMatch",
        "object_id": NO_TERM,
        "object_source": f"code:{to}" if to in CODE_PREFIXES else f"scheme:{to}",
        "mapping_justification": "semapv:UnspecifiedMatching",
        "comment": found.note or "no mapping is known",
    }


def _slots(m: Mapping, names: Names) -> Slots:
    why = "; ".join(str(f) for f in m.facets) or m.comment
    said = [t for t in (why, m.aside, m.combination) if t]
    detail = {
        "facets": [(f.facet, f.source, f.target, f.relation) for f in m.facets],
        "unnamed": m.unnamed,
        "places": m.places,
    }
    slots: Slots = {
        "subject_id": names.curie(str(m.source_code)),
        "subject_label": m.source_code.label or "",
        "predicate_id": names.curie(m.predicate),
        "object_id": names.curie(str(m.target)),
        "object_label": m.target.label or "",
        "mapping_justification": m.justification,
        "mapping_provider": CMS if m.mapping_set.startswith("gem-") else "",
        "confidence": "" if m.confidence is None else f"{m.confidence:g}",
        "other": as_json({k: v for k, v in detail.items() if v}) if any(detail.values()) else "",
        "comment": "; ".join([*said, f"set {m.mapping_set}, release {m.release}"]),
    }
    return {slot: value for slot, value in slots.items() if value}


def base_of(name: str) -> str:
    """Return the identifier of one of our mapping sets (`https://w3id.org/codegraph/mapping/<name>`)."""
    return f"{BASE}mapping/{name}"
