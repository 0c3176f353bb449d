"""What may be used of a citizen, and what the citizen sees and changes of it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select

from core.catalogue.rules import Scalar
from core.catalogue.tables import region as known_region
from core.catalogue.tables import service_item
from core.citizens.consents import Purpose, agreed, agreed_now
from core.citizens.conversations import note_citizen
from core.citizens.facts import FACTS, FactKind, checked
from core.clock import Clock
from core.database.engine import reading, writing
from core.database.rows import insert_missing
from core.errors import BadInput, WeizhengError
from recommender.interactions.tables import interaction
from recommender.models import SPEAKING, CitizenState, Interaction, InteractionType, Origin, Scope
from recommender.profile.learned import Learned, forget, learned
from recommender.profile.tables import citizen_reference, dismissal, profile_fact, profile_life_event
from recommender.profile.tags import ItemTags

RECENT: Final = 50
MOST_LIFE_EVENTS: Final = 20
MOST_DONE: Final = 2000
_LIFE_EVENT: Final = re.compile(r"[\u3400-\u9fff]{1,16}")
_DONE: Final = (InteractionType.APPLY.value, InteractionType.FINISH.value)
# Put together once, as in `core.database.rows`.
_RECENT = (
    select(interaction)
    .where(interaction.c.citizen == bindparam("who"), interaction.c.type.in_([one.value for one in SPEAKING]))
    .order_by(interaction.c.occurred_at.desc(), interaction.c.number.desc())
    .limit(RECENT)
)
_ITEMS_DONE = (
    select(interaction.c.item_id)
    .where(interaction.c.citizen == bindparam("who"), interaction.c.type.in_(_DONE))
    .distinct()
    .limit(MOST_DONE)
)
_FACTS = select(profile_fact.c.name, profile_fact.c.value).where(profile_fact.c.citizen == bindparam("who"))
_LIFE_EVENTS = (
    select(profile_life_event.c.name)
    .where(profile_life_event.c.citizen == bindparam("who"))
    .order_by(profile_life_event.c.told_at.desc(), profile_life_event.c.name)
)
_DISMISSED = (
    select(dismissal)
    .where(dismissal.c.citizen == bindparam("who"))
    .order_by(dismissal.c.since.desc(), dismissal.c.scope, dismissal.c.target)
)


class FactsNotAgreedTo(WeizhengError):
    """Nothing that a citizen tells is kept without having agreed to it."""

    code = "consent_needed"
    public_message = "保存您的情况前，请先同意“记住我告诉的情况”。"


@dataclass(frozen=True, slots=True)
class Dismissed:
    """What a citizen wants to be offered no more: an item by its number as text, or a theme."""

    scope: Scope
    target: str
    since: datetime
    title: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the citizen sees of it.

    Attributes:
        reference: Under which an agency may report what was applied for; None without `personalize`.
    """

    facts: Mapping[str, Scalar]
    life_events: tuple[str, ...]
    learned: tuple[Learned, ...]
    dismissed: tuple[Dismissed, ...]
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the citizen changes; what is None stays.

    Attributes:
        facts: Told by name; None takes one back.
        life_events: All that are to be there.
        learned: Tags of those that may stay.
        dismissed: Those that are not undone.
    """

    facts: Mapping[str, object | None] | None = None
    life_events: Sequence[str] | None = None
    learned: Sequence[str] | None = None
    dismissed: Sequence[tuple[Scope, str]] | None = None


class ProfileStore:
    """`recommender.ports.Profiles`, and the citizen's own view; methods block."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._tags = ItemTags()

    def state(self, citizen: str, region: str | None = None) -> CitizenState:
        """What may be used of the citizen now; what they did a moment ago is in it."""
        who = {"who": citizen}
        with reading(self._engine) as connection:
            purposes = agreed_now(connection, citizen)
            facts, told = self._told(connection, citizen) if Purpose.PROFILE_FACTS in purposes else ({}, ())
            if Purpose.PERSONALIZE not in purposes:
                return CitizenState(facts=facts, life_events=told, region=region)
            recent = self._recent(connection, citizen)
            done = frozenset(connection.execute(_ITEMS_DONE, who).scalars())
            dismissed = _dismissed(connection, citizen)
        return CitizenState(
            personalized=True,
            facts=facts,
            life_events=told,
            recent=recent,
            done=done,
            dismissed_items=frozenset(int(one.target) for one in dismissed if one.scope is Scope.ITEM),
            dismissed_themes=frozenset(one.target for one in dismissed if one.scope is Scope.THEME),
            region=region,
        )

    def told(self, citizen: str) -> CitizenState:
        """What they told of themselves, as far as that may be used: nothing that was learned of them."""
        with reading(self._engine) as connection:
            if Purpose.PROFILE_FACTS not in agreed_now(connection, citizen):
                return CitizenState()
            facts, events = self._told(connection, citizen)
        return CitizenState(facts=facts, life_events=events)

    def profile(self, citizen: str) -> Profile:
        """What the citizen sees."""
        with reading(self._engine) as connection:
            seen = self._profile(connection, citizen)
            lacking = seen.reference is None and Purpose.PERSONALIZE in agreed_now(connection, citizen)
        return replace(seen, reference=self._make_reference(citizen)) if lacking else seen

    def change(self, citizen: str, changes: Changes) -> Profile:
        """Changes all of it, or, on an error, nothing.

        Raises:
            BadInput: There is no such fact, value or district, it is sensitive, or there are too many life
                events.
            FactsNotAgreedTo: Something is told that may not be kept.
        """
        told = {name: _fact(name, value) for name, value in (changes.facts or {}).items()}
        names = _life_events(changes.life_events or ())
        with writing(self._engine) as connection:
            tells = names or any(value is not None for value in told.values())
            if tells and Purpose.PROFILE_FACTS not in agreed(connection, citizen):
                raise FactsNotAgreedTo()
            _check_districts(connection, told)
            note_citizen(connection, citizen, self._clock.now())
            self._tell(connection, citizen, told)
            if changes.life_events is not None:
                self._tell_life_events(connection, citizen, names)
            if changes.learned is not None:
                stay = set(changes.learned)
                known = [one.tag for one in learned(connection, self._tags, citizen)]
                forget(connection, self._tags, citizen, [tag for tag in known if tag not in stay])
            if changes.dismissed is not None:
                _undo_dismissals(connection, citizen, set(changes.dismissed))
        return self.profile(citizen)

    def restore(self, citizen: str, scope: Scope, item: int) -> bool:
        """Undoes the dismissal of an item, or of the theme that it has; whether there was one.

        What became of the item since does not matter.
        """
        with writing(self._engine) as connection:
            target: str | None = str(item)
            if scope is Scope.THEME:
                this = select(service_item.c.theme).where(service_item.c.id == item)
                target = connection.execute(this).scalar()
            return target is not None and _restore(connection, citizen, scope, target)

    def _recent(self, connection: Connection, citizen: str) -> tuple[Interaction, ...]:
        rows = connection.execute(_RECENT, {"who": citizen}).all()
        known = self._tags.of(connection, {row.item_id for row in rows}) if rows else {}
        return tuple(
            Interaction(
                row.event_id, row.item_id, InteractionType(row.type), Origin(row.origin), row.occurred_at,
                row.value,
            )
            for row in rows
            # It may have become sensitive since, and of what is gone nobody knows.
            if row.item_id in known and not known[row.item_id].sensitive
        )  # fmt: skip

    def _told(self, connection: Connection, citizen: str) -> tuple[dict[str, Scalar], tuple[str, ...]]:
        who = {"who": citizen}
        told = {row.name: row.value for row in connection.execute(_FACTS, who)}
        # A fact that has become sensitive, or that there is no more, is not used.
        facts = {name: told[name] for name in FACTS if name in told and not FACTS[name].sensitive}
        return facts, tuple(connection.execute(_LIFE_EVENTS, who).scalars())

    def _profile(self, connection: Connection, citizen: str) -> Profile:
        facts, events = self._told(connection, citizen)
        return Profile(
            facts=facts,
            life_events=events,
            learned=tuple(learned(connection, self._tags, citizen)),
            dismissed=tuple(_titled(connection, _dismissed(connection, citizen))),
            reference=_reference(connection, citizen),
        )

    def _make_reference(self, citizen: str) -> str | None:
        with writing(self._engine) as connection:
            if Purpose.PERSONALIZE in agreed(connection, citizen):
                made, now = secrets.token_urlsafe(32), self._clock.now()
                insert_missing(connection, citizen_reference, citizen=citizen, reference=made, since=now)
            return _reference(connection, citizen)

    def _tell(self, connection: Connection, citizen: str, told: Mapping[str, Scalar | None]) -> None:
        if not told:
            return
        these = (profile_fact.c.citizen == citizen, profile_fact.c.name.in_(told))
        connection.execute(delete(profile_fact).where(*these))
        now = self._clock.now()
        rows = [
            {"citizen": citizen, "name": name, "value": value, "told_at": now}
            for name, value in told.items()
            if value is not None
        ]
        if rows:
            connection.execute(insert(profile_fact), rows)

    def _tell_life_events(self, connection: Connection, citizen: str, names: Sequence[str]) -> None:
        table, now = profile_life_event, self._clock.now()
        gone = (table.c.citizen == citizen, table.c.name.not_in(names))
        connection.execute(delete(table).where(*gone))
        for name in names:
            insert_missing(connection, table, citizen=citizen, name=name, told_at=now)


