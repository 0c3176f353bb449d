"""Whatever groups and answers are filtered by: what comes is what going through all rows by hand finds."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from casework import answers, listing
from casework.answers import LoggedAnswers
from casework.filters import Asking, within
from casework.groups import Grouper
from casework.listing import GroupState, QuestionGroups
from core.answering import AnswerStatus
from core.citizens.tables import answer_log
from core.database.engine import writing
from tests.casework.conftest import NOW, Log
from tests.casework.logged import Row, put_log

TODAY = date(2026, 3, 10)
SEEDS = range(40)


def groups() -> list[dict[str, Any]]:
    """Groups of each state, of both agencies and of none, late or not."""
    choose = random.Random(3)
    return [
        {
            "id": number, "title_from": None, "agency": choose.choice(("ybj", "gjj", None)),
            "owner": choose.choice(("li", "sun", None)),
            "due": choose.choice((None, TODAY, date(2026, 3, 5))),
            "state": choose.choice(list(GroupState)).value, "questions": choose.randrange(50),
            "first_seen": NOW, "last_seen": NOW,
        }
        for number in range(1, 60)
    ]  # fmt: skip


def asking(choose: random.Random) -> Asking:
    """Some of the filters, each now and then."""
    some: dict[str, Any] = {
        "items": choose.choice(([1], [2, 3], [])), "channel": choose.choice(("web", "wechat")),
        "region": choose.choice(("990100", "990101", "990000")),
        "since": NOW + timedelta(hours=choose.randrange(80)),
        "until": NOW + timedelta(hours=choose.randrange(20, 100)),
    }  # fmt: skip
    return Asking(**{name: value for name, value in some.items() if choose.random() < 0.35})


def is_like(row: Row, wanted: Asking) -> bool:
    """The same by hand."""
    checks = (
        wanted.items is None or row.item in wanted.items,
        wanted.channel is None or row.channel == wanted.channel,
        wanted.region is None or (row.region or "").startswith(wanted.region.rstrip("0")),
        wanted.since is None or row.at >= wanted.since,
        wanted.until is None or row.at < wanted.until,
    )
    return all(checks)


def test_a_group_is_found_by_each_of_its_questions(engine: Engine) -> None:
    held = groups()
    rows = put_log(engine, held)
    reads = QuestionGroups(engine)
    some = 0
    for seed in SEEDS:
        choose = random.Random(seed)
        state, like = choose.choice(list(GroupState)), asking(choose)
        agency, owner = choose.choice((None, "ybj")), choose.choice((None, "li"))
        late = choose.choice((None, TODAY))
        of_questions = {row.group for row in rows if is_like(row, like)}
        expected = [
            one
            for one in held
            if one["state"] == state
            and (agency is None or one["agency"] == agency)
            and (owner is None or one["owner"] == owner)
            and (late is None or (one["due"] is not None and one["due"] < late))
            and (like.is_any or one["id"] in of_questions)
        ]
        expected.sort(key=lambda one: (one["questions"], one["id"]), reverse=True)
        wanted = listing.Wanted(state, agency, owner, late, like)
        found, total = reads.page(wanted, 3, 1)
        assert [one.id for one in found] == [one["id"] for one in expected[1:4]]
        assert total == len(expected)
        some += total
    assert some > 50


@pytest.mark.parametrize("window", [7, 40, 10_000])
def test_answers_come_by_pages_and_none_is_left_out_or_told_twice(engine: Engine, window: int) -> None:
    given = {one["id"]: one["agency"] for one in groups()}
    rows = put_log(engine, groups())
    reads, some = LoggedAnswers(engine, window), 0
    for seed in SEEDS:
        choose = random.Random(seed)
        like, agency = asking(choose), choose.choice((None, None, "ybj", "gjj"))
        status, badly = choose.choice((None, None, AnswerStatus.NO_ANSWER)), choose.random() < 0.3
        expected = [
            row
            for row in rows
            if is_like(row, like)
            and (status is None or row.status == status)
            and (not badly or row.useful is False)
            and (agency is None or (row.agency or given.get(row.group or 0)) == agency)
        ]
        expected.sort(key=lambda row: (row.at, row.id), reverse=True)
        found, before = list[str](), None
        for _ in range(400):
            page = reads.page(answers.Wanted(status, agency, like, badly), 5, before)
            found += [one.id for one in page.answers]
            # A page that is not full says that it was cut, or is the last.
            assert len(page.answers) == 5 or page.is_cut is (page.next is not None)
            before = page.next
            if before is None:
                break
        assert found == [row.id for row in expected]
        some += len(found)
    assert some > 200


@pytest.mark.parametrize(
    ("region", "beginning"),
    [("990000", "99"), ("990100", "9901"), ("990101", "990101"), ("110120", "110120")],
)
def test_a_region_holds_what_lies_within_it(region: str, beginning: str) -> None:
    assert within(region) == beginning


def test_grouping_notes_what_groups_are_filtered_by(engine: Engine, grouper: Grouper, log: Log) -> None:
    row = {
        "id": "where", "question": "充电桩怎么装", "status": "no_answer", "channel": "wechat", "created": NOW,
        "region": "990102", "item_id": 7, "passage_ids": [], "versions": {}, "step_ms": {},
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(answer_log).values(**row))
    log.ask("宠物犬登记证怎么办", at=NOW - timedelta(days=3))
    grouper.run()
    like = Asking([7], "wechat", "990100", NOW, NOW + timedelta(seconds=1))
    found, total = QuestionGroups(engine).page(listing.Wanted(GroupState.OPEN, asking=like))
    assert ([one.title for one in found], total) == (["充电桩怎么装"], 1)
