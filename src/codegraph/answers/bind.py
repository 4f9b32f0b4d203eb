"""What the pieces of a question stand for in a release: which code, which modifier, which system is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Final

from codegraph.answers.entities import Item
from codegraph.answers.vocabulary import FILLERS, wordset
from codegraph.billing.counties import ABBREVIATIONS
from codegraph.codes import CodeRef

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_BETWEEN: Final = frozenset({"code", "codes", "procedure", "diagnosis", "number"})
_SAYS_MODIFIER: Final = frozenset({"modifier", "modifiers", "mod"})
# Words before a modifier; behind any other one two capitals are a state, or something else.
_BEFORE_MODIFIER: Final = (FILLERS - wordset("a an the in for of to at my our")) | wordset(
    "modifier modifiers mod with using use used add append or accept accepts take takes allow allows"
)
_SAYS_PLACE: Final = frozenset({"service", "pos"})  # `place of service 24` is no modifier
_BILLED: Final = ("cpt", "hcpcs")
# Two letters that are a modifier and an English word: a modifier only where the word stands before.
# What stands behind a number that counts something, and is no modifier.
_COUNTED: Final = wordset("day days unit units times percent minutes hours years year weeks months dollars")
_NO_STATES: Final = frozenset({"IN", "OR"})  # `OR` is the operating room
_WORDS_TOO: Final = frozenset({"AM", "GO", "SO", "US"})


class Unreadable(Exception):
    """A question that cannot be read; `readings` are questions that can be asked instead."""

    def __init__(self, note: str, readings: Iterable[str] = (), *, understood: bool = False) -> None:
        super().__init__(note)
        self.note, self.readings, self.understood = note, tuple(readings), understood


@dataclass(frozen=True, slots=True)
class Bound:
    """A question whose pieces are known: `tokens` in its order, each a word, or a kind like `<code>`."""

    text: str
    tokens: tuple[Item, ...]
    codes: tuple[CodeRef, ...]
    hanging: tuple[tuple[str, ...], ...]
    modifiers: tuple[str, ...]
    days: tuple[str, ...]
    units: tuple[int, ...]
    targets: tuple[tuple[str, ...], ...]
    locality: str | None = None
    assumed: tuple[str, ...] = field(default=())

    @property
    def view(self) -> str:
        """Return the words of the question, what is no word as `<kind>`."""
        return " ".join(token.value for token in self.tokens)


def bind(kg: CodeGraph, text: str, found: Sequence[Item]) -> Bound:
    """Return what a question names; raise Unreadable for a range, for a day that is none, for an ambiguous code."""
    found, joined = _joined(kg, found)
    _refuse(text, found)
    found = _with_modifiers(kg, text, found)
    found, named = _qualified(found)
    codes: list[CodeRef] = []
    hanging: list[tuple[str, ...]] = []
    modifiers: list[str] = []
    tokens: list[Item] = []
    for at, item in enumerate(found):
        if item.kind == "code":
            ref = _resolved(kg, text, item, named.get(at))
            if ref.system == "modifier":
                modifiers.append(ref.notation)
                tokens.append(replace(item, kind="mod", value="<mod>"))
                continue
            if (ref, item.modifiers) not in zip(codes, hanging, strict=True):
                codes.append(ref)
                hanging.append(item.modifiers)
            tokens.append(replace(item, value="<code>"))
        elif item.kind == "mod":
            modifiers.append(item.value)
            tokens.append(replace(item, value="<mod>"))
        elif item.kind in ("day", "units", "system", "locality"):
            tokens.append(replace(item, value=f"<{item.kind}>"))
        else:
            tokens.append(replace(item, value=item.value or item.written.lower()))
    us = [i.written for i in found if i.kind == "day" and re.match(r"\d{1,2}[/-]", i.written)]
    return Bound(
        text=text,
        tokens=tuple(tokens),
        codes=tuple(codes),
        hanging=tuple(hanging),
        modifiers=tuple(dict.fromkeys(modifiers)),
        days=tuple(dict.fromkeys(i.value for i in found if i.kind == "day")),
        units=tuple(int(i.value) for i in found if i.kind == "units"),
        targets=_targets(found, codes),
        locality=next((i.value for i in found if i.kind == "locality"), None),
        assumed=(*joined, *(f"{written} is month, day, year" for written in us)),
    )


def _joined(kg: CodeGraph, found: Sequence[Item]) -> tuple[list[Item], tuple[str, ...]]:
    """Return the pieces with a code that was written in two (`443 10`) as one, where no other code is named."""
    if any(item.kind == "code" for item in found):
        return list(found), ()
    for at, (first, second) in enumerate(pairwise(found)):
        both = first.written + second.written
        if first.written.isdigit() and second.written.isdigit() and second.start == first.end + 1:
            ref = CodeRef("cpt", both)
            if ref.curie in kg:
                one = Item("code", both, first.start, second.end, refs=(ref,))
                return [*found[:at], one, *found[at + 2 :]], (
                    f"{first.written} {second.written} means {both}",
                )
    return list(found), ()


def _refuse(text: str, found: Sequence[Item]) -> None:
    for item in found:
        if item.kind == "bad-day":
            raise Unreadable(f"not understood: there is no day {item.written}")
    for before, item in pairwise(found):
        if before.kind == item.kind == "code" and text[before.end : item.start].strip() == "-":
            raise Unreadable(
                f"not understood: {text[before.start : item.end]} is a range, and questions are about "
                "single codes"
            )


def _with_modifiers(kg: CodeGraph, text: str, found: Sequence[Item]) -> list[Item]:
    """Return the pieces with modifiers told from other pairs of letters or digits."""
    mixed = any(c.islower() for c in text)
    told: list[Item] = []
    for item, behind in zip_longest(found, found[1:]):
        before = told[-1] if told else None
        counted = behind is not None and behind.value in _COUNTED
        if item.kind == "pair" and (counted or (before is not None and before.value in _SAYS_PLACE)):
            told.append(item)
            continue
        said = before is not None and (before.value in _SAYS_MODIFIER or before.kind == "mod")
        if re.fullmatch(r"\w\w", item.written) and (item.kind == "pair" or item.kind == "word"):
            upper = item.written.upper()
            place = before is not None and before.value in ("in", "at", "near")
            shouted = mixed and item.written == upper and upper not in _NO_STATES
            named = before is not None and before.kind == "word" and before.value not in _BEFORE_MODIFIER
            if named and item.kind == "word" and mixed and item.written == upper:
                state = upper in ABBREVIATIONS
                told.append(replace(item, kind="state", value=f"{upper}!") if state else item)
                continue
            shown = item.kind == "pair" or (
                mixed and item.written == upper and not place and (said or upper not in _WORDS_TOO)
            )
            if (shown or (said and before is not None and before.value in _SAYS_MODIFIER)) and (
                f"modifier:{upper}" in kg
            ):
                told.append(replace(item, kind="mod", value=upper))
                continue
            if before is not None and before.value in _SAYS_MODIFIER and (item.kind == "pair" or shouted):
                raise Unreadable(f"modifier {upper} is not in this release", understood=True)
            after_in = before is not None and before.value == "in"
            if upper in ABBREVIATIONS and (shouted or after_in):
                told.append(replace(item, kind="state", value=f"{upper}!"))
                continue
        told.append(item)
    return told


def _qualified(found: Sequence[Item]) -> tuple[list[Item], dict[int, tuple[str, ...]]]:
    """Return the pieces without systems that only introduce a code (`CPT code 44310`), and those by place."""
    kept: list[Item] = []
    named: dict[int, tuple[str, ...]] = {}
    for item in found:
        if item.kind == "code":
            back = len(kept) - 1
            while back >= 0 and kept[back].value in _BETWEEN:
                back -= 1
            if back >= 0 and kept[back].kind == "system":
                systems = kept[back].systems
                if not {ref.system for ref in item.refs} & set(systems):
                    title = kept[back].written
                    raise Unreadable(f"not understood: {item.written} is not written like a code of {title}")
                del kept[back]
                named[len(kept)] = systems
        kept.append(item)
    return kept, named


def _resolved(kg: CodeGraph, text: str, item: Item, systems: tuple[str, ...] | None) -> CodeRef:
    """Return the one code of the release that is meant; a billing code that it lacks, its figures may have."""
    refs = [ref for ref in item.refs if systems is None or ref.system in systems]
    known = [ref for ref in refs if ref.curie in kg]
    if len(known) > 1:
        asked = [text[: item.start] + ref.curie + text[item.end :] for ref in known]
        raise Unreadable(f"{item.written} is a code of several systems", asked, understood=True)
    if known:
        return known[0]
    return next((ref for ref in refs if ref.system in _BILLED), refs[0])


def _targets(found: Sequence[Item], codes: Sequence[CodeRef]) -> tuple[tuple[str, ...], ...]:
    """Return the systems that are asked for: not those that the codes themselves are of, where there are others."""
    named = list(dict.fromkeys(i.systems for i in found if i.kind == "system"))
    own = {ref.system for ref in codes}
    others = [systems for systems in named if not set(systems) & own]
    return tuple(others or named)
