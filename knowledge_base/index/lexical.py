"""Lexical index: BM25 over bigrams in tantivy, in memory or in a folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import tantivy

from knowledge_base.index.folders import copy_committed

# A longer question is cut: its first words name the matter.
MAX_TERMS = 128
_HEAP = 32_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A text to be found by `id`, in tokens; `scope` is what a search may be limited to."""

    id: int
    scope: int
    grams: Sequence[str]
    singles: Sequence[str]


class LexicalIndex:
    """Texts by number. One writer at a time; what it writes is seen by searches from `show` on.

    Writing takes most of the time and stands in no search's way; `show` and `search` are to be guarded by one
    lock, so that what is found here is held elsewhere too.

    Args:
        folder: Where it lies, for this process alone; what lies there already is opened. None is memory.

    Raises:
        ValueError: What lies there is no index, or a broken one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True, indexed=True, fast=True)
        builder.add_integer_field("scope", indexed=True)
        # Words are looked up one by one: how often they occur tells, where they stand does not.
        for field in ("grams", "singles"):
            builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(self._schema, None if folder is None else str(folder))
        self._index.config_reader(reload_policy="manual")
        self._writer = self._index.writer(_HEAP, 1)

    def write(self, remove: Iterable[int], add: Sequence[Entry]) -> None:
        """Removes and adds in one commit; what is added replaces what had the same number.

        Raises:
            ValueError, OSError: Nothing was written, as where the disk is full, and nothing more can be:
                another index has to take its place.
        """
        for id_ in {*remove, *(entry.id for entry in add)}:
            self._writer.delete_documents_by_query(self._term("id", id_))
        for entry in add:
            document = tantivy.Document()
            document.add_integer("id", entry.id)
            document.add_integer("scope", entry.scope)
            document.add_text("grams", " ".join(entry.grams))
            document.add_text("singles", " ".join(entry.singles))
            self._writer.add_document(document)
        self._writer.commit()

    def copy_to(self, folder: Path) -> None:
        """What was written, as another folder that can be opened; not while there is writing.

        Raises:
            OSError: It cannot be copied, or lies in memory.
        """
        if self._folder is None:
            raise FileNotFoundError("an index in memory has no files")
        copy_committed(self._folder, folder)

    def show(self) -> None:
        """Lets searches see what was written."""
        self._index.reload()

    def search(
        self, words: Sequence[str], limit: int, scopes: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Numbers with their BM25 score, best first.

        Args:
            words: What `grams` gives of a question.
            scopes: Only entries of these; None means all.
        """
        terms = self._terms(words)
        if not terms or (scopes is not None and not scopes):
            return []
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        if scopes is not None:
            allowed = [(tantivy.Occur.Should, self._term("scope", scope)) for scope in scopes]
            inside = tantivy.Query.const_score_query(tantivy.Query.boolean_query(allowed), 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, inside)])
        searcher = self._index.searcher()
        hits = searcher.search(query, limit, count=False).hits
        # Every entry has one; the wrapper reads other kinds of fields, too.
        numbers = cast("list[int]", searcher.fast_field_values("id", [address for _, address in hits]))
        return [(number, score) for number, (score, _) in zip(numbers, hits, strict=True)]

    def _terms(self, found: Sequence[str]) -> list[tantivy.Query]:
        pairs = [gram for gram in found if len(gram) > 1 or gram.isascii()]
        field, words = ("grams", pairs) if pairs else ("singles", found)
        return [self._term(field, word) for word in words[:MAX_TERMS]]

    def _term(self, field: str, value: str | int) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value)
