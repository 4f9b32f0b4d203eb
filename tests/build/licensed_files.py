"""Invented files in the official layouts of OMOP, UMLS and SNOMED CT, with their oddities; no official text in them.

Concept 9999990xx is no concept of SNOMED CT, and codes are made up where they need not be known.
"""

from __future__ import annotations

from pathlib import Path

PLANTED = "planted words of a licensed name"  # stands where a descriptor would

CONCEPT = [
    "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\t"
    "valid_start_date\tvalid_end_date\tinvalid_reason",
    f'1\t{PLANTED}, 3" wide, "quoted\tProcedure\tCPT4\tCPT4\tS\t44310\t19700101\t20991231\t',
    f"2\t{PLANTED}\tProcedure\tSNOMED\tProcedure\tS\t9999990001\t20020131\t20991231\t\\N",
    f"3\t{PLANTED}\tProcedure\tSNOMED\tProcedure\tS\t9999990002\t20020131\t20991231\t",
    f"4\t{PLANTED}\tProcedure\tICD10PCS\tICD10PCS\t\t0D1B0Z4\t19700101\t20991231\t",
    f"5\t{PLANTED}\tCondition\tICD10CM\t5-char billing code\t\tK50012\t19700101\t20991231\tD",
    f"6\t{PLANTED}\tProcedure\tCPT4\tCPT4 Hierarchy\tC\t1006056\t19700101\t20991231\t",
    f"7\t{PLANTED}\tDrug\tRxNorm\tIngredient\tS\t161\t19700101\t20991231\t",
    f"8\t{PLANTED}\tProcedure\tICD9Proc\t4-dig billing code\t\t46.20\t19700101\t20991231\t",
]
RELATIONSHIP = [
    "concept_id_1\tconcept_id_2\trelationship_id\tvalid_start_date\tvalid_end_date\tinvalid_reason",
    "1\t1\tMaps to\t19700101\t20991231\t",  # a standard concept maps to itself
    "1\t2\tIs a\t20160324\t20991231\t\\N",
    "2\t1\tSubsumes\t20160324\t20991231\t",
    "4\t2\tMaps to\t19700101\t20991231\t",
    "2\t4\tMapped from\t19700101\t20991231\t",
    "5\t2\tMaps to\t19700101\t20991231\t",
    "5\t3\tMaps to\t19700101\t20991231\t",
    "5\t7\tMaps to\t19700101\t20991231\t",  # a third target, in a vocabulary that is left out
    "8\t3\tMaps to\t19700101\t20151231\tD",  # no longer valid
    "3\t2\tIs a\t19700101\t20991231\t",  # inside one vocabulary
    "6\t2\tIs a\t19700101\t20991231\t",  # a heading, no code
]
VOCABULARY = [
    "vocabulary_id\tvocabulary_name\tvocabulary_reference\tvocabulary_version\tvocabulary_concept_id",
    "CPT4\tx\tx\t2024 Release\t1",
    "None\tOMOP Standardized Vocabularies\tOMOP generated\tv5.0 30-AUG-24\t44819096",
]


def conso(cui: str, atom: str, vocabulary: str, kind: str, code: str, suppressed: str = "N") -> str:
    return (
        f"{cui}|ENG|P|L0000001|PF|S0000001|Y|{atom}||||{vocabulary}|{kind}|{code}|{PLANTED}|0|{suppressed}||"
    )


CONSO = [
    conso("C9000001", "A0000001", "CPT", "PT", "44310"),
    conso("C9000001", "A0000002", "SNOMEDCT_US", "FN", "9999990001"),
    conso("C9000001", "A0000003", "SNOMEDCT_US", "PT", "9999990001"),
    conso("C9000001", "A0000004", "ICD9CM", "PT", "46.20"),
    conso("C9000001", "A0000005", "CPT", "HT", "1006056"),
    conso("C9000002", "A0000006", "ICD10CM", "PT", "K50.012"),
    conso("C9000002", "A0000007", "SNOMEDCT_US", "PT", "9999990002", "O"),  # obsolete
    conso("C9000002", "A0000008", "ICD9CM", "PT", "555.0"),
    conso("C9000003", "A0000009", "ICD10CM", "ET", "K50.012"),  # an entry term stands under another concept
    conso("C9000003", "A0000010", "SNOMEDCT_US", "PT", "9999990003"),
    conso("C9000001", "A0000011", "MSH", "MH", "D007081"),
]


