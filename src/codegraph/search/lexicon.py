"""The words for facet values: labels, synonyms and lead-in terms of a release, found in a text with offsets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from codegraph.namespaces import PREFIXES, contract
from codegraph.search.words import Word, bases, words

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

# Scheme -> facet, in the order in which a term of several schemes is understood.
FACETS: Final = {
    "stoma": "stoma",
    "method": "method",
    "site": "site",
    "approach": "approach",
    "stoma-form": "stoma_form",
    "device": "device",
    "intent": "intent",
    "extent": "extent",
    "qualifier": "qualifier",
    "substance": "substance",
}
_ORDER: Final = {scheme: place for place, scheme in enumerate(FACETS)}
_LABELS: Final = "SELECT curie, label FROM label ORDER BY curie"
_SYNONYMS: Final = ("skos:altLabel", "skos:hiddenLabel", "cg:leadInTerm")

# What surgeons say and no scheme prints -> facet values. Values that a release does not have are left out.
SPOKEN: Final[dict[str, tuple[str, ...]]] = {
    "laparoscopic": ("approach:percutaneous-endoscopic",),
    "laparoscopic assisted": ("approach:percutaneous-endoscopic",),
    "lap": ("approach:percutaneous-endoscopic",),
    "minimally invasive": ("approach:percutaneous-endoscopic",),
    "robotic": ("approach:percutaneous-endoscopic",),
    "robotic assisted": ("approach:percutaneous-endoscopic",),
    "trocar": ("approach:percutaneous-endoscopic",),
    "laparotomy": ("approach:open",),
    "celiotomy": ("approach:open",),
    "converted to open": ("approach:open",),
    "converted to laparotomy": ("approach:open",),
    "conversion to open": ("approach:open",),
    "conversion to laparotomy": ("approach:open",),
    "open approach": ("approach:open",),
    "midline incision": ("approach:open",),
    "abdominal incision": ("approach:open",),
    "colonoscopy through stoma": ("approach:through-stoma-endoscopic", "method:endoscopy", "site:colon"),
    "ileoscopy through stoma": ("approach:through-stoma-endoscopic", "method:endoscopy", "site:ileum"),
    "through the stoma": ("approach:through-stoma-endoscopic", "stoma:stoma"),
    "via the stoma": ("approach:through-stoma-endoscopic", "stoma:stoma"),
    "through the colostomy": ("approach:through-stoma-endoscopic", "stoma:colostomy"),
    "via the colostomy": ("approach:through-stoma-endoscopic", "stoma:colostomy"),
    "through the ileostomy": ("approach:through-stoma-endoscopic", "stoma:ileostomy"),
    "via the ileostomy": ("approach:through-stoma-endoscopic", "stoma:ileostomy"),
    "total colectomy": ("method:resection", "site:colon", "extent:total"),
    "total abdominal colectomy": ("method:resection", "site:colon", "extent:total"),
    "subtotal colectomy": ("method:excision-or-resection", "site:colon", "extent:subtotal"),
    "total proctocolectomy": ("method:resection", "site:colon", "site:rectum", "extent:total"),
    "proctectomy": ("method:excision-or-resection", "site:rectum"),
    "appendectomy": ("method:resection", "site:appendix"),
    "colectomy": ("method:excision-or-resection", "site:colon"),
    "sigmoid colectomy": ("method:excision-or-resection", "site:sigmoid-colon"),
    "right hemicolectomy": ("method:excision-or-resection", "site:large-intestine-right", "extent:partial"),
    "right colectomy": ("method:excision-or-resection", "site:large-intestine-right", "extent:partial"),
    "left hemicolectomy": ("method:excision-or-resection", "site:large-intestine-left", "extent:partial"),
    "left colectomy": ("method:excision-or-resection", "site:large-intestine-left", "extent:partial"),
    "transverse colectomy": ("method:excision-or-resection", "site:transverse-colon", "extent:partial"),
    "hemicolectomy": ("method:excision-or-resection", "site:colon", "extent:partial"),
    "sigmoidectomy": ("method:excision-or-resection", "site:sigmoid-colon"),
    "cecectomy": ("method:excision-or-resection", "site:cecum"),
    "proctocolectomy": ("method:excision-or-resection", "site:colon", "site:rectum"),
    "enterectomy": ("method:excision-or-resection", "site:small-intestine"),
    "small bowel resection": ("method:excision-or-resection", "site:small-intestine"),
    "bowel resection": ("method:excision-or-resection", "site:intestine"),
    "resection": ("method:excision-or-resection", "method:excision", "method:resection"),
    "removal": ("method:removal", "method:excision-or-resection"),
    "biopsy": ("method:biopsy", "method:excision-or-extraction", "qualifier:diagnostic"),
    "multiple biopsies": (
        "extent:with-multiple-biopsies",
        "method:biopsy",
        "method:excision-or-extraction",
        "qualifier:diagnostic",
    ),
    "with multiple biopsies": (
        "extent:with-multiple-biopsies",
        "method:biopsy",
        "method:excision-or-extraction",
        "qualifier:diagnostic",
    ),
    "snare": ("method:snare-removal",),
    "snare polypectomy": ("method:snare-removal",),
    "hot forceps": ("method:hot-forceps-removal",),
    "hot biopsy forceps": ("method:hot-forceps-removal",),
    "stent": ("method:stent-placement", "device:intraluminal-device"),
    "balloon dilated": ("method:balloon-dilation",),
    "endoscopic ultrasound": ("method:ultrasonography",),
    "foreign body removal": ("method:foreign-body-removal",),
    "argon plasma coagulation": ("method:ablation",),
    "bleeding was controlled": ("method:control-of-bleeding",),
    "enterolysis": ("method:lysis-of-adhesions",),
    "lysis of adhesion": ("method:lysis-of-adhesions",),
    "adhesion lysis": ("method:lysis-of-adhesions",),
    "enterotomy": ("method:incision", "site:small-intestine"),
    "colotomy": ("method:incision", "site:colon"),
    "enterorrhaphy": ("method:suture", "site:small-intestine"),
    "colorrhaphy": ("method:suture", "site:colon"),
    "colonoscopy": ("method:endoscopy", "site:colon"),
    "ileoscopy": ("method:endoscopy", "site:ileum"),
    "enteroscopy": ("method:endoscopy", "site:small-intestine"),
    "pouchoscopy": ("method:endoscopy", "site:ileoanal-reservoir"),
    "takedown": ("method:stoma-closure",),
    "take down": ("method:stoma-closure",),
    "taken down": ("method:stoma-closure",),
    "reversal": ("method:stoma-closure",),
    "reversed": ("method:stoma-closure",),
    "small bowel": ("site:small-intestine",),
    "meckel's diverticulum": ("site:meckel-diverticulum-or-omphalomesenteric-duct",),
    "meckel": ("site:meckel-diverticulum-or-omphalomesenteric-duct",),
    "sigmoid": ("site:sigmoid-colon",),
    "anastomosis": ("method:anastomosis",),
    "ileocolic anastomosis": ("method:anastomosis",),
    "primary anastomosis": ("method:anastomosis",),
    "side to side anastomosis": ("method:anastomosis",),
    "end to end anastomosis": ("method:anastomosis",),
}
# Values whose word means other things too: they count only close to a word for a stoma.
_AT_STOMAS: Final = frozenset({"stoma-form"})
_NEAR: Final = 3  # words
_STOMA_ENDS: Final = ("stomy", "stoma", "fistula")
# Terms that say nothing by themselves in a text.
_TOO_COMMON: Final = (
    "none|no device|other device|no qualifier|no site|map|change|control|transfer|cure|correction|preparation|"
    "external|in depth|skin|single|simple|tube|clip|band|drain|drainage|release|division|other|lead|liner|"
    "open or percutaneous endoscopic|unlisted procedure|creation|stimulation|group|position|function|"
    "measurement|monitoring|introduction|alteration|supplement"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a text that name a facet value: offsets, the words, the facet, the value (CURIE) and its label.

    `also` holds further values that the same words name: `colectomy` is a method and a site.
    """

    start: int
    end: int
    text: str
    facet: str
    value: str
    label: str
    also: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """Return all values that the words name."""
        return (self.value, *self.also)


