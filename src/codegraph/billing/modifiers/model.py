"""What the rules say of a modifier on a code, and of a code that a modifier applies to."""

from __future__ import annotations

from dataclasses import dataclass

from codegraph.billing.evidence import Evidence


@dataclass(frozen=True, slots=True)
class ModifierRule:
    """Whether a modifier may stand on a code, why, what it does to payment and when it is used.

    `applies` is None where no loaded row decides it: it depends on circumstances that the code does not tell, or the
    table that would tell is not loaded for the date (`loaded` is then False). Where it applies, `condition` names
    what else must be true (None: nothing that is not in its definition). `payment` is its effect under Medicare;
    `rate` is the part of the fee that is paid (`1.5`, `0.16`) where one number says it.
    """

    modifier: str
    label: str
    applies: bool | None
    reason: str
    condition: str | None = None
    payment: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    rate: str | None = None
    evidence: tuple[Evidence, ...] = ()
    loaded: bool = True

    @property
    def answer(self) -> str:
        """Return yes, no, depends or not loaded."""
        if self.applies is None:
            return "depends" if self.loaded else "not loaded"
        return "yes" if self.applies else "no"

    def __str__(self) -> str:
        condition = f" (if: {self.condition})" if self.condition else ""
        return f"{self.modifier} {self.answer}: {self.reason}{condition}"


@dataclass(frozen=True, slots=True)
class ModifierUse:
    """A code that a modifier applies to, and the published cell that says so; `condition` as in ModifierRule."""

    code: str
    modifier: str
    reason: str
    condition: str | None = None
    evidence: tuple[Evidence, ...] = ()

    def __str__(self) -> str:
        return f"{self.code}-{self.modifier}: {self.reason}"
