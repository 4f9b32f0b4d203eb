"""Reading header fields of messages that anyone may have written."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Final

from codegraph.operations.safe import clean

# A plain address; what is quoted, commented or without a domain is not answered.
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
)
_IDENT: Final = re.compile(r"<[^<>\s@\x00-\x1f\x7f-\uffff]{1,250}@[^<>\s@\x00-\x1f\x7f-\uffff]{1,250}>")
_REPLY: Final = re.compile(r"^(?:(?:re|aw|sv|antw)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_LONGEST: Final = 8_000
_SUBJECT: Final = 200


def text_of(message: EmailMessage, name: str) -> list[str]:
    """Return the values of a header field as plain text, each on one line."""
    found = []
    for field, value in message.raw_items():
        if field.lower() == name.lower():
            found.append(re.sub(r"[\r\n\x00]+[ \t]*", " ", str(value))[:_LONGEST])
    return found


def addresses(message: EmailMessage, name: str) -> list[str]:
    """Return the plain addresses of a header field, in order."""
    try:
        pairs = getaddresses(text_of(message, name))
    except (ValueError, IndexError, RecursionError):
        return []
    return [address for _, address in pairs if _ADDRESS.fullmatch(address)]


def idents(message: EmailMessage, *names: str) -> list[str]:
    """Return the message identifiers in header fields, in order, each once."""
    found = (ident for name in names for value in text_of(message, name) for ident in _IDENT.findall(value))
    return list(dict.fromkeys(found))


def subject(message: EmailMessage) -> str:
    """Return the subject in one line, without a reply's mark and what does not show."""
    try:
        said = str(message.get("Subject", ""))
    except (ValueError, IndexError, LookupError):
        said = ""
    line = " ".join(clean(said.replace("\r", " ").replace("\n", " ")).split())
    return _REPLY.sub("", line)[:_SUBJECT]
