"""The payment locality that a text means: its key, a state, a name, a county; never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Final
from weakref import WeakKeyDictionary

from codegraph.billing.counties import (
    ABBREVIATIONS,
    STATES,
    County,
    Remainder,
    read_counties,
    squeezed,
    words,
)
from codegraph.billing.figures import Figures, LocalityCounties
from codegraph.errors import InvalidValue
from codegraph.sources.pfs_gpci import LocalityIndices

_KEY: Final = re.compile(r"(\d{1,5})\s*[-/ ]\s*(\d{1,2})")
_COUNTY_WORDS: Final = frozenset({"COUNTY", "CNTY", "PARISH", "BOROUGH"})
_NOISE: Final = frozenset({"OF", "AND", "THE", "COUNTY", "CNTY", "CNTYS", "LOCALITY"})
# Names of counties begin with these words too (De Soto, La Salle), so they do not stand for Delaware or Louisiana.
_ARTICLES: Final = frozenset({"DE", "LA"})
_ALIKE: Final = 0.85
_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Located:
    """A locality with its indices, and how a text led to it: a sentence that names what the county list says."""

    indices: LocalityIndices
    how: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """A way to read a text: the state in it, the words beside it; not `sure` where the state may be part of a name."""

    state: str
    rest: tuple[str, ...]
    sure: bool = True

    @property
    def says_county(self) -> bool:
        return len(self.rest) > 1 and self.rest[-1] in _COUNTY_WORDS

    @property
    def name(self) -> str:
        return " ".join(self.rest[:-1] if self.says_county else self.rest)


def resolve(
    figures: Figures, gpci_release: str, text: str, counties_release: str | None = None
) -> LocalityIndices:
    """Return the locality of a GPCI release that a text means; see `locate` for what is understood and raised."""
    return locate(figures, gpci_release, text, counties_release).indices


def locate(figures: Figures, gpci_release: str, text: str, counties_release: str | None = None) -> Located:
    """Return the locality that a text means, and how.

    Understood, whatever the case and punctuation: carrier and number (`01112-05`, `1112-5`), a state that has one
    locality (`NE`, `Nebraska`), state and number (`CA 05`), state and name (`TX, Dallas`), a county
    (`Cook County, IL`) or a part of the name that no other has (`Seattle`). Counties are those that LOCCO names; one
    that it does not name lies in the rest of a state only where the list says ALL COUNTIES or ALL OTHER COUNTIES.

    Raises InvalidValue with candidates where nothing matches or several localities do.
    """
    return gazetteer(figures, gpci_release, counties_release).locate(str(text))


def gazetteer(figures: Figures, gpci_release: str, counties_release: str | None = None) -> Gazetteer:
    """Return the localities of a GPCI release to look texts up in; made once."""
    key = (gpci_release, counties_release)
    kept = _GAZETTEERS.setdefault(figures, {})
    if key not in kept:
        counties = figures.counties(counties_release) if counties_release else ()
        kept[key] = Gazetteer(figures.localities(gpci_release), counties, counties_release or "")
    return kept[key]


class Gazetteer:
    """The localities of a release with their names and counties, to look texts up in."""

    def __init__(
        self,
        localities: Sequence[LocalityIndices],
        counties: Sequence[LocalityCounties] = (),
        list_name: str = "",
    ) -> None:
        self.rows = {(row.carrier, row.locality): row for row in localities}
        self._by_state: dict[str, list[LocalityIndices]] = {}
        for row in localities:
            self._by_state.setdefault(row.state, []).append(row)
        guam = [row for row in localities if "GUAM" in words(row.name)]
        self._by_state.setdefault("GU", guam)
        self._names = {place: {row.name} for place, row in self.rows.items()}
        self.counties: list[County] = [
            County(row.state, name, place)
            for place, row in self.rows.items()
            for found in re.findall(r"\(([^()]*) CNTY\)", row.name)
            for name in found.split("/")
        ]
        self.remainders: list[Remainder] = []
        self._list = f"the county list {list_name}".strip()
        self._add_counties(counties)
        self.locate = lru_cache(maxsize=4096)(self._locate)

    def _add_counties(self, counties: Sequence[LocalityCounties]) -> None:
        """Take the county list's names, its localities matched by number within the state."""
        for line in counties:
            read = list(read_counties([line]))
            home = next((c.state for c in read), "")
            place = self.place(line.carrier, line.locality, home)
            if place is None:
                continue
            self._names[place].add(line.area)
            for entry in read:
                if isinstance(entry, County):
                    self.counties.append(County(entry.state, entry.name, place))
                else:
                    self.remainders.append(Remainder(entry.state, place, entry.text, entry.but))

    def place(self, carrier: str, number: str, state: str = "") -> tuple[str, str] | None:
        """Return the key of a locality: the key itself, else the same number within the state or the carrier's."""
        if (carrier, number) in self.rows:
            return carrier, number
        states = {state} if state else {r.state for r in self.rows.values() if r.carrier == carrier}
        same = [p for p, row in self.rows.items() if row.state in states and row.locality == number]
        return same[0] if len(same) == 1 else None

    def _locate(self, text: str) -> Located:
        if key := _KEY.fullmatch(text.strip().removeprefix("locality:")):
            return self._by_key(key[1].zfill(5), key[2].zfill(2))
        asked = words(text)
        readings = list(_readings(asked, text))
        for tier in (self._states, self._numbers, self._named, self._parts, self._bare, self._rest):
            found: dict[tuple[str, str], str] = {}
            for reading in readings:
                for place, how in tier(reading):
                    found.setdefault(place, how)
            if len(found) == 1:
                place, how = next(iter(found.items()))
                return Located(self.rows[place], how)
            if found:
                raise _several(text, [self.rows[p] for p in found])
        raise self._nothing(text, readings)

    def _by_key(self, carrier: str, number: str) -> Located:
        place = self.place(carrier, number)
        if place is None:
            of_carrier = [row for row in self.rows.values() if row.carrier == carrier]
            raise _none(f"{carrier}-{number}", [_title(row) for row in of_carrier or self._close(carrier)])
        row = self.rows[place]
        if place == (carrier, number):
            return Located(row, f"{carrier}-{number} is the locality's own key")
        how = f"{carrier}-{number} is number {number} in {row.state}, under carrier {row.carrier} in this release"
        return Located(row, how)

    def _close(self, carrier: str) -> list[LocalityIndices]:
        near = get_close_matches(carrier, sorted({row.carrier for row in self.rows.values()}), 3)
        return [row for row in self.rows.values() if row.carrier in near]

    def _states(self, reading: _Reading) -> Iterator[tuple[tuple[str, str], str]]:
        """Find the localities of a state, where the text is nothing but a state."""
        if not reading.state or reading.rest:
            return
        own = self._by_state.get(reading.state, [])
        but = next((r.text for r in self.remainders if r.state == reading.state and r.but), "")
        note = f" ({but}: those belong to another)" if but and len(own) == 1 else ""
        for row in own:
            yield (row.carrier, row.locality), f"{STATES[reading.state]} has this locality alone{note}"

    def _numbers(self, reading: _Reading) -> Iterator[tuple[tuple[str, str], str]]:
        """Find a locality by its state and number."""
        rest = [w for w in reading.rest if w not in _NOISE]
        if reading.state and len(rest) == 1 and re.fullmatch(r"\d{1,2}", rest[0]):
            for row in self._by_state.get(reading.state, []):
                if row.locality == rest[0].zfill(2):
                    how = f"number {row.locality} in {reading.state}"
                    yield (row.carrier, row.locality), how

    def _named(self, reading: _Reading) -> Iterator[tuple[tuple[str, str], str]]:
        """Find a whole name, or a named county in a state or with the word for county behind it."""
        if not reading.rest:
            return
        for place, name in self._all_names(reading.state):
            if words(name) == list(reading.rest):
                yield place, f"{name} is the locality's name"
        if reading.state or reading.says_county:
            yield from self._counties_called(reading)

    def _counties_called(self, reading: _Reading) -> Iterator[tuple[tuple[str, str], str]]:
        wanted = squeezed(reading.name)
        within = [c for c in self.counties if reading.state in ("", c.state)]
        exact = [c for c in within if squeezed(c.name) == wanted]
        for county in exact or [c for c in within if squeezed(c.name) == f"{wanted}CITY"]:
            only = "" if reading.state else f", the only state where {self._list} names such a county"
            how = f"{county.name} is named among the counties of this locality in {county.state}{only}"
            yield county.place, how

    def _parts(self, reading: _Reading) -> Iterator[tuple[tuple[str, str], str]]:
        """Find words of a name, in a state."""
        if reading.state and not reading.says_county:
            yield from self._with_words(reading)

    def _with_words(self, reading: _Reading) -> Iterator[tuple[tuple[str, str], str]]:
        wanted = set(reading.rest) - _NOISE
        for place, name in self._all_names(reading.state):
            if wanted and wanted <= set(words(name)):
                yield place, f"{' '.join(reading.rest)} is part of the locality's name, {name}"

    def _bare(self, reading: _Reading) -> Iterator[tuple[tuple[str, str], str]]:
        """Find words of a name, or a named county, with no state."""
        if not reading.state and not reading.says_county:
            yield from self._with_words(reading)
            yield from self._counties_called(reading)

    def _rest(self, reading: _Reading) -> Iterator[tuple[tuple[str, str], str]]:
        """Find who has a county that the list does not name: the locality that it gives all, or all others."""
        if not (reading.state and reading.sure and reading.says_county) or self._like(reading):
            return
        for whole in self.remainders:
            if whole.state == reading.state and squeezed(reading.name) not in whole.but:
                how = f"{self._list} does not name {reading.name}; it gives this locality {whole.text}"
                yield whole.place, how

    def _like(self, reading: _Reading) -> list[str]:
        """Return the named counties of the state that may be meant instead: a slip of the pen, a longer name."""
        named = {squeezed(c.name): c.name for c in self.counties if c.state == reading.state}
        wanted = squeezed(reading.name)
        inside = [n for n in named if set(words(named[n])) <= set(reading.rest) and n != wanted]
        return [named[n] for n in dict.fromkeys((*get_close_matches(wanted, named, 3, _ALIKE), *inside))]

    def _all_names(self, state: str) -> Iterator[tuple[tuple[str, str], str]]:
        own = self._by_state.get(state, []) if state else self.rows.values()
        for row in own:
            place = (row.carrier, row.locality)
            yield from ((place, name) for name in sorted(self._names[place]) if state or name != "STATEWIDE")

    def _nothing(self, text: str, readings: Sequence[_Reading]) -> InvalidValue:
        for reading in readings:
            if reading.state and reading.says_county and (like := self._like(reading)):
                meant = [c.place for c in self.counties if c.state == reading.state and c.name in like]
                more = [r.place for r in self.remainders if r.state == reading.state]
                rows = [_title(self.rows[p]) for p in dict.fromkeys((*meant, *more))]
                why = f"; the county list of {reading.state} names {', '.join(like)}, and not {reading.name}"
                return _none(text, rows, why)
        for reading in readings:
            if reading.state:
                return _none(text, [_title(row) for row in self._by_state.get(reading.state, [])])
        names = {" ".join(words(name)): place for place, name in self._all_names("")}
        names |= {" ".join(words(c.name)): c.place for c in self.counties}
        asked = " ".join(words(text))
        near = get_close_matches(asked, names, 5, 0.6)
        near += [n for w in words(text) for n in get_close_matches(w, names, 3, 0.75)]
        return _none(text, [_title(self.rows[p]) for p in dict.fromkeys(names[n] for n in near)])


