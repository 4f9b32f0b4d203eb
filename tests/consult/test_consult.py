"""Questions by e-mail: what is read, what is answered and how, and what gets no answer."""

from __future__ import annotations

import base64
import os
import quopri
import subprocess
import sys
import time
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build.small_files import PLANTED

from codegraph.answers.model import Answer
from codegraph.cli import consult as cli_consult
from codegraph.cli import main
from codegraph.consult import answer, headers, history, question, refusals
from codegraph.errors import InvalidValue

HEAD = {"From": "Ann Coder <ann@example.org>", "To": "consult@example.net", "Subject": "A question"}


def mail(text="What is 44310?", **fields: str) -> bytes:
    fields = {**HEAD, "Message-ID": "<q1@example.org>", **{k.replace("_", "-"): v for k, v in fields.items()}}
    return (
        "".join(f"{name}: {value}\n" for name, value in fields.items() if value).encode()
        + b"\n"
        + text.encode()
    )


def reply(kg, raw: bytes, **options) -> EmailMessage:
    found = answer.consult(kg, raw, **options)
    assert isinstance(found, bytes), found
    return message_from_bytes(found, policy=policy.default)


def test_a_question_is_answered_in_its_thread(kg):
    raw = mail(
        References="<a@example.org>\n <b@example.org>", In_Reply_To="<b@example.org>", Subject="RE: re: Stoma"
    )
    found = reply(kg, raw)
    assert (found["From"], found["To"], found["Subject"]) == (
        "consult@example.net",
        "ann@example.org",
        "Re: Stoma",
    )
    assert found["In-Reply-To"] == "<q1@example.org>"
    assert found["References"].split() == ["<a@example.org>", "<b@example.org>", "<q1@example.org>"]
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["Message-ID"].endswith("@example.net>")
    assert found["Date"].datetime is not None
    text = found.get_content()
    assert text.startswith("> What is 44310?\n")
    assert f"44310 (CPT) is: {kg['44310'].label}." in text
    assert 'kg.describe("cpt:44310")' in text


def test_it_is_a_message_of_rfc_5322(kg):
    found = answer.consult(kg, mail("What is 44310? Ünïcødé \N{SNOWMAN}"))
    head, _, body = found.partition(b"\n\n")
    assert all(len(line) <= 78 or b" " not in line for line in head.split(b"\n"))
    assert all(len(line) <= 76 for line in body.split(b"\n"))
    assert found.isascii()
    assert message_from_bytes(found, policy=policy.default).defects == []


def test_long_identifiers_keep_the_thread(kg):
    long = "<" + "x" * 200 + "@mail.example.org>"
    thread = " ".join(f"<{n}{'y' * 100}@mail.example.org>" for n in range(200))
    found = reply(kg, mail(Message_ID=long, References=thread))
    assert found["In-Reply-To"] == long
    kept = str(found["References"]).split()
    assert (kept[0][:3], kept[-1], len(kept)) == ("<0y", long, 30)


def test_without_an_identifier_there_is_no_thread(kg):
    found = reply(kg, mail(Message_ID="not one"))
    assert (found["In-Reply-To"], found["References"]) == (None, None)


def test_the_answer_goes_where_it_is_asked_to(kg):
    assert reply(kg, mail(Reply_To="desk@example.org"))["To"] == "desk@example.org"
    assert reply(kg, mail(), address="codes@example.com")["From"] == "codes@example.com"
    assert reply(kg, mail(Delivered_To="in@example.net"))["From"] == "in@example.net"


@pytest.mark.parametrize("name", ["Subject", "From", "Reply-To", "Message-ID", "References", "To"])
@pytest.mark.parametrize(
    "value",
    [
        "=?utf-8?q?x=0d=0aBcc:_evil=40example.com?= <ann@example.org>",
        "x\r\tBcc: evil@example.com",
        "ann@example.org\x0bBcc: evil@example.com",
        '"ann\\\r\n Bcc: evil@example.com"@example.org',
        "<ann@example.org\x00>",
    ],
)
def test_no_field_is_smuggled_in(kg, name, value):
    raw = mail(**{name.replace("-", "_"): value})
    try:
        found = answer.consult(kg, raw)
    except InvalidValue:
        return
    if isinstance(found, bytes):
        parsed = message_from_bytes(found, policy=policy.default)
        assert "Bcc" not in parsed
        assert parsed.defects == []
        assert parsed["To"] in ("ann@example.org", "evil@example.com")
        assert not any(line.lower().startswith(b"bcc") for line in found.split(b"\n\n")[0].splitlines())