def facet_of(value: str) -> str:
    """Return the facet of a value (`stoma-form:loop` is a `stoma_form`)."""
    return FACETS[value.partition(":")[0]]


class Lexicon:
    """Finds the facet values that a text names, by the longest term that fits; kept once per release."""

    def __init__(self, kg: OpenedRelease) -> None:
        self._labels: dict[str, str] = {}
        terms: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for value, term in _terms(kg):
            self._labels.setdefault(value, term)
            for form in _forms(term):
                terms[form].add(value)
        terms.pop((), None)
        for common in _TOO_COMMON.split("|"):
            terms.pop(bases(common), None)
        spoken = {bases(t): tuple(v for v in values if v in self._labels) for t, values in SPOKEN.items()}
        self._values = {form: tuple(sorted(values, key=_rank)) for form, values in terms.items()}
        self._values |= {form: values for form, values in spoken.items() if values}
        lengths: dict[str, set[int]] = defaultdict(set)
        for form in self._values:
            lengths[form[0]].add(len(form))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def __len__(self) -> int:
        return len(self._values)

    def label(self, value: str) -> str:
        """Return the label of a facet value, or its CURIE."""
        return self._labels.get(value, value)

    def find(self, text: str) -> list[Span]:
        """Return the facet values that a text names: in order, not overlapping, the longest term first.

        Letter case, plurals, accents and common forms of a word make no difference.
        """
        return list(self._found(text, list(words(text))))

    def _found(self, text: str, said: Sequence[Word]) -> Iterator[Span]:
        plain = [word.base for word in said]
        at = 0
        while at < len(said):
            size = 1
            for length in self._lengths.get(plain[at], ()):
                if at + length > len(said):
                    continue
                values = self._values.get(tuple(plain[at : at + length]))
                values = values and _meant(values, plain, at, at + length)
                if values:
                    size = length
                    start, end = said[at].start, said[at + length - 1].end
                    first, *rest = values
                    yield Span(
                        start, end, text[start:end], facet_of(first), first, self.label(first), tuple(rest)
                    )
                    break
            at += size


