"""The notices that are broken off: groups of those who asked, some of whom agreed to be told."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import insert, select

from bench.killing.plant import Plant
from casework.commands import GROUP_COMMANDS
from casework.tables import grouped_question, question_group
from channels.web.tables import notice
from core.catalogue.models import Document, DocumentKind, Status
from core.catalogue.writes import CatalogueWrites
from core.citizens.consents import Purpose
from core.citizens.tables import answer_log, citizen, consent, followup
from core.database.engine import reading, writing
from staff.actors import Operator
from staff.runner import CommandRunner

# Of those who asked: every third has withdrawn, every seventh never agreed.
_WITHDRAWN, _NEVER = 3, 7


def agreed(number: int) -> bool:
    """Whether the citizen of this number has to be told."""
    return bool(number % _WITHDRAWN and number % _NEVER)


def put(plant: Plant, group: int, askers: int) -> int:
    """A group of people who asked the same, answered just now; the number of its job."""
    _ask(plant, group, askers)
    faq = Document(
        external_id=f"faq{group}",
        kind=DocumentKind.FAQ,
        title=f"第{group}个问题",
        text="带身份证到窗口办理。",
    )
    CatalogueWrites(plant.engine).put(faq, [], Status.PUBLISHED)
    commands = CommandRunner(plant.engine, plant.clock, GROUP_COMMANDS)
    given = {"id": group, "state": "open", "kind": "document", "external_id": faq.external_id}
    number: int = commands.run(Operator(), "group.answer", given)
    plant.waker.wake(number)
    return number


def _ask(plant: Plant, group: int, askers: int) -> None:
    now = plant.clock.now()
    numbers = range(1, askers + 1)
    # Answered, so that nobody groups them anew while the knowledge service is away.
    answer = {
        "status": "answered_passage", "channel": "web", "created": now, "passage_ids": [], "versions": {},
        "step_ms": {}, "question": "这件事怎么办",
    }  # fmt: skip
    given = {
        "purpose": Purpose.FOLLOWUP_NOTICE, "notice_version": "1", "channel": "web", "given_at": now,
    }  # fmt: skip
    held = {
        "id": group, "title_from": f"a{group}-1", "state": "open", "questions": askers, "first_seen": now,
        "last_seen": now,
    }  # fmt: skip
    with writing(plant.engine) as connection:
        connection.execute(
            insert(citizen), [{"id": _who(group, n), "created": now, "last_seen": now} for n in numbers]
        )
        connection.execute(
            insert(consent),
            [
                {"citizen": _who(group, n), "withdrawn_at": None if agreed(n) else now, **given}
                for n in numbers
                if n % _NEVER
            ],
        )
        connection.execute(insert(answer_log), [{"id": f"a{group}-{n}", **answer} for n in numbers])
        connection.execute(insert(question_group).values(**held))
        connection.execute(
            insert(grouped_question),
            [{"answer_id": f"a{group}-{n}", "group_id": group, "at": now} for n in numbers],
        )
        connection.execute(
            insert(followup),
            [{"answer_id": f"a{group}-{n}", "citizen": _who(group, n), "created": now} for n in numbers],
        )


def compared(plant: Plant, groups: int, askers: int) -> dict[str, Any]:
    """The notices there are against those that have to be."""
    with reading(plant.engine) as connection:
        rows = connection.execute(select(notice.c.citizen, notice.c.number).order_by(notice.c.number)).all()
    had = Counter(row.citizen for row in rows)
    wanted = {_who(group, n) for group in range(1, groups + 1) for n in range(1, askers + 1) if agreed(n)}
    return {
        "asked": groups * askers,
        "notices": len(rows),
        "lost": len(wanted - set(had)),
        "doubled": sum(count - 1 for count in had.values()),
        "strangers": len(set(had) - wanted),
        "gaps": sum(row.number != at for at, row in enumerate(rows, start=1)),
    }


def _who(group: int, number: int) -> str:
    return f"c{group}-{number}"
