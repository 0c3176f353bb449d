"""The commands on the recommender's model: train a new one, go back to the one before."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.errors import Conflict
from core.jobs.kinds import Kind
from core.jobs.queue import enqueue
from core.jobs.tables import job
from recommender.training.kept import in_use, roll_back

SCHEDULE: Final = "recommender"
# The schedule's jobs have it too, so that one training is under way at a time.
TRAIN_KEY: Final = f"schedule:{SCHEDULE}"
TRAIN: Final = "recommender.train"
ROLL_BACK: Final = "recommender.rollback"


class Train(Payload):
    """How to train.

    Attributes:
        tune: Choose the parameters anew, also where that was done some days ago.
    """

    tune: bool = False


def _subject(_: Act, __: Payload) -> tuple[Subject, ...]:
    # It serves everybody, and is no agency's.
    return (Subject("recommender", "model"),)


def _train(act: Act, given: Train) -> Done:
    """A job, or the one that is open; the worker does it as it does the schedule's.

    Raises:
        Conflict: One is open that chooses no parameters, and they are to be chosen.
    """
    told, by = given.model_dump(), act.actor.login
    number = enqueue(act.connection, Kind.TRAIN, told, by=by, now=act.now, unique=TRAIN_KEY)
    open_one = act.connection.execute(select(job.c.params).where(job.c.id == number)).scalar_one()
    if given.tune and not open_one.get("tune"):
        chinese = f"任务 {number} 正在排队或训练，它不重新选择参数；请等它结束，或先取消它。"
        raise Conflict(
            f"job {number} is open and chooses no parameters: wait for its end, or cancel it. {chinese}",
            public_message=chinese,
        )
    return Done({"job": number, **told}, value=number)


def recommender_commands(model_days: int) -> tuple[Command[Any], ...]:
    """All of them.

    Args:
        model_days: A model that is older serves nobody, and is not gone back to.
    """

    def go_back(act: Act, _: Payload) -> Done:
        before = in_use(act.connection)
        now = roll_back(act.connection, act.now, model_days)
        return Done({"from": before.version if before else None, "to": now.version}, value=now)

    return (
        Command(TRAIN, Permission.JOBS, Train, _subject, _train),
        Command(ROLL_BACK, Permission.JOBS, Payload, _subject, go_back),
    )