def _meant(values: tuple[str, ...], plain: Sequence[str], start: int, end: int) -> tuple[str, ...]:
    """Leave out values whose word means them only close to a word for a stoma."""
    if not any(v.partition(":")[0] in _AT_STOMAS for v in values):
        return values
    around = plain[max(0, start - _NEAR) : end + _NEAR]
    if any(word.endswith(_STOMA_ENDS) for word in around):
        return values
    return tuple(v for v in values if v.partition(":")[0] not in _AT_STOMAS)


def _rank(value: str) -> tuple[int, str]:
    return _ORDER[value.partition(":")[0]], value


def _forms(term: str) -> Iterator[tuple[str, ...]]:
    """Yield a term as printed and, where it has one comma, the other way round (`Large Intestine, Right`)."""
    yield bases(term)
    head, comma, tail = term.partition(", ")
    if comma and "," not in tail:
        yield bases(f"{tail} {head}")


def _terms(kg: OpenedRelease) -> Iterator[tuple[str, str]]:
    """Yield (facet value, term): the labels first."""
    for value, label in kg.tables.stream(_LABELS):
        if _is_facet(value):
            yield value, str(label)
    starts = tuple(PREFIXES[scheme] for scheme in FACETS)
    yield from sorted(_pairs(kg, _SYNONYMS, starts))


def _pairs(
    kg: OpenedRelease, properties: Iterable[str], starts: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for name in properties:
        for subject, text in kg.store.texts(name):
            if subject.startswith(starts):
                yield contract(subject), text


def _is_facet(value: str) -> bool:
    scheme, _, local = value.partition(":")
    return scheme in FACETS and any(c.isalpha() for c in local)