def citizen_of(connection: Connection, reference: str) -> str | None:
    """The citizen whom a reference is of; None where there is none, or they have withdrawn."""
    this = select(citizen_reference.c.citizen).where(citizen_reference.c.reference == reference)
    found: str | None = connection.execute(this).scalar()
    return found


def _fact(name: str, value: object | None) -> Scalar | None:
    fact = FACTS.get(name)
    if fact is not None and fact.sensitive and value is not None:
        told = f"“{fact.label}”属于敏感信息，系统不保存；办理相关事项需要时会单独询问，用完即忘。"
        raise BadInput(f"facts.{name}: sensitive", public_message=told)
    if value is None and fact is not None:
        return None
    return checked(name, value)


def _check_districts(connection: Connection, told: Mapping[str, Scalar | None]) -> None:
    kinds = {name: FACTS[name].kind for name, value in told.items() if value is not None}
    codes = {told[name] for name, kind in kinds.items() if kind is FactKind.DISTRICT}
    if codes:
        known = select(known_region.c.code).where(known_region.c.code.in_(codes))
        if codes - set(connection.execute(known).scalars()):
            raise BadInput("facts: there is no such district", public_message="没有这个区，请从列表里选。")


def _life_events(names: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(names))
    if len(wanted) > MOST_LIFE_EVENTS:
        raise BadInput("life_events", public_message=f"人生事件最多{MOST_LIFE_EVENTS}个。")
    if not all(_LIFE_EVENT.fullmatch(name) for name in wanted):
        raise BadInput("life_events", public_message="人生事件须是 1 到 16 个汉字。")
    return wanted


