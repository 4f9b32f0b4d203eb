"""What the county list of CMS (LOCCO) says: which counties a locality has, and which it has by exception."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from codegraph.billing.figures import LocalityCounties

# The postal abbreviations of the states and other places that the fee schedule has localities for.
_STATES: Final = """
AL ALABAMA|AK ALASKA|AZ ARIZONA|AR ARKANSAS|CA CALIFORNIA|CO COLORADO|CT CONNECTICUT|DE DELAWARE|
DC DISTRICT OF COLUMBIA|FL FLORIDA|GA GEORGIA|HI HAWAII|ID IDAHO|IL ILLINOIS|IN INDIANA|IA IOWA|KS KANSAS|
KY KENTUCKY|LA LOUISIANA|ME MAINE|MD MARYLAND|MA MASSACHUSETTS|MI MICHIGAN|MN MINNESOTA|MS MISSISSIPPI|
MO MISSOURI|MT MONTANA|NE NEBRASKA|NV NEVADA|NH NEW HAMPSHIRE|NJ NEW JERSEY|NM NEW MEXICO|NY NEW YORK|
NC NORTH CAROLINA|ND NORTH DAKOTA|OH OHIO|OK OKLAHOMA|OR OREGON|PA PENNSYLVANIA|RI RHODE ISLAND|
SC SOUTH CAROLINA|SD SOUTH DAKOTA|TN TENNESSEE|TX TEXAS|UT UTAH|VT VERMONT|VA VIRGINIA|WA WASHINGTON|
WV WEST VIRGINIA|WI WISCONSIN|WY WYOMING|PR PUERTO RICO|VI VIRGIN ISLANDS|GU GUAM
"""
STATES: Final[dict[str, str]] = {
    entry.strip()[:2]: entry.strip()[3:] for entry in _STATES.replace("\n", "").split("|")
}
ABBREVIATIONS: Final[dict[str, str]] = {
    **{name: short for short, name in STATES.items()},
    **{short: short for short in STATES},
    "WASHINGTON DC": "DC",
    "US VIRGIN ISLANDS": "VI",
}
_WHOLE: Final = re.compile(r"ALL (?P<other>OTHER )?COUNT(?:IES|Y EQUIVALENTS)(?:,? EXCEPT (?P<but>.*))?")
_ELSEWHERE: Final = re.compile(r"(?P<names>.*) IN (?P<state>[A-Z ]+)")


@dataclass(frozen=True, slots=True)
class County:
    """A county that the list names: in which state, its name as printed, and the locality that it lies in."""

    state: str
    name: str
    place: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Remainder:
    """A locality that the list gives counties without naming them: `but` are those that it leaves out."""

    state: str
    place: tuple[str, str]
    text: str
    but: frozenset[str]


def words(text: str) -> list[str]:
    """Return the words of a text in capitals: points and apostrophes dropped, other signs taken for blanks.

    >>> words("East St. Louis (Prince George's)")
    ['EAST', 'ST', 'LOUIS', 'PRINCE', 'GEORGES']
    """
    return re.findall(r"[A-Z0-9]+", re.sub(r"[.'’]", "", text.upper().replace("SAINT ", "ST ")))


@cache
def squeezed(name: str) -> str:
    """Return a county's name to compare by: no blanks, no word for `county` behind it.

    >>> squeezed("De Kalb County") == squeezed("DEKALB")
    True
    """
    return "".join(w for w in words(name) if w not in ("COUNTY", "CNTY", "COUNTIES", "CNTYS"))


def state_of(row: LocalityCounties) -> str:
    """Return the abbreviation of the state that a row of the list names (`HAWAII/GUAM`: HI)."""
    return ABBREVIATIONS.get(" ".join(words(row.state.partition("/")[0])), "")


def split_names(text: str) -> list[str]:
    """Return the names in a list with slashes, commas and `AND`.

    >>> split_names("MIDDLESEX, NORFOLK AND SUFFOLK")
    ['MIDDLESEX', 'NORFOLK', 'SUFFOLK']
    """
    parts = re.split(r"\s*(?:[/,]|\bAND\b)\s*", text)
    return [re.sub(r"\s+CNTYS?$", "", part).strip() for part in parts if part.strip()]


def read_counties(rows: Iterable[LocalityCounties]) -> Iterator[County | Remainder]:
    """Yield every county that the rows name, and the localities that have all counties or all others."""
    for row in rows:
        place, state = (row.carrier, row.locality), state_of(row)
        for text in row.counties.upper().split(";"):
            whole = _WHOLE.fullmatch(text.strip())
            if whole:
                but = frozenset(map(squeezed, split_names(whole["but"] or "")))
                yield Remainder(state, place, text.strip(), but)
                continue
            other = _ELSEWHERE.fullmatch(text.strip())
            where = ABBREVIATIONS.get(other["state"], "") if other else state
            yield from (County(where, name, place) for name in split_names(other["names"] if other else text))
