"""The commands that create and revoke tokens of the agencies' programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints
from sqlalchemy import insert, select, update

from core.commands import Act, Actor, Command, Done, Payload, Permission, Subject
from core.errors import BadInput
from staff.account_commands import AgencyId, require_agency
from staff.roles import Role
from staff.token_tables import agency_token
from staff.tokens import digest_of, new_secret, token_by_name

LONGEST_LIFE: Final = timedelta(days=366)
# What a program may be: nobody who looks after people or switches.
TOKEN_ROLES: Final = frozenset({Role.EDITOR, Role.REVIEWER})
TokenName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]


class CreateToken(Payload):
    """A token for a program of an agency.

    Attributes:
        expires: The last day on which it is good, a year ahead at most.
    """

    name: TokenName
    agency: AgencyId
    roles: Annotated[frozenset[Role], Field(min_length=1)]
    expires: date


class RevokeToken(Payload):
    """A token that lets nobody in any more, from this moment on."""

    name: TokenName


def _new(_: Act, given: CreateToken) -> tuple[Subject, ...]:
    return (Subject("token", given.name, given.agency),)


def _secret(_: Actor, __: CreateToken) -> str:
    return new_secret()


def _create(act: Act, given: CreateToken, *, two_persons: bool) -> Done:
    require_agency(act, given.agency)
    if not given.roles <= TOKEN_ROLES:
        raise BadInput("roles", public_message="令牌只能是编辑或审核。")
    if two_persons and given.roles == TOKEN_ROLES:
        raise BadInput("roles", public_message="编辑和审核须由不同的人或程序担任，请分别建立令牌。")
    today = act.now.date()
    if not today - timedelta(days=1) <= given.expires <= today + LONGEST_LIFE:
        raise BadInput("expires", public_message=f"有效期最长 {LONGEST_LIFE.days} 天，且不能早于今天。")
    if act.connection.execute(select(agency_token.c.id).where(agency_token.c.name == given.name)).first():
        raise BadInput("name taken", public_message="这个名称已经用过，请换一个。")
    told = {"roles": sorted(given.roles), "expires": given.expires}
    row = {"name": given.name, "agency": given.agency, "created": act.now, "creator": act.actor.login}
    act.connection.execute(insert(agency_token).values(**row, **told, digest=digest_of(act.prepared)))
    return Done({**told, "expires": given.expires.isoformat()}, value=act.prepared)


def _known(act: Act, given: RevokeToken) -> tuple[Subject, ...]:
    return (Subject("token", given.name, token_by_name(act.connection, given.name).agency),)


def _revoke(act: Act, given: RevokeToken) -> Done:
    held = token_by_name(act.connection, given.name)
    if held.revoked is not None:
        raise BadInput("revoked already", public_message="这个令牌已经吊销。")
    act.connection.execute(update(agency_token).where(agency_token.c.id == held.id).values(revoked=act.now))
    return Done({"last_used": held.last_used.isoformat() if held.last_used else None})


@dataclass(frozen=True)
class TokenCommands:
    """The commands as an installation wants them.

    Attributes:
        two_persons: No token is both editor and reviewer.
    """

    two_persons: bool = True

    @property
    def commands(self) -> tuple[Command[Any], ...]:
        """All of them."""

        def create(act: Act, given: CreateToken) -> Done:
            return _create(act, given, two_persons=self.two_persons)

        manage = Permission.MANAGE_STAFF
        return (
            Command("token.create", manage, CreateToken, _new, create, _secret),
            Command("token.revoke", manage, RevokeToken, _known, _revoke),
        )
