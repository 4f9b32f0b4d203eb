"""Questions that people ask about a code, as `codegraph ask` takes them."""

from __future__ import annotations

from typing import Final

from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Line, Section

# Systems for which a question makes sense -> the question, with the code's notation in it.
_BILLED: Final = ("cpt", "hcpcs")
_QUESTIONS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("cpt", "hcpcs", "icd10pcs", "icd10cm"), "What is {0}?"),
    (_BILLED, "Which modifiers can be used with {0}?"),
    (_BILLED, "Can modifier 50 be used with {0}?"),
    (_BILLED, "How much does Medicare pay for {0}?"),
    (_BILLED, "What are the RVUs of {0}?"),
    (_BILLED, "What is the global period of {0}?"),
    (_BILLED, "Which codes conflict with {0}?"),
    (_BILLED, "How many units of {0} can be billed in a day?"),
    (_BILLED, "Is {0} an add-on code?"),
    (_BILLED, "Is {0} inpatient only?"),
    (("cpt",), "What is the ICD-10-PCS code for {0}?"),
    (("icd10pcs",), "Which CPT code corresponds to {0}?"),
    (("cpt", "icd10pcs"), "For which diagnoses is {0} done?"),
    (("icd10cm",), "Which procedures are done for {0}?"),
    (("cpt", "hcpcs", "icd10pcs", "icd10cm"), "What changed for {0}?"),
)


def questions(asked: Asked) -> Section:
    """Return the questions for a code of this system, each with the command that answers it."""
    notation = asked.code.notation
    lines = tuple(
        Line("", (Cell(asking, target=f"question:{asking}"),))
        for systems, words in _QUESTIONS
        if asked.code.system in systems
        for asking in (words.format(notation),)
    )
    return Section("questions", "Questions people ask", lines)
