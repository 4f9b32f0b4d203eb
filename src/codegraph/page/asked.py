"""What the parts of a page are made from: a release, a code, a day, the code's description, and who said what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from codegraph import __version__
from codegraph.describe import labels
from codegraph.errors import InvalidCode, NotLoaded, UnknownCode
from codegraph.namespaces import CODE_PREFIXES, RELEASE
from codegraph.page.model import PACKAGED, Cell, SourceRef

if TYPE_CHECKING:
    from codegraph.describe import Description, Fact
    from codegraph.graph import CodeGraph
    from codegraph.procedure import Procedure
    from codegraph.views import Code

_T = TypeVar("_T")


class Tried(NamedTuple, Generic[_T]):
    """An answer, or why there is none: `missing` is what is not loaded, `absent` what loaded sources do not have."""

    found: _T | None
    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass
class Asked:
    """One question for a page; answers of several parts are worked out once."""

    kg: CodeGraph
    code: Code
    on: date | None
    _tried: dict[object, Any] = field(default_factory=dict)

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

    def attempt(self, ask: Callable[..., _T], *arguments: object, **named: object) -> Tried[_T]:
        """Ask about the page's day, once for all parts of the page that need the answer."""
        key = (ask.__name__, arguments, tuple(sorted(named.items())))
        if key not in self._tried:
            self._tried[key] = self._try(ask, *arguments, **named)
        tried: Tried[_T] = self._tried[key]
        return tried

    def _try(self, ask: Callable[..., _T], *arguments: object, **named: object) -> Tried[_T]:
        try:
            return Tried(ask(*arguments, on=self.on, **named))
        except NotLoaded as error:
            return Tried(None, (str(error),))
        except (UnknownCode, InvalidCode) as error:
            return Tried(None, (), (str(error),))

    def edition(self, source: str) -> str:
        """Return the release of a source that answers for the page's day, or an empty text."""
        try:
            return self.kg._editions.on(source, self.on).release
        except NotLoaded:
            return ""

    def labelled(self, curies: Iterable[str]) -> dict[str, str]:
        """Return the labels of codes and terms, as far as they have one."""
        return labels(self.kg.tables, curies)

    def who(self, source: str | None) -> Cell:
        """Return who says something as a cell: an address or a release to go to, or plain words."""
        text = source or ""
        if text.startswith(RELEASE):
            ident = text.removeprefix(RELEASE)
            return Cell(str(self._source(ident)))
        return Cell(text, url=text if text.startswith("http") else "")

    def sources(self, *idents: str | None) -> tuple[SourceRef, ...]:
        """Return the releases of these idents, each once, sorted."""
        return tuple(self._source(ident) for ident in sorted({i for i in idents if i}))

    def _source(self, ident: str) -> SourceRef:
        found = self.kg.manifest.source(ident) or self.kg.manifest.figure(ident)
        if found is None:
            own = ident.startswith(PACKAGED)
            title = "packaged knowledge of codegraph" if own else "as stated in the packaged knowledge"
            return SourceRef(ident, title)
        return SourceRef(ident, found.title, _days(found.effective_from, found.effective_to), found.file)

    @property
    def packaged(self) -> str:
        """Return the ident of the packaged knowledge."""
        return f"{PACKAGED}{__version__}"

    def sources_of(self, facts: Iterable[Fact]) -> tuple[SourceRef, ...]:
        """Return the releases of facts; one without a release stands in the packaged knowledge."""
        return self.sources(*(fact.release or self.packaged for fact in facts))


def _days(first: str | None, last: str | None) -> str:
    if first and last:
        return f"{first} to {last}"
    return f"from {first}" if first else f"to {last}" if last else ""


def curie_of(notation: str) -> str:
    """Return the CURIE of a code that is billed by Medicare: one that begins with a letter is of HCPCS Level II."""
    return f"{'hcpcs' if notation[0].isalpha() else 'cpt'}:{notation}"


# Words of localities that stay as CMS writes them.
_UPPER: Final = frozenset(("DC", "MD", "VA", "NJ", "NYC", "N"))
_LOWER: Final = frozenset(("OF",))
_WORD: Final = re.compile(r"[A-Z]+")


@cache
def place_name(name: str) -> str:
    """Return a locality's name, which CMS writes in capitals, as names are written.

    >>> place_name("REST OF CALIFORNIA"), place_name("DC + MD/VA SUBURBS")
    ('Rest of California', 'DC + MD/VA Suburbs')
    """

    def written(found: re.Match[str]) -> str:
        word = found[0]
        return word if word in _UPPER else word.lower() if word in _LOWER else word.capitalize()

    return _WORD.sub(written, name) if name.isupper() else name


def in_dollars(amount: object) -> str:
    """Return an amount with a dollar sign and thousands marked; an empty text for None."""
    return "" if amount is None else f"${amount:,}"
