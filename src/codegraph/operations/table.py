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
from codegraph.comparison.model import Comparison
from codegraph.describe import Description
from codegraph.operations import answers, records
from codegraph.operations import questions as q
from codegraph.operations.parameters import Parameter, read_all
from codegraph.related import Related
from codegraph.search.model import SearchResult
from codegraph.suggest.model import Suggestion

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

Ask = Callable[["CodeGraph", dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """A question that can be asked from outside: what it is called, where it stands, what it takes and gives.

    `own` are fields of the answer that repeat what was sent, however long.
    """

    name: str
    summary: str
    path: str
    parameters: tuple[Parameter, ...]
    returns: Any
    answer: Ask
    method: Literal["GET", "POST"] = "GET"
    own: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """Return in sentences what is answered, and when this is the question to ask."""
        return f"{self.summary}. {WHEN[self.name]}"

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


# When an operation is the one to ask, for those who choose among them: people in OpenAPI, assistants among tools.
WHEN: Final[dict[str, str]] = {
    "add_ons": "For a code that is only paid beside another one.",
    "ask": "For a whole question in English (What is 44310?); it declines what it does not understand.",
    "check": "For a claim with its lines and date of service; each verdict names the row that decided.",
    "code": "For one known code: label, definition, facets, indications, fee schedule entries, limits.",
    "codes": "For all codes at a site, with a method or approach, or done for a diagnosis.",
    "codes_with_modifier": "For a modifier without a code; with a code ask modifiers.",
    "compare": "For how high the RVUs of a code are, beside its family, site, range or all surgery.",
    "conflicts": "For one code without a second; with a second ask edits.",
    "crosswalk": "For the counterparts of a code in another system (CPT to ICD-10-PCS), facet by facet.",
    "differences": "For what distinguishes two codes of any system.",
    "edits": "For whether two codes are paid together on a date of service, and whether a modifier changes that.",
    "history": "For when a code began, ended or changed, and its figures from release to release.",
    "limits": "For how many units of a code are paid.",
    "modifiers": "For whether a modifier applies to a code, and for all that do.",
    "outpatient": "For a hospital's outpatient department (OPPS): status indicator, APC, rate.",
    "outpatient_claim": "For what is packaged and what is paid when several codes are on one claim.",
    "price": "For Medicare's amount for a physician, to the cent, with its arithmetic; national without a locality.",
    "price_session": "For several procedures of one session, ranked and reduced.",
    "price_spread": "For where a code is paid most and least.",
    "related": "For what else there is near a code: another approach, its parts, revisions, closures.",
    "search": "For words, also misspelt, or the beginning of a code: ask it before the others where no code is known.",
    "suggest": "For the text of an operative note; what it leaves open comes as questions. It is no coding decision.",
}
_O = Operation
OPERATIONS: Final[tuple[Operation, ...]] = (
    _O(
        "add_ons",
        "The primary codes of an add-on code, and the add-on codes of a primary",
        "/add-ons/{code}",
        (q.REPORTED, *q.DATED),
        records.CodeAddOns,
        answers.add_ons,
    ),
    _O(
        "ask",
        "The answer to a question in words, each sentence with its rows",
        "/ask",
        (q.QUESTION, q.DAY),
        Answer,
        answers.ask,
    ),
    _O(
        "check",
        "A verdict for each line of a claim",
        "/check",
        q.CLAIM,
        records.CheckedClaim,
        answers.check,
        "POST",
    ),
    _O(
        "code",
        "Everything that the release says of a code",
        "/code/{code}",
        (q.CODE,),
        Description,
        answers.code,
    ),
    _O("codes", "The codes with some facets", "/codes", q.FACETS, list[records.ListedCode], answers.codes),
    _O(
        "codes_with_modifier",
        "The codes that a modifier applies to",
        "/codes-with-modifier/{modifier}",
        (q.USED, *q.DATED),
        list[ModifierUse],
        answers.uses,
    ),
    _O(
        "compare",
        "The relative values of a code among those of its peers",
        "/compare/{code}",
        (q.REPORTED, *q.AMONG, *q.DATED),
        Comparison,
        answers.compare,
    ),
    _O(
        "conflicts",
        "All NCCI edits that name a code",
        "/conflicts/{code}",
        (q.REPORTED, q.EDIT_SETTING, *q.NARROWED, *q.DATED),
        records.CodeConflicts,
        answers.conflicts,
    ),
    _O(
        "crosswalk",
        "What a code maps to, how it stands to the target, why, and who says so",
        "/crosswalk/{code}",
        q.CROSSWALK,
        records.CodeCrosswalk,
        answers.crosswalk,
    ),
    _O(
        "differences",
        "Two codes' definitions facet by facet",
        "/differences/{first}/{second}",
        (q.FIRST, q.SECOND),
        records.CodeDifferences,
        answers.differences,
    ),
    _O(
        "edits",
        "The NCCI edits of a pair of codes",
        "/edits/{first}/{second}",
        (q.FIRST, q.SECOND, q.EDIT_SETTING, *q.DATED),
        records.PairOfCodes,
        answers.edits,
    ),
    _O(
        "history",
        "What all loaded releases say of a code over time",
        "/history/{code}",
        (q.CODE, q.EVERY_PAIR),
        records.CodeHistory,
        answers.history,
    ),
    _O(
        "limits",
        "The unit limits (MUE) of a code",
        "/limits/{code}",
        (q.REPORTED, q.LIMIT_SETTING, *q.DATED),
        records.CodeLimits,
        answers.limits,
    ),
    _O(
        "modifiers",
        "Which modifiers a code takes, why, and what they do to payment",
        "/modifiers/{code}",
        (q.REPORTED, *q.RULES, *q.DATED),
        records.CodeModifiers,
        answers.modifiers,
    ),
    _O(
        "outpatient",
        "A code under hospital outpatient payment",
        "/outpatient/{code}",
        (q.REPORTED, *q.DATED),
        OutpatientStatus,
        answers.outpatient,
    ),
    _O(
        "outpatient_claim",
        "What each line of a hospital outpatient claim is paid",
        "/outpatient-claim",
        (q.LINES, *q.DATED),
        OutpatientClaim,
        answers.outpatient_claim,
    ),
    _O(
        "price",
        "What the physician fee schedule pays for a code",
        "/price/{code}",
        (q.REPORTED, q.MODIFIERS, *q.ANESTHESIA, *q.PRICE),
        Price,
        answers.price,
    ),
    _O(
        "price_session",
        "What several procedures of one session pay together",
        "/price-session",
        (q.LINES, *q.PRICE),
        SessionPrice,
        answers.price_session,
    ),
    _O(
        "price_spread",
        "The price of a code in every locality",
        "/price-spread/{code}",
        (q.REPORTED, q.MODIFIERS, *q.SPREAD),
        PriceSpread,
        answers.price_spread,
    ),
    _O(
        "related",
        "Codes in some relation to a code: life cycle, family, add-ons, edits",
        "/related/{code}",
        (q.CODE,),
        list[Related],
        answers.related,
    ),
    _O(
        "search",
        "The codes that a text means, best first",
        "/search",
        q.SEARCH,
        SearchResult,
        answers.search,
    ),
    _O(
        "suggest",
        "The codes that a note may describe, and what it leaves open",
        "/suggest",
        q.NOTE,
        Suggestion,
        answers.suggest,
        "POST",
        own=("text",),
    ),
)
BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}
