"""The lexical and the vector index."""

from __future__ import annotations

import time

import numpy as np
import pytest

from knowledge_base.index.lexical import Entry, LexicalIndex
from knowledge_base.index.tokens import content, grams, grams_and_singles
from knowledge_base.index.vectors import VectorIndex


def test_letters_and_numbers_stay_whole() -> None:
    assert grams("减免1.4万元GDP税") == ["减免", "1.4", "万元", "gdp", "税"]


def test_asking_words_are_left_out_unless_nothing_else_is_there() -> None:
    assert "什么" not in content("需要什么材料")
    assert content("怎么办") == "怎么办"


def text(id_: int, scope: int, words: str) -> Entry:
    return Entry(id_, scope, *grams_and_singles(words))


def indexed(*entries: Entry) -> LexicalIndex:
    index = LexicalIndex()
    index.write([], entries)
    index.show()
    return index


def test_a_text_is_found_changed_and_removed() -> None:
    index = indexed(text(1, 0, "停水通知"), text(2, 1, "停电公告"))
    assert [id_ for id_, _ in index.search(grams("停水"), 5)] == [1]
    index.write([], [text(1, 0, "燃气检修")])
    index.show()
    assert index.search(grams("停水"), 5) == []
    index.write([1], [])
    index.show()
    assert index.search(grams("燃气"), 5) == []


def test_what_is_written_is_not_seen_before_it_is_shown() -> None:
    index = indexed(text(1, 0, "停水通知"))
    index.write([1], [text(2, 0, "停水公告")])
    time.sleep(0.2)
    assert [id_ for id_, _ in index.search(grams("停水"), 5)] == [1]
    index.show()
    assert [id_ for id_, _ in index.search(grams("停水"), 5)] == [2]


def test_a_search_keeps_to_its_scopes_with_unchanged_scores() -> None:
    index = indexed(text(1, 0, "停水通知"), text(2, 1, "停水通知"))
    [(id_, score)] = index.search(grams("停水"), 5, [1])
    assert (id_, score) == (2, index.search(grams("停水"), 5)[0][1])
    assert index.search(grams("停水"), 5, []) == []


def test_query_syntax_in_a_question_is_only_text() -> None:
    index = indexed(text(1, 0, "停水通知 and or"))
    assert index.search(grams('id:1 AND ("停水" -x* [a TO'), 5)[0][0] == 1


def test_the_nearest_vector_comes_first_and_leaves_when_removed() -> None:
    index = VectorIndex(3)
    index.change([], [4, 5, 6], np.eye(3, dtype=np.float32))
    query = np.array([1, 0, 0], dtype=np.float32)
    assert index.search(query, 2)[0] == (4, 1.0)
    assert [id_ for id_, _ in index.search(query, 9, np.array([5]))] == [5]
    index.change([4], [5], np.eye(3, dtype=np.float32)[:1])
    assert index.search(query, 1) == [(5, 1.0)]
    assert len(index) == 2


def test_only_allowed_vectors_are_found_whether_their_numbers_are_dense_or_not() -> None:
    rows = np.eye(40, dtype=np.float32)
    for ids in (range(40), [number * 1_000_003 for number in range(40)]):
        index = VectorIndex(40)
        index.change([], list(ids), rows)
        allowed = np.array(list(ids)[3::7])
        found = [id_ for id_, _ in index.search(rows[10], 40, allowed)]
        assert found[0] == allowed[1]
        assert sorted(found) == allowed.tolist()
        assert index.search(rows[10], 40, allowed[:0]) == []


def test_the_nearest_are_those_of_brute_force_where_eight_bits_tell_them_not_apart() -> None:
    rng = np.random.default_rng(7)
    rows = rng.standard_normal(64) + 0.2 * rng.standard_normal((600, 64))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    index = VectorIndex(64)
    index.change([], list(range(600)), rows)
    index.change(range(0, 600, 5), [], rows[:0])
    held = np.array([number for number in range(600) if number % 5])
    for question in rows[:20]:
        scores = rows[held] @ question
        best = held[np.argsort(-scores, kind="stable")[:10]].tolist()
        found = index.search(question, 10)
        assert [id_ for id_, _ in found] == best
        assert [score for _, score in found] == pytest.approx(sorted(scores, reverse=True)[:10], abs=1e-6)


def test_vectors_with_larger_components_than_any_before_are_measured_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Cut off at the old range they would come some two hundred places too late.
    monkeypatch.setattr("knowledge_base.index.vectors._MORE", 40)
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((900, 384))
    # As some models have: components of a size that no vector before had.
    rows[600:, :2] *= 30
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    index = VectorIndex(384)
    for start in range(0, 900, 300):
        index.change([], list(range(start, start + 300)), rows[start : start + 300])
    index.change(range(0, 900, 3), [], rows[:0])
    held = np.array([number for number in range(900) if number % 3])
    for question in rows[5:900:50]:
        best = held[np.argsort(-(rows[held] @ question), kind="stable")[:50]].tolist()
        assert [id_ for id_, _ in index.search(question, 50)] == best
