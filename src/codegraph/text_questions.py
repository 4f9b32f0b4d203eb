"""The questions that are put in words: the third part of the facade."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final, cast

from codegraph.billing.editions import as_day
from codegraph.errors import InvalidValue
from codegraph.opened import OpenedRelease

if TYPE_CHECKING:
    from codegraph.answers.model import Answer
    from codegraph.graph import CodeGraph
    from codegraph.search.model import SearchResult
    from codegraph.search.search import Search
    from codegraph.suggest.model import Suggestion
    from codegraph.suggest.suggest import Suggester

_MOST: Final = 1000  # of what a suggestion may list


class TextQuestions(OpenedRelease):
    """What is asked in free text, whatever it holds: no text raises and none is taken for a query language."""

    def search(
        self,
        text: str,
        *,
        system: str | None = None,
        site: str | None = None,
        method: str | None = None,
        on: str | date | None = None,
        limit: int = 20,
    ) -> SearchResult:
        """Return the codes that a text means, best first, each with what it matched.

        Codes and beginnings of codes come first (`4431`, `0D1B`, `k5001`), then what labels, synonyms, lead-in terms
        and facets find; misspelt words are read as the nearest ones of the release, the last word may be only begun.
        `system` keeps one code system; `site` and `method` (CURIEs or slugs) keep codes whose procedure has them or
        what lies below; `on` leaves out codes known not to be valid on a day. Licensed text is never searched.

        The index is built into the user's cache on the first search of a release. Raises NotLoaded where tantivy is
        not installed, UnknownTerm for a system or facet value that there is not, InvalidValue for a day that is none
        and a limit outside 1 to 1,000.
        """
        return self._search.find(text, system=system, site=site, method=method, on=as_day(on), limit=limit)

    def suggest(
        self,
        note_text: str,
        *,
        system: str | Sequence[str] = "cpt",
        limit: int = 10,
        redact: bool = False,
    ) -> Suggestion:
        """Return the codes that a note may describe, ranked by fit to their definitions, and why.

        What the note denies, tells as history, plans or says of relatives does not count. Facets that it contradicts
        rule a code out; those that decide between codes and are not stated are `left_open`. Diagnoses are codes of
        ICD-10-CM whose terms stand in it. `system` names systems to suggest from (`cpt`, `icd10pcs`), `redact` masks
        what may identify a person before anything else. A suggestion is no coding decision. Raises UnknownTerm for a
        system that there is not, InvalidValue for a limit outside 1 to 1,000.
        """
        if not 1 <= limit <= _MOST:
            raise InvalidValue(f"a limit is from 1 to {_MOST:,}, not {limit}")
        systems = (system,) if isinstance(system, str) else tuple(system)
        return self._suggester.suggest(note_text, systems, limit, redact=redact)

    def ask(self, question: str, *, on: str | date | None = None) -> Answer:
        """Return the answer to a question in words, in sentences that each name their rows and their call.

        No language model: words kept as tables tell what is asked, and a question that does not fit whole is declined.
        `on` is the day where the question names none. What is not loaded is said with the source that has it; a
        question with several readings gets these as questions. Raises InvalidValue only for an `on` that is no day.
        """
        from codegraph.answers.ask import ask

        return ask(cast("CodeGraph", self), question, on=on)

    @cached_property
    def _suggester(self) -> Suggester:
        """Return what answers suggestions, with what it reads of the release once."""
        from codegraph.search.lexicon import Lexicon
        from codegraph.suggest.suggest import Suggester

        kg = cast("CodeGraph", self)
        return Suggester(kg, Lexicon(kg))

    @cached_property
    def _search(self) -> Search:
        """Return what answers searches, with the index of the release open."""
        from codegraph.search.search import Search

        return Search(cast("CodeGraph", self))
