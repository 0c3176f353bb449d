"""An answer log to group, and an embedder that needs no model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine, insert, select

from casework.groups import Grouper, Step
from casework.ports import MOST_TEXTS
from casework.tables import grouped_question, question_group
from core.citizens.tables import answer_log, feedback
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.errors import BadInput, Unavailable
from knowledge_base.embedding.memory import HashEmbedder

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MATTERS = ("宠物犬登记证", "充电桩安装备案", "老旧小区加装电梯", "农村自建房审批")
WAYS = (
    "{}怎么办理",
    "请问{}要什么材料",
    "我想问{}多少钱",
    "{}在哪里办啊",
    "听说{}可以网上办",
    "{}几天能办好呢",
)


class Twin:
    """Embeds by bigrams; can be away, or be another model."""

    def __init__(self, model: str = "twin", wider: int = 0) -> None:
        self.model = model
        self.away = False
        self.asked: list[int] = []
        self._hash = HashEmbedder(128)
        self._wider = wider

    def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]]:
        if not 0 < len(texts) <= MOST_TEXTS or not all(0 < len(text) <= 2000 for text in texts):
            raise BadInput("out of bounds")
        if self.away:
            raise Unavailable("away")
        self.asked.append(len(texts))
        return self.model, np.pad(self._hash.queries(texts), ((0, 0), (0, self._wider)))


class Hasty(Grouper):
    """Takes few at a step."""

    def step(self, most: int = 5) -> Step:
        return super().step(most)


class Log:
    """Writes into the answer log as the portal does, a minute after the other."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._count = 0

    def ask(
        self, question: str, status: str = "no_answer", *, at: datetime | None = None, name: str | None = None
    ) -> str:
        self._count += 1
        answer_id = name or f"a{self._count:05}"
        row = {
            "id": answer_id, "question": question, "status": status, "channel": "web",
            "created": at or NOW + timedelta(minutes=self._count),
            "passage_ids": [], "versions": {}, "step_ms": {},
        }  # fmt: skip
        with writing(self.engine) as connection:
            connection.execute(insert(answer_log).values(**row))
        return answer_id

    def ask_all(self, matters: Sequence[str] = MATTERS, ways: Sequence[str] = WAYS) -> list[str]:
        """Each matter in each way, the matters in turn."""
        return [self.ask(way.format(matter)) for way in ways for matter in matters]

    def rate(self, answer_id: str, *, useful: bool, at: datetime) -> None:
        with writing(self.engine) as connection:
            row = {"answer_id": answer_id, "useful": useful, "updated": at}
            connection.execute(insert(feedback).values(**row))


def partition(engine: Engine) -> set[frozenset[str]]:
    """Which questions are together, whatever their group is called."""
    found: dict[int, set[str]] = {}
    chosen = select(grouped_question.c.group_id, grouped_question.c.answer_id)
    with reading(engine) as connection:
        for group, answer_id in connection.execute(chosen):
            found.setdefault(group, set()).add(answer_id)
    return {frozenset(group) for group in found.values()}


def counted(engine: Engine) -> dict[int, int]:
    """How many questions each group says that it has."""
    with reading(engine) as connection:
        rows = connection.execute(select(question_group.c.id, question_group.c.questions))
        return {row.id: row.questions for row in rows}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def twin() -> Twin:
    return Twin()


@pytest.fixture
def log(engine: Engine) -> Log:
    return Log(engine)


@pytest.fixture
def grouper(engine: Engine, twin: Twin, clock: FixedClock) -> Grouper:
    return Grouper(engine, twin, clock)
