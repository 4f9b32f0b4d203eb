"""Which messages are not answered: those that machines sent, and our own; rules as a table, with their source."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Final

from codegraph.consult.headers import addresses, text_of

LOOP: Final = "X-Loop"
_LISTS: Final = ("List-Id", "List-Post", "List-Help", "List-Unsubscribe", "List-Owner", "Mailing-List")
_ROBOTS: Final = re.compile(
    r"(mailer-daemon|postmaster|mail-?daemon|no-?reply|do-?not-?reply|listserv|majordomo|bounces?|owner-.+"
    r"|.+-(request|bounces?|owner|confirm))(\+.*)?",
    re.IGNORECASE,
)
_OUT_OF_OFFICE: Final = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply")


def _submitted(message: EmailMessage, own: str) -> bool:
    values = [v.partition(";")[0].strip().lower() for v in text_of(message, "Auto-Submitted")]
    return any(value != "no" for value in values)


def _precedence(message: EmailMessage, own: str) -> bool:
    return any(v.strip().lower() in ("bulk", "junk", "list") for v in text_of(message, "Precedence"))


def _list(message: EmailMessage, own: str) -> bool:
    return any(name in message for name in _LISTS)


def _bounce(message: EmailMessage, own: str) -> bool:
    empty = any(v.strip() in ("<>", "") for v in text_of(message, "Return-Path"))
    return empty or message.get_content_type() in ("multipart/report", "message/delivery-status")


def _suppressed(message: EmailMessage, own: str) -> bool:
    said = ",".join(text_of(message, "X-Auto-Response-Suppress")).lower()
    return any(word.strip() in ("all", "autoreply", "oof") for word in said.split(","))


def _out_of_office(message: EmailMessage, own: str) -> bool:
    return any(name in message for name in _OUT_OF_OFFICE)


def _looped(message: EmailMessage, own: str) -> bool:
    return any("codegraph" in v.lower() or (own and own in v.lower()) for v in text_of(message, LOOP))


def _own(message: EmailMessage, own: str) -> bool:
    return bool(own) and own in {a.lower() for name in ("From", "Sender") for a in addresses(message, name)}


def _robot(message: EmailMessage, own: str) -> bool:
    senders = {
        a.rpartition("@")[0] for name in ("From", "Sender", "Reply-To") for a in addresses(message, name)
    }
    return any(_ROBOTS.fullmatch(local) for local in senders)


# (the reason, what tells it, where the rule is from)
RULES: Final[tuple[tuple[str, Callable[[EmailMessage, str], bool], str], ...]] = (
    ("it was sent by a machine (Auto-Submitted)", _submitted, "RFC 3834 section 2"),
    ("it is a bounce", _bounce, "RFC 3834 section 2, RFC 5321 section 4.5.5"),
    ("it came through a list", _list, "RFC 3834 section 2, RFC 2369, RFC 2919"),
    ("it is bulk mail (Precedence)", _precedence, "RFC 3834 section 2"),
    ("it is an answer of ours that came back (X-Loop)", _looped, "procmail's custom"),
    ("it is our own", _own, "RFC 3834 section 2"),
    ("its sender is a machine by name", _robot, "RFC 3834 section 2, RFC 2142"),
    (
        "it asks for no automatic answer (X-Auto-Response-Suppress)",
        _suppressed,
        "Microsoft MS-OXCMAIL 2.1.3.2.20",
    ),
    ("it is an automatic answer", _out_of_office, "custom of older systems"),
)


def refusal(message: EmailMessage, own: str = "") -> str | None:
    """Return why a message is not answered, None where it is; `own` is our address."""
    return next((reason for reason, tells, _ in RULES if tells(message, own.lower())), None)
