"""The stream of notices on a real socket: nothing lost or doubled, and nobody holds more than their part."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import httpx
import pytest

from apps.portal.server import PortalServer, metrics_config, metrics_socket, server_config
from channels.ports import Notice, NoticeKind
from channels.web.inbox import put_notices
from core.connections import Bounds
from core.database.engine import writing
from core.errors import Unavailable
from tests.portal.streaming import Reader

CONSENT = {"push_web": True}
GET = b"GET /healthz HTTP/1.1\r\nHost: portal\r\n\r\n"


class Person:
    """A citizen with a cookie at the portal."""

    def __init__(self, url: str, portal: Any, *, agrees: bool = True) -> None:
        self.url = url
        self._portal = portal
        self._readers: list[Reader] = []
        self.http = httpx.Client(base_url=url)
        self.id = str(self.http.get("/api/conversation").json()["conversation"])
        self.cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        if agrees:
            version = self.http.get("/api/privacy-notice").json()["version"]
            self.http.put(
                "/api/consents", params={"notice_version": version}, json=CONSENT
            ).raise_for_status()

    def get(self, *keys: str) -> None:
        """Gets notices whose titles are these keys."""
        some = [
            Notice(
                citizen=self.id, kind=NoticeKind.PUSH, title=key, text="文", why="您同意了。", dedup_key=key
            )
            for key in keys
        ]
        with writing(self._portal.engine) as connection:
            put_notices(connection, some, self._portal.clock.now())

    def reader(self, last_id: str = "", query: str = "") -> Reader:
        """Opens the stream."""
        self._readers.append(Reader(self.url, self.cookie, last_id, query))
        return self._readers[-1]

    def close(self) -> None:
        """Leaves the page."""
        self.http.close()
        for one in self._readers:
            one.close()


@pytest.fixture
def person(address: tuple[str, Any]) -> Iterator[Person]:
    one = Person(*address)
    yield one
    one.close()


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.025)
    raise AssertionError("it did not come to that")


def test_a_notice_comes_as_it_is_put(person: Person) -> None:
    reader = person.reader()
    assert (reader.status, reader.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert reader.headers["cache-control"] == "no-store"
    reader.settle()
    person.get("一")
    kind, data = next(reader.events())
    assert kind == "notice"
    assert set(data) == {"notice_id", "kind", "title", "text", "url", "why", "read", "sent_at"}
    assert (data["title"], data["read"], data["sent_at"]) == ("一", False, "2026-03-02T01:00:00Z")
    reader.close()


def test_another_s_notice_does_not_come(address: tuple[str, Any], person: Person) -> None:
    other = Person(*address)
    reader = person.reader()
    reader.settle()
    other.get("别人的")
    person.get("自己的")
    assert reader.titles(1) == ["自己的"]
    reader.close()
    other.close()


def test_who_comes_back_gets_what_was_missed_first(person: Person) -> None:
    reader = person.reader()
    reader.settle()
    person.get("一")
    assert reader.titles(1) == ["一"]
    reader.close()
    person.get("二", "三")
    again = person.reader(reader.last_id)
    person.get("四")
    assert again.titles(3) == ["二", "三", "四"]
    again.close()


def test_a_reader_who_got_nothing_yet_misses_nothing_either(person: Person) -> None:
    reader = person.reader()
    reader.settle()
    reader.close()
    person.get("一")
    again = person.reader(reader.last_id)
    assert again.titles(1) == ["一"]
    again.close()


def test_a_page_begins_the_stream_where_its_list_ended(person: Person) -> None:
    person.get("旧")
    page = person.http.get("/api/inbox").json()
    person.get("新")
    reader = person.reader(query=f"?last_event_id={page['last_event_id']}")
    assert reader.titles(1) == ["新"]
    reader.close()


def test_what_a_browser_sends_counts_more_than_where_it_began(person: Person) -> None:
    first = person.http.get("/api/inbox").json()["last_event_id"]
    person.get("一")
    second = person.http.get("/api/inbox").json()["last_event_id"]
    person.get("二")
    reader = person.reader(second, f"?last_event_id={first}")
    assert reader.titles(1) == ["二"]
    reader.close()


@pytest.mark.parametrize("unknown", ["other-1", "x", "00000000-99999999999999", "-", "1"])
def test_an_id_of_nowhere_makes_the_page_read_its_list_anew(unknown: str, person: Person) -> None:
    person.get("一")
    reader = person.reader(unknown)
    assert next(reader.events()) == ("reset", {})
    person.get("二")
    assert reader.titles(1) == ["二"]
    reader.close()


def test_nothing_is_lost_and_nothing_doubled_over_random_disconnects(
    make_portal: Callable[..., Any], serve: Any
) -> None:
    portal = make_portal(rate_per_minute=0)
    with serve(portal.services) as url:
        person = Person(url, portal)
        disconnect_at_random(person)
        person.close()


def disconnect_at_random(person: Person) -> None:
    chance = random.Random(20261127)
    wanted = [f"第{at}条" for at in range(300)]

    def write() -> None:
        at = 0
        while at < len(wanted):
            count = chance.randint(1, 6)
            person.get(*wanted[at : at + count])
            at += count
            time.sleep(chance.random() * 0.02)

    reader = person.reader()
    reader.settle()
    seen: list[str] = []
    writer = threading.Thread(target=write)
    writer.start()
    breaks = random.Random(7)
    while len(seen) < len(wanted):
        titles = reader.titles(min(breaks.randint(1, 12), len(wanted) - len(seen)))
        seen += titles
        last_id = reader.last_id
        reader.close()
        if breaks.random() < 0.3:
            time.sleep(breaks.random() * 0.05)
        reader = person.reader(last_id)
        assert reader.status == 200
    writer.join()
    assert seen == wanted
    person.get("最后")
    assert reader.titles(1) == ["最后"]
    reader.close()


def test_without_a_consent_or_a_cookie_there_is_no_stream(address: tuple[str, Any]) -> None:
    undecided = Person(*address, agrees=False)
    assert undecided.reader().status == 204
    nobody = Reader(address[0], "")
    assert nobody.status == 204
    nobody.close()
    undecided.close()


def test_an_erased_citizen_s_streams_end(person: Person, address: tuple[str, Any]) -> None:
    readers = [person.reader() for _ in range(2)]
    for one in readers:
        one.settle()
    assert person.http.delete("/api/me").status_code == 200
    assert [list(one.events()) for one in readers] == [[], []]
    wait_for(lambda: address[1].services.inbox.streams.count == 0)


def test_an_erasure_at_another_portal_ends_them_as_well(person: Person, address: tuple[str, Any]) -> None:
    reader = person.reader()
    reader.settle()
    with address[1].engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO erasure (citizen, requested) VALUES (?, ?)", (person.id, "2026-03-02 01:00:00")
        )
    assert list(reader.events()) == []


def test_one_citizen_holds_four_streams_and_another_still_gets_one(
    person: Person, address: tuple[str, Any]
) -> None:
    with ExitStack() as stack:
        held = [person.reader() for _ in range(4)]
        for one in held:
            stack.callback(one.close)
            one.settle()
        refused = person.reader()
        assert (refused.status, refused.body()["error"]["code"]) == (429, "blocked_rate")
        assert int(refused.headers["retry-after"]) > 0
        other = Person(*address)
        assert other.reader().status == 200
        other.close()
        held[0].close()
        wait_for(lambda: address[1].services.inbox.streams.count == 3)
        assert person.reader().status == 200


def test_an_address_and_a_portal_have_a_most(make_portal: Callable[..., Any], serve: Any) -> None:
    portal = make_portal(inbox_streams=2, inbox_streams_per_address=1)
    with serve(portal.services) as url, ExitStack() as stack:
        one, two = Person(url, portal), Person(url, portal)
        reader = one.reader()
        stack.callback(reader.close)
        reader.settle()
        assert two.reader().status == 429
        portal.services.inbox.streams._per_address = 9
        second = two.reader()
        stack.callback(second.close)
        second.settle()
        refused = one.reader()
        assert (refused.status, refused.body()["error"]["code"]) == (503, "error_unavailable")
        for person in (one, two):
            person.close()


def test_a_portal_may_have_no_streams_at_all(make_portal: Callable[..., Any], serve: Any) -> None:
    portal = make_portal(inbox_streams=0)
    with serve(portal.services) as url:
        person = Person(url, portal)
        assert person.reader().status == 204
        # Something may come: the page asks for it now and then.
        assert person.http.get("/api/inbox").json()["open"] is True
        person.close()


def test_streams_take_no_place_from_other_connections(make_portal: Callable[..., Any], serve: Any) -> None:
    portal = make_portal()
    bounds = Bounds(most=3, most_at_all=4)
    with serve(portal.services, bounds=bounds) as url, ExitStack() as stack:
        people = [Person(url, portal) for _ in range(3)]
        for person in people:
            stack.callback(person.close)
            person.http.close()
        for reader in [person.reader() for person in people for _ in range(2)]:
            reader.settle()
        assert portal.services.inbox.streams.count == 6
        assert b"weizheng_inbox_streams 6.0" in portal.services.metrics.text()
        at = ("127.0.0.1", urlsplit(url).port or 0)
        for _ in range(3):
            connection = stack.enter_context(socket.create_connection(at, timeout=20))
            connection.sendall(GET)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_reader_who_does_not_read_is_cut_off_and_goes_on_later(
    make_portal: Callable[..., Any], serve: Any
) -> None:
    portal = make_portal()
    streams = portal.services.inbox.streams
    with serve(portal.services, bounds=Bounds(unread_s=0.3)) as url:
        person = Person(url, portal)
        reader = person.reader()
        reader.settle()
        words = "长" * 4000
        some = [
            Notice(
                citizen=person.id,
                kind=NoticeKind.PUSH,
                title=str(at),
                text=words,
                why="因",
                dedup_key=str(at),
            )
            for at in range(1500)
        ]
        with writing(portal.engine) as connection:
            put_notices(connection, some, portal.clock.now())
        wait_for(lambda: streams.count == 0)
        titles = [data["title"] for _, data in reader.events()]
        assert len(titles) < 1500
        while len(titles) < 1500:
            reader = person.reader(reader.last_id)
            assert reader.status == 200
            titles += reader.titles(1500 - len(titles))
        assert titles == [str(at) for at in range(1500)]
        person.close()


def test_a_stopping_server_ends_its_streams_at_once(make_portal: Callable[..., Any], serve: Any) -> None:
    portal = make_portal()
    with serve(portal.services) as url:
        person = Person(url, portal)
        reader = person.reader()
        reader.settle()
        portal.services.inbox.streams.end_all()
        assert list(reader.events()) == []
        assert person.reader().status == 204
        person.close()


def test_a_database_that_was_away_loses_nobody_a_notice(
    person: Person, address: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = address[1].services.inbox.reads
    reader = person.reader()
    reader.settle()
    real, failures = reads.news, []

    def broken(after: Any) -> Any:
        failures.append(after)
        raise RuntimeError

    monkeypatch.setattr(reads, "news", broken)
    person.get("一")
    wait_for(lambda: len(failures) > 0)
    monkeypatch.setattr(reads, "news", real)
    assert reader.titles(1) == ["一"]
    reader.close()


def test_a_past_that_cannot_be_read_ends_the_stream_and_is_read_later(
    person: Person, address: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = person.http.get("/api/inbox").json()["last_event_id"]
    person.get("一")
    with monkeypatch.context() as broken:
        broken.setattr(address[1].services.inbox.reads, "since", Mock(side_effect=Unavailable("away")))
        reader = person.reader(first)
        assert (reader.status, list(reader.events()), reader.last_id) == (200, [], first)
    assert person.reader(first).titles(1) == ["一"]


def test_a_portal_that_stops_does_not_wait_for_its_streams(make_portal: Callable[..., Any]) -> None:
    # Longer than this test may take: without its own end a stream would hold the server up so long.
    services = make_portal(web_deadline_s=170.0).services
    portal = make_portal()
    listening = metrics_socket("127.0.0.1", 0)
    config, figures = server_config(services, "127.0.0.1", 0), metrics_config(services)
    server = PortalServer(config, figures, listening, services.inbox.streams.end_all)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    person = Person(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", portal)
    reader = person.reader()
    reader.settle()
    server.should_exit = True
    assert list(reader.events()) == []
    thread.join(timeout=60)
    assert not thread.is_alive()
    person.close()
