"""axe-core on every kind of page and on what scripts open: nothing to find, in light, in dark and on a phone."""

from __future__ import annotations

import json

import pytest

from tests.browser.kinds import LOOKS, PAGES, show

pytestmark = pytest.mark.browser
# What was found, with its weight, the rule, and the first places; the size of targets is off unless asked for.
_RUN = """axe.run(document, %s).then(found => JSON.stringify(found.violations.map(
  v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.target.join(' ') + ': ' + n.failureSummary)])))"""
ALL = "{resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}"
COLOURS = "{resultTypes: ['violations'], runOnly: ['color-contrast']}"


def found(browser, axe, what=ALL):
    browser.run(axe + ";0")
    return json.loads(browser.run(_RUN % what))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_nothing(browser, address, axe, kind, look):
    show(browser, address, kind, **LOOKS[look])
    assert found(browser, axe, COLOURS if look == "dark" else ALL) == []


@pytest.mark.parametrize("look", LOOKS)
def test_nor_in_what_scripts_open(browser, address, axe, look):
    browser.open(f"{address}/about", **LOOKS[look])
    browser.run("document.getElementById('find').focus()")
    browser.type("ileostomy")
    browser.until("document.getElementById('find').getAttribute('aria-expanded') === 'true'")
    browser.press("ArrowDown")
    assert found(browser, axe) == []
    browser.open(f"{address}/", **LOOKS[look])
    browser.run("document.getElementById('q').focus()")
    browser.type("ileostomy")
    browser.until("document.getElementById('said').textContent !== ''")
    assert found(browser, axe) == []
    browser.open(f"{address}/code/cpt/44310", **LOOKS[look])
    browser.run("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert found(browser, axe) == []


def test_axe_would_find_something(browser, address, axe):
    show(browser, address, "home")
    more = '<img src=x><input><p style="color: #aaa">pale</p>'
    browser.run(f"document.querySelector('main').insertAdjacentHTML('beforeend', {more!r})")
    weights = {rule: impact for impact, rule, _ in found(browser, axe)}
    assert weights["image-alt"] == weights["label"] == "critical"