def test_quotes_and_signature_are_no_question(kg):
    text = "On Monday X wrote:\n> What is 44320?\nAnd 44187?\n-- \nAnn 44346\n"
    assert question.read(question.parse(mail(text))).text == "And 44187?"
    text = "44187, please\n-----Original Message-----\nFrom: X\n44320"
    assert list(answer.mentioned(kg, question.read(question.parse(mail(text))).text)) == ["cpt:44187"]


def test_codes_are_found_in_words(kg):
    text = "In 2024, for 1200 dollars: 44310-59, cpt:44187, k50.012 or 0d1b0z4; 44310 again, 99999, The, at"
    found = list(answer.mentioned(kg, text))
    assert found == [c for c in ("cpt:44310", "cpt:44187", "icd10cm:K50.012", "icd10pcs:0D1B0Z4") if c in kg]
    assert {"cpt:44310", "cpt:44187"} <= set(found)


def test_without_a_code_it_says_so(kg):
    assert "nothing to say" in reply(kg, mail("What is the meaning of life?")).get_content()


def test_the_subject_asks_where_the_text_is_empty(kg):
    assert "44310 (CPT) is: " in reply(kg, mail("", Subject="44310")).get_content()


def test_each_question_has_its_answer(kg):
    text = "Dear all,\nCan I bill 44310 with 44187? What is the unit limit of 44310?\nThanks, Ann"
    said = reply(kg, mail(text)).get_content()
    assert said.index("Can I bill 44310 with 44187?\n44187 is not paid beside 44310") > 0
    assert said.index("What is the unit limit of 44310?\n") > 0
    assert "ncci-ptp-practitioner/" in said
    for question_ in answer.questions(text):
        assert kg.ask(question_).text in said


def test_what_is_not_understood_is_answered_by_the_codes_named(kg):
    said = reply(kg, mail("I wonder about 44310 and its friends in the cloud.")).get_content()
    assert "Not understood: " in said
    assert "'cloud'" in said
    assert f"cpt:44310  {kg['44310'].label}" in said
    assert str(kg.price("44310")) in said


def html(body: str, *, plain: str | None = None) -> bytes:
    message = EmailMessage()
    for name, value in HEAD.items():
        message[name] = value
    if plain is None:
        message.set_content(body, subtype="html")
    else:
        message.set_content(plain)
        message.add_alternative(body, subtype="html")
    return message.as_bytes()


def test_html_alone_is_read_as_text(kg):
    body = "<html><head><title>44320</title><style>p{}</style></head>"
    body += "<p>Is <b>443</b>10 right?<script>44346</script></p>"
    assert question.read(question.parse(html(body))).text == "Is 44310 right?"
    assert question.read(question.parse(html(body, plain="What is 44187?"))).text == "What is 44187?"


