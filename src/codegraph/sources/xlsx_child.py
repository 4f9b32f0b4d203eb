"""The child process that reads one workbook from standard input and writes its rows as lines of JSON.

Started by `xlsx.rows`, never imported. It ends at its first fault: the parent sees a last line without `end`.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

_CHUNK: Final = 1 << 20
_FORBIDDEN: Final = (b"<!DOCTYPE", b"<!ENTITY", b"<\0!\0D\0O\0C\0T\0Y\0P\0E", b"\0<\0!\0D\0O\0C\0T\0Y\0P\0E")


class RefusedError(Exception):
    """Why the workbook is not read."""


def limit_process(memory: int, seconds: float) -> None:
    """Bind this process to an address space and a CPU time, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_parts(data: bytes, most: int) -> None:
    """Refuse a workbook whose parts unpack to too much or declare a document type or an entity."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            before = b""
            with archive.open(info) as part:
                while chunk := part.read(_CHUNK):
                    total += len(chunk)
                    if total > most:
                        raise RefusedError(f"its parts unpack to more than {most:,} bytes")
                    seen = before + chunk
                    if any(mark in seen for mark in _FORBIDDEN):
                        raise RefusedError(f"its part {info.filename!r} declares a DOCTYPE or an entity")
                    before = chunk[-32:]


def as_text(value: Any) -> str:  # noqa: ANN401
    """Return a cell as it is shown: whole numbers without decimals, dates in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(Decimal(int(value)) if value.is_integer() else Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if not (value.hour or value.minute or value.second)
            else value.isoformat(" ")
        )
    return value.isoformat() if isinstance(value, date) else str(value)


def write_rows(settings: dict[str, Any]) -> None:
    """Read the workbook and write the rows asked for."""
    from python_calamine import CalamineWorkbook

    data = sys.stdin.buffer.read()
    check_parts(data, settings["unpacked"])
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    names = workbook.sheet_names
    name = settings["sheet"] or (names[0] if names else "")
    if name not in names:
        raise RefusedError(f"it has no sheet {name!r}; there are {', '.join(names)}")
    grid = workbook.get_sheet_by_name(name)
    if grid.total_height * grid.total_width > settings["memory"] // 32:
        raise RefusedError(f"its sheet spans {grid.total_height:,} rows by {grid.total_width:,} columns")
    for number, row in enumerate(grid.to_python(skip_empty_area=False)):
        if number == settings["limit"]:
            break
        cells = [as_text(value) for value in row]
        if any(len(cell) > settings["cell"] for cell in cells):
            raise RefusedError(
                f"a cell of its row {number + 1} is longer than {settings['cell']:,} characters"
            )
        sys.stdout.write(json.dumps(cells) + "\n")


def main() -> None:
    """Run with the settings of the command line; say in the last line how it ended."""
    settings = json.loads(sys.argv[1])
    limit_process(settings["memory"], settings["seconds"])
    try:
        write_rows(settings)
        answer: dict[str, Any] = {"end": True}
    except MemoryError:
        answer = {"error": "it needs more memory than is allowed"}
    except Exception as error:  # the parent wants the reason, whatever it is
        answer = {"error": f"{error}" or type(error).__name__}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
