"""Whether a modifier may stand on a code, from the loaded tables, in the words of the packaged knowledge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.billing.editions import PFS
from codegraph.billing.modifiers.circumstances import CIRCUMSTANCES
from codegraph.billing.modifiers.facts import Facts, Verdict
from codegraph.billing.modifiers.indicators import INDICATORS, by_indicator
from codegraph.billing.modifiers.model import ModifierRule
from codegraph.billing.modifiers.packages import PACKAGES
from codegraph.namespaces import CODE_PREFIXES

if TYPE_CHECKING:
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease

RULES: Final[dict[str, Callable[[Facts, str], Verdict]]] = {
    **dict.fromkeys(INDICATORS, by_indicator),
    **PACKAGES,
    **CIRCUMSTANCES,
}
COMPONENTS: Final = ("26", "53", "TC")
_KEPT: Final = 1 << 15
_LABEL: Final = "SELECT label FROM code WHERE system = 'modifier' AND notation = ?"


class Said(NamedTuple):
    """What the knowledge says of a modifier: label, effects on payment, when to use it."""

    label: str
    payment: tuple[str, ...]
    when: tuple[str, ...]


class RuleBook:
    """The rules of modifiers over one release; answers are kept, since a published release never changes."""

    def __init__(self, kg: OpenedRelease) -> None:
        self._kg = kg
        self.judge = lru_cache(maxsize=_KEPT)(self.judge_anew)
        self._facts = lru_cache(maxsize=1024)(self._facts_of)
        self._label = lru_cache(maxsize=1024)(self._label_of)

    def _facts_of(self, code: str, day: date | None, nearest: bool, component: str) -> Facts:
        return Facts(self._kg, code, day, nearest=nearest, component=component)

    def judge_anew(
        self, code: str, modifier: str, day: date | None, nearest: bool = False, component: str = ""
    ) -> ModifierRule:
        """Return the rule of a modifier on a code without the knowledge's words; `judge` keeps its answers.

        `component`: see Facts.
        """
        rule = RULES.get(modifier)
        if rule is None:
            return ModifierRule(
                modifier, self._label(modifier), None, "codegraph has no rule for this modifier"
            )
        facts = self._facts(code, day, nearest, component)
        said = rule(facts, modifier)
        reason = said.reason + facts.stretched(said.evidence)
        return ModifierRule(
            modifier,
            self._label(modifier),
            said.applies,
            reason,
            said.condition if said.applies else None,
            rate=said.rate if said.applies else None,
            evidence=said.evidence,
            loaded=said.loaded,
        )

    def verdict(
        self, code: str, modifier: str, day: date | None, nearest: bool = False, component: str = ""
    ) -> Verdict | None:
        """Return what the rule of a modifier says of a code and nothing about the release; None: there is no rule."""
        rule = RULES.get(modifier)
        return None if rule is None else rule(self._facts(code, day, nearest, component), modifier)

    def explained(self, rule: ModifierRule) -> ModifierRule:
        """Return a rule with what the knowledge says of the modifier."""
        said = self.said.get(rule.modifier)
        if said is None:
            return rule
        return ModifierRule(
            rule.modifier,
            said.label,
            rule.applies,
            rule.reason,
            rule.condition,
            said.payment,
            said.when,
            rule.rate,
            rule.evidence,
            rule.loaded,
        )

    def _label_of(self, modifier: str) -> str:
        row = self._kg.tables.row(_LABEL, (modifier,))
        return str(row[0]) if row and row[0] else ""

    @cached_property
    def said(self) -> dict[str, Said]:
        """Return what the knowledge says, by modifier."""
        store, prefix = self._kg.store, CODE_PREFIXES["modifier"]
        known = [
            iri for iri in store.subjects("rdf:type", "cg:Modifier") if store.objects(iri, "cg:whenToUse")
        ]
        return {
            iri.removeprefix(prefix): Said(
                str(store.object(iri, "skos:prefLabel") or ""),
                tuple(map(str, store.objects(iri, "cg:paymentEffect"))),
                tuple(map(str, store.objects(iri, "cg:whenToUse"))),
            )
            for iri in known
        }


def rule(
    kg: OpenedRelease, line: Line | str, modifier: str, day: date | None = None, nearest: bool = False
) -> ModifierRule:
    """Return whether one modifier may stand on a code (a line or the code itself), and why; nothing is raised.

    `applies` is None with `loaded` False where the table that decides it is not loaded for the day.
    """
    book = kg._rules_of_modifiers
    if isinstance(line, str):
        return book.explained(book.judge(line, modifier, day, nearest))
    component = next((m for m in line.modifiers if m in COMPONENTS and m != modifier), "")
    return book.explained(book.judge(line.code, modifier, day, nearest, component))


def modifiers(
    kg: OpenedRelease, line: Line, day: date | None = None, *, nearest: bool = False
) -> tuple[ModifierRule, ...]:
    """Return the rule of every modifier that the package explains for a code, sorted by modifier.

    Raises NotLoaded where no fee schedule covers the day, UnknownCode for a code that no loaded source holds.
    Single rules whose own table is not loaded for the day say so (`loaded` False).
    """
    edition = kg._editions.on(PFS, day, nearest=nearest)
    if not kg._figures.fees(edition.release, line.code):
        known = kg.tables.row(
            "SELECT 1 FROM code WHERE notation = ? AND system = ?", (line.code, line.system)
        )
        if known is None:
            from codegraph.codes import CodeRef

            raise kg._unknown(line.code, [CodeRef(line.system, line.code)])
    return tuple(rule(kg, line, modifier, day, nearest) for modifier in sorted(RULES))