NEW = "And is 44187 paid beside it?"
QUOTED = "What is 44310?"
HISTORY = {
    "marks": f"{NEW}\n\n> {QUOTED}\n>> deeper",
    "a led quote": f"{NEW}\n\nOn Mon, Nov 3, 2025 at 9:00 AM Ann <ann@example.org> wrote:\n> {QUOTED}",
    "its line broken": f"{NEW}\n\nOn Mon, Nov 3, 2025 at 9:00 AM Ann Coder\n<ann@example.org> wrote:\n\n> {QUOTED}",
    "in German": f"{NEW}\n\nAm 3. November 2025 um 09:00 schrieb Ann <ann@example.org>:\n\n> {QUOTED}",
    "in French": f"{NEW}\n\nLe lun. 3 nov. 2025 à 09:00, Ann <ann@example.org> a écrit :\n> {QUOTED}",
    "below": f"On Monday Ann wrote:\n> {QUOTED}\n\n{NEW}",
    "Outlook": f"{NEW}\n\nFrom: Ann\nSent: Monday\nTo: consult\nSubject: Stoma\n\n{QUOTED}",
    "Outlook, spaced": f"{NEW}\n\n*From:* Ann\n\n*Date:* Monday\n\n*To:* consult\n\n{QUOTED}",
    "original": f"{NEW}\n-----Original Message-----\nFrom: X\n{QUOTED}",
    "forwarded": f"{NEW}\n---------- Forwarded message ---------\nFrom: X\n{QUOTED}",
    "a telephone": f"{NEW}\n\nSent from my iPhone\n\n> {QUOTED}",
    "a signature": f"{NEW}\n-- \n{QUOTED}",
}  # fmt: skip


@pytest.mark.parametrize("how", HISTORY)
def test_what_was_asked_before_is_not_asked_again(how):
    assert question.read(question.parse(mail(HISTORY[how]))).text == NEW == history.new_of(HISTORY[how])


@pytest.mark.parametrize("text", ["On " + "x" * 19_000, "On x\n" * 4_000, "From: x\n" * 2_000, "Am " * 6_000])
def test_no_text_takes_long_to_be_cut(text):
    begun = time.process_time()
    history.new_of(text)
    assert time.process_time() - begun < 5


PAGES = {
    "Gmail": f'<div>{NEW}</div><div class="gmail_quote"><div>Ann wrote:</div><blockquote>{QUOTED}</blockquote></div>',
    "Gmail, below": f'<div class="gmail_quote"><div>Ann:<div>x</div></div><div>{QUOTED}</div></div><div>{NEW}</div>',
    "Apple": f'<p>{NEW}</p><blockquote type="cite"><p>{QUOTED}<blockquote>deep</blockquote></p></blockquote>',
    "Thunderbird": f'<p>{NEW}</p><div class="moz-cite-prefix">On Monday:<br></div><blockquote>{QUOTED}</blockquote>',
    "Outlook": f'<div>{NEW}</div><hr><div id="divRplyFwdMsg"><b>From:</b> Ann</div><div>{QUOTED}</div>',
    "Outlook, words": f"<p>{NEW}</p><p>From: Ann</p><p>Sent: Monday</p><p>To: us</p><p>{QUOTED}</p>",
}  # fmt: skip


@pytest.mark.parametrize("program", PAGES)
def test_nor_from_a_page(program):
    assert question.read(question.parse(html(PAGES[program]))).text == NEW


def test_three_fields_make_a_head_and_two_do_not():
    text = "To: be answered\nDate: 2025-11-03\nWhat is 44310?"
    assert question.read(question.parse(mail(text))).text == text


@pytest.mark.parametrize(
    "charset",
    [
        "us-ascii",
        "iso-8859-1",
        "windows-1252",
        "utf-8",
        "utf-16",
        "iso-2022-jp",
        "gb18030",
        "koi8-r",
        "utf-7",
    ],
)
@pytest.mark.parametrize("transfer", ["base64", "quoted-printable"])
def test_every_charset_is_read(charset, transfer):
    words = {"iso-2022-jp": "人工肛門", "gb18030": "造口术", "koi8-r": "стома", "us-ascii": "stoma"}
    said = f"What is 44310, {words.get(charset, 'Böhme')}?"
    message = EmailMessage()
    for name, value in HEAD.items():
        message[name] = value
    message["Content-Type"] = f"text/plain; charset={charset}"
    message["Content-Transfer-Encoding"] = transfer
    encoded = (
        base64.encodebytes(said.encode(charset))
        if transfer == "base64"
        else quopri.encodestring(said.encode(charset))
    )
    message.set_payload(encoded.decode("ascii"))
    assert question.read(question.parse(message.as_bytes())).text == said


