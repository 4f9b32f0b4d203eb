"""Writes the packaged excerpts of ICD-10-PCS, ICD-10-CM and the fee schedule anew from official files.

    python tools/excerpts.py FOLDER [icd10pcs] [icd10cm] [figures] [tables]

The ICD-10-PCS excerpt holds the codes that packaged definitions and curated mappings lead to, as rows of the tables;
the ICD-10-CM excerpt the codes that packaged indications name, with the headers above and the codes below them; the
figures are those of the packaged CPT codes, as triples and (tables) in CMS's own layouts. All these sources are works
of the US Government. Where a build reads the official files, they take the excerpts' place.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import figures

from codegraph.build.derived import derived, hierarchy_of
from codegraph.knowledge import Packaged, mapping_files
from codegraph.namespaces import contract
from codegraph.pcs import Grammar, Table
from codegraph.rdf import TYPE
from codegraph.sources import icd10cm_tabular, icd10pcs_tables, pfs_relative_values
from codegraph.sources.files import Member
from codegraph.sources.icd10_order import READERS as ORDER_READERS
from codegraph.sources.sssom import read_file

KNOWLEDGE = Path(__file__).resolve().parents[1] / "knowledge"
K = TypeVar("K", bound=Hashable)
PCS_HEAD = """\
# The rows of ICD-10-PCS {version} that packaged definitions and mappings lead to; written by tools/excerpts.py from the
# official tables (CMS, public domain). An excerpt: where a build reads the official tables, they take its place.
version = "{version}"
complete = false
"""
CM_HEAD = """\
# The ICD-10-CM codes that packaged indications name, with the headers above them and the codes below; written by
# tools/excerpts.py from the official files of fiscal year {year} (CDC/NCHS and CMS, public domain). Of injuries only
# initial encounters. Active means: valid in that year. Where a build reads an official ICD-10-CM file, that file
# describes the codes instead.
@prefix cg: <https://w3id.org/codegraph/ontology#> .
@prefix code-status: <https://w3id.org/codegraph/concept/code-status/> .
@prefix group: <https://w3id.org/codegraph/concept/group/> .
@prefix icd10cm: <https://w3id.org/codegraph/code/icd10cm/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def newest(folder: Path, pattern: str) -> Path:
    """Return the last of the files that a pattern finds below a folder; end with a message where there is none."""
    found = sorted(folder.rglob(pattern))
    if not found:
        sys.exit(f"{folder} holds no {pattern}")
    return found[-1]


# ICD-10-PCS


def pcs_codes(packaged: Packaged, grammar: Grammar) -> set[str]:
    """Return the valid codes that packaged knowledge leads to."""
    found = derived(packaged, hierarchy_of(packaged), [grammar])
    codes = {row[1] for row in (*found.rows, *found.apart)}
    for path in mapping_files():
        codes |= {contract(m.object) for m in read_file(path)[1]}
    return {code.partition(":")[2] for code in codes if code.startswith("icd10pcs:")} & set(grammar.codes())


def grouped(items: Iterable[tuple[str, K]]) -> list[tuple[tuple[str, ...], K]]:
    """Put keys of one value together, in the order of the keys."""
    found: dict[K, list[str]] = defaultdict(list)
    for key, value in sorted(items, key=lambda item: item[0]):
        found[value].append(key)
    return sorted(((tuple(keys), value) for value, keys in found.items()), key=lambda item: item[0])


