"""Every reader, and the search for the one that reads a file: by content, never by guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from codegraph.errors import SourceError
from codegraph.sources import (
    ccsr,
    gems,
    hcpcs_csv,
    hcpcs_fixed_width,
    icd10_order,
    icd10cm_tabular,
    icd10pcs_definitions,
    icd10pcs_index,
    icd10pcs_keys,
    icd10pcs_tables,
    ncci_addon,
    ncci_mue,
    ncci_ptp,
    obo,
    omop,
    opps_addendum_a,
    opps_addendum_b,
    opps_addendum_d1,
    opps_addendum_e,
    pfs_anesthesia,
    pfs_gpci,
    pfs_localities,
    pfs_opps_cap,
    pfs_relative_values,
    place_of_service,
    rbcs,
    snomed_rf2,
    specialty_taxonomy,
    sssom,
    umls,
    xlsx,
)
from codegraph.sources.base import Reader, Release
from codegraph.sources.files import Member, members

READERS: Final[tuple[Reader, ...]] = (
    pfs_relative_values.READER,
    pfs_gpci.READER,
    pfs_localities.READER,
    pfs_anesthesia.READER,
    pfs_opps_cap.READER,
    opps_addendum_a.READER,
    opps_addendum_b.READER,
    opps_addendum_d1.READER,
    opps_addendum_e.READER,
    place_of_service.READER,
    specialty_taxonomy.READER,
    *ncci_ptp.READERS,
    *ncci_mue.READERS,
    *ncci_addon.READERS,
    *gems.READERS,
    *ccsr.READERS,
    *rbcs.READERS,
    *hcpcs_fixed_width.READERS,
    *hcpcs_csv.READERS,
    *icd10_order.READERS,
    *icd10cm_tabular.READERS,
    *icd10pcs_tables.READERS,
    *icd10pcs_definitions.READERS,
    *icd10pcs_index.READERS,
    *icd10pcs_keys.READERS,
    *obo.READERS,
    *sssom.READERS,
    *omop.READERS,
    *umls.READERS,
    *snomed_rf2.READERS,
)
_BY_KIND: Final = {reader.kind: reader for reader in READERS}

# Where a kind of file that is not there is to be had.
MISSING_HINTS: Final[dict[str, str]] = {
    reader.kind: f"{reader.title}: {reader.publisher}, {reader.page}" for reader in READERS
}
_WORKBOOKS: Final = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class Found:
    """One file, or one member of an archive, and what it is.

    Without a reader it is unknown, or, with a `problem`, it could not even be looked at. With a reader and a
    problem its release could not be told. `release` is None in all these cases.
    """

    member: Member
    reader: Reader | None
    release: Release | None
    problem: str | None = None


def identify(member: Member) -> Reader | None:
    """Return the one reader that recognises a file by its first bytes (a workbook by its first rows).

    A workbook's first rows are shown to the sniffers as CSV text, so that one serves both forms of a file.
    Returns None for a file of no known kind. Raises SourceError where the file cannot be read, or where two
    readers claim it.
    """
    head = member.head()
    if xlsx.is_workbook(head):
        if not member.name.lower().endswith(_WORKBOOKS):
            return None
        head = xlsx.head(member)
    claims = [reader for reader in READERS if reader.sniff(head)]
    if len(claims) > 1:
        kinds = ", ".join(reader.kind for reader in claims)
        raise SourceError(f"{member.label} is claimed by several readers ({kinds}); it is read by none")
    return claims[0] if claims else None


def scan(paths: Iterable[Path]) -> list[Found]:
    """Look at files and at all files below folders, sorted by path; hidden files and folders are passed over.

    What goes wrong with one file is told in its `problem`. Raises SourceError for a path that does not exist.
    """
    found: list[Found] = []
    for path in _files(paths):
        try:
            inside = list(members(path))
        except SourceError as error:
            found.append(Found(Member(path, None), None, None, str(error)))
            continue
        found.extend(_look(member) for member in inside)
    return found


def _look(member: Member) -> Found:
    reader: Reader | None = None
    try:
        reader = identify(member)
        return Found(member, reader, reader.release(member) if reader else None)
    except SourceError as error:
        return Found(member, reader, None, str(error))


def _files(paths: Iterable[Path]) -> list[Path]:
    files: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            below = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p, path))
        elif path.is_file():
            below = [path]
        else:
            raise SourceError(f"{path}: there is no such file or folder")
        for file in below:
            files.setdefault(file.resolve(), file)
    return sorted(files.values())


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def missing(found: Iterable[Found]) -> list[Reader]:
    """Return the readers for which no file was found; MISSING_HINTS says where each is published.

    Files that need a licence of the user's own are not missed.
    """
    kinds = {item.reader.kind for item in found if item.reader is not None}
    return [reader for reader in READERS if reader.kind not in kinds and reader.licensor is None]


def reader_of(kind: str) -> Reader:
    """Return the reader of a kind; raise SourceError where there is none."""
    try:
        return _BY_KIND[kind]
    except KeyError:
        raise SourceError(f"no reader is called {kind!r}; there are {', '.join(sorted(_BY_KIND))}") from None
