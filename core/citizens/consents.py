"""What citizens have agreed to, purpose by purpose: a ledger that keeps when and to which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from core.citizens.personal import rows_of
from core.citizens.tables import IN_FORCE, answer_log, citizen, consent, followup, subscription
from core.clock import Clock
from core.database.engine import reading, writing
from core.database.rows import insert_missing
from core.errors import WeizhengError

# Put together once, as in `rows`. SQLite leaves FOR UPDATE out: its writers wait for each other anyway.
_LOCKED = select(citizen.c.id).where(citizen.c.id == bindparam("of")).with_for_update()
_AGREED = select(consent.c.purpose).where(consent.c.citizen == bindparam("of"), IN_FORCE)


class Purpose(StrEnum):
    """What a citizen may agree to. Nothing else is ever done with what is known of them."""

    PROFILE_FACTS = "profile_facts"
    PERSONALIZE = "personalize"
    PUSH_WEB = "push_web"
    PUSH_WECHAT = "push_wechat"
    FOLLOWUP_NOTICE = "followup_notice"
    BIND_WECHAT = "bind_wechat"


# What a room lets go of a citizen within the transaction in which its purpose is withdrawn.
Forget = Callable[[Connection, str], None]


class OutdatedNotice(WeizhengError):
    """The citizen agreed to words that are not those of today."""

    code = "outdated_notice"
    public_message = "隐私说明已经更新，请阅读新的说明后再选择。"


@dataclass(frozen=True)
class Consent:
    """Where a purpose stands: `at` is when it was given or withdrawn, null where it never was given."""

    given: bool = False
    at: datetime | None = None
    notice_version: str | None = None


class Consents:
    """The ledger, and its part of the personal data.

    Args:
        engine: Database.
        clock: The time.
        notice_version: Version of the privacy notice that is shown now.
        forgets: What else is let go when a purpose is withdrawn, by the rooms that keep it.
    """

    name: Final = "consents"
    tables: Final = frozenset({"citizen", "consent"})

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        notice_version: str,
        forgets: Mapping[Purpose, Forget] | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._version = notice_version
        self._forgets = forgets or {}

    def of(self, identity: str) -> dict[Purpose, Consent]:
        """Where every purpose stands."""
        with reading(self._engine) as connection:
            return _standing(connection, identity)

    def put(
        self, identity: str, wanted: Mapping[Purpose, bool], seen: str | None, channel: str = "web"
    ) -> dict[Purpose, Consent]:
        """Gives and withdraws, all or nothing; where every purpose stands then.

        Args:
            seen: Version of the notice that the citizen has read. To withdraw none is needed.

        Raises:
            OutdatedNotice: Something is agreed to under another version than today's.
        """
        with writing(self._engine) as connection:
            return self.put_within(connection, identity, wanted, seen, channel)

    def put_within(
        self,
        connection: Connection,
        identity: str,
        wanted: Mapping[Purpose, bool],
        seen: str | None,
        channel: str = "web",
    ) -> dict[Purpose, Consent]:
        """The same within a transaction."""
        if any(wanted.values()) and seen != self._version:
            raise OutdatedNotice()
        now = self._clock.now()
        if any(wanted.values()):
            insert_missing(connection, citizen, id=identity, created=now, last_seen=now)
        _lock(connection, identity)
        for purpose, given in wanted.items():
            held = _standing(connection, identity)[purpose]
            if held.given and (not given or held.notice_version != self._version):
                _withdraw(connection, identity, purpose, now)
            if given and not (held.given and held.notice_version == self._version):
                _give(connection, identity, purpose, self._version, channel, now)
            if not given:
                _forget_what_it_was_for(connection, identity, purpose)
                if (forget := self._forgets.get(purpose)) is not None:
                    forget(connection, identity)
        return _standing(connection, identity)

    def export(self, identity: str) -> dict[str, Any]:
        """The whole history."""
        with reading(self._engine) as connection:
            known = rows_of(connection, citizen, citizen.c.id == identity)
            history = rows_of(connection, consent, consent.c.citizen == identity)
        return {"citizen": known[0] if known else None, "history": history}

    def erase(self, identity: str) -> None:
        """Forgets the citizen with the history."""
        with writing(self._engine) as connection:
            connection.execute(delete(citizen).where(citizen.c.id == identity))


def agreed(connection: Connection, identity: str) -> frozenset[Purpose]:
    """The purposes that are agreed to, and stay so until the transaction ends."""
    _lock(connection, identity)
    return agreed_now(connection, identity)


def agreed_now(connection: Connection, identity: str) -> frozenset[Purpose]:
    """The purposes that are agreed to; to read, or where the citizen's row is held already."""
    return frozenset(map(Purpose, connection.execute(_AGREED, {"of": identity}).scalars()))


def consented_among(connection: Connection, identities: Sequence[str]) -> set[tuple[str, Purpose]]:
    """Who of them has agreed to what; it stays so until the transaction ends."""
    # In one order, so that two that lock the same citizens wait for each other instead of for ever.
    held = select(citizen.c.id).where(citizen.c.id.in_(identities)).order_by(citizen.c.id)
    connection.execute(held.with_for_update())
    agreed = select(consent.c.citizen, consent.c.purpose).where(consent.c.citizen.in_(identities), IN_FORCE)
    return {(row.citizen, Purpose(row.purpose)) for row in connection.execute(agreed)}


def hold(connection: Connection, identity: str, now: datetime) -> None:
    """Makes the citizen's row where there is none; until the transaction ends nobody else changes it."""
    insert_missing(connection, citizen, id=identity, created=now, last_seen=now)
    _lock(connection, identity)


def _standing(connection: Connection, identity: str) -> dict[Purpose, Consent]:
    standing = {purpose: Consent() for purpose in Purpose}
    history = select(consent).where(consent.c.citizen == identity).order_by(consent.c.number)
    for row in connection.execute(history):
        given = row.withdrawn_at is None
        at = row.given_at if given else row.withdrawn_at
        standing[Purpose(row.purpose)] = Consent(given, at, row.notice_version)
    return standing


def _lock(connection: Connection, identity: str) -> None:
    connection.execute(_LOCKED, {"of": identity})


def _give(
    connection: Connection, identity: str, purpose: Purpose, version: str, channel: str, now: datetime
) -> None:
    values = {
        "citizen": identity,
        "purpose": purpose,
        "notice_version": version,
        "channel": channel,
        "given_at": now,
    }
    connection.execute(insert(consent).values(values))


def _withdraw(connection: Connection, identity: str, purpose: Purpose, now: datetime) -> None:
    held = (consent.c.citizen == identity, consent.c.purpose == purpose, IN_FORCE)
    connection.execute(update(consent).where(*held).values(withdrawn_at=now))


def _forget_what_it_was_for(connection: Connection, identity: str, purpose: Purpose) -> None:
    if purpose is Purpose.PERSONALIZE:
        # An answer belongs to a person only as long as the person agrees.
        connection.execute(update(answer_log).where(answer_log.c.citizen == identity).values(citizen=None))
    elif purpose is Purpose.PUSH_WEB:
        # Of what nobody is told any more it need not be known who wanted to hear of it.
        connection.execute(delete(subscription).where(subscription.c.citizen == identity))
    elif purpose is Purpose.FOLLOWUP_NOTICE:
        connection.execute(delete(followup).where(followup.c.citizen == identity))
