"""The commands that change accounts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr, StringConstraints
from sqlalchemy import delete, insert, or_, select, update

from core.catalogue.tables import agency
from core.commands import Act, Actor, Command, Denied, Done, Payload, Permission, Subject
from core.errors import BadInput, NotFound
from staff.accounts import Account, by_login, folded_login, whole_administrators
from staff.passwords import check_password, hashed
from staff.roles import Role
from staff.sessions import end_all
from staff.tables import account, delegation

LONGEST_DELEGATION: Final = timedelta(days=92)
Login = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
AgencyId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
Roles = Annotated[frozenset[Role], Field(min_length=1)]


class AddAccount(Payload):
    """A new account."""

    login: Login
    name: Name
    password: SecretStr
    roles: Roles
    agency: AgencyId | None = None


class ChangeAccount(Payload):
    """What an account is from now on; its sessions end where it is made inactive."""

    login: Login
    name: Name
    roles: Roles
    agency: AgencyId | None
    active: bool


class SetPassword(Payload):
    """Another password for somebody who has lost theirs; every session of the account ends."""

    login: Login
    password: SecretStr


class ChangePassword(Payload):
    """Another password of one's own; every session of the account ends.

    Whoever sends it has asked for the current one (`SigningIn.confirm`).
    """

    new: SecretStr


class Delegate(Payload):
    """The giver's rights lent to the taker, of the same agency, from the first day to the last."""

    giver: Login
    taker: Login
    first_day: date
    last_day: date


class EndDelegation(Payload):
    """Ends what was lent, before its last day."""

    giver: Login
    delegation: Number


def _new_account(_: Act, given: AddAccount) -> tuple[Subject, ...]:
    return (Subject("account", folded_login(given.login), given.agency),)


def _hashed(login: str, given: SecretStr) -> str:
    password = given.get_secret_value()
    check_password(folded_login(login), password)
    return hashed(password)


def _hashed_of_login(_: Actor, given: AddAccount | SetPassword) -> str:
    return _hashed(given.login, given.password)


def _hashed_of_actor(actor: Actor, given: ChangePassword) -> str:
    return _hashed(actor.login, given.new)


def _add(act: Act, given: AddAccount) -> Done:
    login = folded_login(given.login)
    require_agency(act, given.agency)
    if act.connection.execute(select(account.c.id).where(account.c.login == login)).first():
        raise BadInput("login taken", public_message="这个登录名已经有人使用。")
    act.connection.execute(
        insert(account).values(
            login=login,
            name=given.name,
            password=act.prepared,
            agency=given.agency,
            roles=sorted(given.roles),
            active=True,
            failures=0,
            created=act.now,
        )
    )
    return Done({"name": given.name, "roles": sorted(given.roles)})


def _both_agencies(act: Act, given: ChangeAccount) -> tuple[Subject, ...]:
    held = by_login(act.connection, given.login)
    return (_subject(held), Subject("account", held.login, given.agency))


def _change(act: Act, given: ChangeAccount) -> Done:
    held = by_login(act.connection, given.login)
    if held.login == act.actor.login:
        raise Denied("one's own roles", public_message="不能更改自己的账号，请另一位管理员更改。")
    if given.agency != held.agency:
        require_agency(act, given.agency)
    new = {"name": given.name, "agency": given.agency, "roles": sorted(given.roles), "active": given.active}
    before = whole_administrators(act.connection)
    act.connection.execute(update(account).where(account.c.id == held.id).values(**new))
    if before and not whole_administrators(act.connection):
        raise BadInput("last administrator", public_message="至少要保留一位不限部门的在用管理员。")
    if not given.active:
        end_all(act.connection, held.id)
    told = _told(held)
    lent = 0
    if any(new[name] != told[name] for name in ("agency", "roles", "active")):
        lent = _end_delegations(act, held)
    return Done({"before": told, "after": new, "delegations_ended": lent})


def _end_delegations(act: Act, held: Account) -> int:
    """What was lent was meant for who they were."""
    either = or_(delegation.c.giver == held.id, delegation.c.taker == held.id)
    return int(act.connection.execute(delete(delegation).where(either)).rowcount)


def _of_login(act: Act, given: SetPassword) -> tuple[Subject, ...]:
    return (_subject(by_login(act.connection, given.login)),)


