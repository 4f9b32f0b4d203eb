"""The rows of OMOP vocabulary tables, one after the other, from facts and ids."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from codegraph.errors import CodegraphError
from codegraph.export.omop_facts import Facts, matches
from codegraph.export.omop_names import (
    CATEGORIES,
    CATEGORY,
    GROUP,
    IN_CATEGORY,
    IS_A,
    MAPS_TO,
    MATCHES,
    NAME_IDS,
    OURS,
    REPLACED,
    REVERSE,
    VOCABULARIES,
    domain,
)
from codegraph.tables import Tables

START: Final = "19700101"
END: Final = "20991231"
ENGLISH: Final = 4180186  # OMOP's own concept of the language
_SPACES: Final = re.compile(r"[\t\r\n\v\f\x00-\x1f\x7f\x85\u2028\u2029]+")
_DEEPEST: Final = 100
_WIDTH: Final = 31  # bits of an id: a pair is kept as one number, a fraction of a tuple's memory
_CODE: Final = 50  # characters of a concept code
Row = tuple[object, ...]


class Rows:
    """Gives the rows of the tables from facts and ids."""

    def __init__(self, facts: Facts, numbers: dict[str, int]) -> None:
        self._facts = facts
        self._numbers = numbers
        self._replaced = {old for old, _ in facts.replaced}
        # As in OMOP's own HCPCS: a code that came to its end without another in its place stays the standard one for
        # what was done under it.
        self._standard = {
            numbers[iri]
            for iri, code in facts.codes.items()
            if VOCABULARIES[code.system].standard and code.status != "unknown" and iri not in self._replaced
        }
        self._maps = set[int]()

    def concepts(self) -> Iterator[Row]:
        """Yield names first, then groups and categories, then codes."""
        for (kind, name), number in NAME_IDS.items():
            yield number, name, "Metadata", OURS, kind, "", f"{kind}/{name}"[:_CODE], START, END, ""
        domains = self._category_domains()
        for iri, label in sorted(self._facts.groups.items()):
            scheme, slug = iri.rsplit("/", 2)[1:]
            if scheme in CATEGORIES:
                vocabulary, kind, concept_class = CATEGORIES[scheme][0], domains[iri], CATEGORY
            else:
                known = VOCABULARIES.get(slug.partition("-")[0])
                vocabulary, kind = (known.name, known.domain) if known else (OURS, "Metadata")
                concept_class = GROUP
            code = short(slug)
            yield (
                self._numbers[iri],
                capped(label),
                kind,
                vocabulary,
                concept_class,
                "C",
                code,
                START,
                END,
                "",
            )
        for iri, said in self._facts.codes.items():
            own = VOCABULARIES[said.system]
            number = self._numbers[iri]
            name = capped(said.label) if said.label else f"{own.kind} code {said.notation}"
            standard = "S" if number in self._standard else ""
            kind = domain(said.system, said.notation)
            yield number, name, kind, own.name, own.kind, standard, said.notation, *self._valid(iri)

    def _valid(self, iri: str) -> tuple[str, str, str]:
        """Return first day, last day and why a code is invalid: replaced, or ended where it is no standard one."""
        end = self._facts.ended.get(iri, END)
        reason = ""
        if end < END and self._numbers[iri] not in self._standard:
            reason = "U" if iri in self._replaced else "D"
        return min(self._facts.added.get(iri, START), end), end, reason

    def _category_domains(self) -> dict[str, str]:
        """Return for each category the domain of most codes in it."""
        found: dict[str, Counter[str]] = {iri: Counter() for iri in self._facts.groups}
        for iri, categories in self._facts.classified.items():
            code = self._facts.codes.get(iri)
            front = set(categories) if code else set()
            while front:
                each = front.pop()
                found[each][domain(code.system, code.notation) if code else ""] += 1
                front |= set(self._facts.above(each))
        return {
            iri: min(counts, key=lambda d: (-counts[d], d)) if counts else "Metadata"
            for iri, counts in found.items()
        }

    def relationships(self, tables: Tables) -> Iterator[Row]:
        """Yield each relationship in both directions, sorted."""
        said = self._said(tables)
        self._maps = said[MAPS_TO]
        for name in sorted(REVERSE):
            back = {_pair(*reversed(_ids(pair))) for pair in said.get(REVERSE[name], ())}
            for pair in sorted(said.get(name, set()) | back):
                one, two = _ids(pair)
                yield one, two, name, START, END, ""

    def _said(self, tables: Tables) -> dict[str, set[int]]:
        """Return the pairs that are said, in one direction, by relationship."""
        number, facts = self._numbers, self._facts
        found = {
            IS_A: _pairs(number, facts.broader),
            IN_CATEGORY: _pairs(number, facts.classified),
            REPLACED: {_pair(number[old], number[new]) for old, new in facts.replaced},
            MAPS_TO: {_pair(one, one) for one in self._standard},
            **{name: set[int]() for name in MATCHES.values()},
        }
        for old, new in facts.successors().items():
            if number[new] in self._standard:
                found[MAPS_TO].add(_pair(number[old], number[new]))
        for source, target, relation in matches(tables):
            one, two = number.get(source), number.get(target)
            if one is not None and two is not None and one != two:
                maps = relation == "exact" and two in self._standard and one not in self._standard
                found[MAPS_TO if maps else MATCHES[relation]].add(_pair(one, two))
        return found

    def ancestors(self) -> Iterator[Row]:
        """Yield all that is above each concept, itself too, with the shortest and the longest way."""
        above = {
            number: [self._numbers[wide] for wide in wider]
            for iri, number in self._numbers.items()
            if (wider := self._facts.above(iri))
        }
        for number in sorted(self._numbers.values()):
            for wide, (least, most) in sorted(levels(number, above).items()):
                yield wide, number, least, most

    def synonyms(self) -> Iterator[Row]:
        """Yield other words for a concept, and the whole of a name that was too long."""
        for iri in sorted(self._numbers):
            code = self._facts.codes.get(iri)
            label = (code.label or "" if code else self._facts.groups[iri]) or ""
            words = {line(word) for word in self._facts.words.get(iri, ())} - {line(label)}
            if capped(label) != line(label):
                words.add(line(label))
            for word in sorted({capped(word, 1000) for word in words} - {""}):
                yield self._numbers[iri], word, ENGLISH

    def source_map(self) -> Iterator[Row]:
        """Yield what each spelling of a code maps to, for those who load claims: codes come without their dots.

        It stands on the mappings that `relationships` has given.
        """
        found: dict[int, str] = {self._numbers[iri]: iri for iri in self._facts.codes}
        for one, two in map(_ids, sorted(self._maps)):
            source, target = self._facts.codes[found[one]], self._facts.codes[found[two]]
            own, other = VOCABULARIES[source.system], VOCABULARIES[target.system]
            label = capped(source.label) if source.label else ""
            for spelled in dict.fromkeys((source.notation, source.notation.replace(".", ""))):
                yield spelled, one, own.name, label, two, other.name, START, END, ""


def _pair(one: int, two: int) -> int:
    return one << _WIDTH | two


def _ids(pair: int) -> tuple[int, int]:
    return pair >> _WIDTH, pair & (1 << _WIDTH) - 1


def _pairs(number: dict[str, int], above: dict[str, tuple[str, ...]]) -> set[int]:
    return {_pair(number[iri], number[wide]) for iri, wider in above.items() for wide in wider}


def short(slug: str) -> str:
    """Return the name of a group as its code: where it is too long, its beginning and a hash of the whole.

    >>> short("icd10pcs-0D1"), len(short("x" * 60))
    ('icd10pcs-0D1', 50)
    """
    if len(slug) <= _CODE:
        return slug
    return f"{slug[: _CODE - 9]}-{hashlib.sha256(slug.encode()).hexdigest()[:8]}"


def capped(text: str, most: int = 255) -> str:
    """Return a text in one line and no longer than a column holds, cut between words.

    >>> capped("Open creation of an ileostomy", 20)
    'Open creation of an…'
    """
    text = line(text)
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rpartition(" ")[0] or cut) + "…" if text[most - 1] != " " else f"{cut.rstrip()}…"


def line(text: str) -> str:
    """Return a text in one line."""
    return _SPACES.sub(" ", text).strip()


def levels(start: int, above: dict[int, list[int]]) -> dict[int, tuple[int, int]]:
    """Return the concepts above one with the fewest and the most steps to each."""
    found = {start: (0, 0)}
    front, steps = {start}, 0
    while front := {wide for number in front for wide in above.get(number, ())}:
        steps += 1
        if steps > _DEEPEST:
            raise CodegraphError(
                "the hierarchy of this release runs in a circle; `codegraph validate` names it"
            )
        found |= {number: (found.get(number, (steps, 0))[0], steps) for number in front}
    return found
