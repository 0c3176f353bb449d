"""Readers of the stream of notices on a real socket, which can hang up as they like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit


class Reader:
    """One request for the stream, read as a browser reads it.

    Attributes:
        last_id: What is sent back to go on.
        comments: How many were read.
    """

    def __init__(self, url: str, cookie: str, last_id: str = "", query: str = "") -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
        resuming = {"Last-Event-ID": last_id} if last_id else {}
        self._connection.request("GET", f"/api/inbox/stream{query}", headers={"Cookie": cookie, **resuming})
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.headers = self._response.headers
        self.last_id = last_id
        self.comments = 0

    def body(self) -> Any:
        """The whole body of a refusal."""
        return json.loads(self._response.read() or b"null")

    def events(self) -> Iterator[tuple[str, Any]]:
        """Kind and data of each event, until the server ends the stream."""
        fields: dict[str, str] = {}
        with suppress(ConnectionError, HTTPException):
            while line := self._response.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                fields[name] = value
                if line == b"\n":
                    # As a browser does: an id counts also without data, but only once the event is whole.
                    self.last_id = fields.get("id", self.last_id)
                    if "data" in fields:
                        yield fields.get("event", "message"), json.loads(fields["data"])
                    fields = {}
                elif line.startswith(b":"):
                    self.comments += 1

    def titles(self, count: int) -> list[str]:
        """Titles of the next notices, so many."""
        found: list[str] = []
        for kind, data in self.events():
            found += [data["title"]] if kind == "notice" else [kind]
            if len(found) == count:
                break
        return found

    def settle(self) -> None:
        """Until the stream stands: its first id has come."""
        fields = b""
        while not fields.startswith(b"id: "):
            fields = self._response.readline()
        self.last_id = fields.decode().strip().removeprefix("id: ")
        self._response.readline()

    def close(self) -> None:
        """Hangs up."""
        self._response.close()
        self._connection.close()
