"""What the parts of a page are made from: a release, a code, a day, the code's description, and who said what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from codegraph import __version__
from codegraph.errors import InvalidCode, NotLoaded, UnknownCode
from codegraph.namespaces import CODE_PREFIXES
from codegraph.page.model import PACKAGED, Cell, SourceRef

if TYPE_CHECKING:
    from codegraph.describe import Description, Fact
    from codegraph.graph import CodeGraph
    from codegraph.procedure import Procedure
    from codegraph.views import Code

_T = TypeVar("_T")


@dataclass
class Asked:
    """One question for a page; answers of several parts are worked out once."""

    kg: CodeGraph
    code: Code
    on: date | None

    @cached_property
    def described(self) -> Description:
        """Return the description of the code."""
        return self.kg.describe(self.code)

    @cached_property
    def procedure(self) -> Procedure | None:
        """Return what the code denotes."""
        return self.described.procedure

    def facts(self, *names: str) -> list[Fact]:
        """Return the facts of these properties, in their order."""
        return [f for name in names for f in self.described.facts if f.property == name]

    def text(self, name: str) -> str:
        """Return the first value of a property as text, or an empty one."""
        return next((str(f.value) for f in self.facts(name)), "")

    def value(self, value: object) -> Cell:
        """Return a value as a cell: a facet value or code by its label, with its CURIE to go to."""
        if isinstance(value, bool):
            return Cell("yes" if value else "no")
        text = str(value)
        if text.startswith(("http://", "https://")):
            return Cell(text, url=text)
        label = self.described.labels.get(text)
        if text.partition(":")[0] in CODE_PREFIXES and label:
            return Cell(f"{text} {label}", target=text)
        return Cell(label, target=text) if label else Cell(text)

    def attempt(
        self, ask: Callable[..., _T], *arguments: object, **named: object
    ) -> tuple[_T | None, tuple[str, ...]]:
        """Ask about the page's day; return the answer, or None and why there is none (not loaded, not known)."""
        try:
            return ask(*arguments, on=self.on, **named), ()
        except (NotLoaded, UnknownCode, InvalidCode) as error:
            return None, (str(error),)

    def sources(self, *idents: str | None) -> tuple[SourceRef, ...]:
        """Return the releases of these idents, each once, sorted."""
        return tuple(self._source(ident) for ident in sorted({i for i in idents if i}))

    def _source(self, ident: str) -> SourceRef:
        found = self.kg.manifest.source(ident) or self.kg.manifest.figure(ident)
        if found is None:
            own = ident.startswith(PACKAGED)
            title = "packaged knowledge of codegraph" if own else "as stated in the packaged knowledge"
            return SourceRef(ident, title)
        days = [day for day in (found.effective_from, found.effective_to) if day]
        return SourceRef(ident, found.title, " to ".join(days), found.file)

    @property
    def packaged(self) -> str:
        """Return the ident of the packaged knowledge."""
        return f"{PACKAGED}{__version__}"

    def sources_of(self, facts: Iterable[Fact]) -> tuple[SourceRef, ...]:
        """Return the releases of facts; one without a release stands in the packaged knowledge."""
        return self.sources(*(fact.release or self.packaged for fact in facts))


def in_dollars(amount: object) -> str:
    """Return an amount with a dollar sign and thousands marked; an empty text for None."""
    return "" if amount is None else f"${amount:,}"
