"""Citizens that ask: one thread and one connection each, which costs little beside what it measures."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 30.0
Asks = Callable[[str], int]


@dataclass
class Measured:
    """What a load saw: seconds of each turn, HTTP statuses that were none of 200, and the whole time."""

    seconds: list[float] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    elapsed: float = 0.0

    def add(self, more: Measured) -> None:
        """Takes in what another block of the same load saw."""
        self.seconds += more.seconds
        self.errors += more.errors
        self.elapsed += more.elapsed

    def as_json(self) -> dict[str, Any]:
        """Turns, turns a second, p50 and p95 in milliseconds, and how many went wrong."""
        return {
            "turns": len(self.seconds),
            "per_s": round(len(self.seconds) / self.elapsed, 1),
            "p50_ms": milliseconds(self.seconds, 0.5),
            "p95_ms": milliseconds(self.seconds, 0.95),
            "errors": len(self.errors),
        }


def milliseconds(seconds: Sequence[float], share: float) -> float:
    """The time within which this share of the turns ended."""
    ordered = sorted(seconds)
    if share == 0.5:
        return round(median(ordered) * 1000, 1)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)


class Connection:
    """One kept connection that posts JSON."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)

    def post(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, bytes, str]:
        """Status, body and cookie."""
        content = json.dumps(body).encode()
        self._http.request("POST", path, content, {"Content-Type": "application/json", **headers})
        response = self._http.getresponse()
        return response.status, response.read(), response.getheader("Set-Cookie", "").partition(";")[0]

    def get(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body."""
        self._http.request("GET", path, headers=headers)
        response = self._http.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        """Ends it; the next request makes a new one."""
        self._http.close()


@dataclass(frozen=True)
class Reply:
    """What one request came to: HTTP status, body, and seconds until the whole of it was there."""

    status: int
    body: bytes
    seconds: float


class PortalCitizen:
    """Asks our assistant.

    Args:
        fresh: Every question in a conversation of its own.
    """

    def __init__(self, url: str, *, fresh: bool) -> None:
        self._connection = Connection(url)
        self._fresh = fresh
        self._cookie = ""
        self._asked = 0

    @property
    def cookie(self) -> str:
        """What the browser would show, empty before the first reply."""
        return self._cookie

    def __call__(self, text: str) -> int:
        """One turn; the HTTP status."""
        return self.say(text).status

    def say(self, text: str, *, again: bool = False) -> Reply:
        """One turn.

        Args:
            text: The message.
            again: It is the last one sent once more, under its id.

        Raises:
            OSError, http.client.HTTPException: There was no reply; the connection is made anew by the next.
        """
        self._asked += not again
        headers = {"Cookie": self._cookie} if self._cookie and not self._fresh else {}
        body = {"text": text, "client_message_id": str(self._asked)}
        started = time.perf_counter()
        try:
            status, content, cookie = self._connection.post("/api/chat", body, headers)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        self._cookie = cookie or self._cookie
        return Reply(status, content, time.perf_counter() - started)

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


class RasaCitizen:
    """Asks a Rasa server through its REST channel; what it takes for no intent ends in an empty list."""

    _senders = itertools.count()

    def __init__(self, url: str, *, fresh: bool) -> None:
        self._connection = Connection(url)
        self._fresh = fresh
        self._sender = f"citizen-{next(self._senders)}"

    def __call__(self, text: str) -> int:
        """One turn; the HTTP status."""
        if self._fresh:
            self._sender = f"citizen-{next(self._senders)}"
        body = {"sender": self._sender, "message": text}
        return self._connection.post("/webhooks/rest/webhook", body, {})[0]

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


def load(citizens: Sequence[Asks], questions: Sequence[str], turns: int) -> Measured:
    """So many turns, shared by the citizens, who all ask at once; each asks when it has its answer."""
    measured, lock = Measured(), threading.Lock()
    waiting = itertools.islice(itertools.cycle(questions), turns)
    threads = [threading.Thread(target=_talk, args=(one, waiting, lock, measured)) for one in citizens]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    measured.elapsed = time.perf_counter() - started
    return measured


def _talk(ask: Asks, waiting: Iterator[str], lock: threading.Lock, measured: Measured) -> None:
    while True:
        with lock:
            question = next(waiting, None)
        if question is None:
            return
        started = time.perf_counter()
        try:
            status = ask(question)
        except (OSError, http.client.HTTPException, ValueError):
            status = 0
        took = time.perf_counter() - started
        with lock:
            measured.seconds.append(took)
            if status != 200:
                measured.errors.append(status)
        if status == 0:
            return