def test_a_file_shown_in_line_is_a_file(kg):
    message = EmailMessage()
    for name, value in HEAD.items():
        message[name] = value
    message.set_content("What is 44310?")
    message.add_attachment("What is 44346?", filename="note.txt", disposition="inline")
    text = reply(kg, message.as_bytes()).get_content()
    assert "attachments were not read: note.txt" in text
    assert "44346" not in text


OURS = "<17.8.9.codegraph@example.net>"


def test_what_answers_us_and_asks_nothing_gets_no_answer(kg):
    away = "I am out of the office until Monday."
    assert isinstance(answer.consult(kg, mail(away)), bytes)
    for fields in ({"In_Reply_To": OURS}, {"References": f"<q0@example.org> {OURS}"}):
        assert "asks nothing" in answer.consult(kg, mail("Thank you!", **fields))
        assert isinstance(answer.consult(kg, mail("And what is 44187?", **fields)), bytes)
    thrice = " ".join(f"<{n}.8.9.codegraph@example.net>" for n in range(3))
    assert isinstance(answer.consult(kg, mail(away, References=thrice)), str)
    assert isinstance(answer.consult(kg, mail("What is 44310?", References=thrice)), bytes)


def test_a_thread_ends_at_last(kg):
    endless = " ".join(f"<{n}.8.9.codegraph@example.net>" for n in range(25))
    assert isinstance(answer.consult(kg, mail("What is 44310?", References=endless)), str)


def test_our_answers_are_known_by_their_identifiers(kg):
    assert answer._OURS.search(reply(kg, mail())["Message-ID"])


def test_attachments_are_not_read_and_named(kg):
    message = EmailMessage()
    for name, value in HEAD.items():
        message[name] = value
    message.set_content("What is 44310?")
    message.add_attachment(b"44320", maintype="application", subtype="pdf", filename="no\nte\u202e.pdf")
    message.add_attachment("What is 44346?", filename="note.txt")
    inner = EmailMessage()
    inner.set_content("What is 44187?")
    message.add_attachment(inner)
    text = reply(kg, message.as_bytes()).get_content()
    assert "Note: attachments were not read: " in text
    assert "note.txt" in text
    assert "\u202e" not in text
    for code in ("44320", "44346", "44187"):
        assert f"cpt:{code}  " not in text


MACHINES = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated; x=y"},
    {"Precedence": "Bulk"},
    {"Precedence": "list"},
    {"Precedence": "junk"},
    {"List_Id": "<coders.example.org>"},
    {"List_Unsubscribe": "<mailto:x@example.org>"},
    {"Return_Path": "<>"},
    {"Content_Type": "multipart/report; report-type=delivery-status; boundary=x"},
    {"X_Loop": "codegraph consult@example.net"},
    {"X_Auto_Response_Suppress": "DR, AutoReply"},
    {"X_Autoreply": "yes"},
    {"From": "MAILER-DAEMON@example.org"},
    {"From": "no-reply@example.org"},
    {"From": "owner-coders@example.org"},
    {"From": "coders-request@example.org"},
    {"From": "consult@example.net"},
    {"Reply_To": "Consult@Example.net"},
    {"Sender": "bounces+44310@example.org"},
]


@pytest.mark.parametrize("fields", MACHINES, ids=str)
def test_machines_get_no_answer(kg, fields):
    assert isinstance(answer.consult(kg, mail(**fields)), str)


def test_every_rule_has_a_case(kg):
    reasons = {refusals.refusal(question.parse(mail(**f)), "consult@example.net") for f in MACHINES}
    assert {reason for reason, _, _ in refusals.RULES} <= reasons
    assert all(source for _, _, source in refusals.RULES)


def test_a_person_gets_one(kg):
    for fields in ({"Auto_Submitted": "no"}, {"Precedence": "normal"}, {"Return_Path": "<ann@example.org>"}):
        assert isinstance(answer.consult(kg, mail(**fields)), bytes)


def test_our_answer_gets_none(kg):
    ours = answer.consult(kg, mail())
    assert isinstance(answer.consult(kg, ours), str)
    assert isinstance(answer.consult(kg, ours.replace(b"X-Loop", b"X-Gone")), str)


