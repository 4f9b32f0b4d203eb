# ruff: noqa: SIM905 - a word list reads better than a column of fifty quoted names
"""The slots of SSSOM 1.1: their order, which hold several values, which are identifiers, which a set hands on."""

from __future__ import annotations

from typing import Final

from codegraph.namespaces import OWL, RDF, RDFS, SEMAPV, SKOS, SSSOM, XSD

# SSSOM specification, "IRI prefixes": these need no declaration, and mean nothing else.
BUILT_IN: Final = {
    "linkml": "https://w3id.org/linkml/",
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "semapv": SEMAPV,
    "skos": SKOS,
    "sssom": SSSOM,
    "xsd": XSD,
}

# Order of the slots in the documentation of the classes, which is the order of a canonical file.
SET_SLOTS: Final = tuple(
    """sssom_version curie_map mapping_set_id mapping_set_version mapping_set_source mapping_set_title
    mapping_set_description mapping_set_confidence creator_id creator_label license subject_type
    subject_source subject_source_version object_type object_source object_source_version predicate_type
    mapping_provider cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date
    publication_date subject_match_field object_match_field subject_preprocessing object_preprocessing
    similarity_measure curation_rule curation_rule_text see_also issue_tracker other comment
    extension_definitions""".split()
)
MAPPING_SLOTS: Final = tuple(
    """record_id subject_id subject_label subject_category predicate_id predicate_label predicate_modifier
    object_id object_label object_category mapping_justification author_id author_label reviewer_id
    reviewer_label creator_id creator_label license subject_type subject_source subject_source_version
    object_type object_source object_source_version predicate_type mapping_provider mapping_source
    mapping_cardinality cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date
    publication_date review_date confidence reviewer_agreement curation_rule curation_rule_text
    subject_match_field object_match_field match_string subject_preprocessing object_preprocessing
    similarity_score similarity_measure see_also issue_tracker_item other comment""".split()
)
MULTIPLE: Final = frozenset(
    """mapping_set_source creator_id creator_label author_id author_label reviewer_id reviewer_label
    cardinality_scope subject_match_field object_match_field match_string subject_preprocessing
    object_preprocessing curation_rule curation_rule_text see_also""".split()
)
IDENTIFIERS: Final = frozenset(
    """record_id subject_id predicate_id object_id mapping_justification author_id reviewer_id creator_id
    subject_source object_source mapping_source mapping_tool_id curation_rule subject_match_field
    object_match_field subject_preprocessing object_preprocessing issue_tracker_item""".split()
)
RANGES: Final = {
    "confidence": (0, 1),
    "similarity_score": (0, 1),
    "mapping_set_confidence": (0, 1),
    "reviewer_agreement": (-1, 1),
}
NUMBERS: Final = frozenset(RANGES)
IRIS: Final = frozenset(
    "mapping_set_id license mapping_provider mapping_set_source issue_tracker see_also".split()
)
_ENTITY_TYPES: Final = frozenset(
    {
        "owl class",
        "owl object property",
        "owl data property",
        "owl annotation property",
        "owl named individual",
        "skos concept",
        "rdfs resource",
        "rdfs class",
        "rdfs literal",
        "rdfs datatype",
        "rdf property",
        "composed entity expression",
    }
)
WORDS: Final = {
    "subject_type": _ENTITY_TYPES,
    "object_type": _ENTITY_TYPES,
    "predicate_type": _ENTITY_TYPES,
    "predicate_modifier": frozenset({"Not"}),
    "mapping_cardinality": frozenset({"1:1", "1:n", "n:1", "n:n", "1:0", "0:1", "0:0"}),
}
# A file that uses one of these says that it is SSSOM 1.1; without `sssom_version` it would count as 1.0.
SINCE_1_1: Final = frozenset(
    """record_id predicate_type cardinality_scope mapping_tool_id review_date reviewer_agreement
    mapping_set_confidence""".split()
)
# "Propagatable": said once for the set where it holds for each mapping.
HANDED_ON: Final = tuple(
    slot
    for slot in SET_SLOTS
    if slot
    in frozenset(
        """curation_rule curation_rule_text cardinality_scope mapping_date mapping_provider mapping_tool
        mapping_tool_id mapping_tool_version object_match_field object_preprocessing object_source
        object_source_version object_type subject_match_field subject_preprocessing subject_source
        subject_source_version subject_type predicate_type similarity_measure""".split()
    )
)

# Before 0.9.1 the justification was a `match_type` (specification, "Compatibility with pre-1.0 versions").
MATCH_TYPES: Final = {
    "Lexical": "semapv:LexicalMatching",
    "Logical": "semapv:LogicalMatching",
    "HumanCurated": "semapv:ManualMappingCuration",
    "Complex": "semapv:CompositeMatching",
    "Unspecified": "semapv:UnspecifiedMatching",
    "SemanticSimilarity": "semapv:SemanticSimilarityThresholdMatching",
}
MATCH_TERM_TYPES: Final = {
    "ConceptMatch": "skos concept",
    "ClassMatch": "owl class",
    "ObjectPropertyMatch": "owl object property",
    "IndividualMatch": "owl named individual",
    "DataPropertyMatch": "owl data property",
    "TermMatch": "rdfs literal",
}
RENAMED: Final = {
    "semantic_similarity_score": "similarity_score",
    "semantic_similarity_measure": "similarity_measure",
}
