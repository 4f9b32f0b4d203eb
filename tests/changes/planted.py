"""Two releases of small files in official layouts; the second differs from the first in planted changes only."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from tests.build.small_files import _PFS_HEAD, ptp

BEFORE_PRICING = 23  # PRIC IND stands behind the 23 columns up to TEAM SURG, from 2026 on


def fee(code, modifier="", work="1.00", status="A", bilateral="0", glob="090"):
    """Return a row of 2025: PE 2.00 in both settings, MP 0.50, totals as they add up."""
    total = Decimal(work) + Decimal("2.50")
    cells = [code, modifier, "", status, "", work, "2.00", "", "2.00", "", "0.50", total, total]
    cells += [
        "0",
        glob,
        "0.09",
        "0.81",
        "0.10",
        "2",
        bilateral,
        "2",
        "1",
        "0",
        "",
        "32.3465",
        "09",
        "0",
        "99",
    ]
    return [str(c) for c in (*cells, "0.00", "0.00", "0.00")]


def pfs_2025(rows, month="October"):
    return _PFS_HEAD.replace("October", month) + _lines(rows)


def pfs_2026(rows, factor):
    """Return the layout of 2026: one column more, another factor."""
    added = ["", "", "", "", "", "", "PRIC", "IND"]
    head = _PFS_HEAD.replace("2025", "2026").replace("October", "January").splitlines()
    wide = [_with(line.split(","), cell) for line, cell in zip(head, added, strict=True)]
    return _lines(wide) + _lines([_with([*row[:24], factor, *row[25:]], "1") for row in rows])


def _with(cells, added):
    return [*cells[:BEFORE_PRICING], added, *cells[BEFORE_PRICING:]]


def _lines(rows):
    return "".join(",".join(row) + "\n" for row in rows)


def cut(work, factor="0.975"):
    """Return a work RVU less 2.5 %, rounded half up to two decimals, as the fee schedule of 2026 has it."""
    return str((Decimal(work) * Decimal(factor)).quantize(Decimal("0.01"), ROUND_HALF_UP))


STAYING = ("43200", "43235", "43239", "44005", "44120", "44140", "44143", "44160")
CUT = {"44310": "17.59", "44388": "2.72", "44312": "9.13", "44300": "13.75"}
FEES_JULY = [fee("44015", work="2.62"), *[fee(c) for c in STAYING]]
FEES_2025 = [
    *[fee(c) for c in STAYING],
    *[fee(c, work=w) for c, w in CUT.items()],
    fee("44388", "53", work="1.36"),
    fee("44139", work="2.23"),
    fee("44383", status="D"),
    fee("44950", work="10.60"),
    fee("44960", "26"),
    fee("44960"),
]
FEES_2026 = [
    *[fee(c) for c in STAYING],
    *[fee(c, work=cut(w)) for c, w in CUT.items()],
    fee("44388", "53", work=cut("1.36")),
    fee("44139", work="2.23", bilateral="1"),  # an indicator
    fee("44383"),  # reinstated: D before
    fee("44015", work="2.62"),  # reinstated: in July, not in October
    fee("44187", work="17.40"),  # added, with a row of a modifier
    fee("44187", "TC", work="0.00"),
    fee("44960"),  # its row with 26 is gone; 44950 is deleted
]
PTP_2025 = [
    ("44310", "44388", "20200101", "*", "1"),  # stays
    ("44310", "44312", "20200101", "20260630", "0"),  # ends later: in force at the end of both quarters
    ("44310", "00100", "20200101", "*", "0"),  # gets its last day
    ("44140", "44005", "20200101", "*", "1"),  # gets another indicator
    ("44140", "G0463", "20230101", "20230101", "9"),  # void
    ("44160", "44005", "20200101", "20201231", "1"),  # over
]
PTP_2026 = [
    ("44310", "44388", "20200101", "*", "1"),
    ("44310", "44312", "20200101", "20260630", "0"),
    ("44310", "00100", "20200101", "20251231", "0"),
    ("44140", "44005", "20200101", "20251231", "1"),
    ("44140", "44005", "20260101", "*", "0"),
    ("44140", "G0463", "20230101", "20230101", "9"),
    ("44160", "44005", "20200101", "20201231", "1"),
    ("44187", "00100", "20260101", "*", "0"),  # begins
]
_MUE_HEAD = (
    '"Notice of 2099.",,,\n"HCPCS/\nCPT Code",Practitioner Services MUE Values,'
    "MUE Adjudication Indicator,MUE Rationale\n"
)
_POLICY, _CLINICAL = "2 Date of Service Edit: Policy", "3 Date of Service Edit: Clinical"


def mue(rows):
    return _MUE_HEAD + "".join(f"{c},{u},{a},CMS Policy\n" for c, u, a in rows)


MUE_2025 = [("44310", 2, _CLINICAL), ("44312", 1, _POLICY), ("44388", 1, _POLICY), ("44005", 1, _POLICY)]
MUE_2026 = [("44310", 1, _CLINICAL), ("44312", 1, _CLINICAL), ("44388", 1, _POLICY), ("44187", 1, _POLICY)]
_ADDON_HEAD = (
    "CPT only copyright 2099\t\t\t\t\t\t\t\nAOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\t"
    "Primary_Code_DelDT\tAOC_Edit_EffDT\tAOC_Edit_DelDT\tSpecial_Instruction_Notes\n"
)


def addon(rows):
    """Return add-on edits; their dates are year and day of the year."""
    return _ADDON_HEAD + "".join(f"1\t{a}\t\t{p}\t\t{e}\t{d}\t\n" for a, p, e, d in rows)


ADDON_2025 = [("44139", "44140", "2020001", ""), ("44139", "44160", "2020001", "")]
ADDON_2026 = [
    ("44139", "44140", "2020001", ""),
    ("44139", "44160", "2020001", "2025365"),  # ended
    ("44139", "44143", "2026001", ""),  # begun
]
_GPCI_HEAD = (
    "ADDENDUM E. FINAL CY {0} GEOGRAPHIC PRACTICE COST INDICES (GPCIs) BY STATE,,,,,,\n,,,,,,\n"
    "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
    "{0} PW GPCI (with 1.0 Floor),{0} PE GPCI,{0} MP GPCI\n"
)
GPCI_2025 = "10112,AL,00,ALABAMA,1,0.869,0.575\n02102,AK,01,ALASKA*,1.5,1.081,0.592\n"
GPCI_2026 = "10112,AL,00,ALABAMA,1,0.872,0.575\n02102,AK,01,ALASKA*,1.5,1.081,0.592\n"
_OPPS_HEAD = (
    "\tAddendum B.-- OPPS Payment by HCPCS Code for CY {}\t\t\t\t\t\t\t\t\t\t\t\r\n"
    "HCPCS Code\tShort Descriptor\t CI\t SI\t APC \tRelative Weight\tPayment Rate\tNational Unadjusted Copayment\t"
    "Minimum Unadjusted Copayment\tIRA Coinsurance percentage \tAdjusted Beneficiary Copayment\t"
    "Drug and Device Pass-Through Expiration during Calendar Year\tNote\r\n"
)
OPPS_2025 = (
    "44310\t\t\tC\t\t\t\t\t\t\t\t\t\r\n44388\t\t\tT\t5311\t10.0281\t$911.71\t.\t$182.35\t\t\t\t\r\n"
    "44312\t\t\tJ1\t5341\t30.0\t$3,000.00\t.\t$600.00\t\t\t\t\r\n"
)
OPPS_2026 = (
    "44310\t\t\tC\t\t\t\t\t\t\t\t\t\r\n44388\t\t\tT\t5311\t10.0281\t$930.00\t.\t$182.35\t\t\t\t\r\n"
    "44312\t\t\tJ1\t5342\t30.0\t$3,000.00\t.\t$600.00\t\t\t\t\r\n"
)
_LIST_HEAD = (
    "\tAddendum E.-- HCPCS Codes That Would Be Paid Only as Inpatient Procedures for CY {}\t\t\r\n"
    "\tNotice\t\t\r\nHCPCS Code\tShort Descriptor\t CI\t SI\r\n"
)
INPATIENT_2025 = "44310\t\t\tC\r\n44005\t\t\tC\r\n"
INPATIENT_2026 = "44310\t\t\tC\r\n44140\t\t\tC\r\n"


def hcpcs(rows):
    """Return the list of fixed width: code, first day, last day, coverage."""
    return "*Disclaimers\r\n" + "".join(
        f"{_hcpcs_line(code, added, ended, cover)}\r\n" for code, added, ended, cover in rows
    )


def _hcpcs_line(code, added, ended, cover):
    line = f"{code:>5}001003{'Thing ' + code:80}{code:28}{'00':8}{'9':1}"
    line = f"{line:229}{cover:1}{'':26}{'D1A':3} {'S':5}"
    return f"{line:268}{added:8}{added:8}{ended:8}N{'':27}"


HCPCS_2025 = [
    ("A0001", "19900101", "", "C"),
    ("A0002", "19900101", "", "C"),  # ends on the last day of 2025
    ("A0003", "19900101", "20201231", "C"),  # over, and back
    ("A0004", "19900101", "20201231", "C"),  # over
    ("A0005", "19900101", "", "C"),  # gets another coverage
]
HCPCS_2026 = [
    ("A0001", "19900101", "", "C"),
    ("A0002", "19900101", "20251231", "C"),
    ("A0003", "19900101", "", "C"),
    ("A0004", "19900101", "20201231", "C"),
    ("A0005", "19900101", "", "D"),
    ("A0006", "20260101", "", "C"),  # new
    ("A0007", "19950101", "", "C"),  # older than the first list, which lacks it
]
_SSSOM_HEAD = """#curie_map:
#  ICD10CM: http://purl.bioontology.org/ontology/ICD10CM/
#  ex: https://example.org/terms/
#mapping_set_id: https://example.org/sets/planted
#mapping_set_version: "{}"
#license: https://creativecommons.org/publicdomain/zero/1.0/
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence
"""
SSSOM_2025 = (
    "ex:1\tskos:exactMatch\tICD10CM:K50.012\tsemapv:LexicalMatching\t0.75\n"
    "ex:2\tskos:exactMatch\tICD10CM:K50.00\tsemapv:LexicalMatching\t0.75\n"  # lost
    "ex:3\tskos:exactMatch\tICD10CM:K50.00\tsemapv:LexicalMatching\t0.75\n"  # becomes broader
    "ex:4\tskos:exactMatch\tICD10CM:K50.00\tsemapv:LexicalMatching\t0.75\n"  # becomes surer
)
SSSOM_2026 = (
    "ex:1\tskos:exactMatch\tICD10CM:K50.012\tsemapv:LexicalMatching\t0.75\n"
    "ex:3\tskos:broadMatch\tICD10CM:K50.00\tsemapv:LexicalMatching\t0.75\n"
    "ex:4\tskos:exactMatch\tICD10CM:K50.00\tsemapv:LexicalMatching\t0.90\n"
    "ex:5\tskos:exactMatch\tICD10CM:K50.012\tsemapv:LexicalMatching\t0.75\n"  # gained
)
FIRST = {
    "PPRRVU2025_Jul.csv": pfs_2025(FEES_JULY, "July"),
    "PPRRVU2025_Oct.csv": pfs_2025(FEES_2025),
    "ccipra-v313r0-f1.txt": ptp(PTP_2025),
    "MCR_MUE_PractitionerServices_Eff_10-01-2025.csv": mue(MUE_2025),
    "AOC_2025Q4.txt": addon(ADDON_2025),
    "GPCI2025.csv": _GPCI_HEAD.format(2025) + GPCI_2025,
    "2025_NFRM_Addendum_B.txt": _OPPS_HEAD.format(2025) + OPPS_2025,
    "2025_NFRM_Addendum_E.txt": _LIST_HEAD.format(2025) + INPATIENT_2025,
    "HCPC2025_CONTR_ANWEB.txt": hcpcs(HCPCS_2025),
    "planted.sssom.tsv": _SSSOM_HEAD.format(1) + SSSOM_2025,
}
SECOND = {
    "PPRRVU2026_Jan_nonQPP.csv": pfs_2026(FEES_2026, "33.4009"),
    "PPRRVU2026_Jan_QPP.csv": pfs_2026(FEES_2026, "33.5675"),
    "ccipra-v320r0-f1.txt": ptp(PTP_2026),
    "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv": mue(MUE_2026),
    "AOC_2026Q1.txt": addon(ADDON_2026),
    "GPCI2026.csv": _GPCI_HEAD.format(2026) + GPCI_2026,
    "2026_NFRM_Addendum_B.txt": _OPPS_HEAD.format(2026) + OPPS_2026,
    "2026_NFRM_Addendum_E.txt": _LIST_HEAD.format(2026) + INPATIENT_2026,
    "HCPC2026_CONTR_ANWEB.txt": hcpcs(HCPCS_2026),
    "planted.sssom.tsv": _SSSOM_HEAD.format(2) + SSSOM_2026,
}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return folder
