"""Claims as JSON: a document of FHIR, or JSON Lines, one claim a line, FHIR's or our own short form.

Our own form: `{"id": "A1", "on": "2024-08-01", "setting": "practitioner", "lines": ["44310", {"code": "44187",
"modifiers": ["59"], "units": 1}], "diagnoses": ["K50.012"], "prior": ["44310@2024-07-20"]}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import IO, Any, Final, TypeVar

from codegraph.billing.lines import Line, make_line, parse_line
from codegraph.claims import fhir
from codegraph.claims.model import Claim
from codegraph.claims.parts import (
    Unread,
    amount,
    assemble,
    diagnosis,
    ident,
    iso_day,
    place,
    refuse_too_many,
    setting_of,
)
from codegraph.errors import CodegraphError, InvalidValue

LONGEST_LINE: Final = 10_000_000
LONGEST_DOCUMENT: Final = 100_000_000
DEEPEST: Final = 64
_MARKS: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)
_CLAIM_FIELDS: Final = ("id", "on", "setting", "lines", "diagnoses", "prior")
_LINE_FIELDS: Final = ("code", "modifiers", "units", "day", "place", "provider", "charge", "diagnoses")

T = TypeVar("T")


def read_lines(stream: IO[bytes], name: str) -> Iterator[Claim | Unread]:
    """Yield the claim of each line of JSON Lines, in order; a line that cannot be read is yielded as Unread.

    Holds one line at a time; a line longer than 10 MB is passed over and reported.
    """
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        where = f"{name}, line {number}"
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
            yield Unread(where, f"longer than {LONGEST_LINE:,} bytes")
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield from read_text(line, where)


def read_text(text: bytes, where: str) -> Iterator[Claim | Unread]:
    """Yield the claims of one JSON text: a claim, a Bundle, or a list of claims."""
    try:
        value = parse(text)
    except InvalidValue as error:
        yield Unread(where, str(error))
        return
    if not isinstance(value, list):
        yield from _claims(value, where)
        return
    for number, part in enumerate(value, 1):
        yield from _claims(part, f"{where}, claim {number}")


def parse(text: bytes) -> object:
    """Return JSON as values, numbers with a fraction as Decimal; raise InvalidValue for what is none, or too deep."""
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidValue("not UTF-8") from None
    if _too_deep(decoded):
        raise InvalidValue(f"nested more than {DEEPEST} deep")
    try:
        return json.loads(decoded, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError) as error:
        said = error.msg if isinstance(error, json.JSONDecodeError) else "a number that is none"
        raise InvalidValue(f"no JSON: {said}") from None


def _no_number(text: str) -> object:
    raise ValueError(text)


def _too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for mark in _MARKS.finditer(text):
        depth += bool(mark[1]) - bool(mark[2])
        if depth > DEEPEST:
            return True
    return False


def _claims(value: object, where: str) -> Iterator[Claim | Unread]:
    if isinstance(value, dict) and "resourceType" not in value:
        yield _read(own_claim, value, where, ident(value.get("id")))
        return
    try:
        found = list(fhir.claims_in(value))
    except InvalidValue as error:
        yield Unread(where, str(error))
        return
    if not found:
        yield Unread(where, "a Bundle without a Claim")
    for entry, resource in found:
        at = where if entry is None else f"{where}, entry {entry}"
        yield _read(fhir.claim_of, resource, at, fhir.name_of(resource))


def _read(
    read: Callable[[dict[str, Any]], Claim], value: dict[str, Any], where: str, name: str
) -> Claim | Unread:
    try:
        return read(value)
    except CodegraphError as error:
        return Unread(where, str(error), name or None)


def own_claim(value: Mapping[str, Any]) -> Claim:
    """Return the claim of our own form; raise InvalidCode or InvalidValue, naming the line, for what it is not."""
    _refuse_unknown(value, _CLAIM_FIELDS, "a claim")
    lines = [
        _named(_line, line, f"line {number}", number)
        for number, line in enumerate(_listed(value, "lines"), 1)
    ]
    prior = [_named(_prior, line, f"prior {n}", 0) for n, line in enumerate(_listed(value, "prior"), 1)]
    return assemble(
        ident(value.get("id")),
        lines,
        setting=setting_of(value.get("setting", "practitioner")),
        on=iso_day(value["on"]) if value.get("on") is not None else None,
        diagnoses=_diagnoses(value),
        prior=prior,
    )


def _refuse_unknown(value: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    if unknown := sorted(map(ascii, value.keys() - set(known))):
        raise InvalidValue(f"unknown field {unknown[0][:40]} of {what}", candidates=known)


def _listed(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise InvalidValue(f"{name} is a list")
    refuse_too_many(len(found))
    return found


def _diagnoses(value: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for text in _listed(value, "diagnoses"):
        code = diagnosis(text)
        if code is None:
            raise InvalidValue(f"{str(text)[:12]!r} is no ICD-10-CM code; they are written like K50.012")
        found.append(code)
    return tuple(found)


def _named(read: Callable[[Any, int], Line], value: object, where: str, number: int) -> Line:
    try:
        return read(value, number)
    except CodegraphError as error:
        candidates = getattr(error, "candidates", ())
        raise InvalidValue(f"{where}: {error}", candidates=candidates) from None


def _line(value: object, number: int) -> Line:
    if isinstance(value, str):
        return parse_line(value, number=number)
    if not isinstance(value, dict):
        raise InvalidValue("a line is a text (44187-59x2) or an object with a code")
    _refuse_unknown(value, _LINE_FIELDS, "a line")
    return make_line(
        value.get("code", ""),
        [str(m) for m in _listed(value, "modifiers")],
        value.get("units", 1),
        day=iso_day(value["day"]) if value.get("day") is not None else None,
        place=_part(value, "place", place, "two digits (22)"),
        provider=_part(value, "provider", ident, "a number, without blanks"),
        charge=_part(value, "charge", amount, "an amount in dollars"),
        diagnoses=_diagnoses(value),
        number=number,
    )


def _part(value: Mapping[str, Any], name: str, read: Callable[[object], T | None], written: str) -> T | None:
    """Return an optional part of a line; raise InvalidValue where it stands there and is none."""
    if value.get(name) is None:
        return None
    found = read(value[name])
    if found is None or found == "":
        raise InvalidValue(f"its {name} is {written}")
    return found


def _prior(value: object, number: int) -> Line:
    """Return a line of an earlier claim: `44310@2024-07-20`, or an object with a day."""
    if isinstance(value, str):
        text, _, day = value.partition("@")
        return parse_line(text, day=iso_day(day), number=number)
    line = _line(value, number)
    if line.day is None:
        raise InvalidValue("a prior line has its day, like 44310@2024-07-20")
    return line
