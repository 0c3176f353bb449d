"""The lexical and the vector index."""

from __future__ import annotations

import numpy as np

from knowledge_base.index.lexical import Entry, LexicalIndex
from knowledge_base.index.tokens import content, grams
from knowledge_base.index.vectors import VectorIndex


def test_letters_and_numbers_stay_whole() -> None:
    assert grams("减免1.4万元GDP税") == ["减免", "1.4", "万元", "gdp", "税"]


def test_asking_words_are_left_out_unless_nothing_else_is_there() -> None:
    assert "什么" not in content("需要什么材料")
    assert content("怎么办") == "怎么办"


def test_a_text_is_found_changed_and_removed() -> None:
    index = LexicalIndex()
    index.change([], [Entry(1, 0, "停水通知"), Entry(2, 1, "停电公告")])
    assert [id_ for id_, _ in index.search("停水", 5)] == [1]
    index.change([], [Entry(1, 0, "燃气检修")])
    assert index.search("停水", 5) == []
    index.change([1], [])
    assert index.search("燃气", 5) == []


def test_a_search_keeps_to_its_scopes_with_unchanged_scores() -> None:
    index = LexicalIndex()
    index.change([], [Entry(1, 0, "停水通知"), Entry(2, 1, "停水通知")])
    [(id_, score)] = index.search("停水", 5, [1])
    assert (id_, score) == (2, index.search("停水", 5)[0][1])
    assert index.search("停水", 5, []) == []


def test_query_syntax_in_a_question_is_only_text() -> None:
    index = LexicalIndex()
    index.change([], [Entry(1, 0, "停水通知 AND OR")])
    assert index.search('id:1 AND ("停水" -x* [a TO', 5)[0][0] == 1


def test_the_nearest_vector_comes_first_and_leaves_when_removed() -> None:
    index = VectorIndex(3)
    index.change([], [4, 5, 6], np.eye(3, dtype=np.float32))
    query = np.array([1, 0, 0], dtype=np.float32)
    assert index.search(query, 2)[0] == (4, 1.0)
    assert [id_ for id_, _ in index.search(query, 9, [5])] == [5]
    index.change([4], [5], np.eye(3, dtype=np.float32)[:1])
    assert index.search(query, 1) == [(5, 1.0)]
    assert len(index) == 2
