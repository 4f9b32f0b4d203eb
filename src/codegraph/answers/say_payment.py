"""Sentences about money: the fee schedule's price and figures, rank among peers, hospital outpatient payment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from codegraph.answers import grounds
from codegraph.answers.model import Ground, Sentence
from codegraph.answers.say_codes import bare, call, ended
from codegraph.errors import NotLoaded, UnknownCode

if TYPE_CHECKING:
    from decimal import Decimal

    from codegraph.answers.understand import Asked
    from codegraph.billing.price.model import Price
    from codegraph.describe import Entry
    from codegraph.graph import CodeGraph

_WORDS: Final = {"facility": "in a facility", "nonfacility": "in an office (non-facility)"}
_SETTINGS: Final = ("facility", "nonfacility")
_NATION: Final = frozenset({"national", "nationally", "nationwide"})
_ENTRY: Final = "cg:FeeScheduleEntry"
_STATUS: Final = "cg:statusIndicator"
_GLOBAL: Final = "cg:globalPeriod"


def price(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what the physician fee schedule pays, in the setting asked for or in both.

    Where a place is named and the nation too (`in Manhattan vs nationally`), for both.
    """
    nation = asked.place is not None and not _NATION.isdisjoint(asked.words)
    places = (asked.place, None) if nation else (asked.place,)
    settings = (asked.setting,) if asked.setting else _SETTINGS
    said = [
        sentence
        for line in asked.lines
        for setting in settings
        for place in places
        for sentence in _price_at(kg, asked, line, setting, place)
    ]
    return list({s.text: s for s in said}.values())


def _price_at(kg: CodeGraph, asked: Asked, line: str, setting: str, place: str | None) -> Iterator[Sentence]:
    found = kg.price(line, locality=place, setting=setting, on=asked.day)
    how = call("price", line, locality=place, setting=setting, on=asked.day)
    yield Sentence(_priced(kg, found), _grounds(kg, found), how)
    for note in found.notes:
        yield Sentence(f"Note: {ended(note)}", (grounds.computed(price=found.key, note=note),), how)
    if place and found.place.how:
        rows = grounds.of(kg, (found.place.evidence,) if found.place.evidence else ())
        read = grounds.computed(place=place, how=found.place.how)
        yield Sentence(f"The place: {ended(found.place.how)}", (*rows, read), how)


def _where(found: Price) -> str:
    place = found.place
    return (
        "at the national rate (all indices 1)"
        if place.kind == "national"
        else f"in {place.name} ({place.key})"
    )


def _edition(kg: CodeGraph, found: Price) -> str:
    releases = [
        i.evidence.provenance.release for i in found.inputs if i.evidence and i.evidence.table == "pfs"
    ]
    return f" ({grounds.edition(kg, releases[0])})" if releases else ""


def _priced(kg: CodeGraph, found: Price) -> str:
    where = _WORDS[found.setting]
    if found.total is None:
        return f"Medicare's physician fee schedule sets no price for {found.key} {where}: {ended(str(found.reason))}"
    return (
        f"Medicare's physician fee schedule pays ${found.total} for {found.key} {where}, {_where(found)}"
        f"{_edition(kg, found)}."
    )


def _grounds(kg: CodeGraph, found: Price) -> tuple[Ground, ...]:
    rows = [i.evidence for i in found.inputs if i.evidence]
    rows += [found.place.evidence] if found.place.evidence else []
    steps = {f"step {n}": f"{s.text} = {s.value}" for n, s in enumerate(found.steps, 1)}
    total = {} if found.total is None else {"total": found.total}
    outcome = {"code": found.key, "status": found.status, "reason": found.reason or ""}
    place = {} if found.place.kind == "national" else {"locality": found.place.key}
    return (*grounds.of(kg, rows), grounds.computed(**outcome, **place, **steps, **total, indices=1))


