"""What a FHIR service answers where it cannot do what was asked: an error with an OperationOutcome."""

from __future__ import annotations

import re
from typing import Any, Final

from codegraph.errors import CodegraphError

TX_ISSUES: Final = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)


def shown(text: object, at_most: int = 100) -> str:
    r"""Return a text of the request as it may stand in a message: short, on one line, without unseen characters.

    >>> shown("a\nb" + "x" * 200, at_most=5)
    "'abxxx…'"
    """
    plain = _UNSEEN.sub("", str(text))
    return f"'{plain[:at_most]}…'" if len(plain) > at_most else f"'{plain}'"


def issue(
    severity: str, code: str, text: str, *, tx: str | None = None, at: str | None = None
) -> dict[str, Any]:
    """Return an issue of an OperationOutcome; `tx` is its kind (a tx-issue-type), `at` the parameter it is about."""
    details: dict[str, Any] = {"text": text}
    if tx is not None:
        details = {"coding": [{"system": TX_ISSUES, "code": tx}], **details}
    found: dict[str, Any] = {"severity": severity, "code": code, "details": details}
    if at is not None:
        found["expression"] = [at]
    return found


def outcome(*issues: dict[str, Any]) -> dict[str, Any]:
    """Return an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


class Problem(CodegraphError):
    """A request that cannot be answered: an HTTP status, the FHIR issue type and what is wrong in words.

    `code` is an issue type of FHIR (`invalid`, `not-found`, `not-supported`, `too-costly`, …), `tx` a tx-issue-type.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str = "invalid",
        tx: str | None = None,
        at: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.tx = tx
        self.at = at

    def outcome(self) -> dict[str, Any]:
        """Return the problem as an OperationOutcome."""
        return outcome(issue("error", self.code, str(self), tx=self.tx, at=self.at))


def missing(what: str, *, tx: str | None = None, at: str | None = None) -> Problem:
    """Return the problem that something is not held here: 404."""
    return Problem(what, status=404, code="not-found", tx=tx, at=at)
