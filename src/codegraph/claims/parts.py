"""What the readers of claims share: what could not be read, and dates, units, diagnoses, amounts as values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from codegraph.billing.lines import Line, make_line
from codegraph.claims.model import SETTINGS, Claim
from codegraph.codes import normalise
from codegraph.errors import InvalidCode, InvalidValue

MOST_UNITS: Final = 10**9
MOST_LINES: Final = 10_000
_SHOWN: Final = 12
# A place, provider or claim number is kept only where it is written like one: what is not may be anything.
_IDENT: Final = re.compile(r"[\w./:#-]{1,120}", re.ASCII)
_AMOUNT: Final = re.compile(r"-?(?:[0-9]{1,15}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})")
_ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T[0-9:.+Z-]*)?")
_X12_DAY: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a file of claims that could not be read: where it stands, why, and of which claim where that is known.

    `where` names the file and its line (`claims.jsonl, line 3`), segments (`claims.edi, segments 12–40`) or entry
    (`bundle.json, entry 2`). Neither it nor `reason` holds a name of a person or a member number.
    """

    where: str
    reason: str
    claim: str | None = None

    def __str__(self) -> str:
        of = "" if self.claim is None else f", claim {self.claim}"
        return f"{self.where}{of}: {self.reason}"


def ident(text: object) -> str:
    """Return a claim's or provider's number as it stands, or empty where it is not written like one."""
    found = str(text).strip() if isinstance(text, str | int) and not isinstance(text, bool) else ""
    return found if _IDENT.fullmatch(found) else ""


def place(text: object) -> str | None:
    """Return a place of service of two digits, None for what is none."""
    return text if isinstance(text, str) and re.fullmatch(r"[0-9]{2}", text) else None


def amount(text: object) -> Decimal | None:
    """Return an amount in dollars, None for what is none (an exponent, NaN, a text)."""
    found = str(text) if isinstance(text, str | int | Decimal) and not isinstance(text, bool) else ""
    return Decimal(found) if _AMOUNT.fullmatch(found) else None


def _day(pattern: re.Pattern[str], text: object, written: str) -> date:
    found = pattern.fullmatch(text) if isinstance(text, str) else None
    try:
        if found:
            return date(*map(int, found.groups()[:3]))
    except ValueError:
        pass
    raise InvalidValue(f"{str(text)[:20]!r} is no day; it is written {written}")


def iso_day(text: object) -> date:
    """Return the day of `2024-08-01`, also with a time behind it; raise InvalidValue for any other text."""
    return _day(_ISO_DAY, text, "YYYY-MM-DD")


def x12_day(text: object) -> date:
    """Return the day of `20240801`; raise InvalidValue for any other text."""
    return _day(_X12_DAY, text, "CCYYMMDD")


def whole_units(value: Decimal | None, line: str, notes: list[str]) -> int:
    """Return units of service, a fraction rounded up and noted; raise InvalidValue for what is not above 0."""
    if value is None or not 0 < value < MOST_UNITS:
        raise InvalidValue(f"{line}: units of service are a number above 0 and below a billion")
    whole = int(value.to_integral_value(rounding=ROUND_CEILING))
    if whole != value:
        notes.append(f"{line}: a fraction of a unit counts as a whole one ({whole} units)")
    return whole


def diagnosis(text: object) -> str | None:
    """Return an ICD-10-CM code with its dot, whether it was written with one or not; None for what is none."""
    return normalise("icd10cm", text) if isinstance(text, str) and len(text) <= 12 else None


def setting_of(text: object) -> str:
    """Return a setting of claims; raise InvalidValue, naming both, for any other."""
    if text not in SETTINGS:
        raise InvalidValue(f"{str(text)[:20]!r} is no setting of claims", candidates=SETTINGS)
    return str(text)


def refuse_too_many(lines: int) -> None:
    """Raise InvalidValue for more lines than any claim has."""
    if lines > MOST_LINES:
        raise InvalidValue(f"more than {MOST_LINES:,} lines")


def line_of(where: str, code: str, modifiers: Iterable[str], units: int, **more: Any) -> Line:  # noqa: ANN401
    """Return a line of parts; raise InvalidCode or InvalidValue, naming the line and the start of the wrong part."""
    try:
        return make_line(code[:_SHOWN], [m[:_SHOWN] for m in modifiers], units, **more)
    except (InvalidCode, InvalidValue) as error:
        raise type(error)(f"{where}: {error}") from None


def assemble(
    name: str,
    lines: Sequence[Line],
    *,
    setting: str,
    on: date | None = None,
    diagnoses: Iterable[str] = (),
    prior: Sequence[Line] = (),
    notes: Iterable[str] = (),
) -> Claim:
    """Return a claim: `on` is its own date or the earliest of its lines, `day` of a line only where it differs.

    A line without a date takes the claim's own. Raises InvalidValue for a claim without lines.
    """
    if not lines:
        raise InvalidValue("no line with a procedure code")
    days = [d for line in lines if (d := line.day or on) is not None]
    first = min(days, default=None)
    dated = [replace(line, day=None if (line.day or on) == first else line.day or on) for line in lines]
    return Claim(
        tuple(dated), first, setting, tuple(prior), tuple(dict.fromkeys(diagnoses)), name, tuple(notes)
    )
