"""Citizens who go on asking through every fault, and remember what they were told."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.faulting.seen import Turn, met_in, met_without
from bench.performance.load import Connection, PortalCitizen

CITIZENS = 4
# The portal shows the latest 200 bubbles of a conversation: one must not outgrow that.
MESSAGES = 12
# Before a message is sent again; also keeps refused connections from being counted by the thousand.
PAUSE_S = 0.25


@dataclass
class Talk:
    """One conversation: its citizen, the answers that were acknowledged, and whether it is over."""

    citizen: PortalCitizen
    acknowledged: list[str] = field(default_factory=list)
    over: bool = False


@dataclass(frozen=True)
class Kept:
    """What the transcripts say: answers that were acknowledged and are gone, and messages answered twice."""

    gone: frozenset[str]
    twice: int


class Crowd:
    """Each citizen asks when the answer is there, and sends again, under the same id, what was not answered.

    Args:
        url: The portal.
        questions: What is asked, in turn.
    """

    def __init__(self, url: str, questions: Sequence[str]) -> None:
        self._url = url
        self._questions = questions
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._turns: list[Turn] = []
        self._talks: list[Talk] = []

    @property
    def turns(self) -> list[Turn]:
        """All so far, in the order in which they ended."""
        with self._lock:
            return list(self._turns)

    @property
    def acknowledged(self) -> set[str]:
        """Ids of all answers that reached a citizen."""
        with self._lock:
            return {answer for talk in self._talks for answer in talk.acknowledged}

    @contextmanager
    def asking(self) -> Iterator[None]:
        """They ask meanwhile."""
        threads = [threading.Thread(target=self._chat, args=(number,)) for number in range(CITIZENS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def kept(self) -> Kept:
        """Reads every transcript, as each citizen's browser would.

        Raises:
            OSError, http.client.HTTPException, ValueError: A transcript could not be read.
        """
        with self._lock:
            talks = [(one.citizen.cookie, set(one.acknowledged), one.over) for one in self._talks]
        connection, gone, twice = Connection(self._url), set[str](), 0
        for cookie, acknowledged, over in talks:
            if not acknowledged:
                continue
            shown = _shown(connection, cookie)
            gone |= acknowledged - shown
            # In one that goes on the latest answer may be kept and not have arrived.
            twice += len(shown - acknowledged) if over else 0
        connection.close()
        return Kept(frozenset(gone), twice)

    def _chat(self, number: int) -> None:
        texts = itertools.islice(itertools.cycle(self._questions), number, None, CITIZENS)
        while not self._stop.is_set():
            talk = Talk(PortalCitizen(self._url, fresh=False))
            with self._lock:
                self._talks.append(talk)
            for text in itertools.islice(texts, MESSAGES):
                self._ask(number, talk, text)
            talk.citizen.close()
            talk.over = not self._stop.is_set()

    def _ask(self, number: int, talk: Talk, text: str) -> None:
        again = False
        while not self._stop.is_set() and not self._attempt(number, talk, text, again=again):
            again = True
            self._stop.wait(PAUSE_S)

    def _attempt(self, number: int, talk: Talk, text: str, *, again: bool) -> bool:
        """Whether the message was acknowledged."""
        begun, answer = time.monotonic(), None
        try:
            reply = talk.citizen.say(text, again=again)
            met, answer = met_in(reply.status, reply.body)
        except (OSError, http.client.HTTPException) as error:
            met = met_without(error)
        with self._lock:
            self._turns.append(Turn(number, begun, time.monotonic(), met))
            if answer is not None:
                talk.acknowledged.append(answer)
        return answer is not None


def _shown(connection: Connection, cookie: str) -> set[str]:
    status, body = connection.get("/api/conversation", {"Cookie": cookie})
    if status != 200:
        raise ValueError(f"a transcript could not be read: HTTP {status}")
    return answers_of(json.loads(body)["messages"])


def answers_of(messages: Iterable[dict[str, object]]) -> set[str]:
    """Ids of the answers in a transcript."""
    return {str(one["answer_id"]) for one in messages if one["answer_id"] is not None}
