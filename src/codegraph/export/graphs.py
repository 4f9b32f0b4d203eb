"""Which dumps an export reads: one a release, chosen by ident, licensed ones only when asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from codegraph.errors import LicenceRequired, ReleaseError, UnknownTerm
from codegraph.namespaces import RELEASE, release_iri
from codegraph.release import DUMP, LICENSED, dump_name, dumps

_SUFFIX: Final = ".nq.gz"
_LICENSED_IDENT: Final = "licensed/"


@dataclass(frozen=True, slots=True)
class Dump:
    """One dump file, and the names that its graph can have: a file name does not say where its ident has the `/`."""

    path: Path
    graphs: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> Dump:
        """Return a dump by its path.

        >>> Dump.of(Path("dump/cms-pfs-2025D.nq.gz")).graphs[-1]
        'https://w3id.org/codegraph/release/cms-pfs/2025D'
        """
        name = path.name.removesuffix(_SUFFIX)
        stem = name.removeprefix(LICENSED)
        start = _LICENSED_IDENT if stem != name else ""
        cuts = [at for at, sign in enumerate(stem) if sign == "-"]
        return cls(path, tuple(release_iri(f"{start}{stem[:at]}/{stem[at + 1 :]}") for at in cuts))


def idents_of(graphs: Iterable[str] | None) -> list[str] | None:
    """Return the idents of releases written as ident, CURIE (`release:cms-pfs/2025D`) or IRI; None stays None."""
    return (
        None
        if graphs is None
        else [name.strip().removeprefix(RELEASE).removeprefix("release:") for name in graphs]
    )


def choose(directory: Path, graphs: Iterable[str] | None, *, include_licensed: bool) -> list[Dump]:
    """Return the dumps of a release directory, or of the releases named (`cms-pfs/2025D`, or the graph's IRI).

    Raises UnknownTerm where a named release has no dump, LicenceRequired where only its licensed text was named.
    """
    idents = idents_of(graphs)
    for ident in idents or ():
        if ident.startswith(_LICENSED_IDENT) and not include_licensed:
            raise LicenceRequired(
                f"{ident} holds licensed descriptors; they are exported only with include_licensed "
                "(--include-licensed), if your licence allows it"
            )
        name = ident.removeprefix(_LICENSED_IDENT)
        if not any((directory / DUMP / dump_name(name, licensed=flag)).is_file() for flag in (False, True)):
            known = ", ".join(p.name.removesuffix(_SUFFIX) for p in dumps(directory))
            raise UnknownTerm(f"no release {ident!r} here; there are dumps of {known}")
    found = dumps(directory, _plain(idents), licensed=include_licensed)
    if idents is not None:
        only = {
            dump_name(i.removeprefix(_LICENSED_IDENT)) for i in idents if not i.startswith(_LICENSED_IDENT)
        }
        found = [p for p in found if p.name.startswith(LICENSED) or p.name in only]
    if not found and idents is None:
        raise ReleaseError(f"{directory / DUMP}: no dumps; the release is not whole, build it again")
    return [Dump.of(path) for path in found]


def _plain(idents: list[str] | None) -> list[str] | None:
    return None if idents is None else [i.removeprefix(_LICENSED_IDENT) for i in idents]
