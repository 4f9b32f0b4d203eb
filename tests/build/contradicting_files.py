"""Small files in official layouts whose sources agree, and the same with one contradiction of each kind planted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.build.small_files import order_line, pcs_table, pfs, pfs_row

_BODY_PARTS = {
    "A": "Jejunum",
    "B": "Ileum",
    "K": "Ascending Colon",
    "L": "Transverse Colon",
    "M": "Descending Colon",
}
_PCS = [f"0D1{part}{approach}Z4" for part in _BODY_PARTS for approach in "04"]
_RBCS = (
    "hcpcs_code,rbcs_procedure,rbcs_category,rbcs_subcategory,rbcs_family,"
    "hcpcs_date_added,hcpcs_date_ended,rbcs_date_effective\n"
)
_SSSOM = """# curie_map:
#   cpt: https://w3id.org/codegraph/code/cpt/
#   icd10pcs: https://w3id.org/codegraph/code/icd10pcs/
# mapping_set_id: https://example.org/sets/planted
# mapping_set_version: "1"
# license: https://creativecommons.org/publicdomain/zero/1.0/
subject_id\tpredicate_id\tobject_id\tmapping_justification
"""
_CURATED = "semapv:ManualMappingCuration"


def _tables() -> str:
    text = pcs_table(2026)
    old = '<label code="A">Jejunum</label><label code="B">Ileum</label>'
    new = "".join(f'<label code="{c}">{label}</label>' for c, label in _BODY_PARTS.items())
    assert old in text
    text = text.replace(old, new).replace('values="2"><title>Body Part', 'values="5"><title>Body Part')
    return text.replace('<pcsRow codes="4">', '<pcsRow codes="10">')


def _ccsr(apart: Iterable[str]) -> str:
    elsewhere = set(apart)
    names = {True: "'GIS009',Invented colon category", False: "'GIS003',Invented stoma category"}
    head = "'ICD-10-PCS','ICD-10-PCS DESCRIPTION','PRCCSR','PRCCSR DESCRIPTION','CLINICAL DOMAIN'\n"
    rows = [f"'{code}',Invented title,{names[code in elsewhere]},Invented domain\n" for code in _PCS]
    return head + "".join(rows)


def _rbcs(laparoscopic: str) -> str:
    places = {"44310": "Digestive/Gastrointestinal", "44187": laparoscopic}
    return _RBCS + "".join(
        f"{code},Major,Procedure,{place},No RBCS Family,1984-01-01,9999-12-31,2014-01-01\n"
        for code, place in places.items()
    )


def _sssom(rows: Iterable[str]) -> str:
    return _SSSOM + "".join("\t".join([*row.split(), _CURATED]) + "\n" for row in rows)


def _edits(codes: Iterable[str]) -> str:
    head = (
        "notice\t\t\t\t\t\t\nColumn1/Column2 Edits\t\t\t\t\t\t\n"
        "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
        "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n\t\t\t\t*=no data\t1=allowed\t\n"
        "\t\t\t\t\t9=not applicable\t\n"
    )
    reason = "CPT Separate procedure definition"
    rows = [f"49000\t{code}\t\t20200101\t*\t1\t{reason}\n" for code in codes]
    return head + "".join(rows) + f"49000\t44140\t\t20200101\t20211231\t1\t{reason}\n"


def agreeing(add_ons: Iterable[str], separate: Iterable[str]) -> dict[str, str]:
    """Return files that agree; `add_ons` and `separate` are the codes that the packaged knowledge calls so."""
    listed = sorted(add_ons)
    zzz = [pfs_row(code).replace("0,090,", "0,ZZZ,") for code in listed]
    return {
        "PPRRVU2025_Oct.csv": pfs([pfs_row("44140"), pfs_row("44187"), pfs_row("44310"), *zzz]),
        "aoc_2024Q3.tsv": "primary_code\tadd_on_code\taoc_edit_type\n"
        + "".join(f"44140\t{code}\t1\n" for code in listed),
        "ccipra-v302r0-f1.txt": _edits(sorted(separate)),
        "icd10cm-order-2021.txt": order_line(1, "K50", 0, "Crohn's disease", "Crohn's disease")
        + order_line(2, "K50012", 1, "Crohn's, obstruction", "Crohn's disease with obstruction"),
        "icd10pcs_tables_2026.xml": _tables(),
        "PRCCSR_v2022-1.csv": _ccsr(()),
        "rbcs_2024-06.csv": _rbcs("Digestive/Gastrointestinal"),
        "set.sssom.tsv": _sssom(
            [
                "cpt:44310 skos:narrowMatch icd10pcs:0D1B0Z4",
                "icd10pcs:0D1A0Z4 skos:broadMatch cpt:44310",
            ]
        ),
        "2018_I9gem.txt": "55502   K50012  00000\n",
        "2018_I10gem.txt": "K50012  55502   00000\n",
        "gem_i9pcs_2018.txt": "4620    0D1B0Z4 00000\n4620    0D1A0Z4 10000\n",
        "gem_pcsi9_2018.txt": "0D1B0Z4 4620    00000\n0D1A0Z4 4620    10000\n",
    }


def contradicting(add_ons: Iterable[str], separate: Iterable[str]) -> dict[str, str]:
    """Return the same files with contradictions planted."""
    files = agreeing(add_ons, separate)
    return files | {
        # 44310 has a global period of its own and is listed as an add-on code; 44187 is ZZZ and not listed.
        "PPRRVU2025_Oct.csv": files["PPRRVU2025_Oct.csv"].replace(
            pfs_row("44187"), pfs_row("44187").replace("0,090,", "0,ZZZ,")
        ),
        "aoc_2024Q3.tsv": files["aoc_2024Q3.tsv"] + "44140\t44310\t1\n",
        "ccipra-v302r0-f1.txt": _edits([*sorted(separate)[1:], "44140"]),
        "PRCCSR_v2022-1.csv": _ccsr(["0D1M0Z4"]),
        "rbcs_2024-06.csv": _rbcs("Vascular"),
        "set.sssom.tsv": _sssom(
            [
                "cpt:44310 skos:broadMatch icd10pcs:0D1B0Z4",
                "icd10pcs:0D1A0Z4 skos:narrowMatch cpt:44310",
                "cpt:44950 skos:exactMatch icd10pcs:0D1L0Z4",
                "cpt:44310 skos:relatedMatch icd10pcs:0D1B0Z9",
            ]
        ),
        "2018_I9gem.txt": "55502   K50012  00000\n0010    A000    00000\n0011    A001    00000\n",
        "2018_I10gem.txt": "K50012  55502   10000\nA000    0010    00000\nA001    0012    10000\n",
        "gem_i9pcs_2018.txt": "4620    0D1B0Z4 00000\n4620    0D1A0Z4 00000\n",
        "gem_pcsi9_2018.txt": "0D1B0Z4 4620    00000\n0D1A0Z4 4620    00000\n",
    }


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
