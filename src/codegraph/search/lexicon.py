"""The words for facet values: labels, synonyms and lead-in terms of a release, found in a text with offsets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from codegraph.namespaces import PREFIXES, contract
from codegraph.search.everyday import sayings
from codegraph.search.spoken import SPOKEN, TOO_COMMON
from codegraph.search.words import Word, bases, words

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

# Scheme -> facet, in the order in which a term of several schemes is understood.
FACETS: Final = {
    "stoma": "stoma",
    "method": "method",
    "site": "site",
    "approach": "approach",
    "stoma-form": "stoma_form",
    "device": "device",
    "intent": "intent",
    "extent": "extent",
    "qualifier": "qualifier",
    "substance": "substance",
}
_ORDER: Final = {scheme: place for place, scheme in enumerate(FACETS)}
_LABELS: Final = "SELECT curie, label FROM label ORDER BY curie"
_SYNONYMS: Final = ("skos:altLabel", "skos:hiddenLabel", "cg:leadInTerm")

# Values whose word means other things too: they count only close to a word for a stoma.
_AT_STOMAS: Final = frozenset({"stoma-form"})
_NEAR: Final = 3  # words
_NAMED: Final = ("procedure", "site")  # what sayings are about that facets are
_STOMA_ENDS: Final = ("stomy", "stoma", "fistula")


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a text that name a facet value: offsets, the words, the facet, the value (CURIE) and its label.

    `also` holds further values that the same words name: `colectomy` is a method and a site.
    """

    start: int
    end: int
    text: str
    facet: str
    value: str
    label: str
    also: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """Return all values that the words name."""
        return (self.value, *self.also)


def facet_of(value: str) -> str:
    """Return the facet of a value (`stoma-form:loop` is a `stoma_form`)."""
    return FACETS[value.partition(":")[0]]


class Lexicon:
    """Finds the facet values that a text names, by the longest term that fits; kept once per release."""

    def __init__(self, kg: OpenedRelease) -> None:
        self._labels: dict[str, str] = {}
        terms: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for value, term in _terms(kg):
            self._labels.setdefault(value, term)
            for form in _forms(term):
                terms[form].add(value)
        terms.pop((), None)
        for common in TOO_COMMON.split("|"):
            terms.pop(bases(common), None)
        spoken = {bases(t): tuple(v for v in values if v in self._labels) for t, values in SPOKEN.items()}
        self._values = {form: tuple(sorted(values, key=_rank)) for form, values in terms.items()}
        self._values |= {form: values for form, values in spoken.items() if values}
        self._lengths = _lengths(self._values)
        self._values |= {form: values for form, values in self._everyday() if values}
        self._lengths = _lengths(self._values)

    def _everyday(self) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Yield sayings of one meaning with the values of that, where none of their words means one by itself."""
        for saying in sayings():
            if saying.about in _NAMED and len(saying.means) == 1 and not self.find(saying.said):
                found = (v for span in self.find(saying.means[0]) for v in span.values)
                yield bases(saying.said), tuple(dict.fromkeys(found))

    def __len__(self) -> int:
        return len(self._values)

    def label(self, value: str) -> str:
        """Return the label of a facet value, or its CURIE."""
        return self._labels.get(value, value)

    def find(self, text: str) -> list[Span]:
        """Return the facet values that a text names: in order, not overlapping, the longest term first.

        Letter case, plurals, accents and common forms of a word make no difference.
        """
        return list(self._found(text, list(words(text))))

    def _found(self, text: str, said: Sequence[Word]) -> Iterator[Span]:
        plain = [word.base for word in said]
        at = 0
        while at < len(said):
            size = 1
            for length in self._lengths.get(plain[at], ()):
                if at + length > len(said):
                    continue
                values = self._values.get(tuple(plain[at : at + length]))
                values = values and _meant(values, plain, at, at + length)
                if values:
                    size = length
                    start, end = said[at].start, said[at + length - 1].end
                    first, *rest = values
                    yield Span(
                        start, end, text[start:end], facet_of(first), first, self.label(first), tuple(rest)
                    )
                    break
            at += size


def _lengths(forms: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    """Return how many words terms have, by their first word, the longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for form in forms:
        lengths[form[0]].add(len(form))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def _meant(values: tuple[str, ...], plain: Sequence[str], start: int, end: int) -> tuple[str, ...]:
    """Leave out values whose word means them only close to a word for a stoma."""
    if not any(v.partition(":")[0] in _AT_STOMAS for v in values):
        return values
    around = plain[max(0, start - _NEAR) : end + _NEAR]
    if any(word.endswith(_STOMA_ENDS) for word in around):
        return values
    return tuple(v for v in values if v.partition(":")[0] not in _AT_STOMAS)


def _rank(value: str) -> tuple[int, str]:
    return _ORDER[value.partition(":")[0]], value


def _forms(term: str) -> Iterator[tuple[str, ...]]:
    """Yield a term as printed and, where it has one comma, the other way round (`Large Intestine, Right`)."""
    yield bases(term)
    head, comma, tail = term.partition(", ")
    if comma and "," not in tail:
        yield bases(f"{tail} {head}")


def _terms(kg: OpenedRelease) -> Iterator[tuple[str, str]]:
    """Yield (facet value, term): the labels first."""
    for value, label in kg.tables.stream(_LABELS):
        if _is_facet(value):
            yield value, str(label)
    starts = tuple(PREFIXES[scheme] for scheme in FACETS)
    yield from sorted(_pairs(kg, _SYNONYMS, starts))


def _pairs(
    kg: OpenedRelease, properties: Iterable[str], starts: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for name in properties:
        for subject, text in kg.store.texts(name):
            if subject.startswith(starts):
                yield contract(subject), text


def _is_facet(value: str) -> bool:
    scheme, _, local = value.partition(":")
    return scheme in FACETS and any(c.isalpha() for c in local)
