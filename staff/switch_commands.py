"""The commands that turn the assistant off and on."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import StringConstraints
from sqlalchemy import delete, insert

from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.errors import BadInput
from core.switch.state import Outlet, switch_state
from core.switch.tables import assistant_off

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
# WeChat has no channel yet: what is not there cannot be turned off.
_THERE: Final = frozenset({Outlet.ALL, Outlet.WEB})


class TurnOff(Payload):
    """One channel or the whole assistant, until it is turned on again.

    Attributes:
        reason: For staff, and for the audit log.
        message: What citizens read.
    """

    outlet: Outlet = Outlet.ALL
    reason: Words
    message: Words


class TurnOn(Payload):
    """What answers again."""

    outlet: Outlet = Outlet.ALL


def _subject(_: Act, given: TurnOff | TurnOn) -> tuple[Subject, ...]:
    # It is no agency's: only who works for all of them may touch it.
    return (Subject("assistant", given.outlet.value),)


def _turn_off(act: Act, given: TurnOff) -> Done:
    if given.outlet not in _THERE:
        raise BadInput("no such channel", public_message="这个渠道还没有开通。")
    before = switch_state(act.connection).off.get(given.outlet)
    act.connection.execute(delete(assistant_off).where(assistant_off.c.outlet == given.outlet.value))
    told = {"reason": given.reason, "message": given.message}
    # A new sentence for what is off already leaves the time at which that began.
    since = before.since if before else act.now
    row = {"outlet": given.outlet.value, "since": since, "actor": act.actor.login}
    act.connection.execute(insert(assistant_off).values(**row, **told))
    return Done({**told, "was_off": before is not None})


def _turn_on(act: Act, given: TurnOn) -> Done:
    before = switch_state(act.connection).off.get(given.outlet)
    if before is None:
        raise BadInput("not off", public_message="已经是开启状态。")
    act.connection.execute(delete(assistant_off).where(assistant_off.c.outlet == given.outlet.value))
    return Done({"reason": before.reason, "since": before.since.isoformat()})


SWITCH_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("assistant.turn_off", Permission.SWITCH, TurnOff, _subject, _turn_off),
    Command("assistant.turn_on", Permission.SWITCH, TurnOn, _subject, _turn_on),
)
