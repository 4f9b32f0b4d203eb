"""What a code that was found has of a question's words, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from codegraph.namespaces import code_iri
from codegraph.search.everyday import find
from codegraph.search.index import COMMON
from codegraph.search.phrases import SKIPPED
from codegraph.search.spelling import alike
from codegraph.search.words import base, bases, words

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease
    from codegraph.search.lexicon import Lexicon
    from codegraph.search.model import Hit, ReadWord

_TEXTS: Final = ("skos:altLabel", "cg:shortLabel", "cg:inclusionTerm", "cg:leadInTerm")


# Words of texts that say how or in general: a text is as much about something without them.
_BESIDE: Final = frozenset(
    bases(
        "laparoscopic lap open robotic assisted percutaneous endoscopic approach procedure surgery operation code "
        "unspecified other specified encounter initial each type single right left bilateral"
    )
)
UNDOING: Final = frozenset(("reversal", "closure", "takedown", "revision"))


@dataclass(frozen=True, slots=True)
class Covered:
    """A hit with the words of the question that its texts or facets have, and those that they lack.

    `about` is the share of its nearest text that the question names: 1 where it says nothing else. `undoes` tells
    that this text speaks of undoing an act, and the question does not.
    """

    hit: Hit
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    about: float
    undoes: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word or saying of a question: the ways to say it, and the labels of all facets that it names."""

    said: str
    ways: tuple[frozenset[str], ...]
    labels: frozenset[str]

    def within(self, known: frozenset[str]) -> frozenset[str]:
        """Return the words of the first way that a text has whole."""
        return next((way for way in self.ways if way and way <= known), frozenset())


def covered(
    kg: OpenedRelease, lexicon: Lexicon, text: str, hits: Iterable[Hit], read: Sequence[ReadWord]
) -> list[Covered]:
    """Return hits with what each has and lacks of a text, as its words were read (`SearchResult.words`)."""
    units = list(_units(lexicon, text, {word.said: word.read for word in read}))
    return [_judged(units, hit, _texts(kg, hit)) for hit in hits]


def _judged(units: Sequence[_Unit], hit: Hit, texts: Sequence[frozenset[str]]) -> Covered:
    """Return what a code has of the words: by its facets, and by that one of its texts that has most."""
    values = {label for m in hit.matched if m.why == "facets" for label in m.text.split(", ")}
    by_facets = {u.said for u in units if u.labels and u.labels <= values}
    named = frozenset(w for u in units if u.said in by_facets for label in u.labels for w in bases(label))
    best: tuple[int, float, frozenset[str]] = (-1, 0.0, frozenset())
    for known in texts:
        told = known - _BESIDE - COMMON - SKIPPED
        words = frozenset(w for u in units for w in u.within(known)) | named
        about = len(told & words) / len(told) if told else 0.0
        count = sum(bool(u.within(known)) for u in units if u.said not in by_facets)
        best = max(best, (count, about, known), key=lambda b: b[:2])
    has = tuple(u.said for u in units if u.said in by_facets or u.within(best[2]))
    lacks = tuple(u.said for u in units if u.said not in has)
    asked = frozenset(w for u in units for way in u.ways for w in way)
    return Covered(hit, has, lacks, best[1], bool(best[2] & UNDOING) and not asked & UNDOING)


def _texts(kg: OpenedRelease, hit: Hit) -> list[frozenset[str]]:
    """Return the words of each public text of a code, in base forms."""
    system, _, notation = hit.code.partition(":")
    texts = {hit.label or "", *(m.text for m in hit.matched if m.why != "facets")}
    for name in _TEXTS:
        texts |= {str(t) for t in kg.store.objects(code_iri(system, notation), name)}
    return [frozenset(bases(text)) for text in sorted(texts)]


def _units(lexicon: Lexicon, text: str, read: dict[str, str]) -> Iterator[_Unit]:
    """Yield the sayings and telling words of a text."""
    spans = lexicon.find(text)
    sayings = {s.start: s for s in find(text) if s.saying.about != "like"}
    taken = 0
    for word in words(text):
        if word.start < taken:
            continue
        saying = sayings.get(word.start)
        taken = saying.end if saying else word.end
        said = text[word.start : taken]
        if not saying and (word.base in COMMON or word.base in SKIPPED):
            continue
        ways = [
            frozenset(bases(said)) - SKIPPED,
            *(frozenset({like}) for like in alike(word.base) if not saying),
        ]
        if instead := read.get(said.lower()):
            ways.append(frozenset({base(instead)}))
        ways += [frozenset(bases(mean)) - SKIPPED for mean in saying.saying.means] if saying else []
        values = [v for s in spans if s.start <= word.start and taken <= s.end for v in s.values]
        first = {scheme: next(of) for scheme, of in groupby(values, lambda v: v.partition(":")[0])}
        yield _Unit(said, tuple(ways), frozenset(lexicon.label(v) for v in first.values()))
