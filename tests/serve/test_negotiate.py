"""Accept headers: qualities, wildcards, names that clients use, and nonsense."""

from __future__ import annotations

import pytest

from codegraph.serve.limits import Limits
from codegraph.serve.negotiate import GRAPH, ROWS, choose, prefers_html


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("application/*", "json"),
        ("text/*", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/csv;q=0.3,text/tab-separated-values;q=0.31", "tsv"),
        ("text/csv;q=0,*/*", "json"),
        ("application/sparql-results+json;q=0, application/*;q=0.5", "xml"),
        ("text/csv;q=nonsense, application/xml", "xml"),
        ("text/csv;q=2", None),
        ("text/csv;header=present;q=1", "csv"),
        ("image/png", None),
        (",;,=", None),
        ("*/*;q=0", None),
    ],
)
def test_the_best_of_what_is_offered(accept, expected):
    found = choose(accept, ROWS)
    assert (found and found.name) == expected


def test_html_is_for_those_who_like_it_best():
    assert prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", GRAPH)
    assert not prefers_html("text/turtle, text/html;q=0.9", GRAPH)
    assert not prefers_html("*/*", GRAPH)
    assert not prefers_html(None, GRAPH)


@pytest.mark.parametrize("bad", [{"seconds": 0}, {"workers": -1}, {"answer": 0}])
def test_a_limit_is_over_zero(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Limits(**bad)
