"""The values of SSSOM: a mapping set and a mapping, their slots as printed and their identifiers as IRIs."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from codegraph.codes import normalise
from codegraph.errors import SourceError
from codegraph.namespaces import CODE_PREFIXES, SSSOM, code_iri, is_iri, slug
from codegraph.sources.sssom_slots import BUILT_IN

Cell = str | tuple[str, ...]
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
        prefix, colon, local = curie.partition(":")
        if not colon or local.startswith("//"):
            raise ValueError(f"{curie!r} is no CURIE")
        start = BUILT_IN.get(prefix) or self.prefixes.get(prefix)
        if start is None:
            raise SourceError(f"prefix {prefix!r} (in {curie!r}) is not declared in curie_map")
        system = prefix.lower()
        if system in CODE_PREFIXES and (notation := normalise(system, local)) is not None:
            return code_iri(system, notation)
        if not is_iri(start + local):
            raise ValueError(f"{curie!r} does not make a legal IRI")
        return start + local


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
        """Make a mapping of the slots of one row; raise ValueError where one that is needed is missing or wrong."""
        for side in ("subject", "object"):
            if not values.get(f"{side}_id") and values.get(f"{side}_type") != "rdfs literal":
                raise ValueError(f"{side}_id is missing")
            if not values.get(f"{side}_id") and not values.get(f"{side}_label"):
                raise ValueError(f"a literal {side} needs {side}_label")
        if missing := [s for s in ("predicate_id", "mapping_justification") if not values.get(s)]:
            raise ValueError(f"{missing[0]} is missing")
        if values.get("predicate_modifier") not in (None, "Not"):
            raise ValueError(f"predicate_modifier is Not or empty, not {values['predicate_modifier']!r}")
        slots = ("subject_id", "predicate_id", "object_id", "mapping_justification")
        iris = [mapping_set.iri(str(values[s])) if values.get(s) else "" for s in slots]
        subject, predicate, object_, justification = iris
        return cls(
            values, subject, predicate, object_, justification, _confidence(values.get("confidence")), line
        )

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


def _confidence(text: Cell | None) -> float | None:
    if text is None:
        return None
    try:
        value = Decimal(str(text))
    except InvalidOperation as error:
        raise ValueError(f"confidence is a number, not {text!r}") from error
    if not 0 <= value <= 1:
        raise ValueError(f"confidence is from 0 to 1, not {text}")
    return float(value)
