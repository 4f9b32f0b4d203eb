"""From a note to candidate codes: finds spans, weighs them, judges definitions, says what is left open."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from codegraph.codes import SYSTEMS
from codegraph.errors import UnknownTerm
from codegraph.suggest.acts import read
from codegraph.suggest.choices import left_open
from codegraph.suggest.diagnoses import DiagnosisTerms
from codegraph.suggest.evidence import Evidence
from codegraph.suggest.fit import INCIDENTAL, Fitting
from codegraph.suggest.model import Candidate, Suggestion
from codegraph.suggest.named import Names
from codegraph.suggest.profiles import Profile, profiles
from codegraph.suggest.redact import redact as redacted
from codegraph.suggest.several import in_order

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.search.lexicon import Lexicon
    from codegraph.views import Code

# Systems whose codes have definitions, and the one that is answered by terms.
DEFINED: Final = ("cpt", "icd10pcs")
DIAGNOSES: Final = "icd10cm"
_BEHIND: Final = 0.35  # how far behind the best a candidate may be
_APPROACHES: Final = frozenset(("approach:open", "approach:percutaneous-endoscopic"))
_BOTH: Final = "the note names both an open and a laparoscopic approach"
_MOST: Final = 3000  # codes of ICD-10-PCS that are judged for one note
_REDACTED: Final = (
    "identifiers were masked by rules; a name that stands nowhere with a title or label is not found"
)


class Suggester:
    """What suggestions need of one release, read once: words, profiles, terms."""

    def __init__(self, kg: CodeGraph, lexicon: Lexicon) -> None:
        self._kg = kg
        self._lexicon = lexicon

    @cached_property
    def _cpt(self) -> dict[str, Profile]:
        return {p.code: p for p in profiles(self._kg, self._kg.codes(system="cpt"))}

    @cached_property
    def _diagnoses(self) -> DiagnosisTerms:
        return DiagnosisTerms(self._kg)

    @cached_property
    def _names(self) -> Names:
        return Names(self._cpt, lambda text: bool(self._lexicon.find(text)))

    def suggest(self, text: str, systems: Collection[str], limit: int, *, redact: bool) -> Suggestion:
        """Answer `CodeGraph.suggest`."""
        for system in systems:
            if system not in SYSTEMS:
                raise UnknownTerm(f"no code system {system!r}; there are {', '.join(SYSTEMS)}")
        hidden = redacted(text) if redact else None
        text = hidden.text if hidden else text
        spans, evidence, contexts = read(text, self._lexicon, self._names.roles(text))
        known = self._profiles(systems, evidence)
        fitting = Fitting(self._kg._hierarchy, evidence)
        named = self._names.find(text, spans, contexts)

        def rank(c: Candidate) -> tuple[float, int, int, str]:
            """Order by fit, and of equal ones the more specific first."""
            return -c.fit, -sum(f.verdict == "stated" for f in c.facets), -fitting.depth(c), c.code

        judged = [fitting.judge(p, named.get(p.code)) for p in known.values()]
        ranked = sorted((c for c in judged if c is not None), key=rank)
        fitting_ = [c for c in ranked if not c.contradictions]
        fitting_ = [c for c in fitting_ if c.fit >= fitting_[0].fit - _BEHIND]
        return Suggestion(
            text=text,
            spans=tuple(spans),
            candidates=tuple(in_order(fitting_, fitting, known)[:limit]),
            ruled_out=tuple([c for c in ranked if c.contradictions][:limit]),
            left_open=left_open(fitting_, known, self._lexicon.label),
            diagnoses=tuple(self._diagnoses.find(text, contexts)),
            masked=hidden.masked if hidden else (),
            notes=(
                *self._notes(systems),
                *((_BOTH,) if evidence.values("approach") >= _APPROACHES else ()),
                *((_REDACTED,) if hidden else ()),
            ),
        )

    def _profiles(self, systems: Collection[str], evidence: Evidence) -> dict[str, Profile]:
        found = dict(self._cpt) if "cpt" in systems else {}
        if "icd10pcs" in systems and "icd10pcs" in self._kg.manifest.codes:
            found |= {p.code: p for p in profiles(self._kg, self._pcs(evidence))}
        return found

    def _pcs(self, evidence: Evidence) -> Iterable[Code]:
        """Return the codes of ICD-10-PCS for the methods and sites that stand in one sentence."""
        codes: dict[str, Code] = {}
        for method in sorted(evidence.values("method") - INCIDENTAL):
            for site in sorted(evidence.values("site")):
                together = evidence.sentences("method", [method]) & evidence.sentences("site", [site])
                if together and len(codes) < _MOST:
                    found = self._kg.codes(system="icd10pcs", method=method, site=site)
                    codes |= {c.curie: c for c in found}
        return list(codes.values())[:_MOST]

    def _notes(self, systems: Collection[str]) -> Iterable[str]:
        for system in systems:
            if system not in (*DEFINED, DIAGNOSES):
                yield f"{system}: its codes have no definitions here, so none are suggested"
            elif system not in self._kg.manifest.codes:
                yield f"{system}: not loaded; `codegraph sources` names the files that bring it"
