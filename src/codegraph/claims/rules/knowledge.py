"""What the graph knows that bears on a claim: separate procedures, sites, indications, diagnoses; read once each."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from codegraph.codes import normalise
from codegraph.hierarchy import above
from codegraph.knowledge import IDENT
from codegraph.namespaces import contract

if TYPE_CHECKING:
    from codegraph.billing_questions import BillingQuestions

_KEPT: Final = 1 << 16
# A list without any date (as derived ones are) holds ended modifiers too, and says nothing of a day.
_MODIFIER: Final = (
    "SELECT release, terminated FROM hcpcs WHERE system = 'modifier' AND notation = ? "
    "AND (added <> '' OR effective <> '' OR terminated <> '') ORDER BY release"
)
_MODIFIERS: Final = "SELECT count(*) FROM hcpcs WHERE kind = 'modifier' GROUP BY release"
# The public list has had more than 300 modifiers since 2010; an excerpt has a few.
_WHOLE_LIST: Final = 300
# A site of which everything is a part says nothing about a region.
_EVERYWHERE: Final = frozenset({"site:whole-body", "site:no-site"})


class Indicated(NamedTuple):
    """A condition that the graph names as an indication: the diagnosis, where it is stated, how strongly."""

    diagnosis: str
    stated_for: str
    strength: str


class Diagnosis(NamedTuple):
    """A diagnosis as written, its printed form (None: not written like ICD-10-CM), and what is wrong with it."""

    written: str
    notation: str | None
    problem: str | None
    release: str | None = None


class ModifierFacts(NamedTuple):
    """Whether a loaded list has a modifier (None: no list could tell), and its last day where it has ended."""

    listed: bool | None
    ended: str = ""
    release: str | None = None


class Knowledge:
    """Reads the packaged knowledge and the list of diagnoses; answers are kept, the least used go."""

    ident: Final = IDENT

    def __init__(self, kg: BillingQuestions) -> None:
        self._kg = kg
        self.is_separate = lru_cache(_KEPT)(self._is_separate)
        self.same_region = lru_cache(_KEPT)(self._same_region)
        self.conditions = lru_cache(_KEPT)(self._conditions)
        self.indicated = lru_cache(_KEPT)(self._indicated)
        self.diagnosis = lru_cache(_KEPT)(self._diagnosis)
        self.modifier = lru_cache(_KEPT)(self._modifier)
        self._sites = lru_cache(_KEPT)(self._read_sites)

    def _is_separate(self, curie: str) -> bool:
        """Tell whether the graph marks a code as one that is usually part of a larger procedure."""
        return bool(self._kg.store.object(curie, "cg:isSeparateProcedure") is True)

    def _read_sites(self, procedure: str) -> tuple[frozenset[str], frozenset[str]]:
        store = self._kg.store
        own = frozenset(contract(iri) for iri in store.objects(procedure, "cg:actsOn")) - _EVERYWHERE
        higher = frozenset(term for site in own for term in above(store, site)) - _EVERYWHERE
        return own, own | higher

    def _same_region(self, one: str, other: str) -> bool:
        """Tell whether a site of a procedure is, contains or is part of one of another's."""
        own, own_above = self._sites(one)
        others, others_above = self._sites(other)
        return bool(own & others_above or others & own_above)

    def _conditions(self, procedure: str) -> dict[str, str]:
        """Return the conditions (CURIEs) that are stated as indications of a procedure, with their strength."""
        store = self._kg.store
        found: dict[str, str] = {}
        for indication in sorted(store.subjects("cg:ofProcedure", procedure)):
            strength = contract(str(store.object(indication, "cg:hasStrength"))).partition(":")[2]
            for condition in store.objects(indication, "cg:ofCondition"):
                found.setdefault(contract(condition), strength)
        return found

    def _indicated(self, procedure: str, diagnosis: str) -> Indicated | None:
        """Return the statement that makes a diagnosis an indication: for the code itself, or a header above it."""
        stated = self.conditions(procedure)
        for term in above(self._kg.store, f"icd10cm:{diagnosis}", with_self=True):
            if term in stated:
                return Indicated(diagnosis, term, stated[term])
        return None

    def _modifier(self, modifier: str) -> ModifierFacts:
        """Return what the lists of HCPCS Level II say of a modifier that begins with a letter.

        The AMA's own, which begin with a digit, stand in no public list. A later list without an end reinstates.
        """
        if modifier[0].isdigit() or not self._lists_modifiers:
            return ModifierFacts(None)
        rows = self._kg.tables.rows(_MODIFIER, (modifier,))
        if not rows:
            known = self._kg.tables.row(
                "SELECT 1 FROM code WHERE system = 'modifier' AND notation = ?", (modifier,)
            )
            return ModifierFacts(known is not None)
        release, ended = rows[-1]
        return ModifierFacts(True, ended, release)

    @cached_property
    def _lists_modifiers(self) -> bool:
        """Tell whether a whole list of the modifiers of HCPCS Level II is loaded."""
        return self._kg._has_table("hcpcs") and any(
            number >= _WHOLE_LIST for (number,) in self._kg.tables.rows(_MODIFIERS)
        )

    def _diagnosis(self, written: str) -> Diagnosis:
        """Return a diagnosis as the loaded ICD-10-CM has it; with none loaded, only its form is looked at."""
        prefix, colon, rest = written.strip().partition(":")
        text = rest if colon and prefix.lower() == "icd10cm" else written
        notation = normalise("icd10cm", text)
        if notation is None:
            return Diagnosis(
                written, None, f"{written[:20]!r} is not written like a code of ICD-10-CM (K50.012)"
            )
        if "icd10cm" not in self._kg.manifest.codes:
            return Diagnosis(written, notation, None)
        row: tuple[Any, ...] = self._kg._code_row("icd10cm", notation)
        release = row[3]
        if release is None:
            problem = (
                None
                if not self._whole
                else f"{notation} is not in the loaded ICD-10-CM ({self._whole}); a newer one may have it"
            )
        elif row[2] == 0:
            problem = f"{notation} is a header of ICD-10-CM ({release}): a code below it is reported"
        elif row[1] == "retired":
            problem = f"{notation} is retired from ICD-10-CM by the newest loaded list"
        else:
            problem = None
        return Diagnosis(written, notation, problem, release)

    @property
    def _whole(self) -> str:
        """Return the ident of the loaded list of ICD-10-CM codes, or nothing where only an excerpt is there."""
        idents = (s.release for s in self._kg.manifest.sources if s.release.startswith("icd10cm/"))
        return max(idents, default="")
