"""What passes for an IRI is one to the store, too: what comes in an address never ends as an error of the store."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from codegraph.namespaces import expand, is_iri

# The first and last signs of what RFC 3987 leaves out, with their neighbours; all of ASCII; every plane's end.
EDGES = (
    0x9F,
    0xD7FF,
    0xE000,
    0xF8FF,
    0xFDD0,
    0xFDEF,
    0xFFF0,
    0xFFFD,
    0xFFFF,
    0xE0000,
    0xE0FFF,
    0xF0000,
    0x10FFFF,
)
SIGNS = sorted(
    {*range(0xA1), *(n + d for n in EDGES for d in (-1, 0, 1)), *(p << 16 | 0xFFFE for p in range(17))}
)


def in_store(text):
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def test_each_sign_is_judged_as_the_store_does():
    texts = [f"http://e/{chr(n)}" for n in SIGNS if n < 0x110000 and not 0xD800 <= n < 0xE000]
    assert [t for t in texts if is_iri(t) != in_store(t)] == []


@pytest.mark.parametrize(
    "text", ["http://e/%2", "http://e/%zz", "http://e/[x]", "a:\n", "a:b\n", "x", "1:x", "\ud800:"]
)
def test_what_is_no_iri_makes_none(text):
    assert not is_iri(text)
    with pytest.raises(ValueError, match="IRI"):
        expand(text)


def test_escapes_and_foreign_letters_stay():
    assert is_iri("http://é.example/%20ü?x=[".removesuffix("["))
    assert is_iri("urn:x:" + "a%20" * 1_000)
