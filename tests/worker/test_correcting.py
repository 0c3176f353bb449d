"""Those who were told what is outdated, and agree to hear of it, are told once, and nobody else is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, update

from casework.recalls import Recalls
from casework.tables import correction
from channels.ports import NoticeKind
from channels.web.stops import Stops
from channels.web.tables import notice
from core.catalogue.models import Status
from core.catalogue.writes import CatalogueWrites
from core.citizens.tables import answer_log
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.errors import Conflict
from core.jobs.models import State
from core.jobs.reads import Jobs
from core.jobs.tables import job
from tests.casework.recalling import CHANGED, LINK, City

CITIZENS = ("a", "b", "c")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def city(engine: Engine, clock: FixedClock) -> City:
    return City(engine, clock)


class Truth:
    """The rule in words: who is to be told, whatever happened."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.agree: set[str] = set()
        # Who asked, when, of which version, what; the link goes with the consent.
        self.told: list[tuple[str, datetime, int, str]] = []

    def happens(self, step: Any) -> None:
        name, who = step if isinstance(step, tuple) else (step, "")
        city = self.city
        city.wait()
        if name == "change":
            city.publish(f"第{city.held().version + 1}次的规定。")
        elif name in ("withdrawn", "published"):
            city.set_status(Status(name))
        elif name in ("ask", "ask other"):
            self._asks(who, "fee" if name == "ask" else "other")
        elif name == "agree":
            city.consent(who)
            self.agree.add(who)
        else:
            city.consent(who, given=False) if name == "disagree" else city.erase(who)
            self.agree.discard(who)
            self.told = [one for one in self.told if one[0] != who]

    def _asks(self, who: str, name: str) -> None:
        question = f"第{len(self.told)}问：{who}要多少钱"
        self.city.ask(who, question, name)
        if who in self.agree and name == "fee":
            self.told.append((who, self.city.clock.now(), self.city.held().version, question))

    def expected(self, hours: int) -> dict[str, str]:
        """The last question of each who is to be told."""
        held = self.city.held()
        public = held.status is Status.PUBLISHED
        since = self.city.outdated(hours).since
        return {
            who: question
            for who, at, version, question in self.told
            if at >= since and (version < held.version or not public)
        }


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["change", "change", "withdrawn", "published"]),
        st.tuples(
            st.sampled_from(["ask", "ask", "ask", "ask other", "agree", "agree", "disagree", "erase"]),
            st.sampled_from(CITIZENS),
        ),
    ),
    max_size=16,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, hours=st.integers(0, 18))
def test_exactly_those_who_were_told_an_older_version_and_agree_get_one_notice(
    city: City, steps: list[Any], hours: int
) -> None:
    city.empty()
    city.publish("最初的规定。")
    city.publish("别的规定。", "other")
    truth = Truth(city)
    for step in [("agree", "a"), *steps]:
        truth.happens(step)
    expected = truth.expected(hours)
    assert Recalls(city.engine).figures(city.outdated(hours)).citizens == len(expected)
    if not expected:
        return
    city.correct(hours)
    assert city.work() == [State.DONE]
    city.work_again()
    found = city.notices()
    assert [who for who, _ in found] == sorted(expected)
    for who, text in found:
        assert f"“{expected[who]}”" in text
        assert CHANGED in text


@pytest.fixture
def told(city: City) -> City:
    """Two who agreed were told, and then the record was changed."""
    city.publish("补办收二十元。")
    for who in ("a", "b"):
        city.consent(who)
        city.ask(who)
        city.wait()
    city.ask("stranger")
    city.publish("补办免费。")
    city.wait()
    return city


def test_the_notice_says_what_was_asked_what_changed_and_where_it_stands(told: City) -> None:
    told.correct(24)
    told.work()
    with reading(told.engine) as connection:
        row = connection.execute(select(notice).where(notice.c.citizen == "a")).mappings().one()
    assert row["kind"] == "correction"
    assert row["text"].startswith("您在3月2日问过：“办证要多少钱”")
    assert CHANGED in row["text"]
    assert "现在的内容见《居住证收费》" in row["text"]
    assert row["url"] == LINK
    assert told.bell.count == 1
    (done,), _ = Jobs(told.engine, told.clock).listed()
    assert done.result == {"told": 2, "asked": 2}
    with reading(told.engine) as connection:
        assert connection.execute(select(correction.c.told)).scalar_one() == 2


