"""Reads an export with readers that share nothing with its writer; run by an interpreter that has them.

reader_child.py omop|parquet FOLDER, or jsonld FILE: what was read goes to standard output.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

# Columns of the OMOP CDM 5.4 as a database of its users has them: whole numbers, texts with their widths, days.
WHOLE, DAY = "INTEGER NOT NULL", "DATE NOT NULL"
KINDS = {
    "concept_name": 255,
    "concept_code": 50,
    "source_code": 50,
    "concept_synonym_name": 1000,
    "vocabulary_reference": 255,
    "vocabulary_version": 255,
    "source_code_description": 255,
    "standard_concept": 1,
    "invalid_reason": 1,
}
MAY_BE_EMPTY = {"standard_concept", "invalid_reason", "source_code_description"}
KEYS = {
    "CONCEPT": "concept_id",
    "VOCABULARY": "vocabulary_id",
    "DOMAIN": "domain_id",
    "CONCEPT_CLASS": "concept_class_id",
    "RELATIONSHIP": "relationship_id",
    "CONCEPT_RELATIONSHIP": "concept_id_1, concept_id_2, relationship_id",
    "CONCEPT_ANCESTOR": "ancestor_concept_id, descendant_concept_id",
}


def column(name: str) -> str:
    if name.endswith("_date"):
        return f"{name} {DAY}"
    if "concept_id" in name or name.endswith("_separation"):
        return f"{name} {WHOLE}"
    if name in ("is_hierarchical", "defines_ancestry"):
        return f"{name} VARCHAR NOT NULL CHECK ({name} IN ('0', '1'))"
    width = KINDS.get(name, 255 if name.endswith("_name") else 20)
    need = "" if name in MAY_BE_EMPTY else " NOT NULL"
    return f"{name} VARCHAR{need} CHECK (length({name}) BETWEEN 1 AND {width})"


def omop(folder: Path) -> dict[str, object]:
    """Load every table under its types, widths and keys; return the rows of each, and what refers to nothing."""
    import duckdb

    db = duckdb.connect()
    columns: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.csv")):
        columns[path.stem] = path.read_text(encoding="utf-8").partition("\n")[0].split("\t")
        key = f", PRIMARY KEY ({KEYS[path.stem]})" if path.stem in KEYS else ""
        db.execute(f"CREATE TABLE {path.stem} ({', '.join(map(column, columns[path.stem]))}{key})")
        db.execute(
            f"COPY {path.stem} FROM '{path}' (DELIMITER '\t', HEADER, QUOTE '', ESCAPE '', NULLSTR '', "
            "DATEFORMAT '%Y%m%d', AUTO_DETECT false)"
        )
    loose = []
    for table, names in columns.items():
        for name in names:
            other = target(table, name, columns)
            if other is not None:
                sql = (
                    f"SELECT count(*) FROM {table} ANTI JOIN {other[0]} AS o ON {table}.{name} = o.{other[1]}"
                )
                loose += [f"{table}.{name}"] * bool(one(db, sql))
    rows = {table: one(db, f"SELECT count(*) FROM {table}") for table in columns}
    ids = db.execute("SELECT min(concept_id), max(concept_id) FROM CONCEPT").fetchone()
    return {"rows": rows, "loose": loose, "ids": ids}


def target(table: str, name: str, columns: dict[str, list[str]]) -> tuple[str, str] | None:
    """Return what a column refers to. The language of a synonym is a concept of OMOP's own vocabulary."""
    if name == "language_concept_id":
        return None
    if "concept_id" in name and (table, name) != ("CONCEPT", "concept_id"):
        return "CONCEPT", "concept_id"
    plain = name.removeprefix("source_").removeprefix("target_").removeprefix("reverse_")
    other = plain.removesuffix("_id").upper()
    return (other, plain) if other in columns and (other != table or plain != name) else None


def one(db: object, sql: str) -> object:
    return db.execute(sql).fetchone()[0]  # type: ignore[attr-defined]


def parquet(folder: Path) -> dict[str, object]:
    """Return types and rows of every file."""
    import duckdb

    found = {}
    for path in sorted(folder.glob("*.parquet")):
        read = duckdb.execute(f"SELECT * FROM read_parquet('{path}')")
        found[path.stem] = {
            "columns": {name: str(kind) for name, kind, *_ in read.description},
            "rows": [[None if v is None else str(v) for v in row] for row in read.fetchall()],
        }
    return found


def jsonld(file: Path) -> str:
    """Return the statements of a document as N-Quads; whatever would have to be fetched is an error."""
    from pyld import jsonld as pyld

    def refuse(url: str, _options: object) -> None:
        raise RuntimeError(f"{url} would be fetched")

    pyld.set_document_loader(refuse)
    return pyld.to_rdf(json.loads(file.read_text(encoding="utf-8")), {"format": "application/n-quads"})


if __name__ == "__main__":
    made = {"omop": omop, "parquet": parquet, "jsonld": jsonld}[sys.argv[1]](Path(sys.argv[2]))
    sys.stdout.write(made if isinstance(made, str) else json.dumps(made))
