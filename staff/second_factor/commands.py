"""The commands that turn a second factor on and off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import StringConstraints

from core.commands import Act, Actor, Command, Denied, Done, Payload, Permission, Subject
from core.errors import BadInput
from staff.account_commands import Login
from staff.accounts import Account, by_login
from staff.actors import AccountActor
from staff.second_factor.codes import accepted_step, new_secret
from staff.second_factor.factors import begin, begun_secret, confirm, find_factor, put_codes, remove
from staff.second_factor.recovery import new_codes
from staff.second_factor.sealing import SecretBox
from staff.sessions import end_all, end_others

Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class OwnSecondFactor(Payload):
    """One's own, in the session in which one acts.

    Whoever sends it has asked for the password, and where it is on for a code (`SigningIn`).
    """


class ConfirmSecondFactor(Payload):
    """Turns on what was begun in this session, by its first code; every other session of the account ends."""

    code: Code


class ResetSecondFactor(Payload):
    """Takes the second factor of somebody away who has lost it; every session of the account ends."""

    login: Login


def _own(act: Act, _: Payload) -> tuple[Subject, ...]:
    return (_subject(_actors(act)),)


def _actors(act: Act) -> Account:
    return by_login(act.connection, act.actor.login)


def _subject(held: Account) -> Subject:
    return Subject("account", held.login, held.agency)


def _session(actor: Actor) -> str:
    return actor.session if isinstance(actor, AccountActor) else ""


def _remove(act: Act, _: OwnSecondFactor) -> Done:
    held = _actors(act)
    _require_on(act, held)
    remove(act.connection, held.id)
    end_others(act.connection, held.id, _session(act.actor))
    return Done()


def _renew(act: Act, _: OwnSecondFactor) -> Done:
    held = _actors(act)
    _require_on(act, held)
    codes = new_codes()
    put_codes(act.connection, held.id, codes)
    return Done(value=codes)


def _require_on(act: Act, held: Account) -> None:
    if find_factor(act.connection, held.id) is None:
        raise BadInput("no second factor", public_message="两步验证没有开启。")


def _of_login(act: Act, given: ResetSecondFactor) -> tuple[Subject, ...]:
    return (_subject(by_login(act.connection, given.login)),)


def _reset(act: Act, given: ResetSecondFactor) -> Done:
    held = by_login(act.connection, given.login)
    if held.login == act.actor.login:
        raise Denied("one's own second factor", public_message="自己的两步验证请在“我的账号”里关闭。")
    if not remove(act.connection, held.id):
        raise BadInput("no second factor", public_message="这个账号没有开启两步验证。")
    end_all(act.connection, held.id)
    return Done()


# It needs no key, so that it can be run where the key is lost.
RESET: Final = Command(
    "account.reset_second_factor", Permission.MANAGE_STAFF, ResetSecondFactor, _of_login, _reset
)


@dataclass(frozen=True)
class SecondFactorCommands:
    """The commands of an installation.

    Attributes:
        box: Seals the secrets.
    """

    box: SecretBox

    @property
    def commands(self) -> tuple[Command[Any], ...]:
        """All of them."""
        own = Permission.OWN_ACCOUNT
        return (
            Command("account.begin_second_factor", own, OwnSecondFactor, _own, self._begin),
            Command("account.confirm_second_factor", own, ConfirmSecondFactor, _own, self._confirm),
            Command("account.renew_recovery_codes", own, OwnSecondFactor, _own, _renew),
            Command("account.remove_second_factor", own, OwnSecondFactor, _own, _remove),
            RESET,
        )

    def _begin(self, act: Act, _: OwnSecondFactor) -> Done:
        held = _actors(act)
        if find_factor(act.connection, held.id) is not None:
            raise BadInput("on already", public_message="两步验证已经开启。要换手机，请先关闭再重新开启。")
        sealed = self.box.seal(held.id, new_secret())
        begin(act.connection, held.id, sealed, _session(act.actor), act.now)
        return Done()

    def _confirm(self, act: Act, given: ConfirmSecondFactor) -> Done:
        held, session = _actors(act), _session(act.actor)
        secret = begun_secret(act.connection, self.box, held.id, session, act.now)
        if secret is None:
            raise BadInput("nothing begun", public_message="设置已过期，请重新开始。")
        step = accepted_step(secret, given.code, act.now)
        if step is None:
            raise BadInput(
                "wrong code", public_message="动态码不正确。请核对手机的时间，用最新的动态码再试。"
            )
        confirm(act.connection, held.id, step, act.now)
        codes = new_codes()
        put_codes(act.connection, held.id, codes)
        end_others(act.connection, held.id, session)
        return Done(value=codes)
