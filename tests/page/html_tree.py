"""Reads HTML strictly: every element closed in its order, every attribute once; else the test fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "input", "br", "hr", "img"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str | None]
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def all(self, *tags: str) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def one(self, tag: str) -> Node:
        (found,) = self.all(tag)
        return found

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.here = self.root = Node("#document", {})

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        node = Node(tag, dict(attrs), self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_endtag(self, tag):
        assert tag == self.here.tag, f"</{tag}> closes <{self.here.tag}> at {self.getpos()}"
        self.here = self.here.parent

    def handle_data(self, data):
        self.here.children.append(data)


def read(text: str) -> Node:
    """Return the document; raise AssertionError for markup that is not well nested."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.here is reader.root, f"<{reader.here.tag}> is never closed"
    return reader.root


def check_accessible(tree: Node) -> None:
    """Assert what holds for every page: language, one h1, headings in order, named tables, fields and drawings."""
    html = tree.one("html")
    assert html.get("lang") == "en"
    assert tree.one("head").one("title").text.strip()
    assert len(list(tree.all("h1"))) == 1
    assert len(list(tree.all("main"))) == 1
    levels = [int(n.tag[1]) for n in tree.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels
    ids = [n.get("id") for n in tree.all() if n.get("id")]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    _check_names(tree, set(ids))
    skip = next(tree.all("a"))
    assert skip.get("href") == f"#{tree.one('main').get('id')}"


def _check_names(tree: Node, ids: set[str | None]) -> None:
    for node in tree.all():
        for name in ("aria-labelledby", "aria-describedby", "for"):
            for ident in (node.get(name) or "").split():
                assert ident in ids, f"{name}={ident} names nothing"
    for table in tree.all("table"):
        assert table.one("caption").text.strip()
        for head in table.all("th"):
            assert head.get("scope") in ("row", "col"), head.text
        assert all(h.text.strip() for h in table.all("th") if h.get("scope") == "col")
    labelled = {n.get("for") for n in tree.all("label")}
    for entry in tree.all("input", "select", "textarea"):
        assert entry.get("type") == "hidden" or entry.get("id") in labelled, entry.attributes
    for drawing in tree.all("svg"):
        assert drawing.get("aria-labelledby")
    for link in tree.all("a"):
        inside = link.text.strip() or any(True for _ in link.all("title"))
        assert inside, f"a link without a name: {link.get('href')}"
        assert not link.get("target")
    for button in tree.all("button"):
        assert button.text.strip()


def check_harmless(tree: Node) -> None:
    """Assert that nothing on the page runs, is loaded from elsewhere, or leads to another scheme."""
    for node in tree.all():
        assert node.tag not in ("iframe", "object", "embed", "base", "foreignobject"), node.tag
        for name, value in node.attributes.items():
            assert not name.startswith("on"), (node.tag, name)
            assert name != "style", node.tag
            if name in ("href", "src", "action", "xlink:href"):
                assert (value or "").startswith(("#", "/", "http://", "https://", "urn:")), value
                assert not (value or "").startswith("//"), value
