"""The questions that are put in words: the third part of the facade."""

from __future__ import annotations

from codegraph.opened import OpenedRelease


class TextQuestions(OpenedRelease):
    """What is asked in free text, whatever it holds: no text raises and none is taken for a query language."""
