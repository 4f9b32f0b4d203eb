"""Words and their forms: how a text is cut into words and which forms count as the same one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")

# A base form and the forms that count as it: what surgeons write beside what the schemes print.
_FAMILIES: Final = (
    "adhesion: adhesive adhesional",
    "anastomosis: anastomoses anastomosed anastomotic anastomose anastomosing",
    "biopsy: biopsied biopsies biopsying",
    "bypass: bypassed bypassing bypasses",
    "closure: close closed closing closes closures",
    "creation: create created creating creates formation formed form forming construct constructed fashioned "
    "fashion fashioning construction",
    "decompression: decompress decompressed decompressing",
    "destruction: destroy destroyed destroying",
    "detachment: detach detached",
    "dilation: dilate dilated dilating dilatation",
    "diversion: divert diverted diverting",
    "division: divide divided dividing",
    "drainage: drain drained draining",
    "endoscopic: endoscopically endoscope endoscopy endoscopies",
    "excision: excise excised excising",
    "exploration: explore explored exploring exploratory",
    "exteriorization: exteriorize exteriorized exteriorise exteriorised",
    "extraction: extract extracted extracting",
    "incision: incise incised incising",
    "insertion: insert inserted inserting",
    "irrigation: irrigate irrigated irrigating",
    "laparoscopic: laparoscopically laparoscope laparoscopy laparoscopies",
    "laparotomy: laparotomies",
    "ligation: ligate ligated ligating",
    "lysis: lyse lysed lysing",
    "mobilization: mobilize mobilized mobilizing mobilisation mobilised",
    "occlusion: occlude occluded occluding",
    "percutaneous: percutaneously",
    "placement: place placed placing",
    "plication: plicate plicated plicating",
    "removal: remove removed removing removes",
    "repair: repaired repairing",
    "replacement: replace replaced replacing",
    "resection: resect resected resecting resects",
    "revision: revise revised revising",
    "robotic: robotically robot",
    "segmental: segment segmentally",
    "snare: snared snaring",
    "suture: sutured suturing",
    "takedown: takedowns",
    "transplantation: transplant transplanted transplanting",
)
_FORMS: Final = {
    form: base
    for base, _, forms in (family.partition(": ") for family in _FAMILIES)
    for form in forms.split()
}
_SPELLINGS: Final = (
    ("oesoph", "esoph"),
    ("caec", "cec"),
    ("anaem", "anem"),
    ("haem", "hem"),
    ("oedem", "edem"),
)
# Ends of plurals: of these the first that fits counts. Words in -ss, -us, -is are no plurals.
_PLURALS: Final = (
    ("sses", "ss"),
    ("ies", "y"),
    ("xes", "x"),
    ("ss", "ss"),
    ("us", "us"),
    ("is", "is"),
    ("s", ""),
)
_LONGEST: Final = 64  # letters above which nothing is a word
_LEAST: Final = 4  # letters below which an s at the end is no plural


class Word(NamedTuple):
    """A word of a text: its base form and where it stands."""

    base: str
    start: int
    end: int


def printed(word: str) -> str:
    """Return a word in lower case, without accents and without the end of a possessive."""
    folded = "".join(
        c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c)
    )
    return folded.replace("\u2019", "'").removesuffix("'s")


def family_forms() -> dict[str, str]:
    """Return each form of the families of words with the base form that it counts as."""
    return dict(_FORMS)


@lru_cache(maxsize=65536)
def base(word: str) -> str:
    """Return the form that stands for a word: lower case, without accents, singular, of its family.

    >>> base("Laparoscopically"), base("resected"), base("colostomies"), base("Caecum")
    ('laparoscopic', 'resection', 'colostomy', 'cecum')
    """
    plain = printed(word)
    for british, american in _SPELLINGS:
        plain = plain.replace(british, american)
    if plain in _FORMS:
        return _FORMS[plain]
    if len(plain) >= _LEAST:
        for end, instead in _PLURALS:
            if plain.endswith(end):
                plain = plain[: len(plain) - len(end)] + instead
                break
    return _FORMS.get(plain, plain)


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order, with offsets into it."""
    for match in WORD.finditer(text):
        yield Word(base(match[0]) if len(match[0]) <= _LONGEST else "", match.start(), match.end())


def bases(text: str) -> tuple[str, ...]:
    """Return the base forms of a term's words."""
    return tuple(word.base for word in words(text))
