"""The questions that are put in words: the third part of the facade."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, cast

from codegraph.opened import OpenedRelease

if TYPE_CHECKING:
    from codegraph.answers.model import Answer
    from codegraph.graph import CodeGraph


class TextQuestions(OpenedRelease):
    """What is asked in free text, whatever it holds: no text raises and none is taken for a query language."""

    def ask(self, question: str, *, on: str | date | None = None) -> Answer:
        """Return the answer to a question in words, in sentences that each name their rows and their call.

        No language model: words kept as tables tell what is asked, and a question that does not fit whole is declined.
        `on` is the day where the question names none. What is not loaded is said with the source that has it; a
        question with several readings gets these as questions. Raises InvalidValue only for an `on` that is no day.
        """
        from codegraph.answers.ask import ask

        return ask(cast("CodeGraph", self), question, on=on)
