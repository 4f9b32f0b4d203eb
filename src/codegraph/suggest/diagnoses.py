"""Diagnoses of a note: codes of ICD-10-CM whose titles, inclusion terms or common names stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.search.everyday import sayings
from codegraph.search.phrases import Phrases, content
from codegraph.search.words import base
from codegraph.suggest.context import Contexts
from codegraph.suggest.model import DiagnosisFound

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

# What surgeons write -> a code of ICD-10-CM; ours. Codes that a release does not have are left out.
SPOKEN: Final[dict[str, str]] = {
    "adhesions": "K66.0",
    "anastomotic leak": "K91.89",
    "appendicitis": "K37",
    "bowel perforation": "K63.1",
    "cecal cancer": "C18.0",
    "colon cancer": "C18.9",
    "colonic perforation": "K63.1",
    "crohn": "K50.90",
    "crohn disease": "K50.90",
    "crohn ileitis": "K50.00",
    "diverticulitis": "K57.92",
    "enterocutaneous fistula": "K63.2",
    "intestinal perforation": "K63.1",
    "large bowel obstruction": "K56.609",
    "meckel diverticulum": "Q43.0",
    "parastomal hernia": "K43.5",
    "perforated diverticulitis": "K57.20",
    "perforated sigmoid diverticulitis": "K57.20",
    "rectal cancer": "C20",
    "sbo": "K56.609",
    "sigmoid cancer": "C18.7",
    "sigmoid diverticulitis": "K57.32",
    "small bowel obstruction": "K56.609",
    "small bowel perforation": "K63.1",
    "ulcerative colitis": "K51.90",
}
_ADJECTIVES: Final = {
    "colon": ("colonic",),
    "rectum": ("rectal",),
    "cecum": ("cecal",),
    "appendix": ("appendiceal",),
    "ileum": ("ileal",),
    "jejunum": ("jejunal",),
    "duodenum": ("duodenal",),
    "sigmoid colon": ("sigmoid",),
    "esophagus": ("esophageal",),
    "stomach": ("gastric",),
    "pancreas": ("pancreatic",),
}
_CANCERS: Final = ("cancer", "carcinoma", "adenocarcinoma")
_CODES: Final = "SELECT notation, label, billable FROM code WHERE system = 'icd10cm' ORDER BY notation"
_TERMS: Final = "SELECT subject, text FROM cm_note WHERE kind = 'inclusionTerm' ORDER BY subject, text"
_BRACKETS: Final = re.compile(r" ?\([^)]*\)| ?\[[^\]]*\]")
_TAIL: Final = re.compile(
    r",? (?:unspecified\b|without\b|NOS\b|not elsewhere classified|initial encounter).*$"
)
_BROKEN: Final = re.compile(r"\b(?:of|in|by|to|with|and|or|from|at|on|due|for|the)\s*$", re.IGNORECASE)
_OF_PLACE: Final = re.compile(r"unspecified (?!organism|cause|type|whether|as to)\w+", re.IGNORECASE)
_HEAD: Final = re.compile(r"^unspecified ", re.IGNORECASE)
_MALIGNANT: Final = re.compile(r"^malignant neoplasm of (?P<site>.+)$", re.IGNORECASE)
# External causes and injuries: their single words are everyday words, like the wound of an operation.
_CAUSES: Final = ("S", "T", "V", "W", "X", "Y")
_EVERYDAY: Final = frozenset(
    ("donor", "hemorrhage", "pain", "scar")
)  # of every other note, a diagnosis of few
_LEAST: Final = 4
# A title that says `without complications` is not meant where its sentence tells one: base form -> the title's words.
_SIMPLE: Final = "without complications"
_COMPLICATIONS: Final = {
    "obstruction": "with intestinal obstruction",
    "fistula": "with fistula",
    "abscess": "with abscess",
    "bleeding": "with rectal bleeding",
}


class Term(NamedTuple):
    """What a phrase stands for: ordered so that the best comes first."""

    not_billable: bool
    rank: int
    notation: str
    label: str


class DiagnosisTerms:
    """The terms of the loaded codes of ICD-10-CM, kept once per release."""

    def __init__(self, kg: OpenedRelease) -> None:
        best: dict[tuple[str, ...], Term] = {}
        self._complicated: dict[str, Term] = {}
        for phrase, term in _entries(kg):
            if term.label.endswith(tuple(_COMPLICATIONS.values())):
                self._complicated[_even(term.label)] = term
            if _usable(phrase, term) and (phrase not in best or term < best[phrase]):
                best[phrase] = term
        for saying in sayings():
            meant = best.get(content(saying.means[0])) if saying.about == "diagnosis" else None
            if meant is not None:
                best.setdefault(content(saying.said), meant)
        self._phrases = Phrases(best)

    def __len__(self) -> int:
        return len(self._phrases)

    def find(self, text: str, contexts: Contexts) -> list[DiagnosisFound]:
        """Return the diagnoses of a note, each once per status: those that are present first, in order."""
        found: dict[tuple[str, str], DiagnosisFound] = {}
        for start, end, term in self._phrases.find(text):
            status = contexts.status(start)
            status = "present" if status == "existing" else status
            term = self._as_told(term, start, contexts)
            one = DiagnosisFound(
                f"icd10cm:{term.notation}",
                term.label,
                start,
                end,
                text[start:end],
                status,
                not term.not_billable,
            )
            found.setdefault((one.code, status), one)
        return sorted(found.values(), key=lambda d: (d.status != "present", d.start))

    def _as_told(self, term: Term, start: int, contexts: Contexts) -> Term:
        """Return the code with the complication that the sentence of a term tells; where it tells none, the same."""
        if not term.label.endswith(_SIMPLE):
            return term
        number = contexts.sentence[contexts.place(start)]
        for token, sentence in zip(contexts.tokens, contexts.sentence, strict=True):
            told = _COMPLICATIONS.get(base(token.text)) if sentence == number else None
            if told and contexts.status(token.start) in ("present", "existing"):
                return self._complicated.get(_even(term.label.replace(_SIMPLE, told)), term)
        return term


def _even(label: str) -> str:
    """Return a title without commas, which sisters have in different places."""
    return label.replace(",", "")


def _usable(phrase: tuple[str, ...], term: Term) -> bool:
    if len(phrase) == 1:
        told = phrase[0] not in _EVERYDAY and not term.notation.startswith(_CAUSES)
        return told and len(phrase[0]) >= _LEAST
    return bool(phrase)


def _entries(kg: OpenedRelease) -> Iterator[tuple[tuple[str, ...], Term]]:
    known: dict[str, tuple[str, bool]] = {}
    for notation, label, billable in kg.tables.stream(_CODES):
        if label is None:
            continue
        known[notation] = (str(label), not billable)
        for rank, form in _forms(str(label)):
            yield content(form), Term(not billable, rank, notation, str(label))
    for subject, text in kg.tables.stream(_TERMS) if "cm_note" in kg.manifest.tables else ():
        notation = subject.partition(":")[2]
        if notation in known:
            label, header = known[notation]
            yield content(_short(_BRACKETS.sub("", text))), Term(header, 1, notation, label)
    for phrase, notation in SPOKEN.items():
        if notation in known:
            label, header = known[notation]
            yield content(phrase), Term(False, -1, notation, label)


def _short(text: str) -> str:
    """Return a term without what it says of nothing more.

    `Abscess of unspecified organ` and `Fistula, unspecified joint` stay whole: cut, they were any abscess or fistula.
    """
    short = _TAIL.sub("", text)
    vague = len(content(short)) == 1 and _OF_PLACE.search(text)
    return text if vague or _BROKEN.search(short) else short


def _forms(label: str) -> Iterator[tuple[int, str]]:
    """Yield (rank, form) of a title: as printed, without brackets and tails, and as surgeons say it."""
    plain = _BRACKETS.sub("", label)
    yield 0, plain
    short = _HEAD.sub("", _short(plain))
    if short != plain:
        yield 1, short
    site = _MALIGNANT.match(short)
    for name in (site["site"], *_ADJECTIVES.get(site["site"].lower(), ())) if site else ():
        for cancer in _CANCERS:
            yield 1, f"{name} {cancer}"
            yield 1, f"{cancer} of {name}"
