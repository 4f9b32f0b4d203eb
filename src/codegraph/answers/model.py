"""An answer: its sentences, each with the rows or triples that it stands on and the call that found them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ground:
    """A row or triple that a sentence stands on, with the release and file that hold it.

    `table` is the table of the release (`pfs`, `mue`, `ptp`, …), `graph` for triples, `computed` for arithmetic on
    other rows of the sentence. `values` are (column, cell), of a triple (subject, predicate, object). `dates` are
    the days that the release covers, or the day that the row itself begins and ends, where it has any.
    """

    table: str
    release: str
    title: str
    file: str | None = None
    dates: str | None = None
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return release, file and dates in a line."""
        dates = f" ({self.dates})" if self.dates else ""
        return ", ".join(filter(None, (f"{self.release}{dates}", self.file)))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer; `call` is the Python call, or the SPARQL, that found it."""

    text: str
    evidence: tuple[Ground, ...]
    call: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Answer:
    """What `ask` says to a question.

    `understood` tells whether the question was read at all; `sentences` is empty where it was not, and where
    nothing loaded answers it, which `note` explains (`not loaded: <source that has it>`). `readings` are questions
    that can be asked instead, where several were possible. `assumed` is what was taken for granted: a slip of the
    pen, the order of a date, which place a name led to.
    """

    question: str
    topic: str | None = None
    sentences: tuple[Sentence, ...] = ()
    readings: tuple[str, ...] = ()
    understood: bool = False
    note: str | None = None
    assumed: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        """Return the answer as a text: its sentences, what was assumed, the note, and the possible readings."""
        said = [" ".join(s.text for s in self.sentences)] if self.sentences else []
        said += [f"Assumed: {text}." for text in self.assumed]
        if self.note:
            said.append(f"{self.note[0].upper()}{self.note[1:]}." if self.note[-1] not in ".?" else self.note)
        if self.readings:
            said += ["It can be asked as:", *(f"- {reading}" for reading in self.readings)]
        return "\n".join(said)

    def __bool__(self) -> bool:
        """Tell whether there is an answer."""
        return bool(self.sentences)

    def __str__(self) -> str:
        return self.text
