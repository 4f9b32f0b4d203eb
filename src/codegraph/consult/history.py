"""What of a message's text is new: not what it quotes, not the message that it answers, not the signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_QUOTED: Final = re.compile(r"\s*>")
# The line above a quote, in the words of the mail programs' languages; it may be broken in two.
_LED: Final = re.compile(
    r"^[ \t]*(?:On|Am|Le|El|Il|Op|Em|Den)\b[^\n]{4,250}\n?[^\n]{0,120}?"
    r"(?:wrote|schrieb[^\n]{0,80}|a écrit|escribió|ha scritto|schreef[^\n]{0,80}|escreveu|skrev[^\n]{0,80})\s?:[ \t]*$",
    re.MULTILINE,
)
# From here on it is the message that is answered or passed on.
_ORIGINAL: Final = re.compile(
    r"\s*(-{2,} ?(Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine|Mensaje original) ?-{2,}"
    r"|Begin forwarded message:|_{20,})\s*",
    re.IGNORECASE,
)
# The head that Outlook puts above it: three such lines together.
_FIELD: Final = re.compile(
    r"\s*\*?(From|Sent|Date|To|Cc|Subject|Von|Gesendet|An|Betreff|De|Envoyé|À|Objet)\s?:\*?\s.{1,300}",
    re.IGNORECASE,
)
_FIELDS: Final = 3
_SIGNATURES: Final = ("-- ", "--")
_TELEPHONE: Final = re.compile(
    r"\s*(Sent from my \w|Get Outlook for |Von meinem \w+ gesendet|Envoyé de mon )", re.IGNORECASE
)


def new_of(text: str) -> str:
    r"""Return what a text says itself.

    >>> new_of("And 44187?\nOn Mon, Nov 3, 2025 at 9:00 Ann <ann@example.org>\nwrote:\n> What is 44310?")
    'And 44187?'
    """
    lines = _LED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if line in _SIGNATURES or _ORIGINAL.fullmatch(line) or _is_head(lines, number):
            break
        if not _QUOTED.match(line) and not _TELEPHONE.match(line):
            kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _is_head(lines: Sequence[str], number: int) -> bool:
    """Tell whether the head of an older message begins here: fields, one a line."""
    if not _FIELD.fullmatch(lines[number]):
        return False
    following = [line for line in lines[number : number + 2 * _FIELDS] if line.strip()]
    return len(following) >= _FIELDS and all(_FIELD.fullmatch(line) for line in following[:_FIELDS])
