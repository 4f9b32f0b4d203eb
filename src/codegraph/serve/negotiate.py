"""Content negotiation: which of the offered media types an Accept header asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_QUALITY: Final = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$")


@dataclass(frozen=True, slots=True)
class Offer:
    """A media type that can be sent: its short name, its Content-Type, and other names that clients ask by."""

    name: str
    content_type: str
    also: tuple[str, ...] = ()


ROWS: Final = (
    Offer("json", "application/sparql-results+json", ("application/json",)),
    Offer("xml", "application/sparql-results+xml", ("application/xml", "text/xml")),
    Offer("csv", "text/csv; charset=utf-8; header=present"),
    Offer("tsv", "text/tab-separated-values; charset=utf-8"),
)
BOOLEAN: Final = ROWS[:2]
GRAPH: Final = (
    Offer("turtle", "text/turtle; charset=utf-8", ("application/x-turtle",)),
    Offer("ntriples", "application/n-triples"),
    Offer("rdfxml", "application/rdf+xml", ("application/xml", "text/xml")),
    Offer("jsonld", "application/ld+json", ("application/json",)),
)
HTML: Final = Offer("html", "text/html; charset=utf-8", ("application/xhtml+xml",))
PROBLEM: Final = Offer("problem", "application/problem+json", ("application/json",))


def choose(accept: str | None, offers: Sequence[Offer]) -> Offer | None:
    """Return the offer that an Accept header likes best, the first of equals; without a header the first.

    >>> choose("text/csv;q=0.5, application/json", ROWS).name
    'json'

    None where the header refuses them all. Of equal qualities the range that names the type goes before `*/*`.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = dict(_ranges(accept))
    ranked = [(_standing(offer, ranges), -number) for number, offer in enumerate(offers)]
    (quality, _), number = max(ranked)
    return offers[-number] if quality > 0 else None


def prefers_html(accept: str | None, offers: Sequence[Offer]) -> bool:
    """Tell whether a browser asks: HTML is liked better than any of the offers."""
    return bool(accept) and choose(accept, (*offers, HTML)) is HTML


def _standing(offer: Offer, ranges: dict[str, float]) -> tuple[float, int]:
    """Return (quality, how closely the range names it) of an offer."""
    name = offer.content_type.partition(";")[0]
    by_name = [(ranges[n], 3) for n in (name, *offer.also) if n in ranges]
    if by_name:
        return max(by_name)
    for closeness, pattern in ((2, f"{name.partition('/')[0]}/*"), (1, "*/*")):
        if pattern in ranges:
            return ranges[pattern], closeness
    return 0.0, 0


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Yield (media range, quality); a range whose quality is malformed is passed over."""
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        found = [p.partition("=")[2].strip() for p in parameters if p.partition("=")[0].strip() == "q"]
        quality = found[0] if found else "1"
        if name and _QUALITY.match(quality):
            yield name, float(quality)
