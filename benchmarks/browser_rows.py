"""Rows about the pages in a real Chromium: from the address to the first key that is handled, no file of it kept.

python -m benchmarks.browser_rows [RELEASE]      # the packaged release unless one is given
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tools.chromium import Chromium, program
from tools.serving import serving

from benchmarks import table
from benchmarks.table import Row, Stats, Target

SECTION = "browser"
_TARGET = Target(500)
_PAGES = {
    "page of 44310": "/code/cpt/44310",
    "results of a search": "/?q=loop+ileostomy",
    "crosswalk of 44310": "/crosswalk?code=44310",
    "graph around 44310": "/graph?code=44310",
    "claim of two lines": "/check?lines=44310+44187",
}


def measure(release: Path | None, quick: bool) -> list[Row]:
    """Return the rows; where there is no Chromium, one that says so."""
    if program() is None:
        return [Row(SECTION, "pages in Chromium", "ms", None, _TARGET, note="no Chromium here")]
    runs = 3 if quick else 21
    with tempfile.TemporaryDirectory() as folder, serving(release) as address:
        browser = Chromium(Path(folder))
        try:
            return [_row(browser, name, address + path, runs) for name, path in _PAGES.items()]
        finally:
            browser.close()


def _row(browser: Chromium, name: str, address: str, runs: int) -> Row:
    """Return how long a page takes until it is loaded and has handled a key; the first time is not counted."""
    browser.interactive(address)
    times = [browser.interactive(address) for _ in range(runs)]
    return Row(SECTION, f"{name}, loaded and a key handled", "ms", Stats.of(times), _TARGET)


if __name__ == "__main__":
    found = measure(Path(sys.argv[1]) if len(sys.argv) > 1 else None, quick=False)
    print(table.text((), found))
