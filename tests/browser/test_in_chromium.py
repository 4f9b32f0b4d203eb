"""The pages in a real Chromium: typing, keyboard, phone width, contrast in light and dark, dead scripts."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn
from tools.chromium import Chromium, program

from tests.page.test_server_pages import app_of

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium here")
MAIN = (
    "/",
    "/code/cpt/44310",
    "/facets",
    "/crosswalk?code=44310",
    "/price?code=44310",
    "/check",
    "/query",
    "/ask",
)
# WCAG 2.2, 1.4.3: every visible text has a contrast of 4.5 to its background (3 where it is large).
CONTRAST = """(() => {
  const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > .99) return c; } return [255, 255, 255]; };
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; (n = walk.nextNode());) {
    const e = n.parentElement;
    if (!n.data.trim() || !e.checkVisibility()) continue;
    if (e.closest('svg, script, style, .skip, .quiet, option, datalist')) continue;
    const s = getComputedStyle(e), a = light(rgb(s.color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const large = parseFloat(s.fontSize) >= 24 || (parseFloat(s.fontSize) >= 18.66 && +s.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) bad.push(n.data.trim().slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return bad;
})()"""


@contextmanager
def served(kg):
    """Serve a release on a free port of the loopback interface, in a thread."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app_of(kg), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="module")
def address(kg):
    with served(kg) as found:
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    found = Chromium(tmp_path_factory.mktemp("chromium"))
    yield found
    found.close()


@pytest.mark.parametrize("path", MAIN)
def test_texts_stand_out_in_light_and_dark(browser, address, path):
    for dark in (False, True):
        browser.open(address + path, dark=dark)
        assert browser.run(CONTRAST) == []
        assert browser.problems == []


@pytest.mark.parametrize("path", MAIN)
def test_a_phone_shows_a_page_without_scrolling_sideways(browser, address, path):
    browser.open(address + path, phone=True)
    assert browser.run("document.scrollingElement.scrollWidth") <= 360
    small = browser.run(
        "[...document.querySelectorAll('main button, main input:not([type=hidden]), main select')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24).length"
    )
    assert small == 0


def test_results_come_as_one_types_and_by_enter(browser, address):
    browser.open(f"{address}/")
    browser.run("document.getElementById('q').focus()")
    browser.type("loop ileostomy")
    browser.until("location.search.includes('q=loop+ileostomy')")
    assert browser.run("document.querySelector('#results a').getAttribute('href')") == "/code/cpt/44310"
    assert browser.run("document.activeElement.id") == "q"
    browser.press("Enter")
    browser.until("document.readyState === 'complete' && document.title.startsWith('loop ileostomy')")
    assert browser.problems == []


def test_the_keyboard_reaches_the_content_first(browser, address):
    browser.open(f"{address}/code/cpt/44310")
    browser.press("Tab")
    assert browser.run("document.activeElement.className") == "skip"
    assert browser.run("document.activeElement.getBoundingClientRect().left") >= 0
    browser.press("Enter")
    browser.until("location.hash === '#main'")
    browser.press("Tab")
    assert browser.run("document.activeElement.closest('main') !== null") is True
    assert browser.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_hostile_labels_run_nothing(browser, hostile):
    with served(hostile) as place:
        for path in ("/code/icd10cm/K50", "/code/icd10cm/K50.00", "/?q=K50", "/crosswalk?code=K50"):
            browser.open(place + path)
            assert browser.run("document.body.innerText.includes('alert(1)')") is True
            assert (
                browser.run("document.querySelectorAll('main script, img, [onload], [onerror]').length") == 0
            )
            assert browser.problems == []
