"""A log of answers at random, in rows that a test can go through by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from casework.tables import grouped_question, question_group
from core.answering import AnswerStatus
from core.citizens.tables import answer_log, feedback
from core.database.engine import writing
from tests.casework.conftest import NOW

AGENCIES = ("ybj", "gjj", None)
REGIONS = ("990101", "990102", "990201", "990100", None)
STATUSES = (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.NO_ANSWER, AnswerStatus.CLARIFY)


@dataclass(frozen=True)
class Row:
    """A logged answer, with its group and what was said of it."""

    id: str
    at: datetime
    status: str
    agency: str | None
    item: int | None
    channel: str
    region: str | None
    group: int | None
    useful: bool | None


def put_log(engine: Engine, groups: Sequence[dict[str, Any]], answers: int = 400, seed: int = 7) -> list[Row]:
    """Answers at random, some at one instant, some in one of the groups."""
    choose = random.Random(seed)
    rows = [_row(choose, number, [one["id"] for one in groups]) for number in range(answers)]
    with writing(engine) as connection:
        connection.execute(insert(answer_log), [_logged(row) for row in rows])
        if groups:
            connection.execute(insert(question_group), list(groups))
        if grouped := [_grouped(row) for row in rows if row.group is not None]:
            connection.execute(insert(grouped_question), grouped)
        rated = [row for row in rows if row.useful is not None]
        said = [{"answer_id": row.id, "useful": row.useful, "updated": row.at} for row in rated]
        connection.execute(insert(feedback), said)
    return rows


def _row(choose: random.Random, number: int, groups: Sequence[int]) -> Row:
    status = choose.choice(STATUSES)
    return Row(
        id=f"a{choose.randrange(16**8):08x}{number}",
        at=NOW + timedelta(hours=choose.randrange(100)),
        status=status,
        agency=choose.choice(AGENCIES) if status is AnswerStatus.ANSWERED_GUIDE else None,
        item=choose.choice((1, 2, 3, None)),
        channel=choose.choice(("web", "web", "wechat")),
        region=choose.choice(REGIONS),
        group=choose.choice(groups) if groups and choose.random() < 0.6 else None,
        useful=choose.choice((True, False, None)),
    )


def _logged(row: Row) -> dict[str, Any]:
    return {
        "id": row.id, "question": f"问题{row.id}", "status": row.status, "item_id": row.item,
        "channel": row.channel, "region": row.region, "agency": row.agency, "created": row.at,
        "passage_ids": [], "versions": {}, "step_ms": {},
    }  # fmt: skip


def _grouped(row: Row) -> dict[str, Any]:
    return {
        "answer_id": row.id, "group_id": row.group, "at": row.at, "asked": row.at, "channel": row.channel,
        "region": row.region, "item_id": row.item,
    }  # fmt: skip