def products(codes: Iterable[str]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Yield codes of equal length as products of characters that do not overlap."""
    wanted = sorted(codes)
    if len(wanted[0]) == 1:
        yield (tuple(wanted),)
        return
    rest: dict[str, set[str]] = defaultdict(set)
    for code in wanted:
        rest[code[0]].add(code[1:])
    for chars, tails in grouped((char, frozenset(tails)) for char, tails in rest.items()):
        for row in products(tails):
            yield (chars, *row)


def toml_table(table: Table, codes: Iterable[str]) -> str:
    """Return a table's rows that make some of its codes."""
    labels = {
        (n, char): label
        for row in table.rows
        for n, axis in enumerate(row.axes)
        for char, label in axis.values
    }
    heads = [axis.title for axis in table.head]
    titles = [axis.title for axis in table.rows[0].axes]
    lines = ["[[table]]", f"prefix = {json.dumps(table.prefix)}"]
    lines.append(f"labels = {json.dumps([axis.values[0][1] for axis in table.head])}")
    if heads != ["Section", "Body System", "Operation"]:
        lines.append(f"head = {json.dumps(heads)}")
    if titles != ["Body Part", "Approach", "Device", "Qualifier"]:
        lines.append(f"titles = {json.dumps(titles)}")
    for row in products(code[3:] for code in codes):
        count = 1
        lines += ["[[table.row]]", "codes = 0", "axes = ["]
        place = len(lines) - 2
        for n, chars in enumerate(row):
            count *= len(chars)
            lines.append(f"    {json.dumps([f'{c} = {labels[n, c]}' for c in chars])},")
        lines[place] = f"codes = {count}"
        lines.append("]")
    return "\n".join(lines) + "\n"


def write_pcs(folder: Path) -> str:
    """Write the ICD-10-PCS excerpt; return what was written."""
    grammar = icd10pcs_tables.grammar(Member(newest(folder, "icd10pcs_tables_*.xml"), None))
    codes = pcs_codes(Packaged.load([f"icd10pcs/{grammar.version}"]), grammar)
    by_table: dict[str, list[str]] = defaultdict(list)
    for code in sorted(codes):
        by_table[code[:3]].append(code)
    out = PCS_HEAD.format(version=grammar.version)
    out += "".join("\n" + toml_table(grammar.tables[prefix], found) for prefix, found in by_table.items())
    target = KNOWLEDGE / "icd10pcs" / "intestine.toml"
    target.write_text(out, encoding="utf-8")
    return f"{target.name}: {len(codes)} codes in {len(by_table)} tables"


# ICD-10-CM

Place = dict[str, tuple[str, str | None, str, str]]  # subject -> title, above, first, last


def cm_places(folder: Path) -> tuple[Place, dict[str, bool], str]:
    """Return chapters, blocks and codes of the tabular list, which codes are billable, and the year."""
    tabular = Member(newest(folder, "icd10cm_tabular_*.xml"), None)
    rows = [r for r in icd10cm_tabular.read(tabular) if isinstance(r, icd10cm_tabular.TabularRow)]
    places: Place = {r.subject: (r.title, r.above, r.first, r.last) for r in rows}
    order = Member(newest(folder, "icd10cm-order-*.txt"), None)
    reader = next(r for r in ORDER_READERS if r.sniff(order.head()))
    release = reader.release(order)
    billable = {}
    for row in reader.read(order):
        for fact in reader.codes(row, release):
            billable[f"icd10cm:{fact.notation}"] = bool(fact.billable)
            if f"icd10cm:{fact.notation}" not in places and fact.label:
                above = next(
                    c for n in range(1, 8) if (c := f"icd10cm:{fact.notation[:-n].rstrip('.')}") in places
                )
                places[f"icd10cm:{fact.notation}"] = (fact.label, above, "", "")
    return places, billable, release.version


def wanted_cm(packaged: Packaged, places: Place, billable: dict[str, bool]) -> set[str]:
    """Return the codes that indications name, the codes below them and everything above them but the chapters."""
    indications = packaged.instances("cg:Indication")
    named = {contract(c[1:-1]) for i in indications for c in packaged.values(i, "cg:ofCondition")}
    if unknown := sorted(named - set(places)):
        sys.exit(f"indications name codes that the official files do not have: {', '.join(unknown)}")
    headers = tuple(c for c in named if not billable.get(c))
    below = {c for c in places if c.startswith(headers) and not re.search(r"[STV]\d\d.*[B-Z]$", c)}
    found = set()
    for code in named | below:
        here: str | None = code
        while here and "chapter" not in here:
            found.add(here)
            here = places[here][1]
    return found


def turtle(subject: str, place: tuple[str, str | None, str, str], billable: dict[str, bool]) -> str:
    """Return a code or block as Turtle."""
    title, above, first, last = place
    local = subject.partition(":")[2]
    said = [f"skos:prefLabel {json.dumps(title, ensure_ascii=False)}@en"]
    if subject.startswith("group:"):
        kind = "cg:CodeGroup"
        ident = first if first == last else f"{first}-{last}"
        said = [f'skos:notation "{ident}"', *said, f'cg:rangeFirst "{first}"', f'cg:rangeLast "{last}"']
    else:
        kind = "cg:Icd10CmCode"
        said = [f'skos:notation "{local}"', f'cg:undottedCode "{local.replace(".", "")}"', *said]
        said += [f"cg:isBillable {str(billable[subject]).lower()}", "cg:codeStatus code-status:active"]
    said += ["skos:inScheme <https://w3id.org/codegraph/code/icd10cm>", f"skos:broader {above}"]
    return f"{subject} a {kind} ;\n    " + " ;\n    ".join(said) + " .\n"


def write_cm(folder: Path) -> str:
    """Write the ICD-10-CM excerpt; return what was written."""
    places, billable, year = cm_places(folder)
    found = wanted_cm(Packaged.load([f"icd10cm/{year}"]), places, billable)
    blocks = sorted(s for s in found if s.startswith("group:"))
    codes = sorted(found - set(blocks))
    parts = [CM_HEAD.format(year=year), "# Blocks\n", *(turtle(s, places[s], billable) for s in blocks)]
    parts += ["# Codes\n", *(turtle(s, places[s], billable) for s in codes)]
    target = KNOWLEDGE / "icd10cm" / "codes.ttl"
    target.write_text("\n".join(parts), encoding="utf-8")
    return f"{target.name}: {len(codes)} codes, {len(blocks)} blocks"


# Fee schedule

FIGURES_HEAD = """\
# Relative values of the packaged CPT codes in CMS's physician fee schedule; written by tools/excerpts.py from the
# official file (a work of the US Government), without any descriptor. Where a build reads the official file of this
# release, the same entries, under the same IRIs, come from there. A flag is stated only where it is set.
@prefix cg: <https://w3id.org/codegraph/ontology#> .
@prefix cpt: <https://w3id.org/codegraph/code/cpt/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix global-period: <https://w3id.org/codegraph/concept/global-period/> .
@prefix modifier: <https://w3id.org/codegraph/code/modifier/> .
@prefix pfs: <https://w3id.org/codegraph/entry/{ident}/> .
@prefix pfs-status: <https://w3id.org/codegraph/concept/pfs-status/> .
@prefix release: <https://w3id.org/codegraph/release/cms-pfs/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

release:{version}
    a cg:Release ;
    dcterms:title "{title}"@en ;
    dcterms:identifier "{ident}" ;
    dcterms:publisher "Centers for Medicare & Medicaid Services" ;
    dcterms:issued "{issued}"^^xsd:date ;
    dcterms:license <https://www.usa.gov/government-works> ;
    cg:source "cms-pfs" ;
    cg:version "{version}" ;
    cg:effectiveFrom "{start}"^^xsd:date ;
    cg:effectiveTo "{end}"^^xsd:date ;
    cg:isLicensed false .
"""


PFS_RELEASES = "https://w3id.org/codegraph/release/cms-pfs/"


def short_term(token: str, entries: str) -> str:
    """Return an N-Triples term as Turtle with the prefixes of the head; decimals and booleans go bare."""
    if token.startswith("<"):
        if token[1:].startswith(entries):
            return f"pfs:{token[1 + len(entries) : -1]}"
        if token[1:].startswith(PFS_RELEASES):
            return f"release:{token[1 + len(PFS_RELEASES) : -1]}"
        return contract(token[1:-1])
    value, datatype, _ = token.partition("^^")
    return value.strip('"') if datatype else token


def write_figures(folder: Path) -> str:
    """Write the relative values of the packaged CPT codes; return what was written."""
    member = Member(newest(folder, "PPRRVU*.csv"), None)
    reader = pfs_relative_values.READER
    release = reader.release(member)
    packaged = {contract(c).partition(":")[2] for c in Packaged.load([release.ident]).instances("cg:CptCode")}
    entries = f"https://w3id.org/codegraph/entry/{release.ident}/"
    found: dict[str, list[str]] = defaultdict(list)
    for row in reader.read(member):
        if getattr(row, "code", None) in packaged:
            for subject, predicate, obj in reader.triples(row, release):
                name = "a" if predicate == TYPE else short_term(predicate, entries)
                found[short_term(subject, entries)].append(f"{name} {short_term(obj, entries)}")
    head = FIGURES_HEAD.format(
        title=release.title, ident=release.ident, version=release.version, issued=release.issued,
        start=release.effective_from, end=release.effective_to,
    )  # fmt: skip
    parts = [head, *(f"{s} " + " ;\n    ".join(said) + " .\n" for s, said in sorted(found.items()))]
    target = KNOWLEDGE / "figures" / f"cms-pfs-{release.version}.ttl"
    target.write_text("\n".join(parts), encoding="utf-8")
    return f"{target.name}: {len(found)} entries"


def write_tables(folder: Path) -> str:
    """Write what the packaged release holds in its tables only; return what was written."""
    packaged = Packaged.load().instances("cg:CptCode")
    return figures.write_all(folder, KNOWLEDGE / "figures", [contract(c).partition(":")[2] for c in packaged])


WRITERS: dict[str, Callable[[Path], str]] = {
    "icd10pcs": write_pcs,
    "icd10cm": write_cm,
    "figures": write_figures,
    "tables": write_tables,
}


def main(arguments: list[str]) -> None:
    """Write the excerpts that are named, all without a name."""
    if not arguments or not set(arguments[1:]) <= set(WRITERS) or not Path(arguments[0]).is_dir():
        sys.exit(__doc__)
    for name in arguments[1:] or list(WRITERS):
        print(WRITERS[name](Path(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
