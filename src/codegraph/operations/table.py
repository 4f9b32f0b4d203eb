"""The table of operations: each question with its parameters, its answer's type, and the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from codegraph.answers.model import Answer
from codegraph.billing.modifiers.model import ModifierUse
from codegraph.billing.outpatient import OutpatientStatus
from codegraph.billing.outpatient_claim import OutpatientClaim
from codegraph.billing.price.model import Price, SessionPrice
from codegraph.billing.price.spread import PriceSpread
from codegraph.describe import Description
from codegraph.operations import answers, plain, records
from codegraph.operations.parameters import Parameter, read_all
from codegraph.related import Related
from codegraph.search.model import SearchResult
from codegraph.suggest.model import Suggestion

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

Ask = Callable[["CodeGraph", dict[str, Any]], Any]
EXAMPLE: Final = "44310"


@dataclass(frozen=True, slots=True)
class Operation:
    """A question that can be asked from outside: what it is called, where it stands, what it takes and gives."""

    name: str
    summary: str
    path: str
    parameters: tuple[Parameter, ...]
    returns: Any
    answer: Ask
    method: Literal["GET", "POST"] = "GET"

    def input_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the parameters as one object."""
        return {
            "type": "object",
            "properties": {p.name: p.schema() for p in self.parameters},
            "required": [p.name for p in self.parameters if p.required],
            "additionalProperties": False,
        }

    def ask(self, kg: CodeGraph, given: dict[str, object]) -> Any:  # noqa: ANN401 - as `returns` says
        """Return the answer as plain values; raise InvalidValue for parameters that are none, and as the facade."""
        asked = read_all(self.parameters, given)
        try:
            return self.answer(kg, asked)
        except BaseException as error:
            # A panic of a library in Rust is no Exception, and would end the server's loop.
            if type(error).__name__ == "PanicException":
                raise RuntimeError(f"{self.name}: {error}") from error
            raise


_CODE: Final = Parameter(
    "code", "A code, bare or as CURIE (44310, cpt:44310).", required=True, example=EXAMPLE
)
_REPORTED: Final = Parameter(
    "code", "A code, with modifiers if any (44310, 44388-53).", required=True, example=EXAMPLE
)
_ON: Final = Parameter(
    "on", "Date of service, YYYY-MM-DD; without it the newest loaded release answers.", "date"
)
_NEAREST: Final = Parameter("nearest", "Let the nearest release answer for a date that none covers.", "flag")
_DATED: Final = (_ON, _NEAREST)
_LINES: Final = Parameter(
    "line", "A line, like 44388-53 or 10060x2; repeated for each.", many=True, required=True, example=EXAMPLE
)
_EDIT_SETTING: Final = Parameter("setting", "Whose edits.", choices=("practitioner", "outpatient"))
_SPREAD: Final = (
    Parameter("setting", "Where the service is done.", choices=("facility", "nonfacility")),
    Parameter("qualifying_participant", "The conversion factor of such participants (from 2026).", "flag"),
    *_DATED,
)
_PRICE: Final = (
    Parameter("locality", "Carrier and number (01112-05), state and name, county, or a state with one."),
    Parameter("participating", "False: 95 % of the fee, and the limiting charge.", "flag"),
    *_SPREAD,
)
_MODIFIERS: Final = Parameter("modifiers", "A modifier of the code; may be repeated.", many=True)


