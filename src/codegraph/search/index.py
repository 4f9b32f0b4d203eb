"""The text index of a release: a document for each text of a code, for each lead-in term and for each word.

Words stand in it by their base forms (`words.base`). Queries are made of terms, never parsed: no text is syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from codegraph.errors import NotLoaded
from codegraph.search.texts import code_texts, lead_ins
from codegraph.search.words import WORD, base, family_forms, printed

if TYPE_CHECKING:
    from codegraph.build.progress import Progress
    from codegraph.opened import OpenedRelease

FORMAT: Final = 3  # raised whenever an index written by an older codegraph can no longer be read
_HEAP: Final = 400_000_000  # bytes that the writer may hold; enough for one segment of a full release
_LONGEST: Final = 64  # letters above which nothing is a word
# Words that are looked for only where a question has no others.
_COMMON: Final = (
    "a an and any are as at be by for from how i in into is it me of on or s that the this to was what which with "
    "code codes cpt hcpcs"
)
COMMON: Final = frozenset(_COMMON.split())
_WORDS: Final = ("text", "lead")
# Beginnings of ICD-10-PCS codes that lead-in terms lead to.
_BEGINNINGS: Final = range(3, 8)
# Fields of terms with how they are cut, and whether the number of times counts.
_FIELDS: Final = (
    ("text", "whitespace", "freq"),
    ("lead", "whitespace", "freq"),  # the words of lead-in terms, which are few beside the texts of codes
    ("facet", "whitespace", "basic"),
    (
        "begins",
        "whitespace",
        "basic",
    ),  # what a code of ICD-10-PCS begins with, in the document that stands for it
    ("code", "raw", "basic"),  # in the one document that stands for a code
    ("system", "raw", "basic"),
    ("word", "raw", "basic"),
)
LEAD_IN: Final = "lead-in"


_BETWEEN: Final = "\x1f"  # stands between the parts of a kept row


class Row(NamedTuple):
    """What a document keeps: why it is found, its code (of a lead-in the beginning of codes), the text, the label.

    `size` is the number of different telling words of the text.
    """

    why: str
    code: str
    text: str
    label: str | None
    active: bool
    size: int

    def parts(self) -> list[str]:
        """Return the row as texts; `read` makes it of them again."""
        told = [self.why, self.code, self.text, self.label or "", str(int(self.active)), str(self.size)]
        return [part.replace(_BETWEEN, " ") for part in told]

    @classmethod
    def read(cls, kept: str) -> Row:
        """Return a row from its kept text."""
        why, code, text, label, active, size = kept.split(_BETWEEN)
        return cls(why, code, text, label or None, active == "1", int(size))


def _library() -> Any:  # noqa: ANN401
    """Return tantivy; raise NotLoaded where it is not installed."""
    try:
        import tantivy
    except ImportError:
        raise NotLoaded("search needs tantivy: pip install codegraph[search]") from None
    return tantivy


def version() -> str:
    """Return what an index depends on beside its release: the library's version and this format."""
    return f"{_library().__version__}/{FORMAT}"


def _schema() -> Any:  # noqa: ANN401
    builder = _library().SchemaBuilder()
    for name, tokenizer, option in _FIELDS:
        builder.add_text_field(name, stored=False, tokenizer_name=tokenizer, index_option=option)
    builder.add_bytes_field("row", stored=True)
    return builder.build()


def build(kg: OpenedRelease, folder: Path | None, progress: Progress) -> Any:  # noqa: ANN401
    """Write the index of a release into an empty folder, or into memory without one, and return it."""
    tantivy = _library()
    schema = _schema()
    index = tantivy.Index(schema) if folder is None else tantivy.Index(schema, path=str(folder))
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    known: dict[str, str] = {}  # word as printed -> base form
    progress.step("Indexing the texts of codes for search (first search of this release only)")
    for number, (fields, row) in enumerate(_documents(kg, known)):
        writer.add_document(_document(tantivy, fields, row.parts()))
        if number % 20_000 == 0:
            progress.count(number)
    present = set(known.values())
    known |= {form: word for form, word in family_forms().items() if word in present}
    for word in sorted(known):
        writer.add_document(_document(tantivy, {"word": word}, [known[word]]))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def _document(tantivy: Any, fields: dict[str, str], row: Sequence[str]) -> Any:  # noqa: ANN401
    found = tantivy.Document()
    for name, text in fields.items():
        if text:
            found.add_text(name, text)
    found.add_bytes("row", _BETWEEN.join(row).encode())
    return found


