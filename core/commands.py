"""Named commands: every change that staff make is one, with the permission it needs declared beside it.

Commands live in the room that they change; `staff` checks, runs and records them. Pages, the HTTP twin and
the command line call nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from core.errors import WeizhengError


class Denied(WeizhengError):
    """The actor may not do this."""

    code = "forbidden"
    public_message = "您没有权限进行这项操作。"


class Permission(StrEnum):
    """What an account may be allowed to do."""

    READ = "content.read"
    EDIT = "content.edit"
    REVIEW = "content.review"
    REGISTER = "register.edit"
    ANALYSE = "analysis.read"
    AUDIT = "audit.read"
    MANAGE_STAFF = "staff.manage"
    SWITCH = "assistant.switch"
    OWN_ACCOUNT = "account.own"
    WORDS = "words.edit"
    JOBS = "jobs.manage"
    CASEWORK = "casework.edit"


class Payload(BaseModel):
    """What a command is given, checked as it comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Subject:
    """What a command touches: in the audit log by kind and id, in the check of rights by its agency.

    `agency` is the external id; None is what belongs to no single agency.
    """

    kind: str
    id: str
    agency: str | None = None


class Actor(Protocol):
    """Who acts, with all rights that are theirs at this moment."""

    @property
    def login(self) -> str:
        """As the audit log names them."""
        ...

    def may(self, permission: Permission, agency: str | None) -> bool:
        """Whether they may do this to what belongs to the agency."""
        ...


@dataclass(frozen=True)
class Act:
    """A command under way, within its transaction.

    `today` is the citizens' day; `prepared` is what the command's `prepare` gave.
    """

    connection: Connection
    actor: Actor
    now: datetime
    today: date
    prepared: Any = None


@dataclass(frozen=True)
class Done:
    """What a command has done.

    Attributes:
        subject: What it touched, where that was not known before, such as a new record.
        details: What the audit log keeps of it: plain JSON, no secret.
        value: What the caller gets, and nobody else.
    """

    details: Mapping[str, Any] = field(default_factory=dict)
    subject: Subject | None = None
    value: Any = None


P = TypeVar("P", bound=Payload)


@dataclass(frozen=True)
class Command(Generic[P]):
    """One kind of change.

    Attributes:
        name: Dotted, as in `document.publish`; stable, since the audit log holds it.
        permission: What the actor needs for every agency that `touches` names.
        payload: What it is given.
        touches: Everything that it would change, as it stands; the first of them goes into the audit log.
        run: Makes the change. It commits nothing itself.
        prepare: What takes long and needs no database, such as hashing a password; done before the
            transaction, in which all other writers wait, and before it is known whether the actor may.
    """

    name: str
    permission: Permission
    payload: type[P]
    touches: Callable[[Act, P], tuple[Subject, ...]]
    run: Callable[[Act, P], Done]
    prepare: Callable[[Actor, P], Any] | None = None
