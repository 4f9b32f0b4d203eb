"""Names of codes that stand in a note, and what such a name says of the definition that it is a name of."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from codegraph.search.phrases import Phrases, content
from codegraph.suggest.context import Contexts
from codegraph.suggest.model import FoundSpan, Role
from codegraph.suggest.profiles import Profile

# What a name does not say unless it says so in words: how the site is reached, and that nothing more was done.
_UNSAID_FACETS: Final = frozenset({"approach"})
_UNSAID: Final = ("extent:without", "extent:diagnostic-only", "extent:single", "extent:superficial")
_OF_EXISTING: Final[tuple[Role, ...]] = ("closes", "revises", "through")
Owners = tuple[str, ...]


@dataclass(slots=True)
class Named:
    """What names say of one code: the note's words, where they stand, and the (facet, value) that they state."""

    words: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    says: set[tuple[str, str]] = field(default_factory=set)


class Names:
    """The synonyms of codes with definitions, found in notes.

    A name of one word counts where no facet has it: `knows` tells whether a text names facets by itself.
    """

    def __init__(self, profiles: Mapping[str, Profile], knows: Callable[[str], bool]) -> None:
        self._profiles = profiles
        terms: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for profile in profiles.values():
            for term in profile.terms:
                phrase = content(term)
                if len(phrase) > 1 or (phrase and not knows(term)):
                    terms[phrase].add(profile.code)
        self._phrases: Phrases[Owners] = Phrases({p: tuple(sorted(codes)) for p, codes in terms.items()})

    def roles(self, text: str) -> list[tuple[int, int, Role]]:
        """Return (start, end, role) of names that are about a stoma which is there already, as all their codes are."""
        found = []
        for start, end, owners in self._phrases.find(text):
            roles = [r for r in _OF_EXISTING if all(self._profiles[o].values(r) for o in owners)]
            found += [(start, end, role) for role in roles[:1]]
        return found

    def find(self, text: str, spans: Iterable[FoundSpan], contexts: Contexts) -> dict[str, Named]:
        """Return what the names in a note that are meant as done say, by code."""
        found: dict[str, Named] = defaultdict(Named)
        stomas = {s.start: s.role for s in spans if s.facet == "stoma"}
        starts = sorted(stomas)
        for start, end, owners in self._phrases.find(text):
            if contexts.status(start) != "present":
                continue
            inside = [stomas[at] for at in starts[bisect_left(starts, start) : bisect_left(starts, end)]]
            meant = [o for o in owners if all(_does(self._profiles[o], role) for role in inside)]
            says = self._common(meant)
            for owner in meant:
                named = found[owner]
                if text[start:end] not in named.words:
                    named.words.append(text[start:end])
                named.places.append((start, end))
                named.says |= says
        return dict(found)

    def _common(self, owners: Collection[str]) -> set[tuple[str, str]]:
        """Return what the definitions of all codes with a name state, as far as a name says it."""
        told = [
            {(need.facet, value) for need in self._profiles[o].needs for value in need.values} for o in owners
        ]
        return {
            (facet, value)
            for facet, value in (set.intersection(*told) if told else ())
            if facet not in _UNSAID_FACETS and not value.startswith(_UNSAID)
        }


def _does(profile: Profile, role: Role | None) -> bool:
    """Tell whether a definition does with a stoma what the note does with it."""
    return role is not None and bool(profile.values(role) or (role == "creates" and profile.may_create))
