"""What citizens want to hear of: themes, service items, agencies. Kept while `push_web` is agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, func, select

from core.citizens.consents import Consents, Purpose, agreed
from core.citizens.personal import rows_of
from core.citizens.tables import subscription
from core.citizens.wishes import SubscriptionKind
from core.clock import Clock
from core.database.engine import reading, writing
from core.database.rows import insert_missing
from core.errors import BadInput, WeizhengError

MOST: Final = 50


@dataclass(frozen=True)
class Subject:
    """One theme or agency by its name, or a service item by its number as text."""

    kind: SubscriptionKind
    target: str


@dataclass(frozen=True)
class Subscription:
    """Who subscribes is left out; the title is what the subject was called then."""

    subject: Subject
    title: str
    since: datetime


class ConsentNeeded(WeizhengError):
    """Nobody is told anything without having agreed to it."""

    code = "consent_needed"
    public_message = "订阅前请先同意“在本页面提醒我”。"


class TooManySubscriptions(BadInput):
    """There is a most of them."""

    code = "too_many_subscriptions"
    public_message = f"最多订阅{MOST}项，请先退订一些。"


class Subscriptions:
    """Keeps subscriptions, and shows and erases them as personal data.

    Args:
        engine: Database.
        clock: The time.
        consents: The ledger, in which subscribing may enter an agreement.
    """

    name: Final = "subscriptions"
    tables: Final = frozenset({"subscription"})

    def __init__(self, engine: Engine, clock: Clock, consents: Consents) -> None:
        self._engine = engine
        self._clock = clock
        self._consents = consents

    def of(self, citizen: str) -> list[Subscription]:
        """The citizen's, the oldest first."""
        with reading(self._engine) as connection:
            return _of(connection, citizen)

    def subscribe(
        self, citizen: str, subject: Subject, title: str, seen: str | None = None
    ) -> list[Subscription]:
        """Subscribes, and, where a version of the notice was read, agrees to `push_web`: both or neither.

        Args:
            title: What the subject is called now.
            seen: Version of the privacy notice at the button; None asks for an earlier agreement.

        Raises:
            OutdatedNotice: Another version than today's was read.
            ConsentNeeded: Nothing was agreed to.
            TooManySubscriptions: There are `MOST` already.
        """
        with writing(self._engine) as connection:
            if seen is not None:
                self._consents.put_within(connection, citizen, {Purpose.PUSH_WEB: True}, seen)
            if Purpose.PUSH_WEB not in agreed(connection, citizen):
                raise ConsentNeeded()
            insert_missing(
                connection,
                subscription,
                citizen=citizen,
                kind=subject.kind,
                target=subject.target,
                title=title[:300],
                since=self._clock.now(),
            )
            theirs = select(func.count()).where(subscription.c.citizen == citizen)
            if connection.execute(theirs).scalar_one() > MOST:
                raise TooManySubscriptions()
            return _of(connection, citizen)

    def unsubscribe(self, citizen: str, subject: Subject) -> list[Subscription]:
        """Ends one, if there is any."""
        with writing(self._engine) as connection:
            this = (
                subscription.c.citizen == citizen,
                subscription.c.kind == subject.kind,
                subscription.c.target == subject.target,
            )
            connection.execute(delete(subscription).where(*this))
            return _of(connection, citizen)

    def unsubscribe_all(self, citizen: str) -> list[Subscription]:
        """Ends all of them; those that there were."""
        with writing(self._engine) as connection:
            standing = _of(connection, citizen)
            connection.execute(delete(subscription).where(subscription.c.citizen == citizen))
        return standing

    def subscribers(self, subject: Subject) -> list[str]:
        """Citizens who subscribe to it, in order; whether one may be told is decided when a notice is put."""
        this = (subscription.c.kind == subject.kind, subscription.c.target == subject.target)
        rows = select(subscription.c.citizen).where(*this).order_by(subscription.c.citizen)
        with reading(self._engine) as connection:
            return list(connection.execute(rows).scalars())

    def export(self, citizen: str) -> dict[str, Any]:
        """The rows."""
        with reading(self._engine) as connection:
            return {"subscriptions": rows_of(connection, subscription, subscription.c.citizen == citizen)}

    def erase(self, citizen: str) -> None:
        """Forgets them."""
        with writing(self._engine) as connection:
            connection.execute(delete(subscription).where(subscription.c.citizen == citizen))


def _of(connection: Connection, citizen: str) -> list[Subscription]:
    rows = select(subscription).where(subscription.c.citizen == citizen)
    in_order = rows.order_by(subscription.c.since, subscription.c.kind, subscription.c.target)
    return [
        Subscription(Subject(SubscriptionKind(row.kind), row.target), row.title, row.since)
        for row in connection.execute(in_order)
    ]