def test_who_asked_several_times_gets_one_notice_on_the_last(told: City) -> None:
    told.publish("补办收十元。")
    told.ask("a", "现在呢")
    told.wait()
    told.publish("补办免费。")
    told.correct(48)
    told.work()
    texts = dict(told.notices())
    assert sorted(texts) == ["a", "b"]
    assert "“现在呢”" in texts["a"]


@pytest.mark.parametrize("change", ["withdrawn", "internal", "deleted", "expired"])
def test_of_a_record_that_is_not_to_be_seen_any_more_there_is_no_link(change: str, told: City) -> None:
    told.correct(24)
    if change == "withdrawn":
        told.set_status(Status.WITHDRAWN)
    elif change == "internal":
        told.publish("补办免费。", internal=True)
    elif change == "deleted":
        CatalogueWrites(told.engine).delete("document", "fee")
    else:
        told.publish("补办免费。", effective_to=date(2026, 3, 1))
    told.work()
    for _, text in told.notices():
        assert "不再对外公开" in text
        assert "居住证收费" not in text
    with reading(told.engine) as connection:
        assert connection.execute(select(notice.c.url)).scalars().all() == [None, None]


def test_each_step_looks_at_the_record_again(told: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.worker.handing_out.AT_ONCE", 1)
    told.correct(24)
    monkeypatch.setattr(told.bell, "ring", lambda: told.set_status(Status.WITHDRAWN))
    told.work()
    assert ["不再对外公开" in text for _, text in told.notices()] == [False, True]


def test_who_is_told_of_a_withdrawn_record_was_told_any_version(told: City) -> None:
    told.consent("c")
    told.ask("c", "免费吗")
    told.wait()
    told.set_status(Status.WITHDRAWN)
    told.correct(24)
    told.work()
    assert [who for who, _ in told.notices()] == ["a", "b", "c"]


def test_who_is_told_after_it_is_shown_again_hears_nothing_of_it(told: City) -> None:
    told.set_status(Status.WITHDRAWN)
    told.correct(24)
    told.wait()
    told.set_status(Status.PUBLISHED)
    told.consent("c")
    told.ask("c")
    told.work()
    assert [who for who, _ in told.notices()] == ["a", "b"]


def test_who_stopped_such_notices_gets_none_and_is_not_counted(told: City) -> None:
    Stops(told.engine, told.clock).stop("a", NoticeKind.CORRECTION)
    told.correct(24)
    told.work()
    assert [who for who, _ in told.notices()] == ["b"]
    with reading(told.engine) as connection:
        assert connection.execute(select(correction.c.told)).scalar_one() == 1


def test_words_that_are_erased_are_not_quoted(told: City) -> None:
    told.correct(24)
    with writing(told.engine) as connection:
        connection.execute(update(answer_log).values(question=""))
    told.work()
    assert all("“（提问已删除）”" in text for _, text in told.notices())


def test_a_run_that_was_broken_off_leaves_nobody_out(told: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.worker.handing_out.AT_ONCE", 1)
    told.correct(24)
    told.work()
    with writing(told.engine) as connection:
        # As after a kill between the first and the second, and then the first withdraws.
        connection.execute(delete(notice).where(notice.c.citizen != "a"))
        connection.execute(update(correction).values(told=1))
        connection.execute(update(job).values(state="queued", done=1, finished=None, result=None))
    told.consent("a", given=False)
    told.work()
    assert [who for who, _ in told.notices()] == ["a", "b"]


@pytest.mark.parametrize("change", ["number", "version", "withdrawn", "twice"])
def test_what_was_not_confirmed_is_not_sent(change: str, told: City) -> None:
    if change == "number":
        with pytest.raises(Conflict, match="number"):
            told.correct(24, citizens=3)
    elif change == "version":
        with pytest.raises(Conflict, match="version"):
            told.correct(24, version=1)
    elif change == "withdrawn":
        with pytest.raises(Conflict, match="version"):
            told.correct(24, withdrawn=True)
    else:
        told.correct(24)
        with pytest.raises(Conflict, match="already"):
            told.correct(24)
    told.work()
    assert len(told.notices()) == (2 if change == "twice" else 0)