def _documents(kg: OpenedRelease, known: dict[str, str]) -> Iterator[tuple[dict[str, str], Row]]:
    """Yield the fields and row of each document; the words that occur are added to `known`."""
    for term, target in lead_ins(kg):
        cut = _bases(term, known)
        yield {"lead": cut}, Row(LEAD_IN, target, term, None, True, _size(cut))
    for found in code_texts(kg):
        system, _, notation = found.code.partition(":")
        about = {"system": system, "facet": " ".join(sorted(found.facets))}
        stands = {"code": found.code}
        if system == "icd10pcs":
            stands["begins"] = " ".join(notation[:n] for n in _BEGINNINGS)
        said: dict[str, tuple[str, str]] = {}  # words -> why and text, each once
        for why, text in found.texts:
            said.setdefault(_bases(text, known), (why, text))
        for cut, (why, text) in said.items():
            row = Row(why, found.code, text, found.label, found.active, _size(cut))
            yield {**about, **stands, "text": cut}, row
            stands = {}
        if any(why == "synonym" for why, _ in said.values()):
            cut = " ".join(said)
            row = Row("words", found.code, found.label or "", found.label, found.active, _size(cut))
            yield {**about, "text": cut}, row


def _bases(text: str, known: dict[str, str]) -> str:
    """Return the base forms of a text's words, joined by spaces."""
    forms = []
    for said in WORD.findall(text.lower()):
        form = known.get(said)
        if form is None and len(said) <= _LONGEST:
            form = known[said] = base(said)
            known[printed(said)] = form
        if form:
            forms.append(form)
    return " ".join(forms)


def _size(cut: str) -> int:
    return len(set(cut.split()) - COMMON) or 1


class TextIndex:
    """An opened index: the documents that a query finds, and what its words are."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401
        tantivy = _library()
        self._schema = index.schema
        self._searcher = index.searcher()
        self._query = tantivy.Query
        self._must, self._should = tantivy.Occur.Must, tantivy.Occur.Should

    @classmethod
    def open(cls, folder: Path) -> TextIndex:
        """Open the index in a folder."""
        return cls(_library().Index.open(str(folder)))

    # --- queries --------------------------------------------------------------------------------------------------

    def term(self, field: str, value: str) -> Any:  # noqa: ANN401
        """Return the query for documents that have a term."""
        return self._query.term_query(self._schema, field, value, "freq" if field in _WORDS else "basic")

    def any_code(self, codes: Iterable[str]) -> Any:  # noqa: ANN401
        """Return the query for the documents that stand for some codes (CURIEs)."""
        return self._query.term_set_query(self._schema, "code", list(codes))

    def best_of(self, queries: Sequence[tuple[Any, float]]) -> Any:  # noqa: ANN401
        """Return the query for any of several, each with its weight: the best one counts."""
        weighed = [q if weight == 1 else self._query.boost_query(q, weight) for q, weight in queries]
        return weighed[0] if len(weighed) == 1 else self._query.disjunction_max_query(weighed)

    def worth(self, query: Any, score: float) -> Any:  # noqa: ANN401
        """Return a query that gives every document that it finds the same score."""
        return self._query.const_score_query(query, score)

    def combined(self, required: Sequence[Any], wanted: Sequence[Any] = (), least: int = 0) -> Any:  # noqa: ANN401
        """Return the query for documents that meet all of some queries and at least `least` of others."""
        parts = [(self._must, self.worth(q, 0.0)) for q in required]
        parts += [(self._should, q) for q in wanted]
        return self._query.boolean_query(parts, minimum_number_should_match=least)

    def top(self, query: Any, limit: int) -> list[tuple[float, Row]]:  # noqa: ANN401
        """Return the scores and rows of the best documents."""
        if limit < 1:  # the library ends the process's call with a panic
            return []
        found = self._searcher.search(query, limit, count=False).hits
        return [(score, Row.read(self._kept(address))) for score, address in found]

    def _kept(self, address: Any) -> str:  # noqa: ANN401
        return bytes(self._searcher.doc(address).get_first("row")).decode()

    @property
    def documents(self) -> int:
        """Return the number of documents."""
        return int(self._searcher.num_docs)

    # --- words ----------------------------------------------------------------------------------------------------

    def frequency(self, word: str) -> int:
        """Return the number of texts and lead-in terms that have a base form."""
        return sum(int(self._searcher.doc_freq(field, word)) for field in _WORDS)

    def similar(self, word: str, distance: int, limit: int = 30) -> list[str]:
        """Return the words of the index within an edit distance; swapped neighbours count as one edit."""
        query = self._query.fuzzy_term_query(self._schema, "word", word, distance=distance)
        found = self._searcher.search(query, limit, count=False).hits
        return [self._kept(address) for _, address in found]

    def begun(self, start: str, limit: int = 200) -> list[str]:
        """Return words of the index that begin so, as printed."""
        return [word for word, _ in self._searcher.terms_with_prefix("word", start, limit=limit)]
