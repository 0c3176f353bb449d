"""Takes questions of the answer log into groups, a batch in a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from casework.asked import Asked, Cursor, due
from casework.askers import tell_later
from casework.grouping import Grouping, Points, centre_of, key_of, ordinary_subjects, points_of, subject_of
from casework.kept import (
    Settled,
    State,
    begin,
    count_questions,
    drop_parts,
    enter_questions,
    frozen_groups,
    known_subjects,
    move_parts,
    read_grouping,
    read_state,
    write_parts,
    write_state,
    write_titles,
)
from casework.ports import MOST_TEXTS, Embedder
from casework.renewing import forget_erased, has_erased, renew, stale
from core.clock import Clock
from core.database.engine import reading, writing

BATCH = 256
# Groups are made anew at once while that is quick, else when so large a share of parts may have changed.
QUICKLY = 1000
SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did.

    Attributes:
        taken: Questions that were looked at.
        more: There is more to do at once.
    """

    taken: int
    more: bool


def is_waiting(engine: Engine) -> bool:
    """Whether a step has something to do: a question to take in, or one to forget."""
    with reading(engine) as connection:
        state = read_state(connection)
        if due(connection, state.cursor if state else Cursor(None, None), 1):
            return True
        return state is not None and (has_erased(connection) or bool(stale(connection, state.model, 1)))


