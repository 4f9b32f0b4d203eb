"""The part of a file that is there already, and of which version of the file it is a part."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from codegraph.errors import SourceError


@dataclass(frozen=True, slots=True)
class Part:
    """`<name>.part`, and beside it a note with the validator (entity tag or date) that its server gave it."""

    path: Path

    @property
    def note(self) -> Path:
        """Return where the note is."""
        return self.path.with_name(f"{self.path.name}.json")

    def size(self) -> int:
        """Return how many bytes are there."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def validator(self, url: str) -> str | None:
        """Return the validator of the version that can be resumed, None where there is nothing to resume."""
        if not self.size():
            return None
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        value = note.get("validator") if isinstance(note, dict) and note.get("url") == url else None
        return value if isinstance(value, str) else None

    def begin(self, url: str, validator: str | None) -> None:
        """Empty the part first, so that old bytes never stand beside a new validator."""
        self.path.write_bytes(b"")
        if validator is None:
            self.note.unlink(missing_ok=True)
        else:
            self.note.write_text(json.dumps({"url": url, "validator": validator}), encoding="utf-8")

    def refuse_links(self) -> None:
        """Raise SourceError where either file is a link: writing would go elsewhere."""
        for path in (self.path, self.note):
            if path.is_symlink():
                raise SourceError(f"{path} is a link; it is not written to")

    def become(self, path: Path) -> None:
        """Put the complete file in its place."""
        self.path.replace(path)
        self.remove()

    def remove(self) -> None:
        """Remove the part and its note."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
