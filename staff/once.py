"""A command that is sent again under its key runs once: its answer is kept in its own transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, delete, insert, select

from core.errors import WeizhengError
from core.retention.models import DataClass, RetentionRule
from staff.token_tables import kept_answer

KEPT: Final = timedelta(hours=24)


class KeyReused(WeizhengError):
    """Something else was sent under this key."""

    code = "idempotency_key_reused"
    public_message = "这个 Idempotency-Key 已用于另一个请求，请换一个。"


@dataclass(frozen=True)
class Kept:
    """What a command gave its caller, as plain JSON."""

    value: Any


@dataclass(frozen=True)
class Once:
    """A key, and what was sent under it.

    Writers follow one another (`core.catalogue.revision.changing`): who looks for a key within such a
    transaction finds what any earlier one kept, and nobody else runs meanwhile.

    Attributes:
        token: Whose key it is.
        digest: Of the command and what it was given.
    """

    token: int
    key: str
    digest: str

    def kept(self, connection: Connection, now: datetime) -> Kept | None:
        """What was answered before; None where the command is to run.

        Raises:
            KeyReused: It was another command, or was given something else.
        """
        row = connection.execute(select(kept_answer).where(*self._same())).first()
        if row is None or row.at <= now - KEPT:
            return None
        if row.digest != self.digest:
            raise KeyReused()
        return Kept(json.loads(row.value))

    def keep(self, connection: Connection, now: datetime, value: Any) -> None:
        """Keeps the answer, and forgets those of all tokens whose time is over."""
        connection.execute(delete(kept_answer).where(kept_answer.c.at <= now - KEPT))
        kept = json.dumps(to_jsonable_python(value), ensure_ascii=False)
        row = {"token": self.token, "key": self.key, "digest": self.digest, "value": kept, "at": now}
        connection.execute(insert(kept_answer).values(row))

    def _same(self) -> tuple[Any, Any]:
        return kept_answer.c.token == self.token, kept_answer.c.key == self.key


def kept_answer_rule() -> RetentionRule:
    """How long an answer is kept that a program may ask for again; each write lets the old ones go, too."""
    return RetentionRule(
        name="kept_answers", label="接口请求的应答", data_class=DataClass.CONTENT, clock=kept_answer.c.at,
        days=KEPT.days, reason="接口程序带同一个 Idempotency-Key 重发时返回原来的应答。",
    )  # fmt: skip
