"""The parameters of the operations: what each question may be given, said once for all that ask it alike."""

from __future__ import annotations

from typing import Final

from codegraph.operations import plain
from codegraph.operations.parameters import Parameter

EXAMPLE: Final = "44310"
CODE: Final = Parameter(
    "code", "A code, bare or as CURIE (44310, cpt:44310).", required=True, example=EXAMPLE
)
REPORTED: Final = Parameter(
    "code", "A code, with modifiers if any (44310, 44388-53).", required=True, example=EXAMPLE
)
ON: Final = Parameter(
    "on", "Date of service, YYYY-MM-DD; without it the newest loaded release answers.", "date"
)
NEAREST: Final = Parameter("nearest", "Let the nearest release answer for a date that none covers.", "flag")
DATED: Final = (ON, NEAREST)
LINES: Final = Parameter(
    "line", "A line, like 44388-53 or 10060x2; repeated for each.", many=True, required=True, example=EXAMPLE
)
EDIT_SETTING: Final = Parameter("setting", "Whose edits.", choices=("practitioner", "outpatient"))
SPREAD: Final = (
    Parameter("setting", "Where the service is done.", choices=("facility", "nonfacility")),
    Parameter("qualifying_participant", "The conversion factor of such participants (from 2026).", "flag"),
    *DATED,
)
PRICE: Final = (
    Parameter("locality", "Carrier and number (01112-05), state and name, county, or a state with one."),
    Parameter("participating", "False: 95 % of the fee, and the limiting charge.", "flag"),
    *SPREAD,
)
MODIFIERS: Final = Parameter("modifiers", "A modifier of the code; may be repeated.", many=True)
FIRST: Final = Parameter("first", "One code of the pair.", required=True, example="44187")
SECOND: Final = Parameter("second", "The other code of the pair.", required=True, example="44310")
FACETS: Final = (
    Parameter("site", "Where: a site, its kinds and its parts (ileum, site:ileum).", example="ileum"),
    Parameter("method", "What is done (bypass, method:bypass)."),
    Parameter("approach", "How the site is reached (open, approach:open)."),
    Parameter("condition", "ICD-10-CM code that it is done for; headers above it count, and codes below."),
    Parameter("system", "Code system to answer from: cpt, hcpcs, icd10pcs, …"),
)
CROSSWALK: Final = (
    CODE,
    Parameter("to", "Target: icd10pcs, cpt, icd10cm, icd9cm, icd9pcs, ccsr, rbcs, …; all without it."),
    Parameter("via", "Go through this system on the way; repeatable, in order.", many=True),
    Parameter(
        "relation",
        "Only targets that stand so to the code; related also brings those that only overlap.",
        choices=("exact", "narrower", "broader", "related"),
        many=True,
    ),
    Parameter("all", "Also targets that differ in something the code does not name.", "flag"),
    Parameter("on", "Only targets valid on this date of service.", "date"),
)
CLAIM: Final = (
    Parameter("id", "The claim's own number."),
    ON,
    Parameter("setting", "Whose claim it is.", choices=("practitioner", "outpatient")),
    Parameter("lines", "The lines: texts like 44187-59x2, or objects.", "lines", many=True, required=True),
    Parameter("diagnoses", "ICD-10-CM codes.", many=True),
    Parameter("prior", "Procedures of earlier claims, like 44310@2024-07-20.", "lines", many=True),
    NEAREST,
)

ANESTHESIA: Final = (
    Parameter("minutes", "Time of an anesthesia.", "integer", maximum=10_000),
    Parameter("base_units", "Base units of an anesthesia code.", "decimal"),
)
NARROWED: Final = (
    Parameter("column", "Only those where the code stands in this column.", choices=("1", "2")),
    Parameter("indicator", "Only those with this modifier indicator; 9 are void.", choices=("0", "1", "9")),
    Parameter("rationale", "Only those whose rationale contains this text."),
)
LIMIT_SETTING: Final = Parameter("setting", "Only this one; without it all.", choices=plain.LIMIT_SETTINGS)
RULES: Final = (
    Parameter("modifier", "Only this modifier."),
    Parameter("all", "Also those that do not apply, with the reason.", "flag"),
)
USED: Final = Parameter("modifier", "A modifier (62).", required=True, example="62")
QUESTION: Final = Parameter(
    "question", "A question in words.", required=True, longest=2_000, example="What is 44310?"
)
DAY: Final = Parameter("on", "Date of service, YYYY-MM-DD, where the question names none.", "date")
SEARCH: Final = (
    Parameter(
        "text", "Words, a code, or the beginning of one.", required=True, longest=1_000, example="ileostomy"
    ),
    Parameter("system", "Only this code system: cpt, hcpcs, icd10pcs, icd10cm, …"),
    Parameter("site", "Only where: a site, its kinds and its parts (ileum, site:ileum)."),
    Parameter("method", "Only what is done so (bypass, method:bypass)."),
    Parameter("on", "Leave out codes known not to be valid on this day.", "date"),
    Parameter("limit", "Hits at most.", "integer", minimum=1, maximum=1_000),
)
NOTE: Final = (
    Parameter("note", "The text of an operative note.", required=True, longest=100_000),
    Parameter("system", "Codes of these systems; cpt without it.", many=True),
    Parameter("limit", "Candidates at most.", "integer", minimum=1, maximum=100),
    Parameter("redact", "Mask names, dates, numbers and addresses before anything else.", "flag"),
)
AMONG: Final = (
    Parameter(
        "among",
        "The peers: family, site, range, rbcs, rbcs-category, rbcs-family, surgery, a range (44005-44799), or "
        "codes (repeated); its family, else its range, without it.",
        many=True,
    ),
    Parameter("statuses", "A status letter that counts (A without it); may be repeated.", many=True),
    Parameter("zero_work", "Count codes without work RVU too.", "flag"),
)
EVERY_PAIR: Final = Parameter(
    "edits", "Tell each NCCI pair, not only how many began and ended on a day.", "flag"
)
