"""Small fee schedule and grouping files of one quarter, figures invented: peers of every kind for a few codes."""

from __future__ import annotations

from pathlib import Path

from tests.build.small_files import _TAIL, pfs

# Code, modifier, status, work, non-facility total, its NA flag, facility total, its NA flag.
ROWS = [
    ("44186", "", "A", "10.00", "19.00", "NA", "19.00", ""),
    ("44187", "", "A", "17.00", "32.00", "NA", "32.00", ""),
    ("44188", "", "A", "17.00", "33.00", "NA", "33.00", ""),
    ("44300", "", "A", "12.00", "40.00", "", "25.00", ""),
    ("44310", "", "A", "17.59", "31.26", "NA", "31.26", ""),
    ("44316", "", "R", "23.00", "42.00", "NA", "42.00", ""),
    ("44320", "", "C", "0.00", "0.00", "", "0.00", ""),
    ("44322", "", "A", "0.00", "1.00", "", "1.00", ""),
    ("44388", "", "A", "2.72", "9.44", "", "4.65", ""),
    ("44388", "53", "A", "1.36", "4.72", "", "2.33", ""),
    ("10003", "", "A", "0.50", "1.00", "", "1.00", ""),
    ("10004", "", "A", "0.80", "1.50", "", "1.20", ""),
    ("69990", "", "A", "3.46", "6.00", "NA", "6.00", ""),
    ("70010", "", "A", "1.19", "2.00", "", "2.00", "NA"),
    ("0075T", "", "C", "0.00", "0.00", "", "0.00", ""),
    ("G0105", "", "A", "3.26", "10.13", "", "5.48", ""),
]
RBCS = (
    "hcpcs_code,rbcs_procedure,rbcs_category,rbcs_subcategory,rbcs_family,hcpcs_date_added,hcpcs_date_ended,"
    "rbcs_date_effective\n"
    "44310,Major,Procedure,Digestive,No RBCS Family,1984-01-01,9999-12-31,2014-01-01\n"
    "44388,Major,Procedure,Digestive,Scopes,1984-01-01,9999-12-31,2014-01-01\n"
    "G0105,Major,Procedure,Digestive,Scopes,1984-01-01,9999-12-31,2014-01-01\n"
    "10004,Other,Procedure,Breast,No RBCS Family,1984-01-01,9999-12-31,2014-01-01\n"
    "70010,Other,Imaging,X-ray,No RBCS Family,1984-01-01,9999-12-31,2014-01-01\n"
)


def write_files(folder: Path) -> Path:
    """Write the files below a folder and return it."""
    lines = [
        f"{code},{modifier},,{status},,{work},1.00,{na},1.00,{inside},0.50,{other},{total},{_TAIL}"
        for code, modifier, status, work, other, na, total, inside in ROWS
    ]
    folder.mkdir(parents=True)
    (folder / "PPRRVU2025_Oct.csv").write_text(pfs(lines), encoding="utf-8")
    (folder / "rbcs_2024-06.csv").write_text(RBCS, encoding="utf-8")
    return folder