def _set_password(act: Act, given: SetPassword) -> Done:
    if folded_login(given.login) == act.actor.login:
        raise Denied("one's own password", public_message="自己的密码请在“我的账号”里更换。")
    return _with_password(act, by_login(act.connection, given.login))


def _of_actor(act: Act, _: ChangePassword) -> tuple[Subject, ...]:
    return (_subject(by_login(act.connection, act.actor.login)),)


def _change_password(act: Act, _: ChangePassword) -> Done:
    return _with_password(act, by_login(act.connection, act.actor.login))


def _with_password(act: Act, held: Account) -> Done:
    kept = {"password": act.prepared, "failures": 0, "locked_until": None}
    act.connection.execute(update(account).where(account.c.id == held.id).values(**kept))
    end_all(act.connection, held.id)
    return Done()


def _of_giver(act: Act, given: Delegate | EndDelegation) -> tuple[Subject, ...]:
    return (_subject(by_login(act.connection, given.giver)),)


def _delegate(act: Act, given: Delegate) -> Done:
    giver = by_login(act.connection, given.giver)
    if giver.login != act.actor.login:
        raise Denied("not one's own rights", public_message="只能委托您自己的权限。")
    taker = _colleague(act, giver, given.taker)
    soonest = act.now.date() - timedelta(days=1)
    if not soonest <= given.first_day <= min(given.last_day, soonest + LONGEST_DELEGATION):
        raise BadInput("days in no order", public_message="委托的起止日期不对。")
    if given.last_day - given.first_day > LONGEST_DELEGATION:
        raise BadInput("too long", public_message=f"一次委托最长 {LONGEST_DELEGATION.days} 天。")
    days = {"first_day": given.first_day, "last_day": given.last_day}
    made = insert(delegation).values(giver=giver.id, taker=taker.id, **days).returning(delegation.c.id)
    number = int(act.connection.execute(made).scalar_one())
    told = {name: day.isoformat() for name, day in days.items()}
    return Done({"taker": taker.login, "delegation": number, **told}, value=number)


def _colleague(act: Act, giver: Account, login: str) -> Account:
    """Somebody else of the same agency; whether there is such an account elsewhere is nobody's business."""
    try:
        taker = by_login(act.connection, login)
    except NotFound:
        taker = giver
    if taker.id == giver.id or taker.agency != giver.agency or not taker.active:
        raise BadInput("no such taker", public_message="只能委托给本部门另一位在用的同事。")
    return taker


def _end_delegation(act: Act, given: EndDelegation) -> Done:
    giver = by_login(act.connection, given.giver)
    if giver.login != act.actor.login and not act.actor.may(Permission.MANAGE_STAFF, giver.agency):
        raise Denied("not one's own rights", public_message="只能收回您自己的委托。")
    ended = delete(delegation).where(delegation.c.id == given.delegation, delegation.c.giver == giver.id)
    if not act.connection.execute(ended).rowcount:
        raise NotFound("no such delegation", public_message="没有这项委托。")
    return Done({"delegation": given.delegation})


def _subject(held: Account) -> Subject:
    return Subject("account", held.login, held.agency)


def _told(held: Account) -> dict[str, Any]:
    return {"name": held.name, "agency": held.agency, "roles": sorted(held.roles), "active": held.active}


def require_agency(act: Act, wanted: str | None) -> None:
    """Makes sure that there is such an agency; None is all of them.

    Raises:
        BadInput: There is none.
    """
    known = select(agency.c.external_id).where(agency.c.external_id == wanted)
    if wanted is not None and act.connection.execute(known).first() is None:
        raise BadInput("no such agency", public_message="没有这个部门。")


ACCOUNT_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("account.add", Permission.MANAGE_STAFF, AddAccount, _new_account, _add, _hashed_of_login),
    Command("account.change", Permission.MANAGE_STAFF, ChangeAccount, _both_agencies, _change),
    Command(
        "account.set_password",
        Permission.MANAGE_STAFF,
        SetPassword,
        _of_login,
        _set_password,
        _hashed_of_login,
    ),
    Command(
        "account.change_password",
        Permission.OWN_ACCOUNT,
        ChangePassword,
        _of_actor,
        _change_password,
        _hashed_of_actor,
    ),
    Command("account.delegate", Permission.OWN_ACCOUNT, Delegate, _of_giver, _delegate),
    Command("account.end_delegation", Permission.OWN_ACCOUNT, EndDelegation, _of_giver, _end_delegation),
)
