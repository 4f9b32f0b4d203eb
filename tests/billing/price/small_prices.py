"""A folder of small fee schedule files, figures invented unless a test says otherwise: 2024, 2025 and 2026."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

# A column: what stands above its name in the published header, the name, and the field that the rows here give.
COLUMNS = [
    ("", "HCPCS", "code"),
    ("", "MOD", "modifier"),
    ("", "DESCRIPTION", "text"),
    ("STATUS", "CODE", "status"),
    ("NOT USED FOR MEDICARE", "PAYMENT", "not_used"),
    ("WORK", "RVU", "work"),
    ("NON-FAC", "PE RVU", "nonfacility"),
    ("NON-FAC NA", "INDICATOR", "nonfacility_na"),
    ("FACILITY", "PE RVU", "facility"),
    ("FACILITY NA", "INDICATOR", "facility_na"),
    ("MP", "RVU", "malpractice"),
    ("NON-FACILITY", "TOTAL", "total"),
    ("FACILITY", "TOTAL", "total"),
    ("PCTC", "IND", "pctc"),
    ("GLOB", "DAYS", "days"),
    ("PRE", "OP", "pre"),
    ("INTRA", "OP", "intra"),
    ("POST", "OP", "post"),
    ("MULT", "PROC", "multiple"),
    ("BILAT", "SURG", "bilateral"),
    ("ASST", "SURG", "assistant"),
    ("CO-", "SURG", "cosurgeon"),
    ("TEAM", "SURG", "team"),
    ("ENDO", "BASE", "base"),
    ("CONV", "FACTOR", "factor"),
    ("PHYSICIAN SUPERVISION OF DIAGNOSTIC", "PROCEDURES", "supervision"),
    ("CALCULATION", "FLAG", "flag"),
    ("DIAGNOSTIC IMAGING FAMILY", "INDICATOR", "family"),
    ("NON-FACILITY PE USED FOR OPPS PAYMENT", "AMOUNT", "opps_pe"),
    ("FACILITY PE USED FOR OPPS PAYMENT", "AMOUNT", "opps_pe"),
    ("MP USED FOR OPPS PAYMENT", "AMOUNT", "opps_mp"),
]
# The layout of 2026 has a column more, between TEAM SURG and ENDO BASE.
PRIC_IND = ("PRIC", "IND", "pricing")
PLAIN = {
    **dict.fromkeys(("work", "nonfacility", "facility", "malpractice", "total"), "0.00"),
    **dict.fromkeys(("pre", "intra", "post", "opps_pe", "opps_mp"), "0.00"),
    **dict.fromkeys(("multiple", "bilateral", "assistant", "cosurgeon", "team", "pctc", "flag"), "0"),
    "status": "A",
    "days": "000",
    "supervision": "09",
    "family": "99",
    "pricing": "1",
}
SHARES = {"days": "090", "pre": "0.09", "intra": "0.81", "post": "0.10"}
OPERATION = SHARES | {
    "work": "17.59",
    "nonfacility": "9.91",
    "nonfacility_na": "NA",
    "facility": "9.91",
    "malpractice": "3.76",
    "multiple": "2",
    "assistant": "2",
    "cosurgeon": "1",
}
SCOPE = {"work": "2.72", "nonfacility": "6.30", "facility": "1.51", "malpractice": "0.42"}
IMAGE = {"pctc": "1", "facility_na": "NA", "days": "XXX", "multiple": "4", "family": "88"}
ROWS_2025 = [
    ("44310", "", OPERATION),
    ("44388", "", SCOPE),
    ("44388", "53", {"work": "1.36", "nonfacility": "3.15", "facility": "0.76", "malpractice": "0.21"}),
    # Each value of the indicators once, on an operation.
    ("10001", "", OPERATION | {"bilateral": "1", "assistant": "0", "cosurgeon": "2", "team": "1"}),
    ("10002", "", OPERATION | {"bilateral": "2", "assistant": "1", "cosurgeon": "0", "team": "2"}),
    ("10003", "", OPERATION | {"bilateral": "3", "assistant": "9", "cosurgeon": "9", "team": "9"}),
    ("10009", "", OPERATION | {"bilateral": "9", "pre": "0.00", "intra": "0.00", "post": "0.00"}),
    ("10010", "", OPERATION | {"bilateral": "7", "days": "010", "pre": "0.10", "intra": "0.80"}),
    ("59400", "", OPERATION | {"days": "MMM"}),
    # Imaging: whole, professional, technical; the cap of the technical part is below, then above the amount.
    ("70450", "", IMAGE | {"work": "0.85", "nonfacility": "2.35", "malpractice": "0.05", "opps_pe": "1.31"}),
    ("70450", "26", {"pctc": "1", "work": "0.85", "nonfacility": "0.31", "facility": "0.31", "days": "XXX"}),
    ("70450", "TC", IMAGE | {"nonfacility": "2.04", "malpractice": "0.01", "opps_pe": "1.00"}),
    ("70460", "TC", IMAGE | {"nonfacility": "2.04", "malpractice": "0.01", "opps_pe": "3.00"}),
    ("70460", "", IMAGE | {"nonfacility": "2.35", "malpractice": "0.01", "opps_pe": "3.31"}),
    ("70470", "TC", IMAGE | {"status": "C", "opps_pe": "3.28"}),
    ("70470", "", IMAGE | {"status": "C", "opps_pe": "3.59"}),
    ("00100", "", {"status": "J", "days": "XXX"}),
    ("93005", "", {"pctc": "3", "nonfacility": "0.20", "facility_na": "NA", "nonfacility_na": "NA"}),
    # A row for each status letter that the schedule does not pay by, and the two that it pays conditionally.
    *((f"2000{n}", "", {"status": letter}) for n, letter in enumerate("BCDEFGHIL")),
    *((f"2001{n}", "", {"status": letter}) for n, letter in enumerate("MNPQRXZ")),
    ("20020", "", SCOPE | {"status": "N", "not_used": "+"}),
    ("20021", "", SCOPE | {"status": "R"}),
    ("20022", "", SCOPE | {"status": "T", "flag": "1"}),
]
ROWS_2026 = [("44310", "", OPERATION | {"work": "17.15", "base": "44388"}), ("00100", "", {"status": "J"})]
GPCI = {
    2024: {"10112-00": ("AL", "ALABAMA", "1.000", "0.870", "0.600")},
    2025: {
        "10112-00": ("AL", "ALABAMA", "1", "0.869", "0.575"),
        "01112-05": ("CA", "SAN FRANCISCO", "1.088", "1.419", "0.445"),
        "01182-18": ("CA", "LOS ANGELES", "1.042", "1.169", "0.668"),
    },
    2026: {
        "10112-00": ("AL", "ALABAMA", "1.000", "0.875", "0.566"),
        "01112-05": ("CA", "SAN FRANCISCO", "1.085", "1.400", "0.440"),
    },
}
CAPS = [
    ("70450", "", "A", "10112", "00", "60.00"),
    ("70450", "TC", "A", "10112", "00", "31.05"),
    ("70450", "TC", "A", "01112", "18", "33.33"),
    ("70460", "TC", "A", "10112", "00", "99.99"),
    ("70470", "TC", "C", "10112", "00", "92.20"),
]
ANESTHESIA = {
    2025: "Contractor,Locality,Locality Name,National Anes CF of 20.3178\n10112 ,00 ,ALABAMA,19.31 \n",
    2026: (
        "Contractor,Locality,Locality Name,"
        "Qualifying APM National Anes CF (with 2.5% statutory increase) of 20.599835,"
        "Non-Qualifying APM National Anes CF (with 2.5% Statutory increase)  of 20.49754\n"
        "10112,00,ALABAMA,19.60,19.50\n"
    ),
}


def relative_values(
    year: int, month: str, factor: str, rows: Iterable[tuple[str, str, dict[str, str]]]
) -> str:
    """Return a relative value file in the layout of its year."""
    columns = [*COLUMNS[:23], PRIC_IND, *COLUMNS[23:]] if year >= 2026 else COLUMNS
    width = len(columns)
    title = f"{year} National Physician Fee Schedule Relative Value File {month} Release"
    lines = [["", "", title, *[""] * (width - 3)], [c[0] for c in columns], [c[1] for c in columns]]
    for code, modifier, fields in rows:
        cells = {**PLAIN, "code": code, "modifier": modifier, "factor": factor, **fields}
        lines.append([cells.get(field, "") for _, _, field in columns])
    return "".join(",".join(line) + "\n" for line in lines)


def indices(year: int) -> str:
    """Return an index file."""
    head = (
        f"ADDENDUM E. FINAL CY {year} GEOGRAPHIC PRACTICE COST INDICES,,,,,,\n"
        "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
        f"{year} PW GPCI (with 1.0 Floor),{year} PE GPCI,{year} MP GPCI\n"
    )
    rows = ((*key.split("-"), *cells) for key, cells in GPCI[year].items())
    return head + "".join(f"{c},{s},{n},{name},{w},{p},{m}\n" for c, n, s, name, w, p, m in rows)


def write_prices(folder: Path) -> Path:
    """Write the small files below a folder and return it."""
    caps = "".join(",".join((*row, row[-1])) + "\n" for row in CAPS)
    files = {
        "RVU24A_PPRRVU24_JAN.csv": relative_values(2024, "January", "32.7442", ROWS_2025[:3]),
        "RVU24AR_PPRRVU24_JAN.csv": relative_values(2024, "January", "33.2875", ROWS_2025[:3]),
        "PPRRVU2025_Oct.csv": relative_values(2025, "October", "32.3465", ROWS_2025),
        "PPRRVU2026_Jan_nonQPP.csv": relative_values(2026, "January", "33.4009", ROWS_2026),
        "PPRRVU2026_Jan_QPP.csv": relative_values(2026, "January", "33.5675", ROWS_2026),
        **{f"GPCI{year}.csv": indices(year) for year in GPCI},
        **{f"ANES{year}.csv": text for year, text in ANESTHESIA.items()},
        "OPPSCAP_Oct.csv": "HCPCS,MOD,PROCSTAT,CARRIER,LOCALITY,FACILITY PRICE,NON-FACILTY PRICE\n" + caps,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
