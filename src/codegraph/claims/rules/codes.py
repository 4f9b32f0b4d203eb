"""Whether a code is known and valid on the day: by the fee schedule, Addendum B, or the dates of HCPCS Level II."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from codegraph.billing.editions import ADDENDUM_B, PFS, Edition
from codegraph.billing.evidence import Evidence
from codegraph.billing.lines import Line
from codegraph.claims.model import Finding, Severity
from codegraph.claims.rules.ground import CodeFacts, Ground
from codegraph.codes import CodeRef

_RULE: Final = "code"


def valid_code(ground: Ground, facts: CodeFacts, line: Line, day: date | None) -> Iterator[Finding]:
    """Yield a finding where a code is unknown, or no code of the day; what is not loaded for the day says nothing."""
    if facts.row is None and not facts.fee and not facts.opps:
        yield from _unknown(ground, facts, line)
    elif found := _dated(ground, facts, line, day):
        yield found
    elif ground.practitioner and not facts.fee:
        yield from _not_in_schedule(ground, facts, line, day)
    elif not ground.practitioner and not facts.opps:
        yield from _not_in_addendum(ground, facts, line)


def _unknown(ground: Ground, facts: CodeFacts, line: Line) -> Iterator[Finding]:
    source = PFS if ground.practitioner else ADDENDUM_B
    if not any(e.whole for e in ground.kg._editions.of(source)):
        return  # an excerpt knows too few codes to say that there is none
    near = [str(ref) for ref in ground.kg._near(CodeRef(facts.system, facts.code))]
    edition = ground.editions.get(source)
    whole = edition is not None and edition.whole and not ground.near(source)
    severity: Severity = "deny" if whole else "review"
    message = f"{facts.code} is in no list of codes that is loaded{ground.near(source)}"
    resolution = f"Codes written alike: {', '.join(near)}." if near else None
    evidence = ground.evidence("code", source, ("code", "(no row)")) if edition is not None else ()
    yield Finding(line.number, _RULE, severity, message, evidence, resolution)


def _dated(ground: Ground, facts: CodeFacts, line: Line, day: date | None) -> Finding | None:
    """Judge by the newest dated HCPCS list, unless a price list of the day has the code: then it was reinstated."""
    priced = facts.fee if ground.practitioner else facts.opps
    if not facts.listed or (priced and not ground.near(PFS if ground.practitioner else ADDENDUM_B)):
        return None
    release, added, last = facts.listed[-1]
    today = day.isoformat() if day else ""
    if last and (not today or today > last):
        message = f"{facts.code} ended on {last}"
    elif added and today and today < added:
        message = f"{facts.code} was added on {added}, after the date of service"
    else:
        return None
    row = Evidence(
        "hcpcs",
        ground.figures.provenance(release),
        (("notation", facts.code), ("added", added), ("terminated", last)),
        date.fromisoformat(added) if added else None,
        date.fromisoformat(last) if last else None,
    )
    return Finding(line.number, _RULE, "deny", message, (row,), "Report the code that was valid on the day.")


def _not_in_schedule(ground: Ground, facts: CodeFacts, line: Line, day: date | None) -> Iterator[Finding]:
    """Judge a CPT code that the fee schedule of the day lacks: other editions, or newer lists, tell more."""
    if facts.system != "cpt":
        yield from _retired_of_hcpcs(ground, facts, line, day)
        return
    edition = ground.editions.get(PFS)
    if edition is None:
        yield from _retired_since(ground, facts, line, day)
        return
    if not edition.whole:
        return
    holders = [
        e for e in ground.kg._editions.of(PFS) if e.whole and ground.figures.fees(e.release, facts.code)
    ]
    retired = facts.row is not None and facts.row[1] == "retired"
    if not holders and not retired:
        return
    message = f"{facts.code} is not in the fee schedule of the day ({edition.release})"
    if holders:
        message += f"; {_beside(holders, edition)}"
    elif facts.row is not None and facts.row[3]:
        message += f", only in older lists ({facts.row[3]})"
    severity: Severity = "review" if ground.near(PFS) else "deny"
    evidence = ground.evidence("pfs", PFS, ("code", "(no row)"))
    yield Finding(
        line.number,
        _RULE,
        severity,
        message + ground.near(PFS),
        evidence,
        "Report the code that was valid on the day.",
    )


def _retired_of_hcpcs(ground: Ground, facts: CodeFacts, line: Line, day: date | None) -> Iterator[Finding]:
    """Judge a code of HCPCS Level II that the loaded lists call retired without saying since when."""
    source = ground.kg.manifest.source(str(facts.row[3])) if facts.row and facts.row[1] == "retired" else None
    if source is None or not source.effective_from or (day and day.isoformat() < source.effective_from):
        return
    evidence = (
        ground.figures.evidence("code", source.release, ("notation", facts.code), ("status", "retired")),
    )
    message = f"{facts.code} is retired; the loaded lists do not say since when"
    yield Finding(line.number, _RULE, "review", message, evidence, "Look whether it was valid on the day.")


def _beside(holders: list[Edition], edition: Edition) -> str:
    earlier = [e for e in holders if (e.first or date.min) < (edition.first or date.min)]
    return f"the one of {earlier[-1].release} had it" if earlier else f"that of {holders[0].release} has it"


def _retired_since(ground: Ground, facts: CodeFacts, line: Line, day: date | None) -> Iterator[Finding]:
    """Judge a retired code on a day after the newest list: it was gone before."""
    newest = ground.kg._editions.of(PFS)
    if facts.row is None or facts.row[1] != "retired" or not newest or day is None:
        return
    edition = newest[-1]
    if edition.first is not None and day >= edition.first:
        evidence = (ground.figures.evidence("pfs", edition.release, ("code", "(no row)")),)
        message = f"{facts.code} is retired: the fee schedule of {edition.release} no longer has it"
        yield Finding(
            line.number, _RULE, "deny", message, evidence, "Report the code that was valid on the day."
        )


def _not_in_addendum(ground: Ground, facts: CodeFacts, line: Line) -> Iterator[Finding]:
    edition = ground.editions.get(ADDENDUM_B)
    if edition is None or not edition.whole:
        return
    message = (
        f"{facts.code} is not in OPPS Addendum B of the day ({edition.release}){ground.near(ADDENDUM_B)}"
    )
    evidence = ground.evidence("opps", ADDENDUM_B, ("code", "(no row)"))
    yield Finding(
        line.number,
        _RULE,
        "review",
        message,
        evidence,
        "Look whether the code was valid on the day for a hospital.",
    )
