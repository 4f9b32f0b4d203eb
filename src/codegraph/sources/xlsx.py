"""Rows of a workbook's sheet as texts, read in a child process with limits that bind a bad workbook."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Final, cast

from codegraph.errors import SourceError
from codegraph.sources.files import Member, limits

MEMORY_LIMIT: Final = 1 << 30  # address space of the child; the largest published sheet needs 250 MB
TIME_LIMIT: Final = 120.0  # seconds
MAX_CELL: Final = 100_000  # characters; Excel itself stops at 32,767
HEAD_ROWS: Final = 60

_MAGIC: Final = b"PK\x03\x04"


def is_workbook(head: bytes) -> bool:
    """Tell whether bytes begin like a workbook (a zip: an .xlsx file outside, or a member of an archive)."""
    return head.startswith(_MAGIC)


def rows(
    member: Member,
    sheet: str | None = None,
    *,
    limit: int | None = None,
    memory: int = MEMORY_LIMIT,
    seconds: float = TIME_LIMIT,
) -> Iterator[list[str]]:
    """Yield the rows of a sheet (the first one, or the named one) as texts, as a person sees them.

    Whole numbers have no decimals (26.0 is `26`), dates are ISO dates, an empty cell is the empty string,
    no-break spaces are spaces, an end mark (`_x001A_`) is nothing. Blank rows are kept: the n-th row is row n
    of the sheet. `limit` stops after so many rows.

    Raises SourceError where the workbook is damaged, declares a DOCTYPE, needs more than `memory` bytes or
    `seconds`, holds a giant cell, or lacks the sheet.
    """
    with member.open() as stream:
        data = stream.read()
    if not is_workbook(data[:4]):
        raise SourceError(f"{member.label} is not a workbook (.xlsx)")
    command = [sys.executable, "-P", "-m", "codegraph.sources.xlsx_child"]
    settings = {"sheet": sheet, "limit": limit, "memory": memory, "seconds": seconds, "cell": MAX_CELL}
    settings["unpacked"] = limits().bytes // 4
    child = subprocess.Popen(
        [*command, json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    timer = threading.Timer(seconds, child.kill)
    timer.daemon = True
    timer.start()
    try:
        with suppress(BrokenPipeError):
            stdin = cast(IO[bytes], child.stdin)
            stdin.write(data)
            stdin.close()
        yield from _answers(child, member)
    finally:
        timer.cancel()
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            with suppress(BrokenPipeError):
                cast(IO[bytes], pipe).close()


def _answers(child: subprocess.Popen[bytes], member: Member) -> Iterator[list[str]]:
    for line in cast(IO[bytes], child.stdout):
        if not line.endswith(b"\n"):
            break
        answer = json.loads(line)
        if isinstance(answer, list):
            yield [cell.replace("\u00a0", " ").strip("\x1a") for cell in answer]
        elif "end" in answer:
            return
        else:
            raise SourceError(f"{member.label} cannot be read as a workbook: {answer['error']}")
    raise SourceError(
        f"{member.label} cannot be read as a workbook: it needed too much memory or time or broke the reader "
        "(a cell far out of the sheet, a giant cell, or a damaged file)"
    )


def head(member: Member) -> bytes:
    """Return the first rows of a workbook as CSV text, so that one sniffer serves both forms of a file."""
    lines = []
    for row in rows(member, limit=HEAD_ROWS):
        cells = (
            '"' + cell.replace('"', '""') + '"' if re.search(r'[",\r\n]', cell) else cell for cell in row
        )
        lines.append(",".join(cells))
    return "\n".join(lines).encode()
