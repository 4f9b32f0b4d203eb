"""What the tests of several readers share: files and workbooks written on the spot, without any library."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from codegraph.sources.files import Member, members

Cell = str | int | float | None
MakeFile = Callable[[str, str | bytes], Member]
MakeWorkbook = Callable[..., Member]

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{rel}/{kind}" Target="{target}"/></Relationships>'
)
_WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{_REL}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def column_name(number: int) -> str:
    """Return A for 0, AA for 26."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell_xml(reference: str, value: Cell) -> str:
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{reference}"><v>{value!r}</v></c>'


def sheet_xml(rows: Iterable[Sequence[Cell]]) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = (cell_xml(f"{column_name(n)}{number}", v) for n, v in enumerate(row) if v not in (None, ""))
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return sheet_around("".join(lines))


def sheet_around(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{body}</sheetData></worksheet>"
    )


def write_xlsx(path: Path, rows: Iterable[Sequence[Cell]] = (), *, sheet: str | None = None) -> Path:
    """Write a workbook of one sheet, from rows of texts and numbers or from the sheet's own XML."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "_rels/.rels", _RELS.format(rel=_REL, kind="officeDocument", target="xl/workbook.xml")
        )
        archive.writestr("xl/workbook.xml", _WORKBOOK)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _RELS.format(rel=_REL, kind="worksheet", target="worksheets/sheet1.xml"),
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet if sheet is not None else sheet_xml(rows))
    return path


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """Write a file of this name and content and return it as the readers get it."""

    def make(name: str, content: str | bytes) -> Member:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return next(members(path))

    return make


@pytest.fixture
def make_workbook(tmp_path: Path) -> MakeWorkbook:
    """Write a workbook of these rows, or of this sheet's XML, and return it as the readers get it."""

    def make(name: str, rows: Iterable[Sequence[Cell]] = (), *, sheet: str | None = None) -> Member:
        return next(members(write_xlsx(tmp_path / name, rows, sheet=sheet)))

    return make
