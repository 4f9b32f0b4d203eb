"""The writers of pages: golden lines of Markdown, well-formed and accessible HTML, and markup that stays text."""

from __future__ import annotations

import re
import sys
from decimal import Decimal

import pytest

from codegraph.errors import NotLoaded
from codegraph.page.as_html import STYLE, environment, html, plain, shown
from codegraph.page.as_markdown import escaped, markdown
from codegraph.page.drawings import dots, relatives
from codegraph.page.links import absolute, on_server
from codegraph.page.model import Cell, Line, Page, Section, Table
from codegraph.page.page import page_of
from tests.build.small_files import PLANTED
from tests.page.conftest import HOSTILE
from tests.page.html_tree import check_accessible, check_harmless, read

LINK_TO_SCRIPT = re.compile(r"(?<!\\)\]\(javascript", re.IGNORECASE)


@pytest.mark.parametrize("code", ["44310", "44383", "icd10pcs:0D1B0Z4", "icd10cm:K50", "modifier:50"])
def test_html_is_well_formed_accessible_and_harmless(kg, code):
    tree = read(html(page_of(kg, code)))
    check_accessible(tree)
    check_harmless(tree)
    assert not list(tree.all("script", "img", "link"))


def test_html_has_every_section_and_leads_to_it(kg):
    page = page_of(kg, "44310")
    tree = read(html(page))
    idents = [n.get("id") for n in tree.all("section")]
    assert idents == [s.ident for s in page.sections]
    assert [a.get("href") for a in tree.one("nav").all("a")] == [f"#{i}" for i in idents]
    assert len(list(tree.all("svg"))) == 3
    assert sum(1 for _ in tree.all("circle")) == 109 + 8
    assert len(list(tree.all("table"))) == sum(len(s.tables) for s in page.sections)


def test_links_of_a_page_that_stands_alone_are_addresses_and_of_a_server_paths(kg):
    page = page_of(kg, "44310")
    alone = {a.get("href") for a in read(html(page)).all("a")}
    assert "https://w3id.org/codegraph/code/icd10pcs/0D1B0Z4" in alone
    served = {a.get("href") for a in read(html(page, links=on_server)).all("a")}
    assert "/code/icd10pcs/0D1B0Z4" in served
    assert "/concept/site/jejunum-or-ileum" in served
    assert not any(h.startswith("https://w3id.org/codegraph/code") for h in served)


def test_what_is_not_loaded_is_marked(small):
    marked = [n.text for n in read(html(page_of(small, "44310"))).all("p") if n.get("class") == "missing"]
    assert any("Addendum B" in text for text in marked)
    assert all("not loaded" in text.lower() for text in marked)


def test_markup_in_labels_stays_text(hostile):
    for code in ("icd10cm:K50", "icd10cm:K50.00"):
        page = page_of(hostile, code)
        tree = read(html(page))
        check_accessible(tree)
        check_harmless(tree)
        assert not list(tree.all("script", "img"))
        assert "<script>alert(1)</script>" in tree.one("h1").text
        assert "\u202e" not in tree.one("h1").text
        text = markdown(page)
        assert "<script>" not in text
        assert not LINK_TO_SCRIPT.search(text)
        assert "\u202e" not in text


def test_only_http_https_and_urn_are_links():
    bad = (
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "file:///etc",
    )
    for address in bad:
        assert absolute(address) is None
        assert on_server(address) is None
        cell = shown(absolute)["cell"](Cell("text", url=address))
        assert cell == "text"
    assert shown(absolute)["cell"](Cell('a"<', url='https://x.example/"><b>')) == "a&#34;&lt;"
    assert absolute("urn:oid:1.2.3") == "urn:oid:1.2.3"
    assert shown(absolute)["cell"](Cell("x", url="https://x.example/?a=1&b=2")) == (
        '<a href="https://x.example/?a=1&amp;b=2">x</a>'
    )