class Grouper:
    """Keeps the groups of an installation; for one thread. Several processes may have one each.

    Whatever a step has not committed it has not done: it may be killed at any point, and be run again.

    Args:
        engine: Database.
        embedder: The model; one that is another than before has all parts made anew, some at each step.
        clock: The time.
    """

    def __init__(self, engine: Engine, embedder: Embedder, clock: Clock) -> None:
        self._engine = engine
        self._embedder = embedder
        self._clock = clock
        self._grouping: Grouping | None = None
        self._revision = -1
        self._disturbed = False
        self._forgetting = False

    def steps(self) -> Iterator[Step]:
        """Forgets what was erased, then steps until nothing is left to do; may be left in between.

        Raises:
            As `step`.
        """
        self._forgetting = True
        while (done := self.step()).more:
            yield done
        yield done

    def run(self) -> int:
        """Steps until nothing is left to do; how many questions were looked at.

        Raises:
            As `step`.
        """
        return sum(done.taken for done in self.steps())

    def step(self, most: int = BATCH) -> Step:
        """Does the next thing there is to do, in one transaction; erased questions it leaves to `steps`.

        Raises:
            Unavailable, DeadlineExceeded: The model or the database cannot be reached; nothing is lost.
        """
        with reading(self._engine) as connection:
            state = read_state(connection)
            old = stale(connection, state.model, MOST_TEXTS) if state else []
            waiting = due(connection, state.cursor if state else Cursor(None, None), most)
        if state is None:
            return self._begin() if waiting else Step(0, more=False)
        try:
            if self._forgetting:
                self._forgetting = forget_erased(self._engine) > 0
                done = Step(0, more=True)
            elif old:
                done = self._renew(state, old)
            else:
                done = self._take(state, waiting) if waiting else self._tidy(state)
        except IntegrityError:
            # An answer was deleted meanwhile, which the next step will see.
            self._grouping = None
            if self._disturbed:
                raise
            self._disturbed = True
            return Step(0, more=True)
        except BaseException:
            # What is in memory may be ahead of what was committed.
            self._grouping = None
            raise
        self._disturbed = False
        return done

    def _begin(self) -> Step:
        """Finds the middle of ordinary questions by the present model."""
        model, vectors = self._embedder.embed(ordinary_subjects())
        centre = centre_of(vectors)
        with writing(self._engine) as connection:
            before = read_state(connection, lock=True)
            if before is None:
                begin(connection, model, centre)
            elif before.model != model:
                write_state(connection, replace(before, model=model, centre=centre))
        self._grouping = None
        return Step(0, more=True)

    def _renew(self, state: State, old: Sequence[int]) -> Step:
        if not renew(self._engine, self._embedder, state, old):
            return self._begin()
        self._grouping = None
        return Step(0, more=True)

    def _take(self, state: State, waiting: Sequence[Asked]) -> Step:
        subjects = [subject_of(one.question) for one in waiting]
        keys = [key_of(subject) if subject else None for subject in subjects]
        with reading(self._engine) as connection:
            known = known_subjects(connection, {key for key in keys if key})
        # Of questions of the same words the first is grouped, and the others follow it.
        new = {key: place for place, key in reversed(list(enumerate(keys))) if key and key not in known}
        places = sorted(new.values())
        points = self._points([subjects[place] for place in places], state)
        if points is None:
            return self._begin()
        grouping = self._current(state)
        if grouping is None:
            return Step(0, more=True)
        placed = grouping.assign(points, [waiting[place].answer_id for place in places])
        known |= {keys[place] or "": one for place, one in zip(places, placed, strict=True)}
        changes = grouping.changes()
        settled = [
            Settled(one, key, changes.now(known[key]) if key else None)
            for one, key in zip(waiting, keys, strict=True)
        ]
        with writing(self._engine) as connection:
            if not self._holds(connection, state):
                return Step(0, more=True)
            count_questions(connection, settled)
            write_parts(connection, changes.kept, state.model)
            enter_questions(connection, settled)
            touched = {one.placed.group for one in settled if one.placed is not None}
            tell_later(connection, touched, self._clock.now())
            drop_parts(connection, changes)
            write_titles(connection, grouping, {part.group for part in changes.kept})
            write_state(connection, self._after(state, grouping, waiting, len(places)))
        self._revision = state.revision + 1
        return Step(len(waiting), more=True)

    def _points(self, subjects: Sequence[str], state: State) -> Points | None:
        """Points of subjects; None where the model is another one by now."""
        made = [np.zeros((0, len(state.centre)), dtype=np.float32)]
        for start in range(0, len(subjects), MOST_TEXTS):
            model, vectors = self._embedder.embed(subjects[start : start + MOST_TEXTS])
            if model != state.model:
                return None
            made.append(points_of(vectors, state.centre))
        return np.vstack(made)

    def _tidy(self, state: State) -> Step:
        if not state.untidied:
            return Step(0, more=False)
        grouping = self._current(state)
        if grouping is None:
            return Step(0, more=True)
        if len(grouping) > QUICKLY and state.untidied < SHARE * len(grouping):
            return Step(0, more=False)
        with reading(self._engine) as connection:
            frozen = frozen_groups(connection)
        moved = grouping.regroup(frozen)
        changes = grouping.changes()
        with writing(self._engine) as connection:
            if not self._holds(connection, state, frozen):
                return Step(0, more=True)
            move_parts(connection, moved, self._clock.now())
            tell_later(connection, set(moved.values()), self._clock.now())
            write_parts(connection, changes.kept, state.model)
            drop_parts(connection, changes)
            write_titles(connection, grouping, {part.group for part in changes.kept})
            after = self._after(state, grouping, (), 0)
            write_state(connection, replace(after, untidied=0))
        self._revision = state.revision + 1
        return Step(0, more=False)

    def _current(self, state: State) -> Grouping | None:
        """What questions are compared with; None where somebody was faster."""
        if self._grouping is None or self._revision != state.revision:
            with reading(self._engine) as connection:
                now = read_state(connection)
                if now is None or now.revision != state.revision:
                    return None
                self._grouping = read_grouping(connection, state)
            self._revision = state.revision
        return self._grouping

    def _holds(self, connection: Connection, state: State, frozen: Collection[int] | None = None) -> bool:
        """Locks groups for this transaction; whether what was worked out without the lock still holds."""
        now = read_state(connection, lock=True)
        same = now is not None and now.revision == state.revision
        if same and (frozen is None or frozen_groups(connection) == frozen):
            return True
        # What is in memory is ahead of what is kept.
        self._grouping = None
        return False

    def _after(self, state: State, grouping: Grouping, taken: Sequence[Asked], new: int) -> State:
        return replace(
            state,
            cursor=state.cursor.after(taken, self._clock.now()),
            next_part=grouping.next_part,
            next_group=grouping.next_group,
            untidied=state.untidied + new,
        )
