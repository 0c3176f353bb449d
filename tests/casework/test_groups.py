"""Questions of the answer log in groups: what is taken, once, whoever takes it, and what is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, delete, event, func, select, update

from casework import groups
from casework.grouping import Grouping, subject_of
from casework.groups import Grouper
from casework.listing import UNTITLED, GroupState, QuestionGroup, QuestionGroups, Wanted
from casework.renewing import forget_erased
from casework.tables import grouped_question, grouping_state, question_group, question_part
from core.citizens.tables import answer_log
from core.clock import FixedClock
from core.database.engine import open_engine, reading, writing
from core.errors import Unavailable
from tests.casework.conftest import MATTERS, NOW, WAYS, Hasty, Log, Twin, counted, partition

LATER = NOW + timedelta(hours=1)


def groups_of(engine: Engine, state: GroupState) -> list[QuestionGroup]:
    return QuestionGroups(engine).page(Wanted(state))[0]


def state_of(engine: Engine, group: int, state: str) -> None:
    with writing(engine) as connection:
        this = question_group.c.id == group
        connection.execute(update(question_group).where(this).values(state=state))


def test_one_matter_in_several_words_is_one_group(engine: Engine, log: Log, grouper: Grouper) -> None:
    log.ask_all()
    assert grouper.run() == len(MATTERS) * len(WAYS)
    listed = groups_of(engine, GroupState.OPEN)
    assert [group.questions for group in listed] == [len(WAYS)] * len(MATTERS)
    assert {next(one for one in MATTERS if one in group.title) for group in listed} == set(MATTERS)


def test_title_is_a_question_that_was_asked(engine: Engine, log: Log, grouper: Grouper) -> None:
    log.ask_all(MATTERS[:1])
    grouper.run()
    (group,) = groups_of(engine, GroupState.OPEN)
    asked = [one.question for one in QuestionGroups(engine).questions(group.id)]
    assert len(asked) == len(WAYS)
    assert any(group.title in question for question in asked)


def test_only_what_nobody_could_answer_or_was_of_no_use_is_taken(
    engine: Engine, log: Log, grouper: Grouper
) -> None:
    taken = {log.ask("充电桩备案"), log.ask("宠物犬", "clarify"), log.ask("加装电梯", "answered_guide")}
    bad = max(taken)
    log.rate(bad, useful=False, at=NOW + timedelta(hours=1))
    good = log.ask("自建房", "answered_passage")
    log.rate(good, useful=True, at=NOW + timedelta(hours=1))
    log.ask("你好", "answered_canned")
    assert grouper.run() == 3
    assert set().union(*partition(engine)) == taken


def test_question_rated_later_is_taken_then(engine: Engine, log: Log, grouper: Grouper) -> None:
    old = log.ask("居住证续签", "answered_guide")
    log.ask("充电桩备案")
    grouper.run()
    log.rate(old, useful=False, at=NOW + timedelta(days=2))
    assert grouper.run() == 1
    assert frozenset([old]) in partition(engine)


def test_row_that_came_to_light_late_is_taken(engine: Engine, log: Log, grouper: Grouper) -> None:
    log.ask("充电桩备案", at=NOW + timedelta(minutes=8))
    grouper.run()
    late = log.ask("宠物犬登记", at=NOW)
    assert grouper.run() == 1
    assert late in set().union(*partition(engine))


def test_question_from_the_future_keeps_no_other_from_being_taken(
    engine: Engine, log: Log, grouper: Grouper, clock: FixedClock
) -> None:
    ahead = log.ask("充电桩备案", at=NOW + timedelta(days=300))
    grouper.run()
    log.rate(log.ask("居住证续签", "answered_guide"), useful=False, at=NOW + timedelta(days=300))
    grouper.run()
    clock.move_to(NOW + timedelta(hours=2))
    new = log.ask("宠物犬登记", at=LATER)
    rated = log.ask("自建房", "answered_guide")
    log.rate(rated, useful=False, at=LATER)
    assert grouper.run() == 2
    assert {ahead, new, rated} < set().union(*partition(engine))
    assert grouper.run() == 0


def test_running_again_changes_nothing(engine: Engine, log: Log, grouper: Grouper) -> None:
    log.ask_all()
    grouper.run()
    before, titles = partition(engine), groups_of(engine, GroupState.OPEN)
    assert grouper.run() == 0
    assert (partition(engine), groups_of(engine, GroupState.OPEN)) == (before, titles)


@pytest.mark.parametrize("most", [1, 5, 256])
def test_size_of_batches_changes_no_group(
    engine: Engine, log: Log, grouper: Grouper, clock: FixedClock, most: int
) -> None:
    log.ask_all()
    while grouper.step(most).more:
        # A process that begins anew each time, as after a kill, knows no less.
        grouper = Grouper(engine, Twin(), clock)
    assert sorted(map(len, partition(engine))) == [len(WAYS)] * len(MATTERS)
    assert sum(counted(engine).values()) == len(MATTERS) * len(WAYS)


def test_same_words_are_embedded_once(engine: Engine, log: Log, grouper: Grouper, twin: Twin) -> None:
    for _ in range(3):
        log.ask_all(MATTERS[:1])
    grouper.run()
    assert sum(twin.asked) == 64 + len({subject_of(way.format(MATTERS[0])) for way in WAYS})
    assert sorted(counted(engine).values()) == [3 * len(WAYS)]


@pytest.mark.parametrize("question", ["", "？？？", "😀😀", "〔身份证号〕", "\u200b\ufeff", " \n\t"])
def test_text_without_words_is_looked_at_once_and_in_no_group(
    engine: Engine, log: Log, grouper: Grouper, question: str
) -> None:
    log.ask(question)
    assert (grouper.run(), grouper.run()) == (1, 0)
    assert groups_of(engine, GroupState.OPEN) == []


@pytest.mark.parametrize(
    "question", ["ﷺ" * 2000, "长" * 100_000, "a" * 50_000, "<script>alert(1)</script>", "𠮷" * 300]
)
def test_hostile_text_stops_nothing(engine: Engine, log: Log, grouper: Grouper, question: str) -> None:
    log.ask(question)
    log.ask("充电桩备案")
    assert grouper.run() == 2
    assert all(len(group.title) <= 40 for group in groups_of(engine, GroupState.OPEN))


def test_model_that_is_away_loses_nothing(engine: Engine, log: Log, grouper: Grouper, twin: Twin) -> None:
    log.ask_all()
    twin.away = True
    with pytest.raises(Unavailable):
        grouper.run()
    twin.away = False
    assert grouper.run() == len(MATTERS) * len(WAYS)


def test_another_model_makes_all_parts_anew_and_keeps_the_groups(
    engine: Engine, log: Log, grouper: Grouper, clock: FixedClock
) -> None:
    log.ask_all()
    grouper.run()
    before = partition(engine)
    other = Grouper(engine, Twin("other", wider=32), clock)
    new = log.ask("宠物犬登记证过期")
    other.run()
    with reading(engine) as connection:
        models = set(connection.execute(select(question_part.c.model)).scalars())
        assert models == {"other"}
        assert connection.execute(select(grouping_state.c.model)).scalar_one() == "other"
    assert {group - {new} for group in partition(engine)} == before


def test_group_in_hand_is_neither_split_nor_joined(engine: Engine, log: Log, grouper: Grouper) -> None:
    first = log.ask("宠物犬登记证怎么办理")
    grouper.run()
    (group,) = counted(engine)
    state_of(engine, group, "assigned")
    title = groups_of(engine, GroupState.ASSIGNED)[0].title
    same = log.ask("听说宠物犬登记证可以网上办")
    log.ask("农村自建房审批")
    grouper.run()
    assert {first, same} in partition(engine)
    assert [one.id for one in groups_of(engine, GroupState.ASSIGNED)] == [group]
    assert groups_of(engine, GroupState.ASSIGNED)[0].title == title


def test_what_staff_wrote_into_a_group_stays(engine: Engine, log: Log, grouper: Grouper) -> None:
    log.ask("宠物犬登记证怎么办理")
    grouper.run()
    (group,) = counted(engine)
    with writing(engine) as connection:
        connection.execute(update(question_group).values(agency="gaj", owner="li", state="assigned"))
    log.ask("听说宠物犬登记证可以网上办")
    grouper.run()
    (held,) = groups_of(engine, GroupState.ASSIGNED)
    assert (held.id, held.agency, held.owner, held.questions) == (group, "gaj", "li", 2)


def test_two_at_once_take_every_question_once(engine: Engine, log: Log, clock: FixedClock) -> None:
    log.ask_all(ways=(*WAYS, *(f"{number}号楼{{}}" for number in range(20))))
    url = engine.url.render_as_string(hide_password=False)
    taken: list[int] = []

    def work() -> None:
        own = open_engine(url)
        grouper = Grouper(own, Twin(), clock)
        while (done := grouper.step(7)).more:
            taken.append(done.taken)
        own.dispose()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    Grouper(engine, Twin(), clock).run()
    asked = len(MATTERS) * (len(WAYS) + 20)
    assert sum(taken) == asked
    assert sum(counted(engine).values()) == asked
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(grouped_question)).scalar() == asked


@pytest.mark.parametrize("work", ["assign", "regroup"])
def test_portal_writes_while_groups_are_worked_out(
    engine: Engine, log: Log, grouper: Grouper, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    asked: list[str] = []
    does = getattr(Grouping, work)

    def asking(grouping: Grouping, *given: Any) -> Any:
        if not asked:
            other = open_engine(url)
            # Fails at once where somebody holds the lock.
            if other.dialect.name == "sqlite":
                event.listen(other, "begin", _impatient, insert=True)
            asked.append(Log(other).ask("充电桩备案", name="meanwhile", at=LATER))
            other.dispose()
        return does(grouping, *given)

    monkeypatch.setattr(Grouping, work, asking)
    log.ask_all()
    assert grouper.run() == len(MATTERS) * len(WAYS) + (work == "assign")
    assert asked == ["meanwhile"]


def _impatient(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")


def test_regrouping_that_somebody_overtook_is_done_again(
    engine: Engine, log: Log, grouper: Grouper, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken: list[object] = []
    regroup = Grouping.regroup

    def slow(grouping: Grouping, frozen: Collection[int] = ()) -> dict[int, int]:
        moved = regroup(grouping, frozen)
        if not overtaken:
            overtaken.append(log.ask("结婚登记预约"))
            Grouper(engine, Twin(), clock).run()
        return moved

    monkeypatch.setattr(Grouping, "regroup", slow)
    log.ask_all()
    assert grouper.run() == len(MATTERS) * len(WAYS)
    assert sum(counted(engine).values()) == len(MATTERS) * len(WAYS) + 1
    assert set(overtaken) < set().union(*partition(engine))
    with reading(engine) as connection:
        following = connection.execute(select(grouping_state.c.next_part)).scalar_one()
        assert following > max(connection.execute(select(question_part.c.id)).scalars())


def test_group_taken_in_hand_while_groups_are_made_anew_stays_whole(
    engine: Engine, log: Log, grouper: Grouper, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[set[int]] = []
    regroup = Grouping.regroup

    def slow(grouping: Grouping, frozen: Collection[int] = ()) -> dict[int, int]:
        moved = regroup(grouping, frozen)
        given.append(set(frozen))
        if len(given) == 1:
            state_of(engine, min(counted(engine)), "assigned")
        return moved

    monkeypatch.setattr(Grouping, "regroup", slow)
    log.ask_all()
    grouper.run()
    assert given == [set(), {group.id for group in groups_of(engine, GroupState.ASSIGNED)}]


def test_erased_question_leaves_no_title_digest_or_point(engine: Engine, log: Log, grouper: Grouper) -> None:
    kept = log.ask("宠物犬登记证怎么办理")
    erased = log.ask("听说宠物犬登记证可以网上办")
    alone = log.ask("农村自建房审批")
    grouper.run()
    with writing(engine) as connection:
        these = answer_log.c.id.in_([erased, alone])
        connection.execute(update(answer_log).where(these).values(question="", citizen=None))
    grouper.run()
    with reading(engine) as connection:
        subjects = select(grouped_question.c.answer_id).where(grouped_question.c.subject.is_not(None))
        assert list(connection.execute(subjects).scalars()) == [kept]
        parts = connection.execute(select(question_part.c.example, question_part.c.total)).all()
        assert {example for example, _ in parts} == {kept}
        assert all(total for _, total in parts)
    titles = {group.title for group in groups_of(engine, GroupState.OPEN)}
    assert titles == {"宠物犬登记证怎么办理", UNTITLED}


def test_erased_questions_are_looked_for_once_in_a_run(
    engine: Engine, log: Log, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Engine] = []

    def looking(engine: Engine) -> int:
        looked.append(engine)
        return forget_erased(engine)

    monkeypatch.setattr(groups, "forget_erased", looking)
    log.ask_all()
    assert len(list(Hasty(engine, Twin(), clock).steps())) > 5
    assert looked == [engine]


def test_answer_that_goes_in_the_middle_of_a_step_is_no_error(
    engine: Engine, log: Log, clock: FixedClock
) -> None:
    class Deleting(Twin):
        def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]]:
            if len(texts) < 64:
                with writing(engine) as connection:
                    connection.execute(delete(answer_log).where(answer_log.c.id == "gone"))
            return super().embed(texts)

    log.ask("宠物犬登记证", name="gone")
    kept = log.ask("充电桩备案")
    Grouper(engine, Deleting(), clock).run()
    assert partition(engine) == {frozenset([kept])}


def test_answers_that_retention_deletes_take_their_parts_along(
    engine: Engine, log: Log, grouper: Grouper
) -> None:
    log.ask_all()
    grouper.run()
    with writing(engine) as connection:
        connection.execute(delete(answer_log))
    log.ask("充电桩备案", name="new", at=NOW + timedelta(days=3))
    grouper.run()
    assert partition(engine) == {frozenset(["new"])}
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(question_part)).scalar() == 1
