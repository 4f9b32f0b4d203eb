"""How well a definition fits what a note states: facet by facet, and as a number from 0 to 1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from codegraph.crosswalk.subsumption import Hierarchy
from codegraph.suggest.acts import STOMA_SITE
from codegraph.suggest.evidence import Evidence
from codegraph.suggest.model import Candidate, FacetFit, Verdict
from codegraph.suggest.named import Named
from codegraph.suggest.profiles import Need, Profile

# What a verdict is worth of a facet's weight.
_WORTH: Final[dict[Verdict, float]] = {"stated": 1.0, "wider": 0.5, "open": 0.0, "contradicted": -1.0}
# Facet of a definition -> facet of the note in which it is looked for.
_TOLD_AS: Final = {"component": "method"}
# Facets in which another value contradicts; in the rest a note just says less.
_EXCLUSIVE: Final = frozenset(
    ("approach", "site", "destination", "creates", "closes", "revises", "through", "stoma_form")
)
_ROLES: Final = ("creates", "closes", "revises", "through")
# Methods that are steps of nearly every operation: they make a candidate only together with their site, and a
# candidate need not account for them.
INCIDENTAL: Final = frozenset(
    f"method:{m}"
    for m in (
        "anastomosis",
        "division",
        "drainage",
        "exploration",
        "incision",
        "insertion",
        "inspection",
        "irrigation",
        "mobilization",
        "occlusion",
        "release",
        "removal",
        "repair",
        "reposition",
        "suture",
        "tube-placement",
    )
)
_WITHOUT: Final = "extent:without"  # what a note does not state is told by its silence, half and half
_LIGHT: Final = 0.25
_SHARE: Final = (0.65, 0.35)  # of what the definition asks, of what the note states
_TERM: Final = 0.05  # for a synonym of the code in the note
_EXACT: Final = 0.05  # for facets that the note states in the very value of the definition


class Fitting:
    """Judges profiles against the evidence of one note."""

    def __init__(self, hierarchy: Hierarchy, evidence: Evidence) -> None:
        self._h = hierarchy
        self._evidence = evidence
        self._acts = self._weighed_acts()
        self._lowest_told: dict[str, frozenset[str]] = {}
        self._places: dict[tuple[str, tuple[str, ...]], set[int]] = {}

    def judge(self, profile: Profile, named: Named | None = None) -> Candidate | None:
        """Return a candidate with its fit, or None where the note states no act of the definition.

        `named` is what names of the code in the note say: it fills in what the note's other words leave open.
        """
        on_stoma = bool(profile.values("method") & _ON_STOMAS or profile.values("through"))
        fits = [self._facet(need, on_stoma) for need in profile.needs]
        if named is not None:
            fits = [_said_by_name(fit, named) for fit in fits]
        elif not self._begun(fits, on_stoma):
            return None
        total = sum(need.weight for need in profile.needs)
        got = sum(need.weight * _WORTH[f.verdict] for need, f in zip(profile.needs, fits, strict=True))
        asked, told = _SHARE
        exact = sum(set(n.values) <= self._nearest(n.facet) for n in profile.needs) / len(profile.needs)
        fit = (
            asked * max(got, 0.0) / total
            + told * self._accounted(profile)
            + _TERM * (named is not None)
            + _EXACT * exact
        )
        words = tuple(named.words) if named else ()
        return Candidate(
            profile.code, profile.label, round(fit / (1 + _TERM + _EXACT), 3), tuple(fits), words
        )

    def _facet(self, need: Need, on_stoma: bool) -> FacetFit:
        facet = _TOLD_AS.get(need.facet, need.facet)
        told = self._evidence.values(facet)
        if facet == "site" and on_stoma:
            told |= self._evidence.values(STOMA_SITE)
        verdicts = [self._verdict(facet, value, told) for value in need.values]
        worst = min(verdicts, key=_WORTH.__getitem__)
        if "stated" in verdicts and worst == "contradicted" and not self._denied(facet, need.values):
            worst = "wider"
        looked = (facet, STOMA_SITE) if facet == "site" else (facet,)
        near = [v for v in told if self._touches(need.values, v)]
        words = {w for v in near for f in looked for w in self._evidence.words.get((f, v), ())}
        return FacetFit(need.facet, need.values, worst, tuple(sorted(words)))

    def _verdict(self, facet: str, value: str, told: frozenset[str]) -> Verdict:
        if any(value in self._h.above(v) for v in told):
            return "stated"
        if self._denied(facet, (value,)):
            return "contradicted"
        if any(v in self._h.above(value) for v in told) or value.startswith(_WITHOUT):
            return "wider"
        return "contradicted" if told and facet in _EXCLUSIVE else "open"

    def _denied(self, facet: str, values: Iterable[str]) -> bool:
        denied = self._evidence.denied.get(facet, set()) - self._evidence.values(facet)
        return any(d in self._h.above(v) for v in values for d in denied)

    def _touches(self, values: Iterable[str], told: str) -> bool:
        return any(told in self._h.above(v) or v in self._h.above(told) for v in values)

    def _begun(self, fits: list[FacetFit], on_stoma: bool) -> bool:
        """Tell whether the note states an act of the definition: a stoma's role, or a method together with its site."""
        by_facet = {f.facet: f for f in fits}
        if any(
            by_facet[r].verdict in ("stated", "wider")
            for r in ("creates", "closes", "revises")
            if r in by_facet
        ):
            return True
        method, site = by_facet.get("method"), by_facet.get("site")
        if method is None or method.verdict not in ("stated", "wider"):
            return False
        if method.verdict == "wider" and not set(method.values) - INCIDENTAL:
            return False
        if site is None:
            return True
        here = self._where("method", method.values)
        there = self._where("site", site.values) | (
            self._where(STOMA_SITE, site.values) if on_stoma else set()
        )
        return bool(here & there) or (bool(there) and not set(method.values) <= INCIDENTAL)

    def _where(self, facet: str, values: tuple[str, ...]) -> set[int]:
        """Return the sentences that state something of a facet above, at or below some values."""
        key = (facet, values)
        if key not in self._places:
            told = [v for v in self._evidence.values(facet) if self._touches(values, v)]
            self._places[key] = self._evidence.sentences(facet, told)
        return self._places[key]

    def _nearest(self, facet: str) -> frozenset[str]:
        """Return what a note states of a facet, without what is above another of these values."""
        if facet not in self._lowest_told:
            self._lowest_told[facet] = frozenset(self._lowest(self._evidence.values(facet)))
        return self._lowest_told[facet]

    def depth(self, candidate: Candidate) -> int:
        """Return how narrow the sites are that a definition and the note both state."""
        sites = (f.values for f in candidate.facets if f.facet == "site" and f.verdict == "stated")
        return sum(len(self._h.above(value)) for values in sites for value in values)

    def _weighed_acts(self) -> list[tuple[str, str, float]]:
        """Return (facet, value, weight) of the acts that a note states; roles say their methods."""
        said = {m for r in _ROLES for m in _ROLE_METHODS.get(r, ()) if self._evidence.values(r)}
        acts = [(r, v, 3.0) for r in _ROLES for v in self._evidence.values(r)]
        methods = self._lowest(self._evidence.values("method") - said)
        acts += [("method", v, _LIGHT if v in INCIDENTAL else 2.0) for v in methods]
        for facet, weight in _BESIDES:
            acts += [(facet, v, weight) for v in self._lowest(self._evidence.values(facet))]
        return sorted(acts)

    def _lowest(self, values: frozenset[str]) -> list[str]:
        """Leave out values that others of them are kinds of."""
        return [v for v in values if not any(v != w and v in self._h.above(w) for w in values)]

    def _accounted(self, profile: Profile) -> float:
        """Return the share of the note's acts that the definition accounts for."""
        if not self._acts:
            return 0.0
        mine = self.accounts(profile)
        known = sum(w for facet, value, w in self._acts if (facet, value) in mine)
        return known / sum(w for _, _, w in self._acts)

    def accounts(self, profile: Profile) -> frozenset[tuple[str, str]]:
        """Return what of the note's acts, as (facet, value), a definition accounts for."""
        mine = {
            "method": profile.values("method") | profile.values("component"),
            **{facet: profile.values(facet) for facet, _ in _BESIDES},
            **{r: profile.values(r) for r in _ROLES},
        }
        mine["creates"] |= frozenset(profile.may_create)
        return frozenset((f, v) for f, v, _ in self._acts if self._touches(mine[f], v))


def _said_by_name(fit: FacetFit, named: Named) -> FacetFit:
    """Return the fit of a facet where a name of the code states all of its values."""
    if fit.verdict not in ("open", "wider") or not {(fit.facet, v) for v in fit.values} <= named.says:
        return fit
    return replace(fit, verdict="stated", words=tuple(sorted({*fit.words, *named.places})))


# What a note states beside its acts, and what a definition had better account for.
_BESIDES: Final = (("extent", 1.0), ("stoma_form", 0.5), ("device", 2.0), ("site", 1.0), ("join", 1.5))
_ON_STOMAS: Final = frozenset(
    f"method:{m}"
    for m in (
        "bypass",
        "stoma-creation",
        "stoma-closure",
        "stoma-revision",
        "insertion",
        "insertion-or-drainage",
    )
)
_ROLE_METHODS: Final = {
    "creates": ("method:bypass", "method:stoma-creation"),
    "closes": ("method:stoma-closure",),
    "revises": ("method:stoma-revision",),
}