def rel(first: str, kind: str, second: str, rela: str = "", suppressed: str = "N") -> str:
    cui = "C9000001"
    return f"{cui}|{first}|AUI|{kind}|{cui}|{second}|AUI|{rela}|R000001||SNOMEDCT_US|SNOMEDCT_US||Y|{suppressed}||"


REL = [
    rel("A0000003", "RB", "A0000001", "mapped_to"),  # the CPT code is broader than the concept
    rel("A0000001", "CHD", "A0000003", "inverse_isa"),
    rel("A0000003", "RO", "A0000004", "mapped_to"),
    rel("A0000003", "SIB", "A0000001"),
    rel("A0000003", "PAR", "A0000010"),  # inside one vocabulary
    rel("A0000003", "RQ", "A0000001", suppressed="O"),
    rel("A0000003", "RN", "A0000011"),
]

_RF2 = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId"
EXTENDED_HEADER = (
    f"{_RF2}\tmapGroup\tmapPriority\tmapRule\tmapAdvice\tmapTarget\tcorrelationId\tmapCategoryId"
)


def extended(
    ident: str,
    concept: str,
    target: str,
    *,
    group: int = 1,
    priority: int = 1,
    rule: str = "TRUE",
    correlation: str = "447561005",
    active: int = 1,
    refset: str = "6011000124106",
    day: str = "20240301",
) -> str:
    advice = f"ALWAYS {target} | {PLANTED.upper()}"
    return (
        f"{ident}\t{day}\t{active}\t5991000124107\t{refset}\t{concept}\t{group}\t{priority}\t{rule}\t{advice}\t"
        f"{target}\t{correlation}\t447637006"
    )


EXTENDED = [
    EXTENDED_HEADER,
    extended("m1", "9999990001", "K50.012"),
    extended("m2", "9999990002", "K50.00", rule=f"IFA 9999990009 | {PLANTED} |"),
    extended("m3", "9999990002", "K50.90", priority=2, rule="OTHERWISE TRUE"),
    extended("m4", "9999990003", "K56.69"),
    extended("m5", "9999990003", "Z93.2", group=2),
    extended("m6", "9999990004", ""),
    extended("m7", "9999990005", "S52.501?"),
    extended("m8", "9999990006", "K51.90", active=0),
    extended("m9", "9999990007", "A00.0", refset="447562003"),  # ICD-10 of the WHO
    extended("m10", "9999990008", "K57.30", correlation="447558009"),
    extended(
        "m10", "9999990008", "K57.31", correlation="447558009", day="20230301"
    ),  # an older version of it
]
SIMPLE = [
    f"{_RF2}\tmapTarget",
    "s1\t20240301\t1\t900000000000207008\t447563008\t9999990001\t555.0",
    "s2\t20240301\t0\t900000000000207008\t447563008\t9999990001\t555.1",
    "s3\t20240301\t1\t900000000000207008\t900000000000497000\t9999990001\tX1234",
]


def write_all(folder: Path) -> Path:
    """Write every file below a folder, lines ended as their publishers end them."""
    for name, lines, end in (
        ("omop/CONCEPT.csv", CONCEPT, "\n"),
        ("omop/CONCEPT_RELATIONSHIP.csv", RELATIONSHIP, "\n"),
        ("omop/VOCABULARY.csv", VOCABULARY, "\n"),
        ("umls/2024AB/META/MRCONSO.RRF", CONSO, "\n"),
        ("umls/2024AB/META/MRREL.RRF", REL, "\n"),
        ("snomed/der2_iisssccRefset_ExtendedMapSnapshot_US1000124_20240301.txt", EXTENDED, "\r\n"),
        ("snomed/der2_sRefset_SimpleMapSnapshot_US1000124_20240301.txt", SIMPLE, "\r\n"),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes("".join(line + end for line in lines).encode())
    return folder
