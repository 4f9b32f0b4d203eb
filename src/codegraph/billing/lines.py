"""A code with its modifiers and units, as claims and people write it: `44388-53`, `44187-59-LT`, `44955x1`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from codegraph.codes import billing_system, is_code
from codegraph.errors import InvalidCode, InvalidValue

MOST_MODIFIERS: Final = 4
# A blank before `x2` means units; a hyphen means the modifier X2, which there is.
_WRITTEN: Final = re.compile(
    r"(?:(?:cpt|hcpcs):)?(?P<code>\w{5})(?P<modifiers>(?:(?:\s*-\s*|[\s,]+(?!x\s*-?\d))\w+?)*)"
    r"\s*,?\s*(?:x\s*(?P<units>-?\d+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A code as it is reported: modifiers sorted (their order means nothing), units of service, and what a claim adds.

    `day` is the date of service where it differs from the claim's, `place` the two digits of the place of service,
    `provider` who performed it, `diagnoses` the ICD-10-CM codes that the line points to, `number` its number in
    the claim, from 1 (0: not in a claim).
    """

    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    day: date | None = None
    place: str | None = None
    provider: str | None = None
    charge: Decimal | None = None
    diagnoses: tuple[str, ...] = ()
    number: int = 0

    @property
    def system(self) -> str:
        """Return `cpt` or `hcpcs`."""
        return "hcpcs" if self.code[0].isalpha() else "cpt"

    @property
    def curie(self) -> str:
        """Return `cpt:44388`."""
        return f"{self.system}:{self.code}"

    @property
    def key(self) -> str:
        """Return the code with its modifiers (`44388-53`)."""
        return "-".join((self.code, *self.modifiers))

    def __str__(self) -> str:
        return self.key if self.units == 1 else f"{self.key} x{self.units}"


def parse_line(text: object, **more: Any) -> Line:  # noqa: ANN401
    """Return a line as written: code, up to four modifiers behind hyphens or blanks, `x` and units.

    `more` are further fields of Line. Raises InvalidCode for what is no CPT or HCPCS Level II code, InvalidValue
    for impossible modifiers and for units below 1.

    >>> parse_line("44187-59-LT x2")
    Line(code='44187', modifiers=('59', 'LT'), units=2, day=None, place=None, provider=None, ...)
    """
    if isinstance(text, Line):
        return replace(text, **more) if more else text
    found = _WRITTEN.fullmatch(str(text).strip())
    if found is None:
        raise InvalidCode(
            f"{str(text)[:40]!r} is no line of a claim; write code, modifiers and units like 44187-59x2"
        )
    modifiers = re.findall(r"\w+", found["modifiers"])
    units = int(found["units"]) if found["units"] and len(found["units"]) < 10 else found["units"] or 1
    return make_line(found["code"], modifiers, units, **more)


def make_line(code: str, modifiers: Iterable[str] = (), units: object = 1, **more: Any) -> Line:  # noqa: ANN401
    """Return a line of parts, checked; see parse_line for what is raised."""
    code = str(code).strip().upper()
    if billing_system(code) is None:
        raise InvalidCode(
            f"{code[:40]!r} is no code of CPT or HCPCS Level II: those have five digits (44310), four digits and a "
            "letter (0075T), or a letter and four digits (G0105)"
        )
    return Line(code, checked_modifiers(modifiers, code), checked_units(units, code), **more)


def checked_modifiers(modifiers: Iterable[str], code: str = "") -> tuple[str, ...]:
    """Return modifiers sorted and upper case; raise InvalidValue for what none is, for five, and for one twice."""
    found = sorted(str(m).strip().upper().removeprefix("MODIFIER:") for m in modifiers)
    where = f" of {code}" if code else ""
    for modifier in found:
        if not is_code("modifier", modifier):
            raise InvalidValue(
                f"{modifier[:20]!r}{where} is no modifier: those have two digits or letters (59, LT)"
            )
    if len(found) > MOST_MODIFIERS:
        raise InvalidValue(f"{len(found)} modifiers{where}; a line has at most {MOST_MODIFIERS}")
    if twice := next((a for a, b in pairwise(found) if a == b), None):
        raise InvalidValue(f"modifier {twice}{where} stands there twice")
    return tuple(found)


def checked_units(units: object, code: str = "") -> int:
    """Return units of service, a whole number from 1; raise InvalidValue for any other."""
    where = f" of {code}" if code else ""
    if isinstance(units, bool) or not re.fullmatch(r"-?\d{1,9}", str(units)) or int(str(units)) < 1:
        raise InvalidValue(f"{str(units)[:20]!r} units{where}; a whole number from 1 is expected")
    return int(str(units))
