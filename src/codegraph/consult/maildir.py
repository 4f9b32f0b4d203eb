"""Watching a Maildir: each new message is answered once, and the answer delivered into another Maildir."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from codegraph.consult.headers import idents
from codegraph.consult.question import LONGEST_MESSAGE, parse
from codegraph.errors import CodegraphError, InvalidValue, SourceError

Consult = Callable[[bytes], bytes | str]
_FOLDERS: Final = ("tmp", "new", "cur")
_ANSWERED: Final = "answered"  # beside new and cur: an empty file for each message that has its answer


def prepare(inbox: Path, outbox: Path) -> None:
    """Make the folders of both Maildirs where they are missing; raise SourceError where `inbox` is no Maildir."""
    if not (inbox / "new").is_dir():
        raise SourceError(f"{inbox} is no Maildir: it has no folder new")
    for folder in (*(inbox / n for n in (*_FOLDERS, _ANSWERED)), *(outbox / n for n in _FOLDERS)):
        folder.mkdir(parents=True, exist_ok=True)


def answer_new(inbox: Path, outbox: Path, consult: Consult) -> Iterator[tuple[str, str]]:
    """Answer what lies in `new`, oldest name first; yield (file name, what was done).

    A message goes to `cur` when its answer is delivered, so a crash loses none; a Message-ID is answered once, by
    however many watchers. A message that cannot be read is set aside in `cur` without an answer.
    """
    prepare(inbox, outbox)
    for name in sorted(file.name for file in (inbox / "new").iterdir() if not file.name.startswith(".")):
        try:
            yield name, _handle(inbox, outbox, name, consult)
        except FileNotFoundError:  # another watcher was faster
            continue


def _handle(inbox: Path, outbox: Path, name: str, consult: Consult) -> str:
    file = inbox / "new" / name
    done, flags = "", "S"
    try:
        raw = _content(file)
        key = _key(raw)
        mark = inbox / _ANSWERED / key
        if mark.exists():
            done = "not answered: its Message-ID has its answer"
        else:
            found = consult(raw)
            if isinstance(found, str):
                done = f"not answered: {found}"
            else:
                done, flags = _deliver(outbox, key, found), "RS"
                mark.touch()
    except FileNotFoundError:
        raise
    except CodegraphError as error:
        done = f"not answered: {error}"
    except Exception as error:
        done, flags = f"failed: {type(error).__name__}: {error}", "FS"
    file.rename(inbox / "cur" / f"{name.partition(':')[0]}:2,{flags}")
    return done


def _content(file: Path) -> bytes:
    """Return a message; raise InvalidValue for what is no plain file, or is too long to be read."""
    found = file.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise InvalidValue("it is no file")
    if found.st_size > LONGEST_MESSAGE:
        raise InvalidValue(f"the message is longer than {LONGEST_MESSAGE:,} bytes")
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
        return stream.read(LONGEST_MESSAGE + 1)


def _key(raw: bytes) -> str:
    """Return a name for a message by its Message-ID, or by its content where it has none."""
    known = idents(parse(raw), "Message-ID")
    return hashlib.sha256(known[0].encode() if known else raw).hexdigest()[:40]


def _deliver(outbox: Path, key: str, answer: bytes) -> str:
    """Put an answer into the outbox, whole or not at all; one that is there stays."""
    name = f"{key}.codegraph"
    partial = outbox / "tmp" / f"{name}.{os.getpid()}"
    with partial.open("wb") as stream:
        stream.write(answer)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(partial, outbox / "new" / name)
    except FileExistsError:
        return "not answered: its Message-ID has its answer"
    finally:
        partial.unlink()
    return f"answered: {name}"


def report(name: str, done: str) -> None:
    """Tell on standard error what was done with a message."""
    sys.stderr.write(f"{ascii(name)[1:-1]}: {done}\n")
    sys.stderr.flush()
