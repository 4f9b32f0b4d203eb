"""What follows from words, or from values, that stand in one sentence and are meant as done, as tables."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from codegraph.search.words import base
from codegraph.suggest.context import Contexts
from codegraph.suggest.evidence import Evidence

Entailed = tuple[tuple[str, str], ...]

_CLOSED_STUMP: Final[Entailed] = (("method", "method:occlusion"),)
_INFECTED: Final[Entailed] = (("extent", "extent:with-abscess-or-peritonitis"),)
_SEWN: Final[Entailed] = (("method", "method:suture"),)
_SEVERAL: Final[Entailed] = (*_SEWN, ("extent", "extent:multiple"))
_FREED: Final[Entailed] = (("method", "method:release"), ("site", "site:intestine"))
_DEEP: Final[Entailed] = (("extent", "extent:in-depth"),)
_UNDONE: Final[Entailed] = (  # of a Hartmann procedure: its colostomy is closed and joined to the rectum
    ("closes", "stoma:colostomy"),
    ("method", "method:stoma-closure"),
    ("method", "method:excision-or-resection"),
    ("method", "method:anastomosis"),
    ("join", "site:rectum"),
    ("stoma_site", "site:intestine"),
)
_WHOLE: Final[Entailed] = (("method", "method:resection"), ("extent", "extent:total"))
_FEEDING: Final[Entailed] = (
    ("creates", "stoma:tube-jejunostomy"),
    ("method", "method:insertion"),
    ("destination", "site:skin"),
)
_STOPPED: Final[Entailed] = (("method", "method:control-of-bleeding"),)
_TO_RECTUM: Final[Entailed] = (("join", "site:rectum"), ("method", "method:anastomosis"))
_TO_COLON: Final[Entailed] = (("join", "site:colon"), ("method", "method:anastomosis"))
_TO_ANUS: Final[Entailed] = (("join", "site:anus"), ("method", "method:anastomosis"))
# Words in their base forms -> what follows from them. `join` is where an anastomosis leads to.
_WORDS: Final[tuple[tuple[tuple[str, ...], Entailed], ...]] = (
    (("fistula", "closure"), (("method", "method:fistula-closure"),)),
    (("fistula", "repair"), (("method", "method:fistula-closure"),)),
    (("fistula", "takedown"), (("method", "method:fistula-closure"),)),
    (("volvulus", "reduction"), (("method", "method:reposition"),)),
    (("volvulus", "detorsed"), (("method", "method:reposition"),)),
    (("volvulus", "untwisted"), (("method", "method:reposition"),)),
    (("volvulus", "detorsion"), (("method", "method:reposition"),)),
    (("intussusception", "reduction"), (("method", "method:reposition"),)),
    (("appendectomy", "abscess"), _INFECTED),
    (("appendectomy", "peritonitis"), _INFECTED),
    (("appendix", "abscess"), _INFECTED),
    (("appendix", "peritonitis"), _INFECTED),
    (("appendix", "pus"), _INFECTED),
    (("hernia", "repair"), (("extent", "extent:with-hernia-repair"), ("method", "method:hernia-repair"))),
    (("foreign", "body", "removal"), (("method", "method:foreign-body-removal"),)),
    (("stump", "closure"), _CLOSED_STUMP),
    (("stump", "stapled"), _CLOSED_STUMP),
    (("stump", "oversewn"), _CLOSED_STUMP),
    (("hartmann", "colostomy"), (*_CLOSED_STUMP, ("stoma_form", "stoma-form:end"))),
    (("multiple", "biopsy"), (("extent", "extent:with-multiple-biopsies"),)),
    *(
        ((hole, act), _SEWN)
        for hole in ("enterotomy", "colotomy", "perforation", "laceration", "tear")
        for act in ("closure", "repair", "oversewn", "suture")
    ),
    (("lysis", "adhesion"), _FREED),
    (("enterolysis",), _FREED),
    (("adhesiolysis",), _FREED),
    *(
        ((band, act), _FREED)
        for band in ("adhesion", "band")
        for act in ("division", "freed", "lysed", "dividing")
    ),
    *(
        ((all_, "colon", act), _WHOLE)
        for all_ in ("entire", "whole")
        for act in ("removal", "resection", "excision")
    ),
    (("feeding", "tube", "jejunum"), _FEEDING),
    (("feeding", "jejunostomy"), (*_FEEDING, ("device", "device:feeding-device"))),
    *(
        ((many, hole, act), _SEVERAL)
        for many in ("two", "three", "four", "several", "multiple")
        for hole in ("enterotomy", "perforation", "laceration")
        for act in ("closure", "repair", "oversewn", "suture")
    ),
    *((("hartmann", undone), _UNDONE) for undone in ("reversal", "takedown")),
    (("abscess", "drainage"), (("method", "method:drainage"),)),
    (("revision", "depth"), _DEEP),
    (("reconstruction", "depth"), _DEEP),
    (("coloproctostomy",), _TO_RECTUM),
    (("colorectal", "anastomosis"), _TO_RECTUM),
    (("anastomosis", "rectum"), _TO_RECTUM),
    (("anastomosed", "rectum"), _TO_RECTUM),
    (("anastomosis", "low", "pelvis"), _TO_RECTUM),
    (("low", "anterior", "resection"), (*_TO_RECTUM, ("site", "site:sigmoid-colon"))),
    (("ileocolic", "anastomosis"), _TO_COLON),
    (("ileocolostomy",), _TO_COLON),
    (("ileotransverse", "anastomosis"), _TO_COLON),
    (("coloanal", "anastomosis"), _TO_ANUS),
    (("ileoanal", "anastomosis"), _TO_ANUS),
    (("proctocolectomy", "pouch"), (("method", "method:reservoir-creation"), *_TO_ANUS)),
)
# What these words say where a scope was passed; in an open operation they are steps of it.
_SCOPED: Final[tuple[tuple[tuple[str, ...], Entailed], ...]] = (
    (("hemostasis",), _STOPPED),
    *(
        ((blood, means), _STOPPED)
        for blood in ("bleeding", "oozing", "hemorrhage")
        for means in (
            "coagulated",
            "coagulation",
            "argon",
            "cautery",
            "cauterized",
            "clip",
            "clipped",
            "injected",
        )
    ),
)
_SCOPE: Final = "method:endoscopy"
# (facet, value) of the note, all in one sentence -> what follows from them.
_VALUES: Final[tuple[tuple[Entailed, Entailed], ...]] = (
    (
        (("method", "method:stoma-closure"), ("method", "method:excision-or-resection")),
        (("extent", "extent:with-resection-and-anastomosis"),),
    ),
    (
        (
            ("method", "method:stoma-closure"),
            ("method", "method:excision-or-resection"),
            ("join", "site:rectum"),
        ),
        (
            ("extent", "extent:with-resection-and-colorectal-anastomosis"),
            ("stoma_site", "site:colon"),
            ("stoma_site", "site:rectum"),
        ),
    ),
    (
        (("method", "method:stoma-creation"), ("device", "device:feeding-device")),
        (("method", "method:tube-placement"),),
    ),
)
_KNOWN: Final = frozenset(word for wanted, _ in (*_WORDS, *_SCOPED) for word in wanted)


def together(evidence: Evidence, contexts: Contexts) -> None:
    """Add to the evidence of a note what follows from its words and values sentence by sentence."""
    said: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for number, token in enumerate(contexts.tokens):
        word = base(token.text)
        if word in _KNOWN and contexts.status(token.start) == "present":
            said[contexts.sentence[number]].setdefault(word, (token.start, token.end))
    rules = (*_WORDS, *_SCOPED) if _SCOPE in evidence.values("method") else _WORDS
    for sentence, found in said.items():
        for wanted, entailed in rules:
            if all(word in found for word in wanted):
                for facet, value in entailed:
                    evidence.add(facet, value, sentence, found[wanted[0]])
    for values, entailed in _VALUES:
        places = [evidence.sentences(facet, [value]) for facet, value in values]
        for sentence in set.intersection(*places):
            for facet, value in entailed:
                evidence.add(facet, value, sentence, min(evidence.words[values[0]]))
