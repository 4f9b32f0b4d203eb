"""A Maildir is watched: real SMTP brings the question, a real process answers, real SMTP takes the answer away."""

from __future__ import annotations

import os
import smtplib
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from codegraph.consult import maildir
from codegraph.consult.answer import consult
from codegraph.errors import SourceError

PROGRAM = "from codegraph.cli import main; main()"


def asked(ident="<q1@example.org>", text="What is 44310?", **fields) -> EmailMessage:
    message = EmailMessage()
    head = {"From": "ann@example.org", "To": "consult@example.net", "Subject": "Stoma", "Message-ID": ident}
    for name, value in (head | fields).items():
        message[name] = value
    message.set_content(text)
    return message


@contextmanager
def mail_server(folder: Path):
    """Yield the port of a real SMTP server on loopback that delivers into a Maildir."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
    controller = Controller(Mailbox(str(folder)), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def send(port: int, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.send_message(message)


def watch(kg, inbox: Path, *words: str) -> list[str]:
    return [
        sys.executable,
        "-c",
        PROGRAM,
        "--release",
        str(kg.directory),
        "consult",
        "--watch",
        str(inbox),
        *words,
    ]


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_question_and_its_answer_go_through_real_smtp(kg, tmp_path):
    ours, theirs, outbox = tmp_path / "ours", tmp_path / "theirs", tmp_path / "out"
    with mail_server(ours) as in_port, mail_server(theirs) as out_port:
        send(in_port, asked())
        send(in_port, asked())  # delivered twice
        send(in_port, asked("<q2@example.org>", **{"Auto-Submitted": "auto-replied"}))
        done = subprocess.run(
            watch(kg, ours, "--outbox", str(outbox), "--once"), capture_output=True, timeout=60, text=True
        )
        assert done.returncode == 0, done.stderr
        assert sorted(line.split(": ", 1)[1].split(":")[0] for line in done.stderr.splitlines()) == [
            "answered",
            "not answered",
            "not answered",
        ]
        [answer] = (outbox / "new").iterdir()
        send(out_port, message_from_bytes(answer.read_bytes(), policy=policy.default))
        [received] = (theirs / "new").iterdir()
        found = message_from_bytes(received.read_bytes(), policy=policy.default)
        assert (found["To"], found["From"]) == ("ann@example.org", "consult@example.net")
        assert (found["In-Reply-To"], found["References"]) == ("<q1@example.org>", "<q1@example.org>")
        assert "44310 (CPT) is: " in found.get_content()
        # The answer comes back, as from a forwarding rule: it gets none.
        send(in_port, found)
        again = subprocess.run(
            watch(kg, ours, "--outbox", str(outbox), "--once"), capture_output=True, timeout=60, text=True
        )
        assert "not answered: it was sent by a machine" in again.stderr
    assert files(ours / "new") == []
    assert [n.partition(":2,")[2] for n in files(ours / "cur")].count("RS") == 1
    assert len(files(outbox / "new")) == 1


def test_it_watches_until_it_is_ended(kg, tmp_path):
    inbox = tmp_path / "in"
    with mail_server(inbox) as port, subprocess.Popen(watch(kg, inbox, "--interval", "0.1")) as process:
        try:
            for number in (1, 2):
                send(port, asked(f"<w{number}@example.org>"))
                for _ in range(300):
                    if len(list((inbox / "answers" / "new").glob("*"))) == number:
                        break
                    time.sleep(0.1)
            assert len(files(inbox / "answers" / "new")) == 2
            assert process.poll() is None
        finally:
            process.terminate()


@pytest.fixture
def box(tmp_path):
    for name in ("tmp", "new", "cur"):
        (tmp_path / "in" / name).mkdir(parents=True)
    return tmp_path / "in"


def answer_all(kg, box, ask=None):
    return dict(maildir.answer_new(box, box / "answers", ask or partial(consult, kg)))


def test_no_answer_is_lost_and_none_is_sent_twice(kg, box):
    (box / "new" / "1").write_bytes(asked().as_bytes())

    def crash(raw):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer_all(kg, box, crash)
    assert files(box / "new") == ["1"]
    assert answer_all(kg, box)["1"].startswith("answered")
    # A crash between the delivery and the move: the message is there again, the answer too.
    (box / "cur" / "1:2,RS").rename(box / "new" / "1")
    (box / "answered" / files(box / "answered")[0]).unlink()
    assert "has its answer" in answer_all(kg, box)["1"]
    # The answer was taken away: the mark remains.
    (box / "new" / "2").write_bytes(asked().as_bytes())
    [answer] = (box / "answers" / "new").iterdir()
    (box / "answered" / answer.name.partition(".")[0]).touch()
    answer.unlink()
    assert "has its answer" in answer_all(kg, box)["2"]
    assert files(box / "answers" / "new") == files(box / "answers" / "tmp") == []


def test_one_bad_message_stops_no_other(kg, box, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(asked("<s@example.org>").as_bytes())
    (box / "new" / "1").symlink_to(secret)
    os.mkfifo(box / "new" / "2")
    (box / "new" / "3").mkdir()
    (box / "new" / "4").write_bytes(b"\xff" * 100)
    with (box / "new" / "5").open("wb") as huge:
        huge.truncate(10_000_001)
    (box / "new" / ".hidden").write_bytes(asked().as_bytes())
    (box / "new" / "6").write_bytes(asked().as_bytes())
    done = answer_all(kg, box)
    assert [done[n].partition(":")[0] for n in "123456"] == ["not answered"] * 5 + ["answered"]
    assert files(box / "new") == [".hidden"]
    assert files(box / "cur") == ["1:2,S", "2:2,S", "3:2,S", "4:2,S", "5:2,S", "6:2,RS"]


def test_a_failure_is_flagged_for_a_person(kg, box):
    (box / "new" / "1").write_bytes(asked().as_bytes())
    assert answer_all(kg, box, lambda raw: 1 / 0)["1"].startswith("failed: ZeroDivisionError")
    assert files(box / "cur") == ["1:2,FS"]


def test_messages_without_identifier_are_told_apart(kg, box):
    for n in (1, 2, 3):
        message = asked(text=f"What is 44310? {n % 2}")
        del message["Message-ID"]
        (box / "new" / str(n)).write_bytes(message.as_bytes())
    done = answer_all(kg, box)
    assert [done[n].partition(":")[0] for n in "123"] == ["answered", "answered", "not answered"]


def test_what_is_no_maildir_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no Maildir"):
        maildir.prepare(tmp_path, tmp_path / "out")
    assert files(tmp_path) == []


def test_a_report_is_one_line(capsys):
    maildir.report("x\ny", "answered")
    assert capsys.readouterr().err == "x\\ny: answered\n"