def nested(depth: int) -> bytes:
    head = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return "".join(f"{k}: {v}\n" for k, v in HEAD.items()).encode() + head.encode() + b"\n44310\n"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "no address"),
        (b"\n\nWhat is 44310?", "no address"),
        (mail(From="nobody"), "no address"),
        (mail(From="anné@example.org"), "no address"),
        (mail(From="(" * 7000), "no address"),
        (mail(To=""), "--address"),
        (mail("x" * 10_000_001), "longer than 10,000,000"),
        (mail(X_Long="x" * 70_000), "head of the message is longer"),
        (nested(3000), "parts inside parts"),
    ],
    ids=range(9),
)
def test_what_cannot_be_answered_is_said(kg, raw, says):
    begun = time.monotonic()
    with pytest.raises(InvalidValue, match=says):
        answer.consult(kg, raw)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "raw",
    [
        mail("<" * 190_000, Content_Type="text/html"),
        mail("<!" * 90_000, Content_Type="text/html"),
        mail("x" * 1_000_000, Content_Type="text/plain; charset=punycode"),
        mail("44310\n" * 100_000),
        mail("What is 44310?", Content_Type="text/plain; charset=klingon"),
        mail("What is 44310?", Content_Type="text/plain; charset=hex"),
        mail(Subject="=?utf-8?b?" + "QUJD" * 10_000 + "?="),
        mail(Subject="=?utf-8?q?a?= " * 4_000),
        nested(18),
    ],
    ids=range(9),
)
def test_what_is_odd_is_answered_in_time(kg, raw):
    begun = time.monotonic()
    assert len(answer.consult(kg, raw)) < 200_000
    assert time.monotonic() - begun < 5


TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "From",
                "To",
                "Subject",
                "References",
                "Content-Type",
                "Reply-To",
                "X-Loop",
                "Content-Disposition",
            ]
        ),
        TEXT
        | st.sampled_from(
            ["a@b.c", "<a@b.c>", "text/html; charset==", 'multipart/mixed; boundary="', "=?x?q?=0a?="]
        ),
    ),
    TEXT,
)
def test_any_message_is_read_or_refused(fields, text):
    raw = "".join(f"{k}: {v}\n" for k, v in {**HEAD, **fields}.items()) + "\n" + text
    try:
        found = answer.consult(_Empty(), raw.encode())
    except InvalidValue:
        return
    if isinstance(found, bytes):
        assert message_from_bytes(found, policy=policy.default).keys().count("To") == 1


class _Empty(dict):
    """A graph without codes: what is asked of it is not what this tests."""

    directory = type("Place", (), {"name": "empty"})()
    ask = staticmethod(Answer)


def test_headers_are_read_as_one_line():
    message = question.parse(mail(X_Odd="a\n\tb", Subject="Re[2]: AW: Stoma\u200b"))
    assert headers.text_of(message, "x-odd") == ["a b"]
    assert headers.subject(message) == "Stoma"


def test_licensed_text_is_in_no_answer(small):
    assert small["44310"].official_descriptors
    assert PLANTED not in reply(small, mail()).get_content()


def run(kg, raw: bytes, *words):
    program = "from codegraph.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "--release", str(kg.directory), "consult", *words],
        input=raw,
        capture_output=True,
        timeout=60,
        env=dict(os.environ),
    )


def test_the_command_reads_and_writes_messages(kg):
    done = run(kg, mail())
    assert (done.returncode, done.stderr) == (0, b"")
    assert message_from_bytes(done.stdout, policy=policy.default)["In-Reply-To"] == "<q1@example.org>"
    silent = run(kg, mail(Precedence="bulk"))
    assert (silent.returncode, silent.stdout) == (0, b"")
    assert b"not answered: it is bulk mail" in silent.stderr


def test_the_command_says_what_is_wrong():
    done = CliRunner().invoke(main, ["consult", "--once"])
    assert done.exit_code == 2
    assert "go with --watch" in done.stderr
    assert cli_consult.command.name == "consult"
