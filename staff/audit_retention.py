"""How long the audit log is kept: whole days of it go from its beginning, and its end says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, func, select

from core.catalogue.revision import changing
from core.commands import Subject
from core.retention.models import DataClass, Note, RetentionRule
from staff.audit import FORGOTTEN, append, witness
from staff.tables import audit_entry

ACTOR = "@retention"


@dataclass(frozen=True, kw_only=True)
class AuditRule(RetentionRule):
    """What goes of the log is one piece from its first entry on, so that the rest is a chain as before."""

    def due(self, at: datetime) -> ColumnElement[bool]:
        """Entries before the first one that is not older than its days, at the day's beginning.

        By whole days, since each time something goes there is an entry of that: one a day, not one an hour.
        """
        kept = audit_entry.alias()
        young = select(kept.c.number).where(kept.c.at >= self._limit(at))
        first_kept = young.order_by(kept.c.number).limit(1)
        # There is always a newest entry: where it is too old as well all go.
        last = select(func.max(kept.c.number) + 1)
        return audit_entry.c.number < func.coalesce(first_kept.scalar_subquery(), last.scalar_subquery())

    def forget(self, engine: Engine, at: datetime, most: int, note: Note) -> int:
        """As any rule's, with an entry at the end that says what went."""
        with changing(engine) as connection:
            due = select(audit_entry.c.number).where(self.due(at)).order_by(audit_entry.c.number)
            numbers = connection.execute(due.limit(most)).scalars().all()
            if not numbers:
                return 0
            of_last = select(audit_entry.c.digest).where(audit_entry.c.number == numbers[-1])
            details = {
                "through": numbers[-1],
                "digest": connection.execute(of_last).scalar_one(),
                "entries": len(numbers),
                "before": self._limit(at).isoformat(),
            }
            subject = Subject("audit", str(numbers[-1]))
            # Before they go: it is sealed together with the last one, which may be among them.
            entry = append(connection, at, ACTOR, FORGOTTEN, subject, details)
            connection.execute(delete(audit_entry).where(audit_entry.c.number <= numbers[-1]))
            note(connection, len(numbers))
        witness(entry)
        return len(numbers)

    def _limit(self, at: datetime) -> datetime:
        limit = at - timedelta(days=self.days or 0)
        return limit.replace(hour=0, minute=0, second=0, microsecond=0)


def audit_rule(days: int) -> RetentionRule:
    """How long the log of what staff did is kept, sign-ins among it."""
    return AuditRule(
        name="audit", label="审计日志（含登录和锁定记录）", data_class=DataClass.SECURITY,
        clock=audit_entry.c.at, days=days, setting="SECURITY_LOG_DAYS",
        reason="网络安全法要求网络日志至少保存六个月；清理后其余部分仍可校验。",
    )  # fmt: skip
