"""What follows from a code's indicators for the record and the bill, as tables of our own words.

Sources: the record layout of the Medicare physician fee schedule database (Medicare Claims Processing Manual, Pub.
100-04, chapter 23, addendum), and its chapter 12, sections 20.4 and 40; NCCI Policy Manual, chapter I.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Line, Section
from codegraph.page.money import Schedule

if TYPE_CHECKING:
    from codegraph.sources.pfs_entries import RelativeValue

# Field of the fee schedule -> its name, and for each value what to mind. A value without words is left out.
POINTS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "status": (
        "status",
        {
            "B": "Always bundled: no payment of its own, whatever stands beside it.",
            "C": "The contractor sets the price: send the report with the claim.",
            "I": "Not valid for Medicare, which takes another code for it.",
            "N": "Not covered by Medicare: tell the patient before, and use the modifier of a non-covered service.",
            "R": "Covered under restrictions: the record has to show that they are met.",
            "T": "Paid only where the same clinician bills nothing else that is payable on that day.",
            "X": "Excluded from the fee schedule by law: another payment system has it, or none.",
        },
    ),
    "global_period": (
        "global period",
        {
            "000": "The visit on the day of the procedure is paid with it. A visit on that day is billed apart only "
            "when it was significant and separate (25), with a note of its own.",
            "010": "The visit on the day and the ordinary aftercare of 10 days are paid with it. A visit for another "
            "reason within that time needs 24, on the day itself 25, and a note of its own.",
            "090": "The day before, the day itself and the ordinary aftercare of 90 days are paid with it. The visit "
            "that led to the decision on the day or the day before takes 57; a visit for another reason afterwards "
            "24; an operation afterwards 58, 78 or 79. The record says which.",
            "MMM": "Maternity care, with a package of its own.",
            "XXX": "No global period: visits and aftercare are billed as they happen.",
            "YYY": "The contractor decides the global period.",
            "ZZZ": "An add-on: it shares the global period of the procedure that it stands beside.",
        },
    ),
    "bilateral": (
        "both sides",
        {
            "0": "No supplement for a second side: 50 is not used.",
            "1": "Both sides in one session: 50, paid at 150 percent; the note describes each side.",
            "2": "The values are for both sides already: 50 is not used, and one side alone may need 52.",
            "3": "Each side is paid in full; the note describes each side.",
        },
    ),
    "multiple_procedure": (
        "several procedures",
        {
            "0": "Paid in full also beside other procedures.",
            "2": "Beside a procedure with a higher fee it is paid at half: name the main procedure first.",
            "3": "An endoscopy: of several of one family, each further one is paid for what exceeds the base.",
            "4": "Imaging: the technical part of further ones in a session is reduced.",
            "5": "Therapy: practice expense of further units on a day is reduced.",
            "6": "Cardiovascular test: the technical part of further ones on a day is reduced.",
            "7": "Eye test: the technical part of further ones on a day is reduced.",
        },
    ),
    "assistant": (
        "assistant at surgery",
        {
            "0": "Paid only when the operative note shows why an assistant was needed; name what the assistant did.",
            "1": "Not paid by law.",
            "2": "May be paid; the operative note names the assistant and what the assistant did.",
        },
    ),
    "cosurgeon": (
        "two surgeons",
        {
            "0": "Not paid.",
            "1": "Only with documents that show the need; each surgeon dictates a note of the own part (62).",
            "2": "Paid where the specialties differ; each surgeon dictates a note of the own part (62).",
        },
    ),
    "team": (
        "a team of surgeons",
        {
            "0": "Not paid.",
            "1": "Only with documents that show the need; the contractor sets the amount (66).",
            "2": "Paid by report; the contractor sets the amount (66).",
        },
    ),
    "pctc": (
        "professional and technical part",
        {
            "1": "Split: 26 for the interpretation with a written report, TC for equipment and staff; without either, "
            "both are claimed.",
            "2": "The interpretation alone: neither 26 nor TC.",
            "3": "The technical part alone: neither 26 nor TC.",
            "4": "Both parts together: neither 26 nor TC; each part has a code of its own.",
            "5": "Incident to a physician's service: not for hospital patients.",
            "6": "A laboratory interpretation: 26, with a written report.",
            "8": "The interpretation of a laboratory test for hospital inpatients.",
        },
    ),
}
# A yes or no of the graph -> what to mind.
FLAGS: Final = {
    ("cg:isAddOn", True): (
        "add-on",
        "Never alone: it stands beside its primary, by the same clinician on the same day, without 51.",
    ),
    ("cg:isSeparateProcedure", True): (
        "separate procedure",
        "Usually a part of a larger operation: billed apart only when it was done alone, or unrelated to what else "
        "was done; then with 59 or an X modifier, and the record shows it.",
    ),
}
_DISPUTED: Final = (
    "Sources disagree on whether this is a separate procedure (see where sources disagree): before billing it beside a "
    "larger operation look at the edits, and at the code book of the year."
)
_SPLIT: Final = (
    "{0} percent before, {1} percent for and {2} percent after the operation: how the fee is split when care is "
    "handed over (54, 55)."
)


def points(asked: Asked) -> Section:
    """Return the documentation and billing points that follow from indicators of the code."""
    schedule = Schedule(asked)
    release, rows, missing = schedule.found
    fee = rows.get("") or next(iter(rows.values()), None)
    lines = list(_flagged(asked))
    lines += list(_indicated(fee)) if fee is not None else []
    own = asked.packaged if any(True for _ in _flagged(asked)) else ""
    title = "Documentation and billing points"
    return Section(
        "points",
        title,
        tuple(lines),
        sources=asked.sources(release, own),
        missing=missing if fee is None else (),
    )


def _flagged(asked: Asked) -> Iterator[Line]:
    for fact in asked.facts(*dict.fromkeys(name for name, _ in FLAGS)):
        found = FLAGS.get((fact.property, bool(fact.value)))
        if found is not None:
            yield Line(found[0], (Cell(found[1]),))
    if any(s.property == "cg:isSeparateProcedure" for s in asked.described.statements):
        yield Line("separate procedure", (Cell(_DISPUTED),))


def _indicated(fee: RelativeValue) -> Iterator[Line]:
    for field, (name, words) in POINTS.items():
        value = getattr(fee, field)
        if value in words:
            yield Line(f"{name}: {value}", (Cell(words[value]),))
        if field == "global_period" and fee.postoperative:
            shares = (fee.preoperative, fee.intraoperative, fee.postoperative)
            yield Line("shares of the fee", (Cell(_SPLIT.format(*(f"{s * 100:.0f}" for s in shares))),))
    if fee.nonfacility_na:
        yield Line("setting", (Cell("Marked as not done outside of facilities: no non-facility payment."),))
