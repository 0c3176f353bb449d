"""Runs commands: checks what is given and who may; change and audit entry are one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Engine

from core.catalogue.revision import changing
from core.clock import Clock
from core.commands import Act, Actor, Command, Denied, Done, Payload
from core.errors import BadInput, NotFound
from staff.audit import append, witness
from staff.once import Once
from staff.sessions import actor_now

log = logging.getLogger(__name__)


class CommandRunner:
    """All commands of an installation by name.

    Args:
        engine: Database.
        clock: The time.
        commands: Those of every room.
    """

    def __init__(self, engine: Engine, clock: Clock, commands: Iterable[Command[Any]]) -> None:
        self._engine = engine
        self._clock = clock
        self._commands: dict[str, Command[Any]] = {}
        for command in commands:
            if command.name in self._commands:
                raise ValueError(f"two commands are named {command.name}")
            self._commands[command.name] = command

    @property
    def commands(self) -> Mapping[str, Command[Any]]:
        """Every command."""
        return self._commands

    def run(
        self,
        actor: Actor,
        name: str,
        given: Mapping[str, Any],
        once: Once | None = None,
        *,
        also: Callable[[Connection, Any], object] | None = None,
    ) -> Any:
        """Runs a command, all of it or nothing; what it gives its caller.

        Args:
            once: The key under which it was sent: what was done under it before is not done again.
            also: Called within the same transaction with what the caller gets; what it raises undoes all.

        Raises:
            KeyReused: Something else was sent under the key.
            NotFound: There is no such command, or nothing that it could touch.
            BadInput: It cannot be run with what is given; the detail names fields, never their values.
            Denied: The actor may not.
            Unavailable: The database does not answer.
        """
        command = self._commands.get(name)
        if command is None:
            raise NotFound(f"no command {name}")
        payload = _checked(command, given)
        prepared = command.prepare(actor, payload) if command.prepare else None
        with changing(self._engine) as connection:
            # Since the request began the account may have been switched off, or given other roles.
            today = self._clock.today()
            actor = actor_now(connection, actor, today)
            act = Act(connection, actor, self._clock.now(), today, prepared)
            if once is not None and (kept := once.kept(connection, act.now)) is not None:
                return kept.value
            subjects = command.touches(act, payload)
            if not subjects or not all(actor.may(command.permission, one.agency) for one in subjects):
                log.warning("command denied", extra={"command": name, "actor": actor.login})
                raise Denied(f"{actor.login} may not run {name}")
            done: Done = command.run(act, payload)
            entry = append(connection, act.now, actor.login, name, done.subject or subjects[0], done.details)
            if once is not None:
                once.keep(connection, act.now, done.value)
            if also is not None:
                also(connection, done.value)
        witness(entry)
        return done.value


def _checked(command: Command[Any], given: Mapping[str, Any]) -> Payload:
    try:
        payload: Payload = command.payload.model_validate(given)
    except ValidationError as error:
        fields = sorted({".".join(map(str, one["loc"])) for one in error.errors()})
        raise BadInput(f"{command.name}: {', '.join(fields)}") from None
    return payload
