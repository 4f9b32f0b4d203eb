"""What must hold for the page of any code: sections owed, sources, no gaps, sound HTML and Markdown, living links."""

from __future__ import annotations

import re

from codegraph.codes import SYSTEMS
from codegraph.graph import CodeGraph
from codegraph.namespaces import CODE_PREFIXES
from codegraph.page.as_html import html
from codegraph.page.as_markdown import markdown
from codegraph.page.model import Cell, Page, Section
from tests.page.html_tree import check_accessible, check_harmless, read

BILLED = {"payment", "comparison", "points", "settings", "outpatient", "conflicts", "unit-limit", "add-ons"}
# Sections that the page of every active code of a system has, whatever is loaded: they say it or what is not loaded.
OWED = {
    "cpt": BILLED | {"meaning", "modifiers", "crosswalks", "questions", "sources"},
    "hcpcs": BILLED | {"meaning", "modifiers", "crosswalks", "questions", "sources"},
    "icd10pcs": {"place", "facets", "crosswalks", "questions", "sources"},
    "icd10cm": {"crosswalks", "questions", "sources"},
    "icd9cm": {"sources"},
    "icd9pcs": {"sources"},
    "modifier": {"meaning", "questions"},
}
# What a value of Python looks like that was printed and not said.
SPILLED = re.compile(
    r"^None$|[:(=,] ?None\b|Decimal\(|datetime\.|frozenset|<[a-z_.]+ object|\{'|\['|\(\)|\bnan\b|\b(?:True|False)\b"
)
WITHOUT_SOURCE = {"questions", "sources"}


def cells_of(section: Section) -> list[Cell]:
    lines = [c for line in section.lines for c in line.values]
    return [*lines, *(c for t in section.tables for cells in t.rows for c in cells)]


def check_page(kg: CodeGraph, page: Page) -> None:
    """Assert that a page has the sections owed, that each says something with its source, and that links lead on."""
    idents = [s.ident for s in page.sections]
    assert len(idents) == len(set(idents)), idents
    assert OWED[page.system] <= set(idents), OWED[page.system] - set(idents)
    for section in page.sections:
        where = f"{page.code}: {section.ident}"
        check_section(section, where)
    targets = {c.target for s in page.sections for c in cells_of(s) if c.target}
    targets |= {m.target for s in page.sections if s.drawing for m in s.drawing.shapes if m.target}
    for target in targets:
        if target.startswith("question:"):
            assert page.notation in target
        elif target.partition(":")[0] in CODE_PREFIXES:
            assert kg.get(target) is not None, f"{page.code} leads to {target}"
        else:
            assert kg.store.has_term(target), f"{page.code} leads to {target}"


def check_section(section: Section, where: str) -> None:
    says = section.lines or section.tables or section.drawing
    assert says or section.missing, f"{where} is empty"
    assert all(text.strip() for text in section.missing), where
    if says and section.ident not in WITHOUT_SOURCE:
        assert section.sources or section.missing, f"{where} has no source"
    for line in section.lines:
        assert line.values, f"{where}: {line.name} says nothing"
        assert all(c.text.strip() for c in line.values), f"{where}: {line.name} has an empty value"
    for table in section.tables:
        assert table.rows, f"{where}: {table.caption} has no row"
        assert table.caption.strip(), where
        assert all(len(cells) == len(table.heads) for cells in table.rows), f"{where}: {table.caption}"
        assert all(cells[0].text.strip() for cells in table.rows), (
            f"{where}: {table.caption} has a row without name"
        )
        assert all(any(cells[n].text for cells in table.rows) for n in range(len(table.heads))), where
    for text in (*(c.text for c in cells_of(section)), *section.missing):
        assert not SPILLED.search(text), f"{where}: {text}"
        assert text == text.strip(), f"{where}: {text!r}"
        assert ".." not in text.replace("...", ""), f"{where}: {text}"


def check_html(page: Page) -> None:
    """Assert that the HTML of a page is balanced, accessible, harmless, and has every section, table and drawing."""
    tree = read(html(page))
    check_accessible(tree)
    check_harmless(tree)
    assert [n.get("id") for n in tree.all("section")] == [s.ident for s in page.sections]
    tables = [t for s in page.sections for t in s.tables]
    assert len(list(tree.all("table"))) == len(tables)
    more = [n.text for n in tree.all("p") if "more" in (n.get("class") or "").split()]
    assert more == [t.more.text for t in tables if t.more]
    drawings = list(tree.all("svg"))
    assert len(drawings) == sum(s.drawing is not None for s in page.sections)
    for drawing in drawings:
        assert drawing.get("role") in ("img", "group")
        assert drawing.children
        inside = [n.tag for n in drawing.children if not isinstance(n, str)][:2]
        assert inside == ["title", "desc"]
        assert all(n.text.strip() for n in drawing.children[:4] if not isinstance(n, str))


ROW = re.compile(r"(?<!\\)\|")


def check_markdown(page: Page) -> None:
    """Assert that the Markdown of a page is CommonMark with tables whose rows have the columns of their head."""
    lines = markdown(page).split("\n")
    assert lines[0].startswith("# ")
    assert sum(line.startswith("## ") for line in lines) == len(page.sections)
    assert not any(line.startswith("###") for line in lines)
    width = 0
    for number, line in enumerate(lines):
        if not line.startswith("|"):
            width = 0
            continue
        if not width:
            assert lines[number - 1] == "", f"a table right below a text: {lines[number - 1]}"
            assert re.fullmatch(r"\|(-+:?\|)+", lines[number + 1]), lines[number + 1]
            width = len(ROW.findall(line))
        assert len(ROW.findall(line)) == width, f"{page.code}: {line[:200]}"
    assert "\n\n\n" not in "\n".join(lines)


def check_all(kg: CodeGraph, page: Page) -> None:
    assert page.system in SYSTEMS
    check_page(kg, page)
    check_html(page)
    check_markdown(page)