def _dismissed(connection: Connection, citizen: str) -> list[Dismissed]:
    rows = connection.execute(_DISMISSED, {"who": citizen})
    return [Dismissed(Scope(row.scope), row.target, row.since) for row in rows]


def _titled(connection: Connection, dismissed: Sequence[Dismissed]) -> list[Dismissed]:
    numbers = [int(one.target) for one in dismissed if one.scope is Scope.ITEM]
    rows = connection.execute(
        select(service_item.c.id, service_item.c.title).where(service_item.c.id.in_(numbers))
    )
    titles = {(Scope.ITEM, str(row.id)): row.title for row in rows}
    return [replace(one, title=titles.get((one.scope, one.target), one.target)) for one in dismissed]


def _undo_dismissals(connection: Connection, citizen: str, stay: set[tuple[Scope, str]]) -> None:
    for one in _dismissed(connection, citizen):
        if (one.scope, one.target) not in stay:
            _restore(connection, citizen, one.scope, one.target)


def _restore(connection: Connection, citizen: str, scope: Scope, target: str) -> bool:
    this = (dismissal.c.citizen == citizen, dismissal.c.scope == scope.value, dismissal.c.target == target)
    return connection.execute(delete(dismissal).where(*this)).rowcount > 0


def _reference(connection: Connection, citizen: str) -> str | None:
    own = select(citizen_reference.c.reference).where(citizen_reference.c.citizen == citizen)
    found: str | None = connection.execute(own).scalar()
    return found
