"""Fills a database with a few records and a conversation, through the stores of whichever version runs it.

A fixture of `made_by/` is made of it by the version's own code, in a clone of its commit:

    PYTHONPATH=CLONE python tests/core/database/sample.py sqlite:////tmp/made/weizheng.db
    sqlite3 /tmp/made/weizheng.db .dump > tests/core/database/made_by/VERSION.sqlite.sql

and the same with a PostgreSQL address and `pg_dump --inserts --no-owner` for `VERSION.postgresql.sql`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from core.answering import AnswerStatus, Aspect
from core.catalogue.models import Document, Region, ServiceItem, Status
from core.catalogue.records import NewPassage
from core.catalogue.writes import CatalogueWrites
from core.citizens.choices import OfferedChoice
from core.citizens.conversations import StoredMessage
from core.citizens.replies import StoredReply
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import open_engine
from core.database.migrate import migrate

CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
CONVERSATION = "conversation-of-the-sample"
ITEM = ServiceItem(external_id="jzz", name="居住证申领", region="990100", aliases=["暂住证"], theme="户籍")
DOCUMENT = Document(external_id="jzz-banfa", title="居住证办法", text="第一条 为了规范。")
PASSAGE = NewPassage(0, "", "第一条", "第一条 为了规范。", 0, 9, "居住证办法 第一条 为了规范。")


def fill(url: str) -> None:
    """Migrates the database and writes the sample."""
    engine = open_engine(url)
    migrate(engine)
    writes = CatalogueWrites(engine, CLOCK)
    writes.put_region(Region(code="990100", name="示例市"))
    item = writes.put(ITEM, [], Status.PUBLISHED)
    writes.put(DOCUMENT, [PASSAGE], Status.PUBLISHED)
    writes.put(Document(external_id="gone", title="旧通知", text="旧的。"), [], Status.DRAFT)
    writes.delete("document", "gone")
    Turns(engine, CLOCK).save(
        Turn(
            conversation=CONVERSATION,
            answer=LoggedAnswer(
                id="answer-of-the-sample",
                question="居住证怎么办",
                status=AnswerStatus.CLARIFY,
                item_id=item.key.id,
                aspect=Aspect.FEE,
                versions={"1": 1},
                step_ms={"retrieve": 1.5},
            ),
            messages=[
                StoredMessage("question", "citizen", "text", {"text": "居住证怎么办"}, CLOCK.now()),
                StoredMessage("reply", "assistant", "text", {"text": "您要问哪一项？"}, CLOCK.now()),
            ],
            choices=[OfferedChoice("token-of-the-sample", "居住证申领", "item", item.key.id, Aspect.FEE)],
            client_message_id="1",
            reply=StoredReply(200, {"status": "clarify"}),
        )
    )
    engine.dispose()


if __name__ == "__main__":
    fill(sys.argv[1])
