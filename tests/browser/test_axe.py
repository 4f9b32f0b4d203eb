"""axe-core on every kind of page, light, dark and on a phone: nothing to find."""

from __future__ import annotations

import json

import pytest

from tests.browser.kinds import LOOKS, PAGES, show

pytestmark = pytest.mark.browser
# What was found, with its weight, the rule, and the first places.
RUN = """axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(found.violations.map(
  v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.target.join(' ') + ': ' + n.failureSummary)])))"""


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_nothing(browser, address, axe, kind, look):
    show(browser, address, kind, **LOOKS[look])
    browser.run(axe + ";0")
    found = json.loads(browser.run(RUN))
    assert found == []


def test_axe_would_find_something(browser, address, axe):
    show(browser, address, "home")
    browser.run(axe + ";0")
    browser.run("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><input>')")
    found = {rule: impact for impact, rule, _ in json.loads(browser.run(RUN))}
    assert found["image-alt"] == found["label"] == "critical"