_FIRST: Final = Parameter("first", "One code of the pair.", required=True, example="44187")
_SECOND: Final = Parameter("second", "The other code of the pair.", required=True, example="44310")
_FACETS: Final = (
    Parameter("site", "Where: a site, its kinds and its parts (ileum, site:ileum).", example="ileum"),
    Parameter("method", "What is done (bypass, method:bypass)."),
    Parameter("approach", "How the site is reached (open, approach:open)."),
    Parameter("condition", "ICD-10-CM code that it is done for; headers above it count, and codes below."),
    Parameter("system", "Code system to answer from: cpt, hcpcs, icd10pcs, …"),
)
_CROSSWALK: Final = (
    _CODE,
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
_CLAIM: Final = (
    Parameter("id", "The claim's own number."),
    _ON,
    Parameter("setting", "Whose claim it is.", choices=("practitioner", "outpatient")),
    Parameter("lines", "The lines: texts like 44187-59x2, or objects.", "lines", many=True, required=True),
    Parameter("diagnoses", "ICD-10-CM codes.", many=True),
    Parameter("prior", "Procedures of earlier claims, like 44310@2024-07-20.", "lines", many=True),
    _NEAREST,
)

_O = Operation
_ANESTHESIA: Final = (
    Parameter("minutes", "Time of an anesthesia.", "integer", maximum=10_000),
    Parameter("base_units", "Base units of an anesthesia code.", "decimal"),
)
_NARROWED: Final = (
    Parameter("column", "Only those where the code stands in this column.", choices=("1", "2")),
    Parameter("indicator", "Only those with this modifier indicator; 9 are void.", choices=("0", "1", "9")),
    Parameter("rationale", "Only those whose rationale contains this text."),
)
_LIMIT_SETTING: Final = Parameter("setting", "Only this one; without it all.", choices=plain.LIMIT_SETTINGS)
_RULES: Final = (
    Parameter("modifier", "Only this modifier."),
    Parameter("all", "Also those that do not apply, with the reason.", "flag"),
)
_USED: Final = Parameter("modifier", "A modifier (62).", required=True, example="62")
_QUESTION: Final = Parameter(
    "question", "A question in words.", required=True, longest=2_000, example="What is 44310?"
)
_DAY: Final = Parameter("on", "Date of service, YYYY-MM-DD, where the question names none.", "date")
_SEARCH: Final = (
    Parameter(
        "text", "Words, a code, or the beginning of one.", required=True, longest=1_000, example="ileostomy"
    ),
    Parameter("system", "Only this code system: cpt, hcpcs, icd10pcs, icd10cm, …"),
    Parameter("site", "Only where: a site, its kinds and its parts (ileum, site:ileum)."),
    Parameter("method", "Only what is done so (bypass, method:bypass)."),
    Parameter("on", "Leave out codes known not to be valid on this day.", "date"),
    Parameter("limit", "Hits at most.", "integer", minimum=1, maximum=1_000),
)
_NOTE: Final = (
    Parameter("note", "The text of an operative note.", required=True, longest=100_000),
    Parameter("system", "Codes of these systems; cpt without it.", many=True),
    Parameter("limit", "Candidates at most.", "integer", minimum=1, maximum=100),
    Parameter("redact", "Mask names, dates, numbers and addresses before anything else.", "flag"),
)
OPERATIONS: Final[tuple[Operation, ...]] = (
    _O(
        "ask",
        "The answer to a question in words, each sentence with its rows",
        "/ask",
        (_QUESTION, _DAY),
        Answer,
        answers.ask,
    ),
    _O(
        "check",
        "A verdict for each line of a claim",
        "/check",
        _CLAIM,
        records.CheckedClaim,
        answers.check,
        "POST",
    ),
    _O(
        "code",
        "Everything that the release says of a code",
        "/code/{code}",
        (_CODE,),
        Description,
        answers.code,
    ),
    _O("codes", "The codes with some facets", "/codes", _FACETS, list[records.ListedCode], answers.codes),
    _O(
        "codes_with_modifier",
        "The codes that a modifier applies to",
        "/codes-with-modifier/{modifier}",
        (_USED, *_DATED),
        list[ModifierUse],
        answers.uses,
    ),
    _O(
        "conflicts",
        "All NCCI edits that name a code",
        "/conflicts/{code}",
        (_REPORTED, _EDIT_SETTING, *_NARROWED, *_DATED),
        records.CodeConflicts,
        answers.conflicts,
    ),
    _O(
        "crosswalk",
        "What a code maps to, how it stands to the target, why, and who says so",
        "/crosswalk/{code}",
        _CROSSWALK,
        records.CodeCrosswalk,
        answers.crosswalk,
    ),
    _O(
        "edits",
        "The NCCI edits of a pair of codes",
        "/edits/{first}/{second}",
        (_FIRST, _SECOND, _EDIT_SETTING, *_DATED),
        records.PairOfCodes,
        answers.edits,
    ),
    _O(
        "limits",
        "The unit limits (MUE) of a code",
        "/limits/{code}",
        (_REPORTED, _LIMIT_SETTING, *_DATED),
        records.CodeLimits,
        answers.limits,
    ),
    _O(
        "modifiers",
        "Which modifiers a code takes, why, and what they do to payment",
        "/modifiers/{code}",
        (_REPORTED, *_RULES, *_DATED),
        records.CodeModifiers,
        answers.modifiers,
    ),
    _O(
        "outpatient",
        "A code under hospital outpatient payment",
        "/outpatient/{code}",
        (_REPORTED, *_DATED),
        OutpatientStatus,
        answers.outpatient,
    ),
    _O(
        "outpatient_claim",
        "What each line of a hospital outpatient claim is paid",
        "/outpatient-claim",
        (_LINES, *_DATED),
        OutpatientClaim,
        answers.outpatient_claim,
    ),
    _O(
        "price",
        "What the physician fee schedule pays for a code",
        "/price/{code}",
        (_REPORTED, _MODIFIERS, *_ANESTHESIA, *_PRICE),
        Price,
        answers.price,
    ),
    _O(
        "price_session",
        "What several procedures of one session pay together",
        "/price-session",
        (_LINES, *_PRICE),
        SessionPrice,
        answers.price_session,
    ),
    _O(
        "price_spread",
        "The price of a code in every locality",
        "/price-spread/{code}",
        (_REPORTED, _MODIFIERS, *_SPREAD),
        PriceSpread,
        answers.price_spread,
    ),
    _O(
        "related",
        "Codes in some relation to a code: life cycle, family, add-ons, edits",
        "/related/{code}",
        (_CODE,),
        list[Related],
        answers.related,
    ),
    _O(
        "search",
        "The codes that a text means, best first",
        "/search",
        _SEARCH,
        SearchResult,
        answers.search,
    ),
    _O(
        "suggest",
        "The codes that a note may describe, and what it leaves open",
        "/suggest",
        _NOTE,
        Suggestion,
        answers.suggest,
        "POST",
    ),
)
BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}
