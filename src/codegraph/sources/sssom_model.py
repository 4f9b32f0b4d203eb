"""The values of SSSOM: a mapping set and a mapping, their slots as printed and their identifiers as IRIs."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Final

from codegraph.codes import normalise
from codegraph.namespaces import CODE_PREFIXES, SSSOM, code_iri, slug
from codegraph.sources.sssom_checks import Cell, check_mapping, expanded, number

__all__ = ["NO_TERM", "Cell", "MappingSet", "SssomMapping"]
NO_TERM: Final = SSSOM + "NoTermFound"


@dataclass(frozen=True, slots=True)
class MappingSet:
    """What an SSSOM file says of itself: its slots as printed, and the prefixes of its identifiers."""

    slots: Map[str, Cell]
    prefixes: Map[str, str]

    def get(self, slot: str, default: str | None = None) -> Cell | None:
        """Return the value of a slot, or the default."""
        return self.slots.get(slot, default)

    @property
    def ident(self) -> str:
        """Return the last part of the set's id, without file endings (`mondo-hasdbxref-icd10cm`)."""
        last = re.split(r"[/#]", str(self.slots["mapping_set_id"]).rstrip("/#"))[-1]
        return slug(re.sub(r"(\.sssom)?(\.tsv)?$", "", last))

    def iri(self, curie: str) -> str:
        """Return the IRI of an identifier; one of a code system that we know becomes the IRI of our code.

        Raises SourceError for a prefix that the file does not declare, ValueError for what is no CURIE.
        """
        iri = expanded(curie, self.prefixes)
        prefix, _, local = curie.partition(":")
        system = prefix.lower()
        if system in CODE_PREFIXES and (notation := normalise(system, local)) is not None:
            return code_iri(system, notation)
        return iri


@dataclass(frozen=True, slots=True)
class SssomMapping:
    """One mapping: its slots as printed, and its parts as IRIs (empty for a literal without identifier)."""

    values: Map[str, Cell]
    subject: str
    predicate: str
    object: str
    justification: str
    confidence: float | None
    line: int | None = field(default=None, compare=False)

    @classmethod
    def of(cls, values: Map[str, Cell], mapping_set: MappingSet, line: int | None = None) -> SssomMapping:
        """Make a mapping of the slots of one row.

        Raises ValueError where a slot that is needed is missing or one holds what it cannot hold, SourceError for
        a prefix that the set does not declare.
        """
        check_mapping(values, mapping_set.prefixes)
        slots = ("subject_id", "predicate_id", "object_id", "mapping_justification")
        iris = [mapping_set.iri(str(values[s])) if values.get(s) else "" for s in slots]
        subject, predicate, object_, justification = iris
        said = values.get("confidence")
        confidence = None if said is None else float(number("confidence", said))
        return cls(values, subject, predicate, object_, justification, confidence, line)

    @property
    def comment(self) -> str | None:
        """Return the comment, if there is one."""
        text = self.values.get("comment")
        return str(text) if text else None

    @property
    def asserted(self) -> bool:
        """Tell whether the mapping says that two identified things correspond, not that they do not."""
        ends = (self.subject, self.object)
        return "predicate_modifier" not in self.values and all(ends) and NO_TERM not in ends

    @property
    def unmapped(self) -> bool:
        """Tell whether the mapping says that its subject or its object has no counterpart."""
        return NO_TERM in (self.subject, self.object) and "predicate_modifier" not in self.values
