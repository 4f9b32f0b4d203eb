"""Merges what all releases say of each code: the newest that describes it speaks, older ones add what differs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final, Protocol

from codegraph.sources.base import CodeFact, Release

# A list this much shorter than the one before it is an excerpt: what it leaves out is not retired by it.
_PARTIAL_BELOW: Final = 0.5

Said = list[tuple[Release, CodeFact]]
Facts = dict[tuple[str, str], Said]


class Grammars(Protocol):
    """The loaded editions of ICD-10-PCS, as far as merging needs them."""

    def has(self, notation: str) -> bool:
        """Tell whether some edition has a code."""

    def label(self, notation: str) -> str | None:
        """Return a label composed from a code's axes."""


@cache
def release_order(release: Release) -> tuple[date, str]:
    """Return a key that sorts releases by the day from which they hold, as far as version or dates tell.

    >>> release_order(Release("ncci-mue", "2026Q2", ""))[0]
    datetime.date(2026, 4, 1)
    """
    if release.effective_from:
        return release.effective_from, release.ident
    version = release.version
    if match := re.match(r"(\d{4})[-.]?(\d{2})\b", version):
        month = min(max(int(match[2]), 1), 12)
        return date(int(match[1]), month, 1), release.ident
    if match := re.match(r"(\d{4})(?:Q([1-4])|([A-D]))?", version):
        quarter = int(match[2] or 0) or ("ABCD".index(match[3]) + 1 if match[3] else 1)
        return date(int(match[1]), 3 * quarter - 2, 1), release.ident
    return date.min, release.ident


@dataclass(slots=True)
class CodeCollector:
    """Gathers the code facts of all sources, then emits triples and table rows code by code."""

    facts: Facts
    mentions: dict[tuple[str, str], Release]  # the newest release that merely uses a code

    @classmethod
    def empty(cls) -> CodeCollector:
        """Return a collector without facts."""
        return cls(defaultdict(list), {})

    def add(self, release: Release, fact: CodeFact) -> None:
        """Keep what one row of a release says of a code; of rows that only use it, the newest."""
        key = (fact.system, fact.notation)
        if fact != CodeFact(*key):
            self.facts[key].append((release, fact))
            return
        known = self.mentions.get(key)
        if known is None or release_order(release) > release_order(known):
            self.mentions[key] = release

    def codes(self) -> list[tuple[str, str]]:
        """Return every (system, notation), sorted."""
        return sorted({*self.facts, *self.mentions})

    def take(self, key: tuple[str, str]) -> Said:
        """Return what is said of a code, and forget it."""
        said = self.facts.pop(key, [])
        mention = self.mentions.pop(key, None)
        return [*said, (mention, CodeFact(*key))] if mention else said

    def newest_lists(self) -> dict[str, Release]:
        """Return the newest whole list of each system: the release that tells which codes are in force."""
        sizes: dict[str, dict[Release, int]] = defaultdict(lambda: defaultdict(int))
        for (system, _), said in self.facts.items():
            for release in {r for r, f in said if f.authority}:
                sizes[system][release] += 1
        newest = {}
        for system, lists in sizes.items():
            largest = max(lists.values())
            whole = [r for r, n in lists.items() if n >= largest * _PARTIAL_BELOW]
            newest[system] = max(whole, key=release_order)
        return newest


@dataclass(frozen=True, slots=True)
class MergedCode:
    """One code as the graph tells it: each value with the release that says it."""

    system: str
    notation: str
    status: str
    label: str | None
    label_release: Release | None
    short_label: str | None
    billable: bool | None
    parent: str | None
    added: date | None
    terminated: date | None
    newest: Release
    lists: tuple[Release, ...]
    prior_labels: tuple[tuple[Release, str], ...]
    descriptors: tuple[tuple[Release, str], ...]
    defined: bool = False  # ICD-10-PCS: a loaded edition of the tables has it, so its procedure is described

    def with_parent(self, parent: str) -> MergedCode:
        """Return the same code below another group."""
        return replace(self, parent=parent)


def merge(
    key: tuple[str, str],
    said: Said,
    newest_lists: Mapping[str, Release],
    pcs: Grammars,
) -> MergedCode:
    """Merge the facts of one code; `pcs` labels a code of ICD-10-PCS that no source names.

    The system's own lists speak before files that only use its codes, and newer releases before older ones.
    """
    latest = max(release_order(r) for r, _ in said)[0]
    if len(said) > 1:
        said = sorted(said, key=_speaks_first, reverse=True)
    open_labels = [(r, f.label) for r, f in said if f.label and not f.licensed]
    newest = said[0][0]
    defined = key[0] == "icd10pcs" and pcs.has(key[1])
    short = _first([rf for rf in said if not rf[1].licensed], "short_label")
    label, label_release = (
        (open_labels[0][1], open_labels[0][0])
        if open_labels
        else ((pcs.label(key[1]) if defined else None) or short, newest)
    )
    prior = {text: r for r, text in reversed(open_labels) if text != label}
    terminated = _first(said, "terminated")
    return MergedCode(
        system=key[0],
        notation=key[1],
        status=_status(newest_lists.get(key[0]), said, terminated, latest),
        label=label,
        label_release=label_release if label else None,
        short_label=short,
        billable=_first(said, "billable"),
        parent=_first(said, "parent"),
        added=_first(said, "added"),
        terminated=terminated,
        newest=newest,
        lists=tuple(sorted({r for r, f in said if f.authority})),
        prior_labels=tuple(sorted((r, t) for t, r in prior.items())),
        descriptors=tuple(sorted({(r, f.label) for r, f in said if f.label and f.licensed})),
        defined=defined,
    )


def _first(said: Said, name: str) -> Any:  # noqa: ANN401
    return next((v for _, f in said if (v := getattr(f, name)) is not None), None)


def _speaks_first(said: tuple[Release, CodeFact]) -> tuple[bool, tuple[date, str]]:
    return said[1].authority, release_order(said[0])


def _status(newest: Release | None, said: Said, terminated: date | None, latest: date) -> str:
    """Tell `active`, `retired` or `unknown` from the newest whole list of the system and the code's own dates."""
    if newest is None:
        return "unknown"
    horizon = release_order(newest)[0]
    if terminated is not None and terminated <= max(horizon, latest):
        return "retired"
    if any(r == newest for r, _ in said) or latest > horizon:
        return "active"
    return "retired" if any(f.authority for _, f in said) else "unknown"
