"""What follows from a code's indicators for the record and the bill, as tables of our own words.

Sources: the record layout of the Medicare physician fee schedule database (Medicare Claims Processing Manual, Pub.
100-04, chapter 23, addendum), and its chapter 12, sections 20.4 and 40; NCCI
Policy Manual, chapter I; 42 CFR 410.32(b)(3) on supervision.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from codegraph.page.asked import Asked, curie_of
from codegraph.page.model import Cell, Section, row, said, table
from codegraph.page.money import Schedule

if TYPE_CHECKING:
    from codegraph.sources.pfs_entries import RelativeValue

# Field of the fee schedule -> its name, and for each value what to mind. A value without words is left out.
POINTS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "status": (
        "status",
        {
            "A": "Active: paid by the fee schedule where it is covered and medically necessary; the record shows why.",
            "B": "Always bundled: no payment of its own, whatever stands beside it.",
            "C": "The contractor sets the price: send the report with the claim.",
            "E": "Excluded from the fee schedule by regulation: where it is paid, other rules set the amount.",
            "I": "Not valid for Medicare, which takes another code for it.",
            "J": "Anesthesia: paid by base units and time, not by relative values; the record gives start and end.",
            "M": "A measurement code, for reporting only: nothing is paid for it.",
            "N": "Not covered by Medicare: tell the patient before, and use the modifier of a non-covered service.",
            "P": "Bundled or excluded: no payment of its own beside a physician's service; other rules may pay for it.",
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
            "0": "A physician's service, not split: neither 26 nor TC.",
            "1": "Split: 26 for the interpretation with a written report, TC for equipment and staff; without either, "
            "both are claimed.",
            "2": "The interpretation alone: neither 26 nor TC.",
            "3": "The technical part alone: neither 26 nor TC.",
            "4": "Both parts together: neither 26 nor TC; each part has a code of its own.",
            "5": "Incident to a physician's service: not for hospital patients.",
            "6": "A laboratory interpretation: 26, with a written report.",
            "7": "A therapy service: not paid to a therapist in independent practice for patients of a hospital.",
            "8": "The interpretation of a laboratory test for hospital inpatients.",
        },
    ),
    "supervision": (
        "supervision of the test",
        {
            "01": "The technical part is done under general supervision: directed, without presence.",
            "02": "The technical part is done under direct supervision: who supervises is at hand at once.",
            "03": "The technical part is done under personal supervision: who supervises is in the room.",
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
_BASE: Final = (
    "The examination that it contains: that code is not billed beside it, and several endoscopies of one base are paid "
    "as one family."
)
_SPLIT: Final = (
    "{0} percent before, {1} percent for and {2} percent after the operation: how the fee is split when care is "
    "handed over (54, 55)."
)


_POINT: Final = ("indicator", "value", "what it means for the record and the bill")


def points(asked: Asked) -> Section:
    """Return the documentation and billing points that follow from indicators of the code."""
    release, rows, missing, absent = Schedule(asked).found
    fee = rows.get("") or next(iter(rows.values()), None)
    flagged = list(_flagged(asked))
    found = flagged + (list(_indicated(fee)) if fee is not None else [])
    tables = (table("What follows from its indicators", _POINT, found),) if found else ()
    lines = () if fee is not None else tuple(map(said, absent))
    return Section(
        "points",
        "Documentation and billing points",
        lines,
        tables,
        sources=asked.sources(release, asked.packaged if flagged else ""),
        missing=missing if fee is None else (),
    )


def _flagged(asked: Asked) -> Iterator[tuple[Cell, ...]]:
    for fact in asked.facts(*dict.fromkeys(name for name, _ in FLAGS)):
        found = FLAGS.get((fact.property, bool(fact.value)))
        if found is not None:
            yield row(found[0], "yes", found[1])
    if any(s.property == "cg:isSeparateProcedure" for s in asked.described.statements):
        yield row("separate procedure", "disputed", _DISPUTED)


def _indicated(fee: RelativeValue) -> Iterator[tuple[Cell, ...]]:
    for field, (name, words) in POINTS.items():
        value = getattr(fee, field)
        if value in words:
            yield row(name, value, words[value])
        if field == "global_period" and fee.postoperative:
            shares = [f"{s * 100:.0f}" for s in (fee.preoperative, fee.intraoperative, fee.postoperative)]
            yield row("shares of the fee", "/".join(shares), _SPLIT.format(*shares))
    if fee.endoscopic_base:
        base = Cell(fee.endoscopic_base, target=curie_of(fee.endoscopic_base))
        yield row("endoscopic base", base, _BASE)
    if fee.nonfacility_na:
        yield row(
            "non-facility", "NA", "Marked as rarely or never done outside of facilities: no payment there."
        )
    if fee.facility_na:
        yield row(
            "facility", "NA", "Marked as rarely or never done by physicians in facilities: no payment there."
        )
