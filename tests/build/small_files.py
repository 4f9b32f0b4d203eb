"""A folder of small synthetic files in official layouts, enough for a whole build. Figures are invented."""

from __future__ import annotations

from pathlib import Path

# ruff: noqa: E501 - the header is as wide as the official one
_PFS_HEAD = """,,2025 National Physician Fee Schedule Relative Value File October Release,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,notice,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,RELEASED 09/11/2025,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,, , ,,,,,,,,,,,,,,,,,,,,,,,,,NON-FACILITY,FACILITY,
,,,,NOT USED,,,,,,,,,,,,,,,,,,,,,PHYSICIAN,,DIAGNOSTIC,PE USED,PE USED,MP USED
,,,,FOR,,,NON-FAC,,FACILITY ,,,,,,,,,,,,,,,,SUPERVISION OF,,IMAGING,FOR OPPS,FOR OPPS,FOR OPPS
,,,STATUS,MEDICARE ,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,TEAM,ENDO,CONV,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT
HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT
"""
_TAIL = "0,090,0.09,0.81,0.10,2,0,2,1,0,,32.3465,09,0,99,0.00,0.00,0.00"

PLANTED = "PLANTED LICENSED WORDS 7f3a"


def pfs_row(code: str, modifier: str = "", text: str = "", work: str = "17.59") -> str:
    return f"{code},{modifier},{text},A,,{work},9.91,NA,9.91,,3.76,31.26,31.26,{_TAIL}"


def pfs(rows: list[str]) -> str:
    return _PFS_HEAD + "\n".join(rows) + "\n"


def ptp(rows: list[tuple[str, str, str, str, str]]) -> str:
    head = (
        "notice\t\t\t\t\t\t\nColumn1/Column2 Edits\t\t\t\t\t\t\n"
        "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
        "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n\t\t\t\t*=no data\t1=allowed\t\n"
        "\t\t\t\t\t9=not applicable\t\n"
    )
    return head + "".join(f"{a}\t{b}\t\t{e}\t{d}\t{i}\tSequential procedure\n" for a, b, e, d, i in rows)


def order_line(number: int, code: str, valid: int, short: str, long: str) -> str:
    return f"{number:05d} {code:<7} {valid} {short:<60} {long}\n"


def pcs_table(year: int, approaches: str = "04") -> str:
    names = {"0": "Open", "4": "Percutaneous Endoscopic"}
    labels = "".join(f'<label code="{a}">{names[a]}</label>' for a in approaches)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<ICD10PCS.tabular><version>{year}</version><title>{year} ICD-10-PCS Tables</title><pcsTable>
<axis pos="1" values="1"><title>Section</title><label code="0">Medical and Surgical</label></axis>
<axis pos="2" values="1"><title>Body System</title><label code="D">Gastrointestinal System</label></axis>
<axis pos="3" values="1"><title>Operation</title><label code="1">Bypass</label>
<definition>Altering the route of passage of the contents of a tubular body part</definition></axis>
<pcsRow codes="{2 * len(approaches)}">
<axis pos="4" values="2"><title>Body Part</title><label code="A">Jejunum</label><label code="B">Ileum</label></axis>
<axis pos="5" values="{len(approaches)}"><title>Approach</title>{labels}</axis>
<axis pos="6" values="1"><title>Device</title><label code="Z">No Device</label></axis>
<axis pos="7" values="1"><title>Qualifier</title><label code="4">Cutaneous</label></axis>
</pcsRow></pcsTable></ICD10PCS.tabular>
"""


def write_all(folder: Path) -> Path:
    """Write the small files below a folder and return it."""
    files = {
        "PPRRVU2025_Oct.csv": pfs(
            [
                pfs_row("44310", text=PLANTED),
                pfs_row("44388"),
                pfs_row("44388", "53"),
                pfs_row("00100"),
                pfs_row("G0463", text="Hospital outpt clinic visit"),
            ]
        ),
        "ccipra-v302r0-f1.txt": ptp(
            [
                ("44310", "44388", "20200101", "*", "1"),
                ("44310", "00100", "20200101", "20211231", "0"),
                ("44310", "00100", "20230101", "*", "0"),
                ("44310", "G0463", "20230101", "20230101", "9"),
            ]
        ),
        "icd10cm-order-2021.txt": "".join(
            [
                order_line(1, "K50", 0, "Crohn's disease", "Crohn's disease [regional enteritis]"),
                order_line(2, "K500", 0, "Crohn's of small intestine", "Crohn's disease of small intestine"),
                order_line(3, "K5000", 1, "Crohn's w/o comp", "Crohn's disease without complications"),
            ]
        ),
        "icd10pcs_tables_2026.xml": pcs_table(2026),
        "icd10pcs_tables_2025.xml": pcs_table(2025, "0"),
        "2018_I10gem.txt": "K5000   5550  10000\nA000    0010  00000\n",
        "notes.txt": "Nothing that any reader knows.\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
