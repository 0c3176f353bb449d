"""Notices in inboxes: who gets them, once, and under numbers that come out in order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from channels.ports import Notice, NoticeKind, Outcome
from channels.web.inbox import put_notices
from channels.web.personal import NOTICE_DAYS, InboxData, notice_rule
from channels.web.reads import InboxReads, Position
from channels.web.stops import Stops
from channels.web.tables import notice
from core.catalogue.tables import catalogue_state
from core.citizens.consents import Consents, Purpose
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.errors import BadInput
from core.retention.forgetting import forget_all

Agree = Callable[..., None]


def made(
    citizen: str = "甲", key: str = "k1", kind: NoticeKind = NoticeKind.FOLLOWUP, **other: Any
) -> Notice:
    values = {"title": "有答案了", "text": "居住证可以网上办。", "why": "您问过居住证。", **other}
    return Notice(citizen=citizen, kind=kind, dedup_key=key, **values)


@pytest.fixture
def put(engine: Engine, clock: FixedClock) -> Callable[..., list[Outcome]]:
    def _put(*notices: Notice) -> list[Outcome]:
        with writing(engine) as connection:
            return put_notices(connection, notices, clock.now())

    return _put


def numbers(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.execute(select(notice.c.number).order_by(notice.c.number)).scalars())


def test_a_notice_lies_in_the_inbox_of_who_agreed(
    engine: Engine, clock: FixedClock, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲")
    assert put(made(title="题", text="文", url="/a", why="因为您问过。")) == [Outcome.SENT]
    page = InboxReads(engine, clock).page("甲", None, 10)
    (one,) = page.notices
    assert (one.title, one.text, one.url, one.why, one.sent_at) == (
        *("题", "文", "/a", "因为您问过。"),
        clock.now(),
    )
    assert (one.number, one.read_at, page.unread, page.position.number) == (1, None, 1, 1)
    assert InboxReads(engine, clock).page("乙", None, 10).notices == []


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [
        (NoticeKind.FOLLOWUP, Purpose.FOLLOWUP_NOTICE),
        (NoticeKind.CORRECTION, Purpose.FOLLOWUP_NOTICE),
        (NoticeKind.SUBSCRIPTION, Purpose.PUSH_WEB),
        (NoticeKind.PUSH, Purpose.PUSH_WEB),
    ],
)
def test_each_kind_needs_its_own_consent(
    kind: NoticeKind, purpose: Purpose, engine: Engine, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("全", to=tuple(one for one in Purpose if one is not purpose))
    agree("甲", to=(purpose,))
    assert put(made("全", kind=kind), made("甲", kind=kind), made("无", kind=kind)) == [
        *(Outcome.NO_RIGHT, Outcome.SENT, Outcome.NO_RIGHT),
    ]
    assert numbers(engine) == [1]


def test_a_consent_that_was_withdrawn_counts_no_more(
    engine: Engine, clock: FixedClock, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲")
    Consents(engine, clock, "1").put("甲", {Purpose.FOLLOWUP_NOTICE: False}, None)
    assert put(made()) == [Outcome.NO_RIGHT]
    assert numbers(engine) == []


def test_a_doubled_key_changes_nothing(
    engine: Engine, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲", "乙")
    assert put(made(), made(text="另一段"), made("乙")) == [Outcome.SENT] * 3
    before = numbers(engine)
    assert put(made(text="又一段")) == [Outcome.SENT]
    assert before == numbers(engine) == [1, 2]
    with reading(engine) as connection:
        texts = connection.execute(select(notice.c.text).where(notice.c.citizen == "甲")).scalars().all()
    assert texts == ["居住证可以网上办。"]


def test_what_is_stopped_does_not_come(
    engine: Engine, clock: FixedClock, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲", "乙")
    stops = Stops(engine, clock)
    assert stops.stop("甲", NoticeKind.FOLLOWUP) == {NoticeKind.FOLLOWUP}
    assert stops.stop("乙", "all") == set(NoticeKind)
    sent = put(made(), made(key="k2", kind=NoticeKind.PUSH), made("乙"), made("乙", "k2", NoticeKind.PUSH))
    assert sent == [Outcome.NO_RIGHT, Outcome.SENT, Outcome.NO_RIGHT, Outcome.NO_RIGHT]


def test_a_stop_is_undone_kind_by_kind(
    engine: Engine, clock: FixedClock, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲")
    stops = Stops(engine, clock)
    stops.stop("甲", "all")
    assert stops.lift("甲", NoticeKind.FOLLOWUP) == set(NoticeKind) - {NoticeKind.FOLLOWUP}
    assert put(made(), made(key="k2", kind=NoticeKind.CORRECTION)) == [Outcome.SENT, Outcome.NO_RIGHT]
    assert stops.lift("甲", "all") == set()
    assert put(made(key="k2", kind=NoticeKind.CORRECTION)) == [Outcome.SENT]


def test_a_stop_holds_before_anything_is_agreed_to(
    engine: Engine, clock: FixedClock, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    Stops(engine, clock).stop("甲", "all")
    agree("甲")
    assert put(made()) == [Outcome.NO_RIGHT]


@pytest.mark.parametrize(
    "broken",
    [
        {"title": " "}, {"title": "长" * 201}, {"text": "长" * 4001}, {"why": ""}, {"text": "a\0b"},
        {"url": "javascript:alert(1)"}, {"url": "//evil.example"}, {"url": "/\\evil.example"},
        {"url": "https://a b"}, {"url": ""}, {"url": "data:text/html,x"}, {"url": "/a\nb"},
    ],
)  # fmt: skip
def test_a_notice_of_no_use_is_refused_with_all_others(
    broken: dict[str, Any], engine: Engine, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲")
    with pytest.raises(BadInput):
        put(made(), replace(made(key="k2"), **broken))
    assert numbers(engine) == []


def test_many_are_put_at_once(engine: Engine, agree: Agree, put: Callable[..., list[Outcome]]) -> None:
    citizens = [f"民{at:03}" for at in range(450)]
    agree(*citizens[:3], *citizens[-3:])
    outcomes = put(*(made(one) for one in citizens))
    assert [at for at, one in enumerate(outcomes) if one is Outcome.SENT] == [0, 1, 2, 447, 448, 449]
    assert numbers(engine) == [1, 2, 3, 4, 5, 6]


def test_numbers_become_visible_in_order_whoever_commits_first(
    engine: Engine, clock: FixedClock, agree: Agree
) -> None:
    citizens = [f"民{at}" for at in range(8)]
    agree(*citizens)
    reads = InboxReads(engine, clock)
    here = reads.news(None).position
    seen: list[int] = []
    done = threading.Event()

    def write(writer: int) -> None:
        for at in range(12):
            # In another order each: whoever locked citizens as they come would wait for ever.
            order = citizens[writer:] + citizens[:writer]
            with writing(engine) as connection:
                some = [made(one, f"{writer}-{at}") for one in order[: 1 + (writer + at) % 8]]
                put_notices(connection, some, clock.now())

    def tail() -> None:
        position = here
        while True:
            last = done.is_set()
            news = reads.news(position)
            seen.extend(one.number for one in news.notices)
            position = news.position
            if last and not news.notices:
                return

    tailing = threading.Thread(target=tail)
    tailing.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    done.set()
    tailing.join()
    assert len(seen) > 150
    assert seen == numbers(engine) == list(range(1, len(seen) + 1))


def test_a_transaction_that_fails_takes_no_number(
    engine: Engine, clock: FixedClock, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲")

    def failing() -> None:
        with writing(engine) as connection:
            put_notices(connection, [made()], clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    put(made(key="k2"))
    assert numbers(engine) == [1]


def test_pages_are_the_latest_first_and_count_what_is_unread(
    engine: Engine, clock: FixedClock, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲", "乙")
    put(*(made(key=str(at), title=f"第{at}条") for at in range(5)), made("乙"))
    reads = InboxReads(engine, clock)
    first = reads.page("甲", None, 2)
    assert ([one.title for one in first.notices], first.unread, first.more) == (["第4条", "第3条"], 5, True)
    rest = reads.page("甲", first.notices[-1].id, 3)
    assert ([one.title for one in rest.notices], rest.more) == (["第2条", "第1条", "第0条"], False)
    of_another = reads.page("乙", None, 9).notices[0].id
    assert reads.page("甲", of_another, 9).notices == []
    assert reads.mark_read("甲", [first.notices[0].id, of_another]) == 4
    assert reads.page("乙", None, 9).unread == 1
    assert reads.mark_read("甲", None) == 0


def test_news_go_on_page_by_page_and_begin_anew_in_another_epoch(
    engine: Engine, clock: FixedClock, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲")
    reads = InboxReads(engine, clock)
    here = reads.news(None).position
    put(*(made(key=str(at)) for at in range(620)))
    for read, most in ((reads.news, 500), (partial(reads.since, "甲"), 50)):
        first = read(here)
        assert (len(first.notices), first.position.number) == (most, most)
        assert read(first.position).notices[0].number == most + 1
    rest = reads.since("甲", replace(here, number=590))
    assert (len(rest.notices), rest.position.number) == (30, 620)
    with writing(engine) as connection:
        connection.execute(update(catalogue_state).values(epoch="another"))
    assert reads.news(here) == reads.news(None)
    assert reads.news(None).position == Position("another", 620)


def test_old_notices_are_forgotten_and_erasing_leaves_no_other_s(
    engine: Engine, clock: FixedClock, agree: Agree, put: Callable[..., list[Outcome]]
) -> None:
    agree("甲", "乙")
    put(made(), made("乙"))
    Stops(engine, clock).stop("甲", "all")
    data = InboxData(engine)
    assert [len(rows) for rows in data.export("甲").values()] == [1, 1]
    data.erase("甲")
    assert [len(rows) for rows in data.export("甲").values()] == [0, 0]
    assert len(data.export("乙")["notices"]) == 1
    clock.move_to(clock.now() + timedelta(days=NOTICE_DAYS))
    assert forget_all(engine, [notice_rule()], clock.now()) == {"notices": 0}
    clock.move_to(clock.now() + timedelta(seconds=1))
    assert forget_all(engine, [notice_rule()], clock.now()) == {"notices": 1}
