"""What a topic leaves of a question and yet means something: a place, a year or month, words that describe the code."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from codegraph.answers.bind import Bound, Unreadable
from codegraph.answers.entities import Item
from codegraph.answers.fit import Fit
from codegraph.answers.towns import places
from codegraph.answers.vocabulary import CHANGING, NOUNS, wordset
from codegraph.billing.editions import ADD_ON, ADDENDUM_B, GPCI, LOCALITY, MUE, PFS, PTP, TITLES
from codegraph.billing.localities import locate
from codegraph.errors import InvalidValue, NotLoaded
from codegraph.namespaces import code_iri
from codegraph.search.everyday import find
from codegraph.search.words import base, bases

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_BRIDGES: Final = frozenset({"of", "and", "the"})
_BEFORE_PLACE: Final = frozenset({"in", "at", "near"})
_NO_PLACES: Final = wordset("state states area areas country town city county region place places")
_OF_PERIOD: Final = frozenset({"in", "for", "during", "of"})
_TEXTS: Final = ("skos:altLabel", "cg:shortLabel")
# Topic -> the source whose release answers for a day.
_SOURCES: Final = {
    **dict.fromkeys(("price", "session", "rvu", "global", "status-of-fees", "rank", "factor"), PFS),
    **dict.fromkeys(("outpatient", "statuses"), ADDENDUM_B),
    "add-ons": ADD_ON,
}
# Topics in which words of a code's own text only name it once more.
_FIGURES: Final = wordset(
    "price rvu factor global status-of-fees statuses rank outpatient limits add-ons modifiers-of-code modifier-on-code "
    "crosswalk indications valid history synonyms what codes-for-diagnosis indicated billable"
)
_OF_SETTINGS: Final = {"edits": PTP, "conflicts": PTP, "limits": MUE, "claim": PTP}


@dataclass(frozen=True, slots=True)
class Absorbed:
    """What was made of the words that a topic left: what is left still, a place, a day, and what was assumed."""

    left: tuple[Item, ...]
    place: str | None = None
    day: str | None = None
    assumed: tuple[str, ...] = ()


def absorb(kg: CodeGraph, bound: Bound, fit: Fit) -> Absorbed:
    """Return what the words that a topic leaves mean to it; raise Unreadable for a year that nothing loaded covers."""
    found = Absorbed(fit.left)
    for take in (_period, _described, _claimed, _place):
        if found.left:
            found = take(kg, bound, fit, found)
    return found


def _place(kg: CodeGraph, bound: Bound, fit: Fit, found: Absorbed) -> Absorbed:
    """Take the words left as a place where they stand together: behind `in` or a comma, or where there is such one."""
    left = found.left
    if "place" not in fit.takes or not fit.topic.rank or bound.locality:
        return found
    numbers = [bound.tokens.index(item) for item in left]
    between = [n for n in range(numbers[0], numbers[-1]) if n not in numbers]
    if any(item.kind not in ("word", "state", "number") for item in left):
        return found
    if any(bound.tokens[n].value not in _BRIDGES for n in between):
        return found
    place = bound.text[left[0].start : left[-1].end]
    if all(item.value in _NO_PLACES for item in left):
        return found
    of = places(place)
    if len(of) > 1 or (of and not _is_place(kg, place)):
        if len(of) > 1:
            asked = [bound.text.replace(place, f"{place}, {p.rpartition(' ')[2]}") for p in of]
            raise Unreadable(f"there are several towns of the name {place}", asked, understood=True)
        return replace(found, left=(), place=of[0], assumed=(*found.assumed, f"{place} lies in {of[0]}"))
    before = [t.value for t in bound.tokens[: numbers[0]] if t.value != "the"]
    comma = bound.text[: left[0].start].rstrip().endswith(",")
    if comma or (before and before[-1] in _BEFORE_PLACE) or _is_place(kg, place):
        return replace(found, left=(), place=place)
    return found


def _is_place(kg: CodeGraph, text: str) -> bool:
    """Tell whether the newest fee schedule has a locality of that name, or several."""
    try:
        edition = kg._editions.on(GPCI, None)
        counties = kg._editions.of(LOCALITY)
        locate(kg._figures, edition.release, text, counties[-1].release if counties else None)
    except NotLoaded:
        return False
    except InvalidValue as error:
        return " matches " in str(error)
    return True


def _period(kg: CodeGraph, bound: Bound, fit: Fit, found: Absorbed) -> Absorbed:
    """Take a year or a month as a day of the one loaded release that covers some of it."""
    years = [item for item in found.left if item.kind == "year"]
    if len(years) != 1 or "day" not in fit.takes or bound.days:
        return found
    source = _SOURCES.get(fit.topic.key) or _OF_SETTINGS.get(fit.topic.key, {}).get(
        fit.setting or "practitioner"
    )
    (item,) = years
    first, last = period(item.value)
    rest = tuple(i for i in found.left if i is not item and i.value not in _OF_PERIOD)
    if fit.topic.key == "valid":
        told = f"{item.written} means {last}, its last day"
        return replace(found, left=rest, day=last.isoformat(), assumed=(*found.assumed, told))
    if source is None:
        return found
    editions = [
        e
        for e in kg._editions.of(source)
        if e.covers(first) or e.covers(last) or _within(e.first, first, last)
    ]
    if not editions:
        loaded = ", ".join(str(e) for e in kg._editions.of(source)) or "none"
        note = f"not loaded: {TITLES[source]} of {item.written}; loaded: {loaded}"
        raise Unreadable(note, understood=True)
    if len({e.release for e in editions if e.whole} or {e.release for e in editions}) > 1:
        return found
    edition = editions[-1]
    day = max(first, edition.first) if edition.first and not edition.tells_history else first
    if edition.tells_history:
        day = min(last, edition.last or last)
    told = f"{item.written} means {day}, the day in it that {edition} answers for"
    return replace(found, left=rest, day=day.isoformat(), assumed=(*found.assumed, told))


def _within(day: date | None, first: date, last: date) -> bool:
    return day is not None and first <= day <= last


def period(value: str) -> tuple[date, date]:
    """Return the first and last day of a year or a month.

    >>> period("2025-02")
    (datetime.date(2025, 2, 1), datetime.date(2025, 2, 28))
    """
    year, _, month = value.partition("-")
    end = int(month or 12)
    return date(int(year), int(month or 1), 1), date(int(year), end, monthrange(int(year), end)[1])


def _described(kg: CodeGraph, bound: Bound, fit: Fit, found: Absorbed) -> Absorbed:
    """Take words that the texts of a code of the question have: they say which code it is, once more."""
    if fit.topic.key not in _FIGURES:
        return found
    known: set[str] = set()
    for ref in bound.codes:
        if ref.curie in kg:
            known |= texts_of(kg, ref.curie)
    if not known and bound.codes:
        return _undescribed(kg, bound, found)
    same = [item for item in found.left if item.kind == "word" and _says(item.value, known)]
    if not same:
        return found
    rest = tuple(item for item in found.left if item not in same)
    words = " ".join(item.written for item in same if item.value not in NOUNS)
    told = (f"{words!r} describes {bound.codes[0].notation}",) if words else ()
    return replace(found, left=rest, assumed=(*found.assumed, *told))


def _undescribed(kg: CodeGraph, bound: Bound, found: Absorbed) -> Absorbed:
    """Take words for facets that stand beside a code of which no text is loaded, and say that they were not checked."""
    lexicon = kg._suggester._lexicon
    same = [i for i in found.left if i.kind == "word" and (i.value in NOUNS or lexicon.find(i.value))]
    if not same or any(i.value in CHANGING for i in same):
        return found
    words = " ".join(item.written for item in same)
    told = f"{words!r} is not checked: no description of {bound.codes[0].notation} is loaded"
    rest = tuple(item for item in found.left if item not in same)
    return replace(found, left=rest, assumed=(*found.assumed, told))


def _claimed(kg: CodeGraph, bound: Bound, fit: Fit, found: Absorbed) -> Absorbed:
    """Take words for facets that a question says of a code, where that is what it asks about."""
    if fit.topic.key != "said-of":
        return found
    lexicon = kg._suggester._lexicon
    rest = tuple(
        i for i in found.left if i.kind != "word" or i.value in CHANGING or not lexicon.find(i.value)
    )
    return replace(found, left=rest)


def texts_of(kg: CodeGraph, curie: str) -> set[str]:
    """Return the base forms of the words of a code's public texts."""
    system, _, notation = curie.partition(":")
    texts = [kg[curie].label or ""]
    for name in _TEXTS:
        texts += [str(t) for t in kg.store.objects(code_iri(system, notation), name)]
    return {word for text in texts for word in bases(text)}


def _says(word: str, known: set[str]) -> bool:
    if word in CHANGING:
        return False
    if word in NOUNS or base(word) in known:
        return True
    return any(known.issuperset(bases(mean)) for s in find(word) for mean in s.saying.means)


def unloaded_day(kg: CodeGraph, bound: Bound, fits: Sequence[Fit]) -> str | None:
    """Return why a question cannot be answered whatever its other words say: no release covers the day it names."""
    for fit in fits:
        source = _SOURCES.get(fit.topic.key)
        if source and bound.days and "day" in fit.takes:
            try:
                kg._editions.on(source, date.fromisoformat(bound.days[0]))
            except NotLoaded as error:
                return f"not loaded: {error}" if not str(error).startswith("not loaded") else str(error)
    return None
