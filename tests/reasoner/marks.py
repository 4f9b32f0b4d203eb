"""What a test of a reasoner needs."""

from __future__ import annotations

import pytest
from benchmarks import reasoners

needs_java = [
    pytest.mark.java,
    pytest.mark.skipif(not reasoners.has_java(), reason="HermiT needs Java, and there is none here"),
]
needs_whelk = [
    pytest.mark.skipif(not reasoners.has_whelk(), reason="whelk is not installed; make test-reasoner does it")
]
SIDES = [
    pytest.param(reasoners.hermit, "view.nt", marks=needs_java, id="HermiT"),
    pytest.param(reasoners.whelk, "view.ofn", marks=needs_whelk, id="whelk"),
]
