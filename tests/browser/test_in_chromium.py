"""The pages in a real Chromium: typing, keyboard, phone width, contrast in light and dark, dead scripts."""

from __future__ import annotations

import pytest

from tests.serve.conftest import serving

MAIN = (
    "/",
    "/code/cpt/44310",
    "/facets",
    "/crosswalk?code=44310",
    "/price?code=44310",
    "/check",
    "/query",
    "/ask",
    "/suggest",
    "/graph?code=44310",
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


def test_hostile_labels_run_nothing(browser, hostile):
    with serving(release=hostile.directory) as server:
        place = server.address.rstrip("/")
        for path in ("/code/icd10cm/K50", "/code/icd10cm/K50.00", "/?q=K50", "/crosswalk?code=K50"):
            browser.open(place + path)
            assert browser.run("document.body.innerText.includes('alert(1)')") is True
            assert (
                browser.run("document.querySelectorAll('main script, img, [onload], [onerror]').length") == 0
            )
            assert browser.problems == []
