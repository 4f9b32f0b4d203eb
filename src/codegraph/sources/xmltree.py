"""Parses official XML files safely, and finds the line of an element that is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from codegraph.errors import SourceError
from codegraph.rdf import clean

if TYPE_CHECKING:
    from codegraph.sources.files import Member

_SPACE: Final = re.compile(r"\s+")


def root_is(head: bytes, tag: str) -> bool:
    """Tell whether the first bytes of a file are XML whose first element is `tag`.

    A DOCTYPE in between does not hide it: such a file is of this kind, and refused when it is read.
    """
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not text.startswith(b"<"):
        return False
    first = re.search(rb"<([A-Za-z_][\w.:-]*)[\s/>]", re.sub(rb"<!--.*?-->", b"", text, flags=re.DOTALL))
    return first is not None and first[1] == tag.encode()


def parse(member: Member, tag: str) -> Element:
    """Return the root element; raise SourceError where the file is not whole or has another root."""
    data = member.xml_bytes()
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except ParseError as error:
        raise SourceError(f"{member.label} is cut short or not well-formed XML: {error}") from error
    except (DefusedXmlException, LookupError, ValueError) as error:
        raise SourceError(f"{member.label} is XML that is refused: {error}") from error
    if root.tag != tag:
        raise SourceError(f"{member.label} begins with <{root.tag}>, not with <{tag}>")
    return root


def line_of(member: Member, root: Element, element: Element) -> int | None:
    """Return the line on which an element begins, found by counting elements of its name."""
    number = next((n for n, other in enumerate(root.iter(element.tag)) if other is element), None)
    name = re.escape(element.tag.encode())
    pattern = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<(" + name + rb")[\s/>]", re.DOTALL)
    data = member.xml_bytes()
    starts = [match.start() for match in pattern.finditer(data) if match[1]]
    if number is None or number >= len(starts):
        return None
    return data.count(b"\n", 0, starts[number]) + 1


def text_of(element: Element | None) -> str:
    """Return the text of an element on one line, without control characters; empty where there is none."""
    if element is None:
        return ""
    return _SPACE.sub(" ", clean("".join(element.itertext()))).strip()
