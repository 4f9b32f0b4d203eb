"""The codes of a system from the tables: all, a page, those whose words fit, those of a status."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from codegraph.terminology.concepts import Concept, Concepts
from codegraph.terminology.kept import Kept
from codegraph.terminology.systems import CARRIES_MODIFIERS, FhirSystem, home_of_modifier

if TYPE_CHECKING:
    from codegraph.terminology.members import Codes

_FEW: Final = 2_000  # so many texts are looked through faster one by one than in their whole system
_KEPT: Final = 300_000  # codes that words have led to
_CODES: Final = "SELECT notation FROM code WHERE system = ? ORDER BY notation"
_OF_STATUS: Final = "SELECT notation FROM code WHERE system = ? AND status = ?"
_ROWS: Final = (
    "SELECT notation, label, status, billable, release, procedure FROM code "
    "WHERE system = ? AND notation IN (SELECT value FROM json_each(?))"
)
_SAID: Final = (
    "SELECT notation, label FROM code WHERE system = ?1 AND label LIKE ?2 ESCAPE '!' UNION "
    "SELECT notation, label FROM code WHERE system = ?1 AND notation >= ?3 AND notation < ?4"
)
_VALUES: Final = "SELECT substr(curie, ?3), label FROM label WHERE curie >= ?1 AND curie < ?2 ORDER BY curie"
_BETWEEN_WORDS: Final = " \t\n\r\f\v\xa0,;()[]/-"
_SPACED: Final = str.maketrans(dict.fromkeys(_BETWEEN_WORDS, " "))
_OTHER: Final = re.compile(r"[^!-~]+")


def plain(text: str) -> str:
    """Return a text in lower case, with a space before each word.

    >>> plain("Bypass Ileum to Cutaneous, Open")
    ' bypass ileum to cutaneous  open'
    """
    return " " + text.lower().translate(_SPACED)


class Listed:
    """The codes of the systems of a release, as lists."""

    def __init__(self, concepts: Concepts) -> None:
        self._concepts = concepts
        self._tables = concepts.kg.tables
        self.codes = Kept(self._codes, 64)
        self.retired = Kept(lambda system: self.of_status(system, "retired"), 64)
        self._said = Kept(self._having, _KEPT, lambda codes: 1 + len(codes))

    def _codes(self, system: FhirSystem) -> tuple[str, ...]:
        """Return all codes of a system, sorted."""
        if system.is_own:
            return tuple(code for code, _ in self._values(system))
        found = [row[0] for row in self._tables.rows(_CODES, (system.key,))]
        modifiers = self.modifiers(system)
        return tuple(sorted((*found, *modifiers)) if modifiers else found)

    def modifiers(self, system: FhirSystem) -> frozenset[str]:
        """Return the modifiers among the codes of a system."""
        rows = self._tables.rows(_CODES, ("modifier",)) if system.key in CARRIES_MODIFIERS else []
        return frozenset(row[0] for row in rows if home_of_modifier(row[0]) == system.key)

    def of_status(self, system: FhirSystem, status: str) -> frozenset[str]:
        """Return the codes of a system that have a status."""
        if system.is_own:
            return frozenset()
        found = {row[0] for row in self._tables.rows(_OF_STATUS, (system.key, status))}
        return frozenset(found) | self._here(system, self._tables.rows(_OF_STATUS, ("modifier", status)))

    @staticmethod
    def _here(system: FhirSystem, rows: Iterable[Sequence[str]]) -> frozenset[str]:
        if system.key not in CARRIES_MODIFIERS:
            return frozenset()
        return frozenset(row[0] for row in rows if home_of_modifier(row[0]) == system.key)

    def _values(self, system: FhirSystem) -> list[tuple[str, str]]:
        """Return (code, label) of a scheme of own values."""
        start = f"{system.key}:"
        return self._tables.rows(_VALUES, (start, f"{system.key};", len(start) + 1))

    def concepts(self, system: FhirSystem, codes: Sequence[str]) -> list[Concept]:
        """Return the concepts of some codes of a system, in their order."""
        if system.is_own or len(codes) < 3:
            return [c for c in (self._concepts.get(system, code) for code in codes) if c is not None]
        kinds = (system.key, "modifier") if system.key in CARRIES_MODIFIERS else (system.key,)
        wanted = json.dumps(codes)
        found: dict[str, Concept] = {}
        for kind in kinds:
            for code, *row in self._tables.rows(_ROWS, (kind, wanted)):
                found[code] = self._concepts.of_row(system, f"{kind}:{code}", tuple(row))
        return [found[code] for code in codes if code in found]

    def having(self, system: FhirSystem, words: tuple[str, ...], among: Codes) -> frozenset[str]:
        """Return which of some codes have each word (lower case) at the beginning of a word of code or display."""
        if among.whole is None and len(among) < _FEW:
            few = self.concepts(system, list(among.ordered))
            return frozenset(_fitting(((c.code, c.display) for c in few), words))
        found = self._said(system, words)
        return found if among.whole is not None else found & among.given

    def _having(self, system: FhirSystem, words: tuple[str, ...]) -> frozenset[str]:
        """Return the codes of a whole system that have some words: the longest is looked for in the table."""
        if system.is_own:
            return frozenset(_fitting(self._values(system), words))
        longest = max(words, key=len)
        like = _OTHER.sub("%", re.sub("[!%_]", r"!\g<0>", longest))
        code = longest.upper()
        rows = self._tables.rows(_SAID, (system.key, f"%{like}%", code, code + "\U0010ffff"))
        found = frozenset(_fitting(rows, words))
        modifiers = self.modifiers(system)
        said = ((c.code, c.display) for c in self.concepts(system, sorted(modifiers)))
        return found | frozenset(_fitting(said, words))


def _fitting(said: Iterable[Any], words: tuple[str, ...]) -> list[str]:
    starts = [f" {word}" for word in words]
    texts = ((code, plain(f"{code} {label or ''}")) for code, label in said)
    if len(starts) == 1:
        return [code for code, text in texts if starts[0] in text]
    return [code for code, text in texts if all(start in text for start in starts)]
