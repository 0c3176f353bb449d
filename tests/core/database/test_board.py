"""What was there before the board was filtered is found by its filters as well."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, text

from core.database.engine import reading, writing
from core.database.migrate import migrate

AT = "2026-03-02 01:00:00+00:00"
RECORD = {
    "content_hash": "", "version": 1, "revision": 1, "status": "published", "title": "", "names": "",
    "region": "990100", "payload": "{}", "created_at": AT, "updated_at": AT,
}  # fmt: skip


def put(engine: Engine, table: str, **values: Any) -> None:
    names = ", ".join(values)
    given = ", ".join(f":{name}" for name in values)
    with writing(engine) as connection:
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({given})"), values)


def put_answer(engine: Engine, name: str, item: int | None = None) -> None:
    put(
        engine, "answer_log", id=name, question="x", status="no_answer", item_id=item, passage_ids="[]",
        versions="{}", step_ms="{}", channel="web", region="990101", created=AT,
    )  # fmt: skip


def test_answers_get_their_agency_and_grouped_questions_what_they_are_filtered_by(
    empty_url: str, open_database: Callable[[str], Engine]
) -> None:
    engine = open_database(empty_url)
    migrate(engine, "0020")
    put(engine, "agency", external_id="new", name="新局", payload=json.dumps({"former_names": ["旧局"]}))
    put(engine, "agency", external_id="old", name="老局", payload="{}")
    put(engine, "service_item", id=1, external_id="i", agency="旧局", **RECORD)
    put(engine, "document", id=1, external_id="d", agency="老局", **RECORD)
    put_answer(engine, "guide", 1)
    put_answer(engine, "quote")
    put_answer(engine, "nothing")
    for name in ("guide", "quote"):
        put(engine, "answer_source", answer_id=name, kind="document", record_id=1, version=1)
    put(
        engine, "question_group", id=1, state="open", questions=1, first_seen=AT, last_seen=AT,
    )  # fmt: skip
    put(engine, "grouped_question", answer_id="guide", group_id=1, at="2026-03-05 01:00:00+00:00")
    migrate(engine)
    with reading(engine) as connection:
        of = connection.execute(text("SELECT id, agency FROM answer_log"))
        assert {row.id: row.agency for row in of} == {"guide": "new", "quote": "old", "nothing": None}
        row = connection.execute(text("SELECT asked, channel, region, item_id FROM grouped_question")).one()
    assert str(row.asked).startswith("2026-03-02")
    assert tuple(row)[1:] == ("web", "990101", 1)
