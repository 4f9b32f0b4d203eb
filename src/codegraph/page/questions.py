"""Questions that people ask about a code, as `codegraph ask` takes them; only those that the page has answers to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Line, Section

# Systems for which a question makes sense, the section that has to be there -> the question, with the code's notation.
_BILLED: Final = ("cpt", "hcpcs")
_ALL: Final = ("cpt", "hcpcs", "icd10pcs", "icd10cm")
QUESTIONS: Final[tuple[tuple[tuple[str, ...], str, str], ...]] = (
    (_ALL, "", "What is {0}?"),
    (("modifier",), "", "What is modifier {0}?"),
    (("modifier",), "", "Which codes take modifier {0}?"),
    (_BILLED, "modifiers", "Which modifiers can be used with {0}?"),
    (_BILLED, "modifiers", "Can modifier 50 be used with {0}?"),
    (_BILLED, "payment", "How much does Medicare pay for {0}?"),
    (_BILLED, "payment", "What are the RVUs of {0}?"),
    (_BILLED, "points", "What is the global period of {0}?"),
    (_BILLED, "conflicts", "Which codes conflict with {0}?"),
    (_BILLED, "unit-limit", "How many units of {0} can be billed in a day?"),
    (_BILLED, "add-ons", "Is {0} an add-on code?"),
    (_BILLED, "outpatient", "Is {0} inpatient only?"),
    (("cpt",), "crosswalks", "What is the ICD-10-PCS code for {0}?"),
    (("icd10pcs",), "crosswalks", "Which CPT code corresponds to {0}?"),
    (("cpt",), "indications", "For which diagnoses is {0} done?"),
    (("icd10cm",), "indications", "Which procedures are done for {0}?"),
    (("icd10cm",), "", "Is {0} billable?"),
    (_ALL, "history", "What changed for {0}?"),
)


def questions(asked: Asked, told: Collection[str]) -> Section:
    """Return the questions for a code of this system to which the page has a section that says something (`told`)."""
    notation = asked.code.notation
    lines = tuple(
        Line("", (Cell(asking, target=f"question:{asking}"),))
        for systems, section, words in QUESTIONS
        if asked.code.system in systems and (not section or section in told)
        for asking in (words.format(notation),)
    )
    return Section("questions", "Questions people ask", lines)
