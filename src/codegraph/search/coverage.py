"""What a code that was found has of a question's words, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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

_TEXTS = ("skos:altLabel", "cg:shortLabel", "cg:inclusionTerm", "cg:leadInTerm")


@dataclass(frozen=True, slots=True)
class Covered:
    """A hit with the words of the question that its texts or facets have, and those that they lack."""

    hit: Hit
    has: tuple[str, ...]
    lacks: tuple[str, ...]


def covered(
    kg: OpenedRelease, lexicon: Lexicon, text: str, hits: Iterable[Hit], read: Sequence[ReadWord]
) -> list[Covered]:
    """Return hits with what each has and lacks of a text, as its words were read (`SearchResult.words`)."""
    units = list(_units(lexicon, text, {word.said: word.read for word in read}))
    found = []
    for hit in hits:
        known = _known(kg, hit)
        facets = {m.text for m in hit.matched if m.why == "facets"}
        values = {label for joined in facets for label in joined.split(", ")}
        has = tuple(said for said, ways, labels in units if labels & values or any(w <= known for w in ways))
        found.append(Covered(hit, has, tuple(said for said, _, _ in units if said not in has)))
    return found


def _known(kg: OpenedRelease, hit: Hit) -> frozenset[str]:
    """Return the base forms of the words of a code's public texts."""
    system, _, notation = hit.code.partition(":")
    texts = [hit.label or "", *(m.text for m in hit.matched if m.why != "facets")]
    for name in _TEXTS:
        texts += [str(t) for t in kg.store.objects(code_iri(system, notation), name)]
    return frozenset(word for text in texts for word in bases(text))


def _units(
    lexicon: Lexicon, text: str, read: dict[str, str]
) -> Iterator[tuple[str, list[frozenset[str]], frozenset[str]]]:
    """Yield the sayings and telling words of a text: the words, the ways to say them, the facet labels they name."""
    spans = lexicon.find(text)
    taken = 0
    sayings = {s.start: s for s in find(text)}
    for word in words(text):
        if word.start < taken:
            continue
        saying = sayings.get(word.start)
        end = saying.end if saying else word.end
        taken = end
        said = text[word.start : end]
        if not saying and (word.base in COMMON or word.base in SKIPPED):
            continue
        ways = [frozenset({word.base}), *(frozenset({like}) for like in alike(word.base))]
        if instead := read.get(said.lower()):
            ways.append(frozenset({base(instead)}))
        ways += [frozenset(bases(mean)) - SKIPPED for mean in saying.saying.means] if saying else []
        labels = {lexicon.label(v) for s in spans if s.start <= word.start and end <= s.end for v in s.values}
        yield said, ways, frozenset(labels)
