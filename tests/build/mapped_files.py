"""Files that bring mapping sets of every kind: equivalence mappings, SSSOM of others, licensed files."""

from __future__ import annotations

from pathlib import Path

from tests.build import licensed_files, small_files

GEM_TEXT = "K50012  5550  10111\nK50012  5609  10112\nK5000   5550  00000\nA000    0010  10000\nZ930    NoDx  11000\n"
OTHERS = '''#curie_map:
#  ICD10CM: http://purl.bioontology.org/ontology/ICD10CM/
#  cpt: https://example.org/not-our-cpt/
#  ex: https://example.org/terms/
#  orcid: https://orcid.org/
#mapping_set_id: https://example.org/sets/others
#mapping_set_version: "7"
#mapping_set_title: "Others: a set"
#creator_id:
#  - orcid:0000-0001-2345-6789
#license: https://creativecommons.org/publicdomain/zero/1.0/
#subject_source: ex:list
#object_source: ex:icd
#mapping_date: 2026-01-31
subject_id\tsubject_label\tpredicate_id\tobject_id\tmapping_justification\tauthor_label\tconfidence\tcomment
cpt:9\tTheirs\tskos:broadMatch\tex:8\tsemapv:UnspecifiedMatching\t\t\t
ex:1\tOne\tskos:exactMatch\tICD10CM:K50.012\tsemapv:LexicalMatching\tA|B\t0.75\t"said ""so"""
ex:2\tTwo\tskos:exactMatch\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t\t1\tnothing fits
'''


def write_files(folder: Path) -> Path:
    small_files.write_all(folder / "public")
    (folder / "public" / "2018_I10gem.txt").write_text(GEM_TEXT)
    (folder / "public" / "others.sssom.tsv").write_text(OTHERS, encoding="utf-8")
    licensed_files.write_all(folder / "licensed")
    return folder
