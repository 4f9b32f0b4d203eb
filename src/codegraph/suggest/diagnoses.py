"""Diagnoses of a note: codes of ICD-10-CM whose titles, inclusion terms or common names stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.search.everyday import sayings
from codegraph.search.phrases import Phrases, content
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
_HEAD: Final = re.compile(r"^unspecified ", re.IGNORECASE)
_MALIGNANT: Final = re.compile(r"^malignant neoplasm of (?P<site>.+)$", re.IGNORECASE)
_CAUSES: Final = ("V", "W", "X", "Y")  # external causes: their single words are everyday words
_LEAST: Final = 4


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
        for phrase, term in _entries(kg):
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


def _usable(phrase: tuple[str, ...], term: Term) -> bool:
    if len(phrase) == 1:
        return len(phrase[0]) >= _LEAST and not term.notation.startswith(_CAUSES)
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
            yield content(_TAIL.sub("", _BRACKETS.sub("", text))), Term(header, 1, notation, label)
    for phrase, notation in SPOKEN.items():
        if notation in known:
            label, header = known[notation]
            yield content(phrase), Term(False, -1, notation, label)


def _forms(label: str) -> Iterator[tuple[int, str]]:
    """Yield (rank, form) of a title: as printed, without brackets and tails, and as surgeons say it."""
    plain = _BRACKETS.sub("", label)
    yield 0, plain
    short = _HEAD.sub("", _TAIL.sub("", plain))
    if short != plain:
        yield 1, short
    site = _MALIGNANT.match(short)
    for name in (site["site"], *_ADJECTIVES.get(site["site"].lower(), ())) if site else ():
        for cancer in _CANCERS:
            yield 1, f"{name} {cancer}"
            yield 1, f"{cancer} of {name}"
