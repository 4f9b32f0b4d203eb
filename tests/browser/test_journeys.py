"""What people do, in a real Chromium against a real server: by mouse, by keyboard alone, without scripts, on paper."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.browser.kinds import PAGES, show

RINGED = (
    "(s => s.outlineStyle === 'solid' && parseFloat(s.outlineWidth) >= 2)"
    "(getComputedStyle(document.activeElement))"
)
NARROW = (320, 640)  # to what WCAG 2.2, 1.4.10 wants pages to reflow
LOADED = "document.readyState === 'complete'"


def arrived(browser, path):
    browser.until(f"{LOADED} && location.pathname + location.search === {path!r}")


def focused(browser):
    """What has the focus: its tag, and its text or value."""
    return browser.run("(e => [e.tagName, (e.innerText || e.value || '').trim()])(document.activeElement)")


def tab_to(browser, selector, most=80):
    """Press Tab until what the selector finds has the focus, which shows at every stop."""
    for _ in range(most):
        browser.press("Tab")
        assert browser.run(RINGED), f"the focus does not show on {focused(browser)}"
        if browser.run(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"{most} tabs do not reach {selector}")


def test_a_newcomer_clicks_from_the_address_to_a_checked_claim(browser, address):
    browser.open(f"{address}/")
    browser.click(".chip")
    arrived(browser, "/?q=loop%20ileostomy")
    assert browser.run("document.querySelector('h2').innerText") == "30 results for “loop ileostomy”"
    browser.click("#results .results a")
    arrived(browser, "/code/cpt/44310")
    title = browser.run("document.querySelector('h1').innerText")
    assert title.replace("\u00a0", " ").startswith("44310 Open creation of an ileostomy")
    browser.click(".actions .button")
    arrived(browser, "/check?lines=44310")
    assert "44310" in browser.run("document.querySelector('.outcome').innerText")
    browser.click("#f-lines")
    browser.press("End")
    browser.type("\r44187")
    browser.click("form[method=post] button")
    browser.until(f"{LOADED} && location.pathname === '/check' && location.search === ''")
    verdict = browser.run("document.querySelector('#verdict .verdict').innerText")
    assert verdict == "deny"
    assert "Leave 44187 out" in browser.run("document.querySelector('.outcome').innerText")
    assert browser.run("document.querySelector('#f-lines').value").split() == ["44310", "44187"]
    assert browser.problems == []


def test_by_keyboard_alone_from_search_to_a_checked_claim(browser, address):
    browser.open(f"{address}/")
    browser.press("Tab")
    assert focused(browser) == ["A", "Skip to the content"]
    browser.press("Enter")
    tab_to(browser, "#q")
    browser.type("loop ileostomy")
    browser.until("document.getElementById('said').textContent.startsWith('30 results')")
    browser.press("ArrowDown")
    assert focused(browser) == ["A", "44310"]
    browser.press("ArrowUp")
    assert browser.run("document.activeElement.id") == "q"
    browser.press("ArrowDown", 2)
    browser.press("ArrowUp")
    browser.press("Enter")
    arrived(browser, "/code/cpt/44310")
    tab_to(browser, ".actions .button")
    browser.press("Enter")
    arrived(browser, "/check?lines=44310")
    tab_to(browser, "#f-lines")
    browser.press("End")
    browser.type(" 44187")
    tab_to(browser, "main button")
    browser.press("Enter")
    browser.until(f"{LOADED} && location.search === ''")
    assert browser.run("document.querySelector('#verdict .verdict').innerText") == "deny"


def test_the_search_box_of_the_head_is_a_combobox(browser, address):
    browser.open(f"{address}/about")
    state = "(e => ['role', 'aria-expanded', 'aria-activedescendant'].map(n => e.getAttribute(n)))"
    box = "document.getElementById('find')"
    browser.run(f"{box}.focus()")
    assert browser.run(f"{state}({box})") == ["combobox", "false", None]
    browser.type("ileosto")
    browser.until(f"{box}.getAttribute('aria-expanded') === 'true'")
    listed = browser.run("[...document.querySelectorAll('#find-list [role=option]')].map(e => e.innerText)")
    assert len(listed) == 8
    assert browser.run("document.querySelector('.find [role=status]').textContent").startswith("8 codes")
    browser.press("ArrowDown", 2)
    assert browser.run(f"{state}({box})")[2] == "find-1"
    assert browser.run("document.querySelector('#find-list [aria-selected=true]').id") == "find-1"
    assert browser.run("document.activeElement.id") == "find"
    browser.press("ArrowUp", 2)
    assert browser.run(f"{state}({box})")[2] == "find-7"
    browser.press("Escape")
    assert browser.run(f"{state}({box})") == ["combobox", "false", None]
    assert browser.run(f"{box}.value") == "ileosto"
    browser.type("m")
    browser.until(f"{box}.getAttribute('aria-expanded') === 'true'")
    browser.press("ArrowDown")
    chosen = browser.run("document.querySelector('#find-list [aria-selected=true] b').textContent")
    browser.press("Enter")
    browser.until(
        f"{LOADED} && location.pathname.startsWith('/code/') && location.pathname.endsWith({chosen!r})"
    )
    browser.run(f"{box}.focus()")
    browser.type("colostomy")
    browser.press("Enter")
    browser.until(f"{LOADED} && location.pathname === '/' && location.search.includes('colostomy')")
    assert browser.problems == []


def test_without_scripts_the_same_is_done(browser, address):
    browser.open(f"{address}/", scripts=False)
    assert browser.run("document.querySelectorAll('[role=combobox]').length") == 0
    browser.click("#q")
    browser.type("loop ileostomy")
    browser.press("Enter")
    browser.until(f"{LOADED} && location.search.startsWith('?q=loop+ileostomy')")
    browser.click("#results .results a")
    arrived(browser, "/code/cpt/44310")
    browser.click("#find")
    browser.type("44187")
    browser.press("Enter")
    arrived(browser, "/?q=44187")
    for kind, words in (
        ("check", "deny"),
        ("price", "$"),
        ("crosswalk", "0D1B0Z4"),
        ("graph", "denotes"),
        ("way", "is denoted by"),
        ("ask", "These modifiers"),
        ("sites", "Digestive System"),
    ):
        browser.open(address + PAGES[kind][0], scripts=False)
        assert words in browser.run("document.querySelector('main').innerText")
    browser.open(f"{address}/query", scripts=False)
    browser.click("form[method=post] button")
    browser.until(f"{LOADED} && document.querySelector('td') !== null")
    browser.open(f"{address}/suggest", scripts=False)
    browser.click("main button.second")
    browser.until(f"{LOADED} && document.querySelector('mark') !== null")
    assert browser.run("document.querySelector('.candidate a').innerText") == "44187"


def test_what_is_wrong_takes_the_focus_and_what_was_written_stays(browser, address):
    browser.open(f"{address}/price")
    for name, value in (("f-code", "44310"), ("f-locality", "Atlantis")):
        browser.click(f"#{name}")
        browser.type(value)
    browser.click("main form button")
    browser.until(f"{LOADED} && location.search.includes('Atlantis')")
    browser.until("document.activeElement.id === 'f-locality'")
    assert browser.run("document.activeElement.value") == "Atlantis"
    assert browser.run("document.getElementById('f-code').value") == "44310"
    assert browser.run("document.title").startswith("Error: ")
    told = browser.run(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby')).innerText"
    )
    assert "Atlantis" in told
    browser.run("document.activeElement.select()")
    browser.type("NE")
    browser.press("Enter")
    browser.until(f"{LOADED} && document.querySelector('.total') !== null")


def test_a_needed_field_is_asked_for_before_anything_is_sent(browser, address):
    browser.open(f"{address}/crosswalk")
    browser.click("main form button")
    assert browser.run("document.querySelector(':invalid:not(form)').id") == "f-code"
    assert browser.run("location.search") == ""


def test_the_drawing_leads_from_term_to_term(browser, address):
    browser.open(f"{address}/graph?code=44310")
    drawn = browser.run("[...document.querySelectorAll('svg.graph a')].map(a => a.getAttribute('href'))")
    listed = browser.run("[...document.querySelectorAll('main a.on')].map(a => a.getAttribute('href'))")
    assert "/graph?code=procedure%3Aopen-ileostomy-or-jejunostomy" in set(drawn) & set(listed)
    tab_to(browser, "svg.graph a:nth-of-type(2)")
    browser.press("Enter")
    browser.until(f"{LOADED} && location.search.includes('code=') && !location.search.includes('44310')")
    assert browser.run("document.querySelector('svg.graph .self') !== null") is True


def test_on_paper_there_is_no_menu_and_addresses_show(browser, address):
    browser.open(f"{address}/code/cpt/44310", printed=True)
    parts = "['.bar', '.contents', '.actions', '.crumbs', '.skip']"
    assert browser.run(f"{parts}.filter(s => document.querySelector(s).checkVisibility())") == []
    after = "getComputedStyle(document.querySelector('main a[href^=http]'), '::after').content"
    browser.run(
        "document.querySelector('main p').insertAdjacentHTML('beforeend', '<a href=https://example.org/x>x</a>')"
    )
    assert "https://example.org/x" in browser.run(after)
    paper = browser.pdf()
    assert paper.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type /Page\b", paper)) <= 20


@pytest.mark.browser
@pytest.mark.parametrize("kind", PAGES)
def test_a_phone_shows_every_kind_of_page_without_scrolling_sideways(browser, address, kind):
    show(browser, address, kind, size=NARROW, phone=True)
    wide = browser.run("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    over = (
        "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 321 && "
        "!e.closest('.scroll, pre, .quiet')).slice(0, 3).map(e => e.outerHTML.slice(0, 80))"
    )
    assert browser.run(over) == []
    assert wide <= NARROW[0]
    small = (
        "[...document.querySelectorAll('main button, main input:not([type=hidden]), main select, main .button')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24).map(e => e.outerHTML)"
    )
    assert browser.run(small) == []


@pytest.mark.browser
@pytest.mark.parametrize("kind", PAGES)
def test_nothing_is_asked_of_other_hosts_and_no_policy_is_broken(browser, address, kind):
    show(browser, address, kind)
    assert browser.requests
    assert {urlsplit(r).netloc for r in browser.requests if r.startswith("http")} == {
        urlsplit(address).netloc
    }
    expected = ("unknown", "wrong")  # a page that tells an error is also a failed load to the console
    assert [p for p in browser.problems if not any(word in kind for word in expected)] == []
    assert not [p for p in browser.problems if "Content Security" in p or "Refused" in p]
