"""The words of a question as words of the index: as they are, begun only, or misspelt."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.search.index import COMMON
from codegraph.search.words import WORD, base, printed

if TYPE_CHECKING:
    from codegraph.search.index import TextIndex

READ: Final = 20_000  # characters of a question that are read
MOST: Final = 24  # words of a question that are looked for
_LONGEST: Final = 40
_SURE: Final = 1.0
_BEGUN: Final = 0.7
_MISSPELT: Final = (0.8, 0.6)  # weight of a word at edit distance 1 and 2
_OTHERS: Final = 0.6  # share of that weight for words that are less near
_FEW: Final = 6  # words of the index that one word of a question may stand for
# Letters from which on a word may differ by 1 and by 2 edits; figures are never guessed.
_ONE, _TWO = 4, 6
_PREFIX: Final = 2  # letters from which on the last word may be only begun
# Words that codes say for each other: an organ and its adjective, everyday words and those of ICD-10.
_ALIKE: Final = (
    "abdomen abdominal belly",
    "bladder vesical",
    "bowel intestine intestinal",
    "brain cerebral",
    "breast mammary",
    "cancer malignant carcinoma",
    "clot thrombosis embolism",
    "colon colonic",
    "diabetes diabetic",
    "fistula fistulous",
    "heart cardiac",
    "high elevated",
    "ileum ileal",
    "kidney renal",
    "liver hepatic",
    "lung pulmonary",
    "narrowing stricture stenosis",
    "necrosis necrotic",
    "obstruction obstructed blockage",
    "perforation perforated",
    "rectum rectal",
    "removal excision resection",
    "rupture ruptured",
    "spleen splenic",
    "stoma ostomy",
    "stomach gastric",
    "stone calculus",
    "tumor neoplasm",
    "wound laceration",
)
_LIKE: Final = 0.75


class Meant(NamedTuple):
    """A word of a question and the base forms that it may stand for, each with its weight."""

    said: str
    forms: tuple[tuple[str, float], ...]

    @property
    def guessed(self) -> bool:
        """Tell whether the word is not in the index as it was written."""
        return all(weight < _SURE for _, weight in self.forms)


def cut(text: str) -> list[str]:
    """Return the words of a question as printed in lower case, each once, at most MOST; the common ones left out."""
    found = dict.fromkeys(printed(word[:_LONGEST]) for word in WORD.findall(text[:READ]))
    telling = [word for word in found if word not in COMMON]
    return (telling or list(found))[:MOST]


class Spelling:
    """Reads the words of questions by the words of an index."""

    def __init__(self, index: TextIndex) -> None:
        self._index = index
        self.read = lru_cache(maxsize=8192)(self._read)

    def words(self, text: str) -> list[Meant]:
        """Return the words of a question with what each may stand for; nothing where the index has nothing near."""
        said = cut(text)
        open_end = not text[-1:].isspace()
        return [self.read(word, open_end and word == said[-1]) for word in said]

    def _read(self, word: str, last: bool) -> Meant:
        form = base(word)
        forms = {form: _SURE} if self._index.frequency(form) else {}
        forms |= {like: _LIKE for like in alike(form) if self._index.frequency(like)}
        if last and len(word) >= _PREFIX:
            for begun in self._begun(word):
                forms.setdefault(begun, _BEGUN if not forms.get(form) else _BEGUN / 2)
        if not forms and word.isalpha():
            forms = self._near(word)
        return Meant(word, tuple(forms.items()))

    def _begun(self, word: str) -> list[str]:
        forms = dict.fromkeys(base(w) for w in self._index.begun(word))
        return sorted(forms, key=lambda w: (-self._index.frequency(w), w))[:_FEW]

    def _near(self, word: str) -> dict[str, float]:
        """Return the nearest words of the index: at distance 1, else 2, those with the same beginning first."""
        for distance, weight in enumerate(_MISSPELT, start=1):
            if len(word) < (_ONE, _TWO)[distance - 1]:
                return {}
            found = dict.fromkeys(self._index.similar(word, distance))
            if found:
                near = sorted(found, key=lambda w: (-_shared(word, w), -self._index.frequency(w), w))
                return {w: weight if w == near[0] else _OTHERS * weight for w in near[:_FEW]}
        return {}


def alike(form: str) -> tuple[str, ...]:
    """Return the base forms that codes may say for a base form.

    >>> alike("bowel")
    ('intestine', 'intestinal')
    """
    return _likenesses().get(form, ())


@cache
def _likenesses() -> dict[str, tuple[str, ...]]:
    """Return the base forms that codes may say for a base form."""
    groups = [tuple(base(word) for word in group.split()) for group in _ALIKE]
    return {word: tuple(w for w in group if w != word) for group in groups for word in group}


def _shared(first: str, second: str) -> int:
    """Return the number of letters that two words begin and end with in common."""
    least = min(len(first), len(second))
    start = next((i for i in range(least) if first[i] != second[i]), least)
    end = next((i for i in range(least - start) if first[-1 - i] != second[-1 - i]), least - start)
    return start + end
