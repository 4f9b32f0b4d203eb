"""FHIR terminology over an opened release: resources and operations as plain JSON values, for R4 and R5."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from codegraph.errors import InvalidValue
from codegraph.namespaces import BASE
from codegraph.terminology import capabilities, code_systems
from codegraph.terminology.canonical import day_of, search, tagged
from codegraph.terminology.compose import Composer
from codegraph.terminology.concept_maps import ConceptMaps
from codegraph.terminology.concepts import Concepts
from codegraph.terminology.expansion import expand
from codegraph.terminology.lookup import lookup
from codegraph.terminology.parameters import Inputs
from codegraph.terminology.problem import Problem
from codegraph.terminology.subsumption import subsumes
from codegraph.terminology.translation import Translator
from codegraph.terminology.validation import validate_in_set, validate_in_system
from codegraph.terminology.value_sets import ValueSets

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

FhirVersion = Literal["4.0", "5.0"]
Resource = dict[str, Any]
Given = Inputs | Mapping[str, Any]
_LISTS: Final = {"CodeSystem": "concept", "ConceptMap": "group", "ValueSet": "compose"}
__all__ = ["FhirVersion", "Inputs", "Problem", "Terminology"]


class Terminology:
    """The FHIR terminology of a release: resources as dicts ready for `json.dumps`, for FHIR R4 (`4.0`) or R5 (`5.0`).

    Operations take their parameters as `Inputs` (read from a query or a Parameters resource) or as a mapping of Python
    values. What cannot be answered raises `Problem`, which knows its HTTP status and OperationOutcome. Licensed
    descriptors never appear. `clock` gives the time of an expansion; without one it is the day of the release.

    >>> from codegraph import CodeGraph
    >>> fhir = Terminology(CodeGraph.open(), "4.0")
    >>> asked = {"system": "http://www.ama-assn.org/go/cpt", "code": "44310"}
    >>> fhir.lookup(asked)["parameter"][2]
    {'name': 'display', 'valueString': 'Open creation of an ileostomy or jejunostomy, without a tube'}
    """

    def __init__(
        self,
        kg: CodeGraph,
        version: FhirVersion = "5.0",
        *,
        base: str = BASE + "fhir",
        clock: Callable[[], str] | None = None,
    ) -> None:
        if version not in get_args(FhirVersion):
            raise InvalidValue(
                f"FHIR {version!r} is not written; there are 4.0 and 5.0", candidates=get_args(FhirVersion)
            )
        self.version: FhirVersion = version
        self.base = base
        self._clock = clock or (lambda: kg.manifest.built or day_of(kg.manifest) or "1970-01-01")
        self._concepts = Concepts(kg)
        self._value_sets = ValueSets(self._concepts)
        self._composer = Composer(self._concepts, self._value_sets.of_url)
        self._maps = ConceptMaps(self._concepts)
        self._lists: dict[tuple[str, str], list[Resource]] = {}
        self._translator = Translator(self._concepts, self._maps, self._value_sets, self._composer)

    def in_version(self, version: FhirVersion) -> Terminology:
        """Return the same terminology in another version of FHIR; what was read of the release is shared."""
        other = copy(self)
        other.version = version
        return other

    # --- resources ----------------------------------------------------------------------------------------------------

    def capability_statement(self, base: str | None = None) -> Resource:
        """Return what the service can do (`/metadata`); `base` is its address where that is another one."""
        return capabilities.capability_statement(self._concepts, self.version, base or self.base)

    def terminology_capabilities(self, base: str | None = None) -> Resource:
        """Return which systems are held and how they may be asked (`/metadata?mode=terminology`)."""
        return capabilities.terminology_capabilities(self._concepts, self.version, base or self.base)

    def code_systems(self) -> list[Resource]:
        """Return all code systems, without their concepts."""
        found = self._concepts.systems.values()
        return [code_systems.code_system(self._concepts, s, self.version, listed=False) for s in found]

    def code_system(self, url_or_id: str) -> Resource:
        """Return a code system; its concepts where there are at most 1,000. Raises Problem (404)."""
        system = code_systems.find(self._concepts, url_or_id)
        return code_systems.code_system(self._concepts, system, self.version)

    def concept_maps(self) -> list[Resource]:
        """Return all concept maps, without their elements."""
        return [self._maps.resource(pair, self.version, listed=False) for pair in self._maps.pairs]

    def concept_map(self, url_or_id: str) -> Resource:
        """Return a concept map; its elements where there are at most 1,000. Raises Problem (404)."""
        of = self._maps.of_url if "/" in url_or_id else self._maps.of_id
        return self._maps.resource(of(url_or_id), self.version)

    def value_sets(self) -> list[Resource]:
        """Return all value sets, with what defines them."""
        return list(self._value_sets.all())

    def value_set(self, url_or_id: str) -> Resource:
        """Return a value set, with what defines it. Raises Problem (404)."""
        of = self._value_sets.of_url if "/" in url_or_id else self._value_sets.of_id
        return of(url_or_id)

    def search(
        self,
        kind: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        base: str | None = None,
        lenient: bool = False,
    ) -> Resource:
        """Return a Bundle (searchset) of CodeSystem, ConceptMap or ValueSet resources in summary, page by page.

        Raises Problem for a kind or, unless `lenient`, a search parameter that there is not.
        """
        place = f"{base or self.base}/{kind}"
        page, bundle = search(self._list(kind), query, place, lenient=lenient)
        entries = [
            {
                "fullUrl": f"{place}/{resource['id']}",
                "resource": tagged(resource, _LISTS[kind]),
                "search": {"mode": "match"},
            }
            for resource in page
        ]
        return bundle | ({"entry": entries} if entries else {})

    def _list(self, kind: str) -> list[Resource]:
        """Return all resources of a kind, made once: a search only reads them."""
        lists: dict[str, Callable[[], list[Resource]]] = {
            "CodeSystem": self.code_systems,
            "ConceptMap": self.concept_maps,
            "ValueSet": self.value_sets,
        }
        if kind not in lists:
            raise Problem(f"no resources of type {kind[:40]!r} are held here", status=404, code="not-found")
        if (kind, self.version) not in self._lists:
            self._lists[kind, self.version] = lists[kind]()
        return self._lists[kind, self.version]

    # --- operations ---------------------------------------------------------------------------------------------------

    def lookup(self, given: Given) -> Resource:
        """Answer CodeSystem/$lookup: display, other words, definition and properties of a code."""
        return lookup(self._concepts, self.version, _inputs("CodeSystem/$lookup", given))

    def validate_code(self, given: Given, ident: str | None = None) -> Resource:
        """Answer CodeSystem/$validate-code, for the system `ident` or `url`; a wrong code is result=false."""
        return validate_in_system(self._concepts, _inputs("CodeSystem/$validate-code", given), ident)

    def validate_code_in_set(self, given: Given, ident: str | None = None) -> Resource:
        """Answer ValueSet/$validate-code, for the value set `ident` or `url`; a wrong code is result=false."""
        inputs = _inputs("ValueSet/$validate-code", given)
        return validate_in_set(self._concepts, self._value_sets, self._composer, inputs, ident)

    def subsumes(self, given: Given, ident: str | None = None) -> Resource:
        """Answer CodeSystem/$subsumes; see `terminology.subsumption` for what is compared with what."""
        return subsumes(self._concepts, _inputs("CodeSystem/$subsumes", given), ident)

    def translate(self, given: Given, ident: str | None = None) -> Resource:
        """Answer ConceptMap/$translate in the names of R4 or of R5; wider and narrower matches are not dropped."""
        return self._translator.translate(self.version, _inputs("ConceptMap/$translate", given), ident)

    def expand(self, given: Given, ident: str | None = None) -> Resource:
        """Answer ValueSet/$expand: the codes of a value set, filtered, page by page, never cut unsaid."""
        inputs = _inputs("ValueSet/$expand", given)
        return expand(
            self._concepts,
            self._value_sets,
            self._composer,
            self.version,
            inputs,
            ident,
            timestamp=self._clock(),
        )


def _inputs(operation: str, given: Given) -> Inputs:
    return given if isinstance(given, Inputs) else Inputs.of(operation, given)
