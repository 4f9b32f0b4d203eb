"""The answer to a message: what the graph says, in plain text, as a message of the same thread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from typing import TYPE_CHECKING, Final

from codegraph import __version__
from codegraph.consult.question import Question, parse, read
from codegraph.consult.refusals import LOOP, refusal
from codegraph.errors import CodegraphError, InvalidValue
from codegraph.operations.safe import clean

if TYPE_CHECKING:
    from codegraph.answers.model import Answer
    from codegraph.graph import CodeGraph

_MOST: Final = 5  # questions, or codes, that one message is answered for
_SHORT: Final = 300
_FILES: Final = 8
_LONGEST: Final = 20_000
_THREAD: Final = 30
_QUOTE: Final = 1_000
# Our answers are known by their identifiers. A machine that does not say what it is and answers them is not answered
# for ever: not where nothing is asked, not the third time where nothing has an answer, not in an endless thread.
_MARK: Final = "codegraph"
_OURS: Final = re.compile(rf"\.{_MARK}@")
_PATIENCE: Final = 2
_MOST_OURS: Final = 25
_CODE: Final = re.compile(
    r"(?<![\w.:-])(?:[a-z0-9]{2,8}:)?[A-Z0-9]{3,7}(?:\.[A-Z0-9]{1,4})?(?!\w|-\w{3})", re.IGNORECASE
)
_NONE: Final = (
    "No code of this release was found in the message, so there is nothing to say. Name the codes that the question "
    "is about, for example: What is CPT 44310?"
)


def consult(kg: CodeGraph, raw: bytes, *, address: str = "") -> bytes | str:
    """Return the answer to a message as a message, or, as text, why it gets none.

    `address` is ours; without it the one that the message was sent to. Raises InvalidValue for a message that
    cannot be read or has nobody to answer to.
    """
    try:
        message = parse(raw)
        reason = refusal(message, address)
        question = None if reason is not None else read(message, address)
    except CodegraphError:
        raise
    # What the library's reader of header fields raises for malformed ones.
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidValue("the message cannot be read: it is malformed") from error
    if question is None:
        return str(reason)
    if question.asker.lower() == question.ours.lower():
        return "it is our own"
    said, answered = _said(kg, question.text)
    before = sum(_OURS.search(ident) is not None for ident in question.thread)
    if before >= _MOST_OURS or (before and not said) or (before >= _PATIENCE and not answered):
        return "it answers an answer of ours, and asks nothing that has an answer"
    return _reply(question, _body(kg, question, said or _NONE))


def _reply(question: Question, body: str) -> bytes:
    reply = EmailMessage(policy=policy.default.clone(max_line_length=76))
    reply["From"] = question.ours
    reply["To"] = question.asker
    reply["Subject"] = f"Re: {question.subject or 'your question'}"
    reply["Date"] = format_datetime(localtime())
    reply["Message-ID"] = make_msgid(idstring=_MARK, domain=question.ours.rpartition("@")[2])
    reply["Auto-Submitted"] = "auto-replied"
    reply["X-Auto-Response-Suppress"] = "All"
    reply[LOOP] = f"codegraph {question.ours}"
    reply.set_content(body, charset="utf-8", cte="quoted-printable")
    return _threaded(question) + reply.as_bytes()


def _threaded(question: Question) -> bytes:
    """Return the fields that keep the thread, an identifier a line: the library would encode long ones."""
    if question.ident is None:
        return b""
    before = question.thread
    kept = before if len(before) < _THREAD else (before[0], *before[2 - _THREAD :])
    references = "\n ".join((*kept, question.ident))
    return f"In-Reply-To: {question.ident}\nReferences: {references}\n".encode("ascii")


def _body(kg: CodeGraph, question: Question, said: str) -> str:
    said = clean(said, _LONGEST)
    quoted = "\n".join(f"> {line}" for line in clean(question.text, _QUOTE).split("\n"))
    notes = "\n".join(f"Note: {note}." for note in question.notes)
    signed = f"-- \ncodegraph {__version__}, answered from {kg.directory.name} by a program, without a language model"
    return "\n\n".join(part for part in (quoted, said, notes, signed) if part) + "\n"


def _said(kg: CodeGraph, text: str) -> tuple[str, bool]:
    """Return what the graph says to each question, else of the codes named; and whether it knew anything."""
    answers = [kg.ask(each) for each in questions(text)]
    if any(answers):
        return "\n\n".join(_in_words(answer, named=len(answers) > 1) for answer in answers), True
    codes = list(mentioned(kg, text))
    declined = [answer.text for answer in answers if answer.understood or answer.readings]
    if not codes:
        return "\n\n".join(declined), False
    parts = [*declined, "Of the codes that are named:", *(_told(kg, code) for code in codes[:_MOST])]
    if len(codes) > _MOST:
        parts.append(f"Not answered for more than {_MOST} codes: {', '.join(codes[_MOST:][:50])}.")
    return "\n\n".join(parts), True


def questions(text: str) -> list[str]:
    r"""Return the sentences of a text that ask, at most five; the whole of a short text where none has its mark.

    >>> questions("Dear all,\nI have two. What is 44310? And is 44187 paid\nbeside it? Thanks")
    ['What is 44310?', 'And is 44187 paid beside it?']
    """
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n|(?<=[,:])\n", text)]
    sentences = [s.strip() for part in paragraphs for s in re.split(r"(?<=[?!])\s+|(?<=[^\W\d]\.)\s+", part)]
    asked = [s for s in sentences if s.endswith("?")]
    return asked[:_MOST] or [s for s in (" ".join(text.split()),) if 0 < len(s) <= _SHORT]


def _in_words(answer: Answer, *, named: bool) -> str:
    """Return an answer in words with its calls and files, each once."""
    grounds = (str(g) for s in answer.sentences for g in s.evidence if g.table != "computed")
    files = list(dict.fromkeys(grounds))
    calls = list(dict.fromkeys(s.call for s in answer.sentences))
    more = [f"and {len(files) - _FILES} more"] if len(files) > _FILES else []
    stands = [*(f"  {call}" for call in calls), *(f"  {file}" for file in (*files[:_FILES], *more))]
    head = [answer.question] if named else []
    return "\n".join([*head, answer.text, *(["Found by, and in:", *stands] if stands else [])])


def mentioned(kg: CodeGraph, text: str) -> Iterator[str]:
    """Yield the codes (CURIEs) of the release that a text names, in its order, each once.

    Digits alone count where they are five (44310, 00840); a year or an amount is no code.
    """
    seen = set()
    for word in _CODE.findall(text):
        bare = word.rpartition(":")[2]
        if ":" not in word and (not re.search(r"\d", bare) or (bare.isdigit() and len(bare) != 5)):
            continue
        code = kg.get(word if ":" in word else word.upper())
        if code is not None and code.curie not in seen:
            seen.add(code.curie)
            yield code.curie


def _told(kg: CodeGraph, code: str) -> str:
    from codegraph import render

    told = render.text(kg.describe(code)).rstrip()
    if code.partition(":")[0] not in ("cpt", "hcpcs"):
        return told
    try:
        return f"{told}\n\nPrice\n  {kg.price(code)}"
    except CodegraphError as error:
        return f"{told}\n\nPrice\n  {error}"
