"""What a turn leaves behind, whichever way it ended: transcript, answer log, stored reply."""

from __future__ import annotations

import logging
from dataclasses import replace
from hashlib import sha256

import anyio
from anyio.to_thread import run_sync
from sqlalchemy import Engine, select

from apps.portal.ports import Said
from apps.portal.rendering import build_failed_turn, build_turn
from core.answering import AnswerStatus
from core.citizens.conversations import Conversations, new_id
from core.citizens.replies import StoredReplies, StoredReply
from core.citizens.tables import message
from core.citizens.turns import Also, Turns
from core.clock import Clock
from core.database.engine import reading
from knowledge_base.contract import AnswerReply

log = logging.getLogger(__name__)
# Nobody waits longer than this for the record of an error.
_PATIENCE_S = 1.0


class Keeper:
    """Keeps turns. A question that is sent again under its id stands in the transcript once.

    Args:
        engine: Database.
        clock: The time.
        conversations, replies: Where those are kept.
        also: What else is kept of an answered turn.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        conversations: Conversations,
        replies: StoredReplies,
        also: Also | None = None,
    ) -> None:
        self._engine = engine
        self._turns = Turns(engine, clock, also)
        self._clock = clock
        self._conversations = conversations
        self._replies = replies

    async def keep(self, said: Said, reply: AnswerReply) -> StoredReply:
        """Keeps an answered turn; its reply as it goes out."""
        return await run_sync(self._keep, said, reply)

    async def keep_if_possible(self, said: Said, reply: AnswerReply) -> StoredReply:
        """Keeps an answered turn as well as that goes: whatever happens, and soon, the reply goes out.

        Neither the conversation nor a message that was sent before is known yet.
        """
        with anyio.move_on_after(_PATIENCE_S):
            try:
                return await run_sync(self._keep_first, said, reply, abandon_on_cancel=True)
            except Exception as error:
                log.warning("turn not kept", extra={"kind": type(error).__name__})
        return self.unkept(said, reply)

    def unkept(self, said: Said, reply: AnswerReply) -> StoredReply:
        """The reply as it goes out where nothing is kept of the turn."""
        return build_turn(said, reply, self._clock.now(), _question_id(said))[1]

    async def keep_failed(self, said: Said, status: AnswerStatus) -> None:
        """Keeps a turn that ended in an error. What goes wrong here must not hide that error."""
        with anyio.move_on_after(_PATIENCE_S) as scope:
            try:
                await run_sync(self._keep_failed, said, status, abandon_on_cancel=True)
            except Exception as error:
                log.warning("failed turn not kept", extra={"kind": type(error).__name__})
        if scope.cancelled_caught:
            log.warning("failed turn not kept in time")

    async def count(self, status: AnswerStatus) -> None:
        """Keeps that a turn ended so, and nothing else of it. What goes wrong here goes no further."""
        with anyio.move_on_after(_PATIENCE_S):
            try:
                await run_sync(self._turns.count, new_id(), status, abandon_on_cancel=True)
            except Exception as error:
                log.warning("turn not counted", extra={"kind": type(error).__name__})

    def _keep(self, said: Said, reply: AnswerReply) -> StoredReply:
        turn, stored = build_turn(said, reply, self._clock.now(), _question_id(said))
        self._turns.save(turn)
        return stored

    def _keep_first(self, said: Said, reply: AnswerReply) -> StoredReply:
        if said.client_message_id is not None:
            claim = self._replies.claim(said.conversation, said.client_message_id)
            if isinstance(claim, StoredReply):
                return claim
        region = self._conversations.visit(said.conversation, said.region)
        return self._keep(replace(said, region=region), reply)

    def _keep_failed(self, said: Said, status: AnswerStatus) -> None:
        question = _question_id(said)
        if not self._is_kept(question):
            self._turns.save(build_failed_turn(said, status, self._clock.now(), question))

    def _is_kept(self, message_id: str) -> bool:
        with reading(self._engine) as connection:
            found = connection.execute(select(message.c.id).where(message.c.id == message_id))
            return found.first() is not None


def _question_id(said: Said) -> str:
    """The same whenever the same message is sent again."""
    if said.client_message_id is None:
        return new_id()
    return sha256(f"{said.conversation}\n{said.client_message_id}".encode()).hexdigest()[:24]
