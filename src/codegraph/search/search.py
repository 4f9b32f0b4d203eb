"""The search: codes that are written out first, then what texts, lead-in terms and facets find, fused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import log
from typing import TYPE_CHECKING, Any, Final

from codegraph.changes.validity import validity
from codegraph.codes import SYSTEMS
from codegraph.errors import InvalidValue, NotLoaded, UnknownTerm
from codegraph.hierarchy import facet_value
from codegraph.namespaces import contract
from codegraph.search import everyday
from codegraph.search.cached import open_index
from codegraph.search.coverage import UNDOING
from codegraph.search.fused import FacetFusion
from codegraph.search.index import LEAD_IN, Row
from codegraph.search.model import Hit, Match, ReadWord, SearchResult
from codegraph.search.pool import Pool
from codegraph.search.spelling import READ, Meant, Spelling, cut
from codegraph.search.texts import ON
from codegraph.search.words import WORD, base
from codegraph.search.written import codes_written

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

MOST: Final = 1000  # hits of one answer
_LEAST: Final = 20  # codes looked for at least: so a short answer begins a longer one
_TEXTS: Final = 60  # texts that are ranked, for each number of words that may be missing
_LEADS: Final = 3  # lead-in terms that are followed
_LED: Final = 25  # codes that one of them brings
_LEAD_SHARE: Final = 0.6  # of a lead-in's score that a code has by it
_UNDONE: Final = 0.95  # what a text about undoing an act counts, where a question does not speak of that
_AS_SAID: Final = 0.9  # what everyday words count as they stand, beside what they mean
_ALIKE: Final = 0.85  # what another wording counts of words that codes say too
_LESS_USUAL: Final = 0.95  # what each further meaning counts of the one before
_SYSTEMS_OF: Final = {"diagnosis": ("icd10cm",), "procedure": ("cpt", "hcpcs", "icd10pcs")}
_WRITTEN: Final = {"exact code": 1000.0, "code prefix": 900.0}


class Search:
    """Answers searches of one release; keeps its index open, and the words that were read."""

    def __init__(self, kg: CodeGraph) -> None:
        self._kg = kg
        self._index = open_index(kg)
        self._spelling = Spelling(self._index)
        self._facets = FacetFusion(kg, self._index)

    def find(
        self,
        text: str,
        *,
        system: str | None = None,
        site: str | None = None,
        method: str | None = None,
        on: date | None = None,
        limit: int = 20,
    ) -> SearchResult:
        """Return the codes that a text means; see CodeGraph.search."""
        if not 1 <= limit <= MOST:
            raise InvalidValue(f"a search gives 1 to {MOST:,} hits, not {limit}")
        if system is not None and system not in SYSTEMS:
            raise UnknownTerm(f"no code system {system!r}; there are {', '.join(SYSTEMS)}")
        text = text[:READ]
        narrow = self._narrow(site, method)
        filters = [*([self._index.term("system", system)] if system else []), *narrow]
        wanted = max(limit, _LEAST) if on is None else min(MOST, 5 * limit)
        hits = self._written(text, system, narrow, wanted)
        understood: tuple[ReadWord, ...] = ()
        notes: list[str] = []
        if not hits or len(text.split()) > 1:
            meant = self._spelling.words(text)
            sayings = everyday.find(text)
            there = {hit.code for hit in hits}
            pool = self._worded(text, meant, sayings, filters, wanted + len(hits))
            hits += [hit for hit in pool.ranked(wanted + len(hits)) if hit.code not in there]
            understood = _read(text, meant, sayings)
            known = {word for s in sayings for word in cut(text[s.start : s.end])}
            notes += _strange(m.said for m in meant if not m.forms and m.said not in known)
        if on is not None:
            hits, told = self._valid(hits, on, limit)
            notes += told
        return SearchResult(text, tuple(hits[:limit]), understood, "; ".join(notes))

    def _narrow(self, site: str | None, method: str | None) -> list[Any]:
        """Return the queries for facets that every hit must have; raise UnknownTerm for values that there are not."""
        return [
            self._index.term("facet", mark + contract(facet_value(self._kg.store, name, value)))
            for name, value, mark in (("site", site, ON), ("method", method, ""))
            if value is not None
        ]

    def _written(self, text: str, system: str | None, narrow: Sequence[Any], limit: int) -> list[Hit]:
        """Return the codes that the text names, if they have the facets that are asked for."""
        found = codes_written(self._kg, text, system, limit)
        if found and narrow:
            query = self._index.combined([self._index.any_code(w.code for w in found), *narrow])
            kept = {row.code for _, row in self._index.top(query, len(found))}
            found = [w for w in found if w.code in kept]
        return [Hit(w.code, w.label, _WRITTEN[w.why], (Match(w.why, w.text),)) for w in found]

    def _words(self, field: str, meant: Sequence[Meant]) -> list[Any]:
        """Return a query for each word of the question, in one field."""
        index = self._index
        return [index.best_of([(index.term(field, f), w) for f, w in m.forms]) for m in meant if m.forms]

    def _worded(
        self,
        text: str,
        meant: Sequence[Meant],
        sayings: Sequence[everyday.Said],
        filters: list[Any],
        limit: int,
    ) -> Pool:
        """Return the codes that a text finds as it is, and in the words that codes have for what it says.

        Each wording counts by how much of it is found: their scores are brought to the same height.
        """
        if not sayings and _is_noise(meant):
            return Pool()
        pool, share = self._by_text(text, meant, filters, limit)
        if not sayings:
            return pool
        about = {s.saying.about for s in sayings}
        found = [(1 / _ALIKE if about == {"like"} else _AS_SAID, share, pool)]
        for way, other in enumerate(everyday.reworded(text, sayings)):
            pool, share = self._by_text(other, self._spelling.words(other), filters, _LEAST, _LEAST)
            found.append((_LESS_USUAL**way, share, pool))
        systems = _SYSTEMS_OF.get(about.pop(), ()) if len(about) == 1 else ()
        merged, height = Pool(), max(pool.best() for _, _, pool in found)
        for weight, share, pool in found:
            merged.merge(pool, weight * share**2 * height / (pool.best() or 1.0), systems)
        return merged

    def _by_text(
        self, text: str, meant: Sequence[Meant], filters: list[Any], limit: int, texts: int = _TEXTS
    ) -> tuple[Pool, float]:
        """Return the codes that the words find, and which share of the words the best have.

        Those with all words come first, then with fewer while more are wanted.
        """
        index, pool, most = self._index, Pool(), 0.0
        words = self._words("text", meant)
        terms = self._words("lead", meant)
        if not words:
            return pool, most
        leads: dict[tuple[str, str], float] = {}
        weights = self._telling(meant)
        for least in sorted({len(words), max(1, len(words) - 1), (len(words) + 1) // 2}, reverse=True):
            share = least / len(words)
            for score, row in index.top(index.combined(filters, words, least), texts + limit):
                pool.add(row, score * max(_share(row, weights), share if row.why == "words" else 0.0), least)
            for score, row in index.top(index.combined([], terms, least), _LEADS):
                leads.setdefault((row.code, row.text), score * share)
            most = most or (share if len(pool) or leads else 0.0)
            if len(pool) >= limit:
                break
        if most < 1 and 2 * max(weights.values()) > sum(weights.values()):
            rarest = list(weights.values()).index(max(weights.values()))
            for score, row in index.top(index.combined([*filters, words[rarest]], words), _TEXTS):
                pool.add(row, score * _share(row, weights), 1)
        self._lead(pool, sorted(leads.items(), key=lambda item: -item[1])[:_LEADS], words, filters)
        self._facets.add(pool, self._facets.named(text, meant), words, filters)
        return pool, most

    def _telling(self, meant: Sequence[Meant]) -> dict[tuple[str, ...], float]:
        """Return how much each word of a question tells, by its forms: the rarer, the more."""
        many = self._index.documents
        return {
            tuple(f for f, _ in m.forms): log(1 + many / (1 + self._index.frequency(m.forms[0][0])))
            for m in meant
            if m.forms
        }

    def _lead(
        self,
        pool: Pool,
        leads: Iterable[tuple[tuple[str, str], float]],
        words: Sequence[Any],
        filters: Sequence[Any],
    ) -> None:
        """Add the codes that lead-in terms lead to, those first that also have words of the question."""
        index = self._index
        for (target, term), score in leads:
            query = index.combined([index.term("begins", target), *filters], words)
            for own, row in index.top(query, _LED):
                pool.of(row).add(LEAD_IN, f"{term} \u2192 {target}", _LEAD_SHARE * score + own / 10)

    def _valid(self, hits: Sequence[Hit], day: date, limit: int) -> tuple[list[Hit], list[str]]:
        """Leave out the codes that were not valid on a day; those of which nothing tells stay, and are counted."""
        kept: list[Hit] = []
        untold = gone = 0
        for hit in hits:
            if len(kept) == limit:
                break
            try:
                valid = validity(self._kg, self._kg[hit.code], day).valid
            except NotLoaded:
                valid, untold = True, untold + 1
            gone += not valid
            if valid:
                kept.append(hit)
        told = [f"{gone} not valid on {day} left out"] if gone else []
        return kept, told + ([f"of {untold} no loaded list tells whether valid on {day}"] if untold else [])


def _share(row: Row, weights: Mapping[tuple[str, ...], float]) -> float:
    """Return the share of a question's words, by what they tell, that a text has."""
    known = set(map(base, WORD.findall(row.text)))
    had = sum(weight for forms, weight in weights.items() if not known.isdisjoint(forms))
    undone = known & UNDOING and not any(UNDOING.intersection(forms) for forms in weights)
    return (_UNDONE if undone else 1.0) * had / (sum(weights.values()) or 1.0)


def _read(text: str, meant: Sequence[Meant], sayings: Sequence[everyday.Said]) -> tuple[ReadWord, ...]:
    """Return how the words were read: sayings first, then the words one by one."""
    said = [ReadWord(text[s.start : s.end], " | ".join(s.saying.means), guessed=False) for s in sayings]
    return (*said, *(ReadWord(m.said, m.forms[0][0], m.guessed) for m in meant if m.forms))


def _is_noise(meant: Sequence[Meant]) -> bool:
    """Tell whether the index has no word of a question as it was written, and nothing near most of them."""
    read = [m for m in meant if m.forms]
    return all(m.guessed for m in read) and 2 * len(read) < len(meant)


def _strange(words: Iterable[str]) -> list[str]:
    found = ", ".join(words)
    return [f"nothing is written like: {found}"] if found else []
