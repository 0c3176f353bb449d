"""The commands on the recommender's model: train a new one, go back to the one before."""

from __future__ import annotations

from typing import Any, Final

from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.jobs.kinds import Kind
from core.jobs.queue import enqueue
from recommender.training.kept import in_use, roll_back

SCHEDULE: Final = "recommender"
# The schedule's jobs have it too, so that one training is under way at a time.
TRAIN_KEY: Final = f"schedule:{SCHEDULE}"
TRAIN: Final = "recommender.train"
ROLL_BACK: Final = "recommender.rollback"


def _subject(_: Act, __: Payload) -> tuple[Subject, ...]:
    # It serves everybody, and is no agency's.
    return (Subject("recommender", "model"),)


def _train(act: Act, _: Payload) -> Done:
    """A job, or the one that is open; the worker does it as it does the schedule's."""
    number = enqueue(act.connection, Kind.TRAIN, {}, by=act.actor.login, now=act.now, unique=TRAIN_KEY)
    return Done({"job": number}, value=number)


def _roll_back(act: Act, _: Payload) -> Done:
    before = in_use(act.connection)
    now = roll_back(act.connection, act.now)
    return Done({"from": before.version if before else None, "to": now.version}, value=now)


RECOMMENDER_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command(TRAIN, Permission.JOBS, Payload, _subject, _train),
    Command(ROLL_BACK, Permission.SWITCH, Payload, _subject, _roll_back),
)
