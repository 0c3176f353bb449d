"""The citizens of a fault, against a portal that forgets what it is told to forget."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bench.faulting.crowd import CITIZENS, MESSAGES, Crowd
from bench.faulting.seen import ANSWERED


class Portal(ThreadingHTTPServer):
    """Refuses each message the first time; then answers it, and forgets or doubles the first of a talk."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.numbers = itertools.count()
        self.tried: set[tuple[str, str]] = set()
        self.kept: dict[str, list[str]] = defaultdict(list)
        self.forgets = False
        self.doubles = False

    def answer(self, cookie: str) -> str:
        """Id of a new answer, kept as this portal keeps them."""
        number, kept = next(self.numbers), self.kept[cookie]
        first = not kept
        if not (self.forgets and first):
            kept.append(str(number))
        if self.doubles and first:
            kept.append(f"{number} again")
        if self.forgets and first:
            kept.append("0 of another")
        return str(number)


class Handler(BaseHTTPRequestHandler):
    """The two routes that citizens use."""

    protocol_version = "HTTP/1.1"
    server: Portal

    def do_POST(self) -> None:
        """A message."""
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        cookie = self.headers.get("Cookie") or f"c={next(self.server.numbers)}"
        key = (cookie, said["client_message_id"])
        if key not in self.server.tried:
            self.server.tried.add(key)
            self._send(503, {"error": {"code": "error_unavailable"}}, cookie)
            return
        answer = self.server.answer(cookie)
        body = {"conversation": cookie, "answer_id": answer, "status": "answered_guide", "messages": []}
        self._send(200, body, cookie)

    def do_GET(self) -> None:
        """A transcript."""
        kept = self.server.kept[self.headers["Cookie"]]
        self._send(200, {"messages": [{"answer_id": None}, *({"answer_id": one} for one in kept)]}, "")

    def _send(self, status: int, body: dict[str, Any], cookie: str) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if cookie:
            self.send_header("Set-Cookie", f"{cookie}; HttpOnly")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """One that runs; nobody waits before a message is sent again."""
    monkeypatch.setattr("bench.faulting.crowd.PAUSE_S", 0.0)
    with Portal() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def chatted(portal: Portal) -> Crowd:
    """Citizens who asked for more than one conversation each."""
    crowd = Crowd(f"http://127.0.0.1:{portal.server_address[1]}", ["一", "二", "三"])
    with crowd.asking():
        give_up = time.monotonic() + 60
        while len(crowd.acknowledged) < 3 * CITIZENS * MESSAGES and time.monotonic() < give_up:
            time.sleep(0.01)
    return crowd


def test_what_was_refused_is_sent_again_under_its_id_and_nothing_is_lost(portal: Portal) -> None:
    crowd = chatted(portal)
    kept = crowd.kept()
    assert (kept.gone, kept.twice) == (frozenset(), 0)
    met = [turn.met for turn in crowd.turns]
    assert met.count(ANSWERED) == len(crowd.acknowledged) >= 3 * CITIZENS * MESSAGES
    assert met.count("503 error_unavailable") >= met.count(ANSWERED)


def test_what_a_transcript_does_not_show_is_gone(portal: Portal) -> None:
    portal.forgets = True
    kept = chatted(portal).kept()
    # The first answer of every conversation.
    assert len(kept.gone) == sum(1 for answers in portal.kept.values() if answers)


def test_answers_that_nobody_was_given_are_counted(portal: Portal) -> None:
    portal.doubles = True
    assert chatted(portal).kept().twice >= 2 * CITIZENS
