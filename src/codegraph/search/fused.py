"""Facets in a search: which values a question names, and which codes have them, as a share of the best score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from codegraph.search.lexicon import Lexicon
from codegraph.search.texts import alternatives
from codegraph.search.words import WORD, printed

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease
    from codegraph.search.index import TextIndex
    from codegraph.search.pool import Pool
    from codegraph.search.spelling import Meant

_BY_FACETS: Final = 60  # codes that only facets bring
_MOST: Final = 8  # facets of a question that count
_SHARE: Final = 0.6  # of the best score that a code with all facets has by them alone


class Named(NamedTuple):
    """A facet that a question names: the label, the values (CURIEs) that are meant, and how many words name it."""

    label: str
    values: tuple[str, ...]
    words: int


class FacetFusion:
    """Reads facets in questions to a release, and adds to the candidates what they have of them."""

    def __init__(self, kg: OpenedRelease, index: TextIndex) -> None:
        self._lexicon = Lexicon(kg)
        self._index = index
        self._wider = lru_cache(maxsize=4096)(lambda value: alternatives(kg, value))

    def named(self, text: str, meant: Sequence[Meant]) -> list[Named]:
        """Return the facets that a question names, misspelt words read as they are understood."""
        instead = {m.said: m.forms[0][0] for m in meant if m.forms and m.guessed}
        right = WORD.sub(lambda m: instead.get(printed(m[0]), m[0]), text) if instead else text
        return list(islice(dict.fromkeys(self._found(right)), _MOST))

    def _found(self, text: str) -> Iterator[Named]:
        """Yield the facets in a text; values of one scheme by the same words are alternatives."""
        for span in self._lexicon.find(text):
            for _, values in groupby(span.values, lambda value: value.partition(":")[0]):
                meant = tuple(values)
                yield Named(self._lexicon.label(meant[0]), meant, len(span.text.split()))

    def _having(self, facet: Named) -> Any:  # noqa: ANN401
        terms = [*facet.values, *(wider for value in facet.values for wider in self._wider(value))]
        return self._index.best_of([(self._index.term("facet", term), 1.0) for term in terms])

    def add(self, pool: Pool, facets: Sequence[Named], words: Sequence[Any], filters: Sequence[Any]) -> None:
        """Add to each candidate what share of the named facets it has, and candidates that have most of them.

        Each facet has a score of its own, so that the sum tells how many a code has and which: 1 and a power of two.
        """
        if not facets:
            return
        index, best = self._index, pool.best() or 1.0
        having = [self._having(facet) for facet in facets]
        told = [index.worth(query, 1 + 2.0 ** -(k + 2)) for k, query in enumerate(having)]
        # What has one facet of several is no candidate by that; a single one is, where no words have found anything.
        for least in range(len(having), 1 if len(pool) else 0, -1):
            most = index.combined([], having, least)
            found = index.top(index.combined([*filters, most], [*told, *words]), _BY_FACETS)
            for _, row in found:
                pool.of(row)
            if found:
                break
        covered = min(1.0, sum(f.words for f in facets) / max(1, len(words)))
        codes = [candidate.code for candidate in pool]
        for score, row in index.top(index.combined([index.any_code(codes)], told, 1), len(codes)):
            has = [f for k, f in enumerate(facets) if int(score % 1 * 2 ** (k + 2) + 0.001) % 2]
            text = ", ".join(f.label for f in has)
            pool.of(row).add_facets(text, _SHARE * best * covered * len(has) / len(facets))
