"""Words are found whatever stands between their characters, and where they stand in the raw text."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.words.automaton import Automaton
from core.words.folding import folded, word_key
from core.words.models import InAction, OutAction, Scope, Word, WordIndex, hinted, masked
from tests.effort import loops

AT = datetime(2026, 3, 2, tzinfo=UTC)


def word(text: str, number: int = 1, active: bool = True) -> Word:
    return Word(
        number, None, text, word_key(text), Scope.BOTH, InAction.REFUSE, OutAction.MASK, "", "", active, AT
    )


def found(words: list[str], raw: str) -> list[str]:
    index = WordIndex([word(text, number) for number, text in enumerate(words)])
    return [raw[one.start : one.end] for one in index.find(raw)]


@pytest.mark.parametrize(
    ("text", "raw", "span"),
    [
        ("违禁品", "我要买违禁品。", "违禁品"),
        ("违禁品", "我要买違禁品", "違禁品"),
        ("違禁品", "我要买违禁品", "违禁品"),
        ("违禁品", "违 禁　品", "违 禁　品"),
        ("违禁品", "违*禁-_-品！", "违*禁-_-品"),
        ("违禁品", "违\u200b禁\ufeff品", "违\u200b禁\ufeff品"),
        ("违禁品", "违\n禁😀品", "违\n禁😀品"),
        ("违 禁·品", "违禁品", "违禁品"),
        ("VPN服务", "ｖｐｎ服務", "ｖｐｎ服務"),
        ("cafe", "CAFÉ", "CAFÉ"),
        ("café", "cafe\u0301", "cafe"),
        ("av", "看 A V 吗", "A V"),
        ("89式", "八九式和８９式", "８９式"),
        ("株式会社", "某㍿", "㍿"),
    ],
)
def test_a_word_is_found_where_it_stands(text: str, raw: str, span: str) -> None:
    assert found([text], raw) == [span]


@pytest.mark.parametrize(
    ("text", "raw"),
    [("av", "I have it"), ("89式", "1989式"), ("sm", "this man"), ("违禁品", "违禁物品"), ("ab", "a.bc")],
)
def test_a_part_of_another_word_is_none(text: str, raw: str) -> None:
    assert found([text], raw) == []


def test_words_in_words_are_all_found() -> None:
    assert found(["公积金", "积金", "住房公积金", "金融"], "住房公积金融资") == [
        "住房公积金", "公积金", "积金", "金融",
    ]  # fmt: skip


def test_what_is_not_active_is_not_looked_for() -> None:
    assert WordIndex([word("违禁品", active=False)]).find("违禁品") == []
    assert WordIndex([]).find("违禁品") == []


@given(
    st.lists(st.text("ab公积金", min_size=1, max_size=4), min_size=1, max_size=12, unique=True),
    st.text("ab公积金x", max_size=40),
)
def test_the_automaton_finds_what_a_search_for_each_word_finds(words: list[str], text: str) -> None:
    naive = {
        (number, at + len(one))
        for number, one in enumerate(words)
        for at in range(len(text))
        if text.startswith(one, at)
    }
    hits = list(Automaton(words).find(text))
    assert set(hits) == naive
    assert len(hits) == len(naive)


@given(st.text(max_size=60))
def test_each_kept_character_has_its_place_in_the_raw_text(raw: str) -> None:
    text = folded(raw)
    assert len(text.text) == len(text.places)
    assert list(text.places) == sorted(text.places)
    assert all(character in word_key(raw[at]) for character, at in zip(text.text, text.places, strict=True))


def test_masking_replaces_spans_and_nothing_else() -> None:
    raw = "先甲乙，后乙丙丁。"
    assert masked(raw, [(1, 3), (5, 7), (6, 8)]) == "先○○，后○○。"
    assert masked(raw, []) == raw
    assert masked("甲乙", [(0, 2)]) == "○○"
    assert masked("甲乙丙", [(0, 1), (1, 3)]) == "○○"
    assert hinted("违禁品") == "违○○"


def test_twenty_thousand_words_cost_a_text_no_more_than_two() -> None:
    chosen = random.Random(7)
    common = [chr(0x4E00 + number) for number in range(3000)]
    many = sorted({"".join(chosen.choices(common, k=chosen.randint(2, 6))) for _ in range(20_500)})[:20_000]
    text = "".join(chosen.choices(common, k=2000))
    few, all_of_them = WordIndex([word("甲乙"), word("丙丁")]), WordIndex([word(one) for one in many])
    few.find(text)
    assert loops(lambda: all_of_them.find(text), 5) < 8 * loops(lambda: few.find(text), 5)
    assert all_of_them.find(f"{text}，{many[77]}")[-1].word.text == many[77]
