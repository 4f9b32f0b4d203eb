"""An entry of a work log: the day, the code with its modifiers, the units, and a note."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from codegraph.billing.editions import as_day
from codegraph.billing.lines import Line, checked_modifiers, checked_units, parse_line
from codegraph.billing.price.factors import check_together
from codegraph.errors import InvalidValue

LONGEST_NOTE: Final = 2000
_KEPT_CONTROLS: Final = "\n\t"


@dataclass(frozen=True, slots=True)
class Entry:
    """A procedure done on a day; `id` is its number in the log, 0 until it is stored."""

    day: date
    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    note: str = ""
    id: int = 0

    @classmethod
    def make(
        cls,
        day: str | date,
        code: str,
        modifiers: Iterable[str] = (),
        units: object = None,
        note: str = "",
    ) -> Entry:
        """Return a checked entry; `code` may carry modifiers and units (`44388-53`, `44955x2`).

        Raises InvalidCode for what is no CPT or HCPCS Level II code, InvalidValue for a day, modifier, unit count
        or note that cannot be meant.
        """
        found = as_day(day)
        if found is None:
            raise InvalidValue("an entry needs its date of service, as YYYY-MM-DD")
        line = parse_line(code)
        if units is not None and line.units != 1:
            raise InvalidValue(f"{code!r} states its units already; leave the other {units!r} out")
        return cls(
            found,
            line.code,
            checked_modifiers((*line.modifiers, *modifiers), line.code),
            line.units if units is None else checked_units(units, line.code),
            checked_note(note),
        )

    @property
    def line(self) -> Line:
        """Return the code with its modifiers and units as a line of a claim."""
        return Line(self.code, self.modifiers, self.units)

    @property
    def key(self) -> str:
        """Return the code with its modifiers (`44388-53`)."""
        return self.line.key

    def __str__(self) -> str:
        return f"{self.day} {self.line}"


def doubts(entry: Entry, today: date) -> list[str]:
    """Return what is odd about an entry that can be kept all the same."""
    found = [f"{entry.day} is in the future"] if entry.day > today else []
    try:
        check_together(entry.modifiers)
    except InvalidValue as error:
        found.append(f"{error}; a report has no payment for it")
    return found


def checked_note(text: str) -> str:
    """Return a note without blanks around it and with plain line ends; raise InvalidValue for what no text has."""
    note = str(text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidValue(f"a note of {len(note)} characters; at most {LONGEST_NOTE} are kept")
    for mark in note:
        if unicodedata.category(mark) in ("Cc", "Cs") and mark not in _KEPT_CONTROLS:
            raise InvalidValue(f"the note has the control character U+{ord(mark):04X}; leave it out")
    return note
