"""The list that each process holds follows every change; hits are logged, counted and forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from core.catalogue.models import Agency
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import reading
from core.retention.forgetting import forget_all
from core.words.hits import Hit, counted_hits, hit_rule, listed_hits, note_hits
from core.words.models import Scope
from core.words.reads import WordLists, listed_words
from staff.actors import Operator
from staff.runner import CommandRunner
from staff.word_commands import WORD_COMMANDS

CLOCK = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))


@pytest.fixture
def runner(engine: Engine) -> CommandRunner:
    CatalogueWrites(engine).put_agency(Agency(external_id="ybj", name="示例市医保局"))
    return CommandRunner(engine, CLOCK, WORD_COMMANDS)


def save(runner: CommandRunner, text: str, **given: Any) -> int:
    return int(runner.run(Operator(), "word.save", {"text": text, **given}))


def test_a_list_is_read_again_where_it_changed(engine: Engine, runner: CommandRunner) -> None:
    lists, other = WordLists(engine), WordLists(engine)
    assert lists.read().said("违禁品") == []
    number = save(runner, "违禁品")
    assert [one.word.id for one in lists.read().said("违禁品")] == [number]
    assert lists.read() is lists.read(), "and only then"
    save(runner, "违禁品", id=number, active=False)
    assert (lists.read().said("违禁品"), other.read().said("违禁品")) == ([], [])
    save(runner, "违禁品", id=number)
    assert len(other.read().said("违禁品")) == 1
    runner.run(Operator(), "word.delete", {"id": number})
    assert (lists.read().said("违禁品"), other.read().said("违禁品")) == ([], [])


def test_scopes_and_agencies_hold(engine: Engine, runner: CommandRunner) -> None:
    save(runner, "只问", scope="in")
    save(runner, "只答", scope="out")
    save(runner, "医保专用", scope="out", agency="ybj")
    words = WordLists(engine).read()
    raw = "只问只答医保专用"
    assert [one.word.text for one in words.said(raw)] == ["只问"]
    assert [one.word.text for one in words.answered(raw, ())] == ["只答"]
    assert [one.word.text for one in words.answered(raw, {"示例市医保局"})] == ["只答", "医保专用"]


def test_an_agency_with_another_name_keeps_its_words(engine: Engine, runner: CommandRunner) -> None:
    save(runner, "医保专用", scope="out", agency="ybj")
    lists = WordLists(engine)
    lists.read()
    CatalogueWrites(engine).put_agency(Agency(external_id="ybj", name="示例市医疗保障局"))
    assert len(lists.read().answered("医保专用", {"示例市医疗保障局"})) == 1
    # What was published before still bears the name that the agency had.
    assert len(lists.read().answered("医保专用", {"示例市医保局"})) == 1
    assert lists.read().answered("医保专用", {"示例市公积金中心"}) == []


@pytest.mark.parametrize(
    ("text", "said", "answered"),
    [
        ("公共租赁住房管理办法》，轮候期三年", 0, 0),
        ("依据本办法。\n轮候满三年", 0, 0),
        ("依据本办法\n轮候满三年", 1, 0),
        ("法·轮", 1, 0),
        ("法 轮", 1, 1),
        ("法轮", 1, 1),
    ],
)
def test_no_word_goes_across_sentences_and_none_of_ours_is_written_around(
    text: str, said: int, answered: int, engine: Engine, runner: CommandRunner
) -> None:
    save(runner, "法轮", scope="both")
    words = WordLists(engine).read()
    assert (len(words.said(text)), len(words.answered(text, ()))) == (said, answered)


@pytest.mark.parametrize("text", ["收费6.4元", "第6、4条", "2026-6-4", "6：4"])
def test_a_number_is_not_found_in_other_numbers(text: str, engine: Engine, runner: CommandRunner) -> None:
    save(runner, "64", scope="both")
    words = WordLists(engine).read()
    assert (words.said(text), words.answered(text, ())) == ([], [])


def test_words_are_searched_in_any_form(engine: Engine, runner: CommandRunner) -> None:
    save(runner, "违禁品", note="公安局来函")
    save(runner, "只问", scope="in")
    with reading(engine) as connection:
        for q in ("違禁", "违 禁", "来函"):
            assert [one.text for one in listed_words(connection, q=q)[0]] == ["违禁品"]
        assert listed_words(connection, q="%")[1] == 0
        assert [one.text for one in listed_words(connection, scope=Scope.OUT)[0]] == ["违禁品"]
        assert listed_words(connection, limit=1, offset=1)[1] == 2
        assert listed_words(connection, agency="ybj") == ([], 0)


def hit(word: int, at: datetime, agency: str | None = None) -> Hit:
    return Hit(at, word, agency, Scope.IN, "refuse", "web", f"a{word}", "违○○")


def test_hits_are_counted_and_forgotten(engine: Engine) -> None:
    now = CLOCK.now()
    old = now - timedelta(days=181)
    note_hits(engine, [hit(1, old), hit(1, now), hit(2, now), hit(1, now, "ybj")])
    note_hits(engine, [])
    with reading(engine) as connection:
        assert [one.word for one in listed_hits(connection)[0]] == [1, 2, 1, 1]
        assert listed_hits(connection, agency="ybj")[1] == 1
        counts = counted_hits(connection, now - timedelta(days=30))
        assert [(one.word, one.times) for one in counts] == [(1, 2), (2, 1)]
    assert forget_all(engine, [hit_rule(180)], now) == {"word_hits": 1}
    with reading(engine) as connection:
        found, total = listed_hits(connection, limit=1)
        assert (total, found[0].at) == (3, now)