def made_page(text: str) -> Page:
    table = Table(text, (text, ""), ((Cell(text, url=text), Cell(text, target=text)),), (1,), folded=True)
    points = [(Decimal(1), text, "cpt:44310"), (Decimal(2), text, text)]
    drawing = dots("d", text, text, points, [(text, Decimal(1))], unit=text, marked="cpt:44310")
    graph = relatives("cpt:44310", text, [(text, text, text)] * 2, [(text, "cpt:44187", text)])
    sections = (
        Section("one", text, (Line(text, (Cell(text, url=text),), text),), (table,), drawing, (), (text,)),
        Section("two", text, (Line("", (Cell(text),)),), drawing=graph, numbered=True),
    )
    fields = ("cpt:44310", "cpt", text, text, text, text, text, text, None, text)
    return Page(*fields, sections, ((text, text),), (text,))


def test_a_page_of_nothing_but_markup_stays_text():
    tree = read(html(made_page(HOSTILE)))
    check_harmless(tree)
    assert not list(tree.all("script", "img"))
    assert "<script>alert(1)</script>" in tree.one("head").one("title").text
    text = markdown(made_page(HOSTILE))
    assert "<script>" not in text
    assert not LINK_TO_SCRIPT.search(text)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.replace("\\|", "").count("|") == 3 for line in rows)


def test_licensed_text_is_on_no_page_that_does_not_ask_for_it(small):
    page = page_of(small, "44310")
    assert PLANTED not in html(page)
    assert PLANTED not in markdown(page)
    asked = page_of(small, "44310", include_licensed=True)
    assert PLANTED in html(asked)
    assert PLANTED in markdown(asked)


def test_names_of_licensed_vocabularies_stay_off_pages(mapped):
    for code in ("cpt:44310", "icd10cm:K50.012", "icd10pcs:0D1B0Z4"):
        page = page_of(mapped, code)
        assert "planted" not in repr(page).lower()
        assert "planted" not in html(page).lower()
    licensed = {str(m.target) for m in mapped.crosswalk("44310", include_licensed=True)}
    licensed -= {str(m.target) for m in mapped.crosswalk("44310")}
    assert licensed
    shown = repr(page_of(mapped, "44310"))
    assert [target for target in licensed if target in shown] == []


def test_markdown_golden_lines(kg):
    text = markdown(page_of(kg, "44310"))
    lines = text.splitlines()
    assert lines[0] == "# cpt:44310: Open creation of an ileostomy or jejunostomy, without a tube"
    assert lines[2] == ("Current Procedural Terminology (CPT); label in our own words; status: active.")
    for golden in (
        "## Relative values and payment",
        "- **Medicare, national:** $1,011.15 facility",
        "| none | $1,011.15 | no price: not done in this setting (NA for nonfacility) |",
        "| none | A | 17.59 | 9.91 | NA | 3.76 | 31.26 | NA | 32.3465 |",
        "| site | [Jejunum or Ileum](https://w3id.org/codegraph/concept/site/jejunum-or-ileum) | "
        "Either the jejunum or the ileum, where a code does not say which. |",
        "1. The place of the stoma is marked before the operation where the patient can see and reach it, away from "
        "scars and skin folds.",
        "Nothing is recorded under: Notes.",
    ):
        assert golden in lines, golden
    heads = [line for line in lines if line.startswith("#")]
    assert [h.count("#") for h in heads] == [1] + [2] * (len(heads) - 1)
    assert markdown(page_of(kg, "44310")) == text


def test_a_missing_jinja_is_told_with_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(NotLoaded, match=r"codegraph\[serve\]"):
        environment()


def test_small_parts_of_the_writers():
    assert escaped("a\n# b ~ &") == "a \\# b \\~ \\&"
    assert plain("tab\tkept \x1b[0m\u2066") == "tab\tkept [0m"
    assert environment().autoescape is True


def test_the_style_is_local_and_covers_dark_phone_and_print():
    text = STYLE.read_text(encoding="utf-8")
    assert "url(" not in text
    assert "@import" not in text
    for rule in ("prefers-color-scheme: dark", "max-width: 52rem", "@media print", ":focus-visible"):
        assert rule in text
