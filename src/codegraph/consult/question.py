"""Reading a message: who asks, what is asked in plain text, and what was left unread."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Final

from codegraph.consult.headers import addresses, idents, subject
from codegraph.consult.history import new_of
from codegraph.errors import InvalidValue
from codegraph.operations.safe import clean

LONGEST_MESSAGE: Final = 10_000_000
LONGEST_HEAD: Final = 64_000
LONGEST_QUESTION: Final = 4_000
_MOST_PARTS: Final = 100
_HEAD: Final = re.compile(rb"\r?\n\r?\n")
# The library compares each line with each boundary around it.
_BOUNDARY: Final = re.compile(rb"boundary\*?\d*\*?\s*=", re.IGNORECASE)
_MOST_BOUNDARIES: Final = 20
_MOST_LINES: Final = 300_000
# Codecs that take their time, or are none of mail.
_NO_CHARSETS: Final = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"})
_LONGEST_PART: Final = 200_000
LONGEST_TEXT: Final = 20_000  # read in search of the end of what is new
_BLOCKS: Final = frozenset(
    {"p", "div", "br", "li", "tr", "td", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol", "pre"}
)
_UNSEEN: Final = frozenset({"script", "style", "head", "title", "template", "blockquote"})
# Marks of mail programs: on the part of a page that quotes, and where what follows is the older message.
_QUOTES: Final = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix")
_OLDER: Final = re.compile(r"divRplyFwdMsg|appendonsend|OutlookMessageHeader")


@dataclass(frozen=True, slots=True)
class Question:
    """A message that asks: its text without quotes and signature, who gets the answer, and its thread.

    `ident` is its Message-ID (None where it has none) and `thread` the identifiers before it, oldest first.
    `notes` say what was not read.
    """

    text: str
    subject: str
    asker: str
    ours: str
    ident: str | None
    thread: tuple[str, ...]
    notes: tuple[str, ...] = ()


def parse(raw: bytes) -> EmailMessage:
    """Return the message of these bytes; raise InvalidValue for one that is too long or nested too deep."""
    if len(raw) > LONGEST_MESSAGE:
        raise InvalidValue(f"the message is longer than {LONGEST_MESSAGE:,} bytes")
    end = _HEAD.search(raw)
    if (end.start() if end else len(raw)) > LONGEST_HEAD:
        raise InvalidValue(f"the head of the message is longer than {LONGEST_HEAD:,} bytes")
    if raw.count(b"\n") > _MOST_LINES or len(_BOUNDARY.findall(raw)) > _MOST_BOUNDARIES:
        raise InvalidValue("the message has too many lines, or parts inside parts")
    try:
        message = message_from_bytes(raw, policy=policy.default)
    except RecursionError:
        raise InvalidValue("the parts of the message are nested too deep") from None
    assert isinstance(message, EmailMessage)
    return message


def read(message: EmailMessage, own: str = "") -> Question:
    """Return what a message asks; raise InvalidValue where nobody can be answered."""
    askers = addresses(message, "Reply-To") or addresses(message, "From")
    if not askers:
        raise InvalidValue("the message has no address to answer to (From, Reply-To)")
    ours = own or next(iter(addresses(message, "Delivered-To") + addresses(message, "To")), "")
    if not ours:
        raise InvalidValue("the message says not to whom it was sent; name our address with --address")
    text, notes = _text(message)
    known = idents(message, "Message-ID")[:1]
    thread = idents(message, "References") or idents(message, "In-Reply-To")[:1]
    return Question(
        text or subject(message),
        subject(message),
        askers[0],
        ours,
        known[0] if known else None,
        tuple(t for t in thread if t not in known),
        notes,
    )


def _text(message: EmailMessage) -> tuple[str, tuple[str, ...]]:
    """Return the text of a message and notes of what was not read."""
    plain: list[str] = []
    html: list[str] = []
    unread: list[str] = []
    for number, part in enumerate(_leaves(message)):
        kind = part.get_content_type()
        if number >= _MOST_PARTS:
            unread.append("more parts")
            break
        if kind not in ("text/plain", "text/html") or _attached(part):
            unread.append(_name(part) or kind)
            continue
        (plain if kind == "text/plain" else html).append(_decoded(part))
    found = _asked("\n".join(plain)) or _asked("\n".join(map(text_of_html, html)))
    notes = []
    if unread:
        named = ", ".join(dict.fromkeys(clean(name, 80) for name in unread[:10]))
        notes.append(f"attachments were not read: {named}" + (", …" if len(unread) > 10 else ""))
    if len(found) > LONGEST_QUESTION:
        notes.append(f"only the first {LONGEST_QUESTION:,} characters were read")
    return found[:LONGEST_QUESTION], tuple(notes)


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts of a message that hold content; an attached message is one part."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        inside = part.get_payload() if part.get_content_maintype() == "multipart" else None
        if isinstance(inside, list):
            waiting[:0] = [p for p in inside if isinstance(p, EmailMessage)]
        else:
            yield part


def _attached(part: EmailMessage) -> bool:
    """Tell whether a part is a file: named so, or shown in line with a name of its own."""
    try:
        return part.get_content_disposition() == "attachment" or part.get_filename() is not None
    except (ValueError, IndexError, LookupError, TypeError):
        return True


def _name(part: EmailMessage) -> str | None:
    try:
        return part.get_filename()
    except (ValueError, IndexError, LookupError, TypeError):
        return None


def _decoded(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        name = codecs.lookup(charset).name.replace("-", "_")
        return content[:_LONGEST_PART].decode("utf-8" if name in _NO_CHARSETS else charset, "replace")
    except (LookupError, ValueError):
        return content[:_LONGEST_PART].decode("utf-8", "replace")


def _asked(text: str) -> str:
    """Return what a text asks itself, without what does not show."""
    return new_of(clean(text.replace("\r\n", "\n"), LONGEST_TEXT)).strip()


class _Words(HTMLParser):
    """Collects the words that show; those of an older message, quoted or below its head, do not count."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unseen = 0
        self._quote: tuple[str, int] | None = (
            None  # the element that quotes, and how many of its name are open in it
        )
        self._ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        marks = " ".join(value for name, value in attrs if name in ("class", "id") and value)
        self._ended = self._ended or _OLDER.search(marks) is not None
        if self._quote is None and tag in _BLOCKS and _QUOTES.search(marks):
            self._quote = (tag, 0)
        if self._quote is not None and tag == self._quote[0]:
            self._quote = (tag, self._quote[1] + 1)
        if tag in _BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if self._quote is not None and tag == self._quote[0]:
            self._quote = (tag, self._quote[1] - 1) if self._quote[1] > 1 else None
        if tag in _BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not (self._unseen or self._quote or self._ended):
            self.found.append(data if data.strip() else " ")


def text_of_html(html: str) -> str:
    r"""Return the words of an HTML text, a block a line.

    >>> text_of_html("<style>p {}</style><p>What is <b>44310</b>?</p><p>Thanks</p>")
    'What is 44310?\n\nThanks'
    """
    words = _Words()
    words.feed(html[:_LONGEST_PART])
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