_GAZETTEERS: WeakKeyDictionary[Figures, dict[tuple[str, str | None], Gazetteer]] = WeakKeyDictionary()


def _readings(asked: Sequence[str], text: str) -> Iterator[_Reading]:
    """Yield the ways to read words: a state before or behind the rest, and no state."""
    whole = ABBREVIATIONS.get(" ".join(asked))
    if whole:
        yield _Reading(whole, ())
        return
    behind_comma = re.split(r"[,:]", text, maxsplit=1)[0]
    for cut in (3, 2, 1):
        if len(asked) <= cut:
            continue
        before, behind = " ".join(asked[:cut]), " ".join(asked[-cut:])
        set_off = words(behind_comma) == list(asked[:cut])
        if before in ABBREVIATIONS:
            yield _Reading(ABBREVIATIONS[before], tuple(asked[cut:]), before not in _ARTICLES or set_off)
        if behind in ABBREVIATIONS:
            yield _Reading(ABBREVIATIONS[behind], tuple(asked[:-cut]))
    if asked:
        yield _Reading("", tuple(asked))


def _title(row: LocalityIndices) -> str:
    return f"{row.carrier}-{row.locality} {row.state} {row.name}"


def _several(text: str, rows: Sequence[LocalityIndices]) -> InvalidValue:
    titles = [_title(row) for row in rows]
    message = f"{text[:60]!r} matches {len(rows)} localities; name one of them: {'; '.join(titles)}"
    return InvalidValue(message, candidates=titles)


def _none(text: str, titles: Sequence[str], why: str = "") -> InvalidValue:
    shown = titles[:_SHOWN]
    near = f"; near it: {'; '.join(shown)}" if shown else ""
    return InvalidValue(
        f"{text[:60]!r} is no locality of the fee schedule{why}{near}. Write carrier and number (01112-05), a state "
        "that has one locality (NE), a state and a name (TX Dallas) or a county (Cook County, IL)",
        candidates=titles,
    )
