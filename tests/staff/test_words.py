"""Sensitive words: who may change which, and imports of all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine

from core.commands import Denied
from core.database.engine import reading
from core.errors import BadInput, NotFound
from core.words.models import Word
from core.words.reads import listed_words
from staff.actors import AccountActor, Operator
from staff.roles import GRANTS, Role
from staff.runner import CommandRunner
from staff.word_commands import WORD_COMMANDS
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]


def words(engine: Engine) -> dict[str, Word]:
    with reading(engine) as connection:
        return {one.text: one for one in listed_words(connection, limit=50_000)[0]}


def bring(runner: CommandRunner, file: str, **given: Any) -> dict[str, int]:
    return dict(runner.run(Operator(), "word.import", {"file": file, **given}))


def test_the_same_word_in_another_form_is_there_already(runner: CommandRunner, rows: Rows) -> None:
    number = runner.run(Operator(), "word.save", {"text": "违禁品"})
    before = rows()
    with pytest.raises(BadInput) as caught:
        runner.run(Operator(), "word.save", {"text": "違 禁 品"})
    assert "已经有了" in caught.value.public_message
    assert rows() == before
    runner.run(Operator(), "word.save", {"id": number, "text": "違 禁 品"})
    runner.run(Operator(), "word.save", {"text": "违禁品", "agency": "ybj", "scope": "out"})


@pytest.mark.parametrize(
    "given",
    [
        {"text": "甲"}, {"text": "。！"}, {"text": "长" * 51}, {"text": "甲,乙"}, {"text": "甲\0乙"},
        {"text": "甲乙", "agency": "ybj"}, {"text": "甲乙", "agency": "ybj", "scope": "both"},
        {"text": "甲乙", "agency": "nowhere", "scope": "out"}, {"text": "甲乙", "scope": "sideways"},
        {"text": "甲乙", "reply": "长" * 501}, {"text": "甲乙", "in_action": "shout"},
    ],
)  # fmt: skip
def test_a_word_that_cannot_be_used_changes_nothing(
    given: dict[str, Any], runner: CommandRunner, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(BadInput):
        runner.run(Operator(), "word.save", given)
    assert rows() == before


def test_what_is_not_there_is_said_to_be_so(runner: CommandRunner, rows: Rows) -> None:
    before = rows()
    for name, given in (("delete", {"id": 7}), ("save", {"id": 7, "text": "甲乙"})):
        with pytest.raises(NotFound):
            runner.run(Operator(), f"word.{name}", given)
    assert rows() == before


def test_a_text_file_is_imported_and_imported_again(runner: CommandRunner, engine: Engine) -> None:
    file = "\ufeff# 2026年清单\r\n违禁品\r\n\r\n假证 办理\r\n違禁品\r\n"
    assert bring(runner, file) == {"created": 2, "changed": 0, "unchanged": 0, "repeated": 1}
    assert bring(runner, file) == {"created": 0, "changed": 0, "unchanged": 2, "repeated": 1}
    changed = bring(runner, "违禁品", in_action="log", note="放宽")
    assert changed == {"created": 0, "changed": 1, "unchanged": 0, "repeated": 0}
    held = words(engine)
    assert held["违禁品"].in_action.value == "log"
    assert held["假证 办理"].in_action.value == "refuse"


def test_a_table_says_how_each_word_is_treated(runner: CommandRunner, engine: Engine) -> None:
    file = "\n".join(
        (
            "词,范围,提问处理,答复处理,回复,备注",
            '违禁品,市民提问,放行并记录,,,"甲,乙"',
            "假证办理,out,,mask",
            "备注栏,,,,请到窗口,",
        )
    )
    assert bring(runner, file, scope="both")["created"] == 3
    held = words(engine)
    one, other, third = held["违禁品"], held["假证办理"], held["备注栏"]
    assert (one.scope.value, one.in_action.value, one.note) == ("in", "log", "甲,乙")
    assert (other.scope.value, other.out_action.value) == ("out", "mask")
    assert (third.scope.value, third.reply) == ("both", "请到窗口")


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("违禁品\n甲\n假证办理", "第2行：“甲”太短"),
        ("违禁品,假证", "第1行：含有逗号"),
        ("词,范围\n违禁品,天上", "第2行：“天上”不是可用的选项"),
        ("词,颜色\n违禁品,红", "不认识的列：颜色"),
        ("词,备注\n违禁品,甲,乙", "第2行：比表头多一列"),
        ('词,备注\n违禁品,"甲', "引号没有配对"),
        ("词,范围\n违禁品,in\n違禁品,out", "第3行：与前面的“违禁品”是同一个词"),
        ("# 只有说明\n\n", "没有词"),
        ("\n".join(f"词{number}号" for number in range(20_001)), "最多导入 20000 个词"),
        ("\n".join("一二三四五六七八九十甲"[number % 11] for number in range(30)), "另有 20 处"),
    ],
)
def test_of_a_file_with_a_problem_nothing_is_imported(
    file: str, told: str, runner: CommandRunner, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(BadInput) as caught:
        bring(runner, file)
    assert told in caught.value.public_message
    assert rows() == before


def test_twenty_thousand_words_are_imported(runner: CommandRunner, engine: Engine) -> None:
    done = bring(runner, "\n".join(f"词语{number}号" for number in range(20_000)))
    assert done["created"] == len(words(engine)) == 20_000
    bring(runner, "\n".join(f"词组{number}号" for number in range(20_000)))
    with pytest.raises(BadInput, match="too many"):
        bring(runner, "\n".join(f"短语{number}号" for number in range(10_001)))
    assert len(words(engine)) == 40_000


def test_a_file_of_an_agency_is_for_its_answers_only(runner: CommandRunner, rows: Rows) -> None:
    bring(runner, "医保专用", agency="ybj", scope="out")
    before = rows()
    for file, scope in (("甲乙", "both"), ("词,范围\n甲乙,in", "out")):
        with pytest.raises(BadInput) as caught:
            bring(runner, file, agency="ybj", scope=scope)
        assert "部门的词" in caught.value.public_message
    assert rows() == before


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
@pytest.mark.parametrize("name", [command.name for command in WORD_COMMANDS] + ["word.save again"])
def test_who_may_do_what(
    name: str, agency: str | None, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    owned = {"agency": agency, "scope": "out"}
    number = runner.run(Operator(), "word.save", {"text": "违禁品", **owned})
    given: dict[str, Any] = {
        "word.save": {"text": "假证办理", **owned},
        "word.save again": {"text": "假证办理", "id": number, **owned},
        "word.delete": {"id": number},
        "word.import": {"file": "假证办理", **owned},
    }[name]
    command = next(one for one in WORD_COMMANDS if one.name == name.partition(" ")[0])
    cells = Cells(engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        may = command.permission in GRANTS[Role(role)] and own in (None, agency)
        cells.tries(may, partial(runner.run, actor(login), command.name, given), login)


@pytest.mark.parametrize(("login", "held", "wanted"), [
    ("zhao.reviewer", "gjj", "ybj"), ("zhao.reviewer", "ybj", "gjj"), ("zhao.reviewer", "ybj", None),
])  # fmt: skip
def test_nobody_takes_over_or_gives_away_a_word(
    login: str, held: str, wanted: str | None, runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    number = runner.run(Operator(), "word.save", {"text": "违禁品", "agency": held, "scope": "out"})
    before = rows()
    given = {"id": number, "text": "违禁品", "agency": wanted, "scope": "out"}
    with pytest.raises(Denied):
        runner.run(actor(login), "word.save", given)
    assert rows() == before
