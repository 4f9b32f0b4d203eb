"""Takes the pictures of docs/pages.md: six pages, each light, dark and on a phone, of the packaged release.

    python -m tools.screenshots docs/screenshots

Needs Chromium and Pillow; the pictures have a palette, so that each is small.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image
from tools.chromium import PHONE, Chromium, program
from tools.serving import serving

# Page: its address, and the button that sends its form, where the answer comes by that alone.
PAGES: Final = {
    "search": ("/?q=loop+ileostomy", ""),
    "code": ("/code/cpt/44310", ""),
    "crosswalk": ("/crosswalk?code=44310&to=icd10pcs", ""),
    "price": ("/price?code=44310&locality=NE&setting=facility", ""),
    "check": ("/check?lines=44310%0D%0A44187", ""),
    "sparql": ("/query?name=codes_at_site&p-site=site%3Aileum", "form[method=post] button"),
}
LOOKS: Final = {
    "light": {"size": (1280, 860)},
    "dark": {"size": (1280, 860), "dark": True},
    "phone": {"size": (PHONE[0], 1160), "phone": True, "scale": 2},
}
MOST: Final = 150_000  # bytes of a picture
_COLOURS: Final = (256, 128, 64)


def main(folder: Path) -> None:
    """Write the pictures into a folder; raise where one stays too large."""
    if program() is None:
        raise SystemExit("no Chromium here: apt-get install chromium")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, serving() as address:
        browser = Chromium(Path(work) / "profile")
        try:
            for page, (path, button) in PAGES.items():
                for name, look in LOOKS.items():
                    browser.open(address + path, **look)
                    if button:
                        browser.run("window.before = true")
                        browser.click(button)
                        browser.until("window.before === undefined && document.readyState === 'complete'")
                        browser.run("window.scrollTo(0, 0)")
                    browser.picture(Path(work) / "taken.png")
                    print(page, name, _small(Path(work) / "taken.png", folder / f"{page}-{name}.png"))
        finally:
            browser.close()


def _small(taken: Path, path: Path) -> int:
    """Write a picture with as many colours as fit; return its bytes."""
    with Image.open(taken) as picture:
        for colours in _COLOURS:
            picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
            if path.stat().st_size <= MOST:
                return path.stat().st_size
    raise SystemExit(f"{path} has over {MOST:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