def session(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what the codes of one session pay together, each with its reduction."""
    setting = asked.setting or "facility"
    found = kg.price_session(asked.lines, locality=asked.place, setting=setting, on=asked.day)
    how = f"kg.price_session({list(asked.lines)}, setting={setting!r}, locality={asked.place!r}, on={asked.day!r})"
    said = []
    for line in found.lines:
        rows = _grounds(kg, line.price)
        shown = grounds.computed(rank=line.rank, percent=line.percent, amount=line.amount, rule=line.rule)
        if line.amount is None:
            said.append(Sentence(_priced(kg, line.price), rows, how))
            continue
        text = f"{line.line.key} {_WORDS[setting]}: ${line.amount}; {ended(str(line.rule))}"
        said.append(Sentence(text, (*rows, shown), how))
    said += [Sentence(f"Note: {ended(n)}", (grounds.computed(note=n),), how) for n in found.notes]
    if found.total is not None:
        total = grounds.computed(total=found.total)
        said.append(Sentence(f"Together they pay ${found.total}; edits are not applied.", (total,), how))
    return said


def _entry(kg: CodeGraph, asked: Asked, line: str) -> Entry | None:
    """Return the row of the fee schedule of a code, with its modifier where it has a row of its own, for the day."""
    code, *modifiers = line.split("-")
    entries = [e for e in kg.describe(code).entries if e.kind == _ENTRY]
    if modifiers:
        entries = [e for e in entries if e.iri.endswith(f"-{'-'.join(modifiers)}")]
    else:
        entries = [e for e in entries if e.iri.rpartition("/")[2] == code]
    if asked.day:
        entries = [e for e in entries if _covers(kg, e.release, asked.day)]
        if not entries:
            kg.price(line, on=asked.day)
            raise NotLoaded(f"not loaded: a fee schedule row of {line} for {asked.day}")
    return max(entries, key=lambda e: e.release or "", default=None)


def _covers(kg: CodeGraph, release: str | None, day: str) -> bool:
    source = (kg.manifest.source(release) or kg.manifest.figure(release)) if release else None
    return source is not None and (source.effective_from or "") <= day <= (source.effective_to or "9999")


def _of_entry(kg: CodeGraph, entry: Entry, *names: str) -> tuple[Ground, ...]:
    return tuple(
        grounds.triple(kg, entry.iri, f.property, f.value, entry.release)
        for f in entry.facts
        if f.property in (*names, "cg:ofCode")
    )


def _without(kg: CodeGraph, line: str) -> Sentence:
    code = line.partition("-")[0]
    row = grounds.sought(line, "cg:FeeScheduleEntry")
    return Sentence(
        f"No row of the physician fee schedule is loaded for {line}.", (row,), call("describe", code)
    )


def rvu(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say the relative values of codes."""
    said = []
    for line in asked.lines:
        entry = _entry(kg, asked, line)
        if entry is None:
            said.append(_without(kg, line))
            continue
        how = call("describe", line.partition("-")[0])
        parts = ["cg:workRvu", "cg:facilityPeRvu", "cg:nonFacilityPeRvu", "cg:malpracticeRvu"]
        totals = ["cg:facilityTotalRvu", "cg:nonFacilityTotalRvu"]
        rows = _of_entry(kg, entry, *parts, *totals, "cg:nonFacilityNotApplicable")
        na = entry.value("cg:nonFacilityNotApplicable") is True
        office = "not applicable (NA)" if na else str(entry.value(totals[1]))
        said.append(
            Sentence(
                f"{line} has {entry.value(parts[0])} work RVUs; in all {entry.value(totals[0])} RVUs "
                "in a facility, "
                f"in an office {office} ({grounds.edition(kg, str(entry.release))}).",
                rows,
                how,
            )
        )
        said.append(
            Sentence(
                f"Practice expense: {entry.value(parts[1])} in a facility"
                f"{'' if na else f', {entry.value(parts[2])} in an office'}; malpractice: "
                f"{entry.value(parts[3])}.",
                rows,
                how,
            )
        )
    return said


def global_period(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say the global period of codes, and what its indicator means."""
    return [s for line in asked.lines for s in _indicator(kg, asked, line, _GLOBAL, "global period")]


def fee_status(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say the status letter of codes in the fee schedule, and what it means."""
    return [s for line in asked.lines for s in _indicator(kg, asked, line, _STATUS, "fee schedule status")]


def statuses(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say the status indicators of codes in both schedules that have one."""
    said = fee_status(kg, asked)
    try:
        return said + outpatient(kg, asked)
    except (NotLoaded, UnknownCode) as error:
        none = tuple(grounds.sought(line, str(error)) for line in asked.lines)
        text = ended(f"The outpatient status is not told: {error}")
        return [*said, Sentence(text, none, call("describe", asked.code))]


def factor(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say the conversion factor behind a price."""
    found = kg.price(asked.lines[0], on=asked.day)
    how = call("price", asked.lines[0], on=asked.day)
    said = []
    for one in (i for i in found.inputs if i.evidence and "conversion" in i.name):
        shown = grounds.computed(name=one.name, value=one.value, code=asked.lines[0])
        text = f"The {one.name} behind the price of {asked.lines[0]} is {one.value}{_edition(kg, found)}."
        said.append(Sentence(text, (*_grounds(kg, found), shown), how))
    return said or price(kg, asked)


def _indicator(kg: CodeGraph, asked: Asked, line: str, name: str, title: str) -> list[Sentence]:
    entry = _entry(kg, asked, line)
    value = entry.value(name) if entry else None
    if entry is None or value is None:
        return [_without(kg, line)]
    meaning = kg.store.object(str(value), "skos:definition")
    how = call("describe", line.partition("-")[0])
    label = kg._label_of(str(value))
    rows = (*_of_entry(kg, entry, name), grounds.triple(kg, str(value), "skos:prefLabel", label))
    text = (
        f"The {title} of {line} is {bare(str(value))} ({label}) ({grounds.edition(kg, str(entry.release))})."
    )
    said = [Sentence(text, rows, how)]
    if meaning:
        ground = grounds.triple(kg, str(value), "skos:definition", meaning)
        said.append(Sentence(ended(str(meaning)), (ground,), how))
    return said


def rank(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say how the relative values of a code stand among its peers."""
    found = kg.compare(asked.lines[0], on=asked.day)
    how = call("compare", asked.lines[0], on=asked.day)
    said = []
    for standing in found:
        cells = {name: value for name, value in _cells(standing).items() if value is not None}
        row = grounds.row(
            kg, "pfs", found.provenance, (("code", found.code), (standing.measure, standing.value))
        )
        shown = grounds.computed(group=found.group, rows=found.denominator, **cells)
        if standing.rank is None:
            text = ended(standing.note or f"There is no {standing.title} of {bare(found.code)}")
            said.append(Sentence(text, (row, grounds.computed(note=text)), how))
            continue
        tied = f", tied with {standing.tied}" if standing.tied else ""
        text = (
            f"By {standing.title}, {bare(found.code)} with {standing.value} ranks {standing.rank} of "
            f"{standing.n}"
            f"{tied} in {found.group} ({grounds.edition(kg, found.release)}); "
            f"median {standing.median}, percentile {standing.percentile}."
        )
        said.append(Sentence(text, (row, shown), how))
    return said


def _cells(standing: object) -> dict[str, int | Decimal | None]:
    return {name: getattr(standing, name) for name in ("rank", "n", "tied", "median", "percentile")}


def outpatient(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say status, APC and rate in a hospital's outpatient department, and whether a code is for inpatients only."""
    said = []
    for line in asked.lines:
        found = kg.outpatient(line, on=asked.day)
        how = call("outpatient", line, on=asked.day)
        rows = grounds.of(kg, found.evidence)
        meaning = grounds.computed(code=line, label=found.label, meaning=found.meaning, effect=found.effect)
        rate = f", APC {found.apc}" if found.apc else ""
        rate += f", paid ${found.payment_rate}" if found.payment_rate is not None else ""
        status = f"has status {found.status} ({found.label}){rate} ({grounds.edition(kg, found.release)})"
        text = f"Under hospital outpatient payment {line} {status}."
        said.append(Sentence(text, (*rows, meaning), how))
        if found.meaning:
            said.append(Sentence(ended(found.meaning), (*rows, meaning), how))
        if found.inpatient_only is not None:
            verb = "is" if found.inpatient_only else "is not"
            where = [g.release for g in rows if g.table == "inpatient_only"]
            listed = f" ({where[0]})" if where else ""
            said.append(Sentence(f"{line} {verb} on the inpatient-only list{listed}.", (*rows, meaning), how))
    return said
