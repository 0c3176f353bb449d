"""Links of a content are checked, and nothing inside is ever reached by way of them."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import httpcore
import pytest

from core.catalogue.models import Document, Material, ServiceItem
from knowledge_base.editing.links import LinkChecker, PublicNetwork, State, is_public, links_of

OPEN = "93.184.216.34"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def moved(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


class Web(httpcore.AsyncNetworkBackend):
    """Notes which addresses are connected to; each connection gets the next answer."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers) or [OK]
        self.connected: list[tuple[str, int]] = []
        self.streams: list[Stream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.streams.append(Stream(answer))
        return self.streams[-1]

    @property
    def asked(self) -> list[str]:
        """The first line and the Host of each request."""
        return [f"{head[0]} {host}" for one in self.streams for head, host in one.requests]


class Stream(httpcore.AsyncNetworkStream):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._left = answer
        self.sent = b""
        self.name: str | None = None

    @property
    def requests(self) -> list[tuple[list[str], str]]:
        heads = [one.decode().split("\r\n") for one in self.sent.split(b"\r\n\r\n") if one]
        return [(head, next(line[6:] for line in head if line.lower().startswith("host:"))) for head in heads]

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._answer == b"":
            await asyncio.sleep(60)
        part, self._left = self._left[:max_bytes], self._left[max_bytes:]
        return part

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.sent += buffer

    async def aclose(self) -> None:
        pass

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        assert ssl_context.verify_mode is ssl.CERT_REQUIRED
        assert ssl_context.check_hostname
        self.name = server_hostname
        return self

    def get_extra_info(self, info: str) -> Any:
        return None


def names(**addresses: Sequence[str]) -> Callable[[str, int], Any]:
    """A resolver; every other name is an open address."""

    async def resolve(host: str, _: int) -> Sequence[str]:
        return addresses.get(host.replace(".", "_"), [OPEN if host[0].isalpha() else host])

    return resolve


def linked(*urls: str) -> ServiceItem:
    return ServiceItem(
        external_id="a",
        name="x",
        materials=[Material(name=f"{n}", form_url=url) for n, url in enumerate(urls)],
    )


async def came_of(web: Web, *urls: str, seconds: float = 5.0, **addresses: Sequence[str]) -> list[State]:
    checker = LinkChecker(PublicNetwork(names(**addresses), web), seconds=seconds)
    return [one.state for one in await checker.check(linked(*urls))]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "239.255.255.250",
        "255.255.255.255", "240.0.0.1", "168.63.129.16", "192.0.2.1", "::", "::1", "::127.0.0.1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "fe80::1",
        "fe80::1%eth0", "2606:2800:220:1::1%1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:0:1::1", "2002:7f00:1::",
        "2001:db8::1",
        "localhost", "", "127.1", "0x7f.1", "017700000001", "2130706433", "::ffff:168.63.129.16",
    ],
)  # fmt: skip
def test_what_is_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [OPEN, "2606:2800:220:1:248:1893:25c8:1946", f"::ffff:{OPEN}", "114.114.114.114"]
)
def test_what_is_outside_is_public(address: str) -> None:
    assert is_public(address)


async def test_a_link_that_works_is_asked_for_by_its_name_at_its_address() -> None:
    web = Web()
    assert await came_of(web, "https://a.example/表格?q=1") == [State.WORKS]
    assert web.connected == [(OPEN, 443)]
    assert web.asked == ["HEAD /%E8%A1%A8%E6%A0%BC?q=1 HTTP/1.1 a.example"]
    assert web.streams[0].name == "a.example"


async def test_a_server_without_head_is_asked_for_a_few_bytes() -> None:
    refused = b"HTTP/1.1 405 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    web = Web(refused, OK)
    assert await came_of(web, "http://a.example/") == [State.WORKS]
    assert web.asked == ["HEAD / HTTP/1.1 a.example", "GET / HTTP/1.1 a.example"]
    assert b"Range: bytes=0-1023" in web.streams[1].sent


async def test_of_an_endless_page_only_the_beginning_is_read() -> None:
    endless = b"HTTP/1.1 404 No\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 500_000
    web = Web(endless)
    assert await came_of(web, "http://a.example/") == [State.BROKEN]
    assert all(len(one._left) > 300_000 for one in web.streams)


async def test_a_link_that_is_gone_is_told() -> None:
    gone = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    assert await came_of(Web(gone), "http://a.example/") == [State.BROKEN]
    assert await came_of(Web(b"nonsense\r\n\r\n"), "http://a.example/") == [State.UNREACHABLE]


@pytest.mark.parametrize(
    "url",
    [
        "http://inside.example/", "http://both.example/", "http://mapped.example/", "http://nowhere.example/",
        "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest/meta-data",
        "http://a.example:8080/", "https://a.example:80/", "http://a.example:22/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("by_redirect", [False, True])
async def test_nothing_inside_is_connected_to(url: str, by_redirect: bool) -> None:
    web = Web(moved(url), OK)
    state = await came_of(
        web,
        "http://a.example/" if by_redirect else url,
        inside_example=["10.0.0.1"],
        both_example=[OPEN, "127.0.0.1"],
        mapped_example=["::ffff:127.0.0.1"],
        nowhere_example=[],
    )
    assert state == [State.NOT_CHECKED]
    assert web.connected == ([(OPEN, 80)] if by_redirect else [])


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "gopher://a.example/",
        "ftp://a.example/",
        "http://u:p@a.example/",
    ],
)
async def test_a_redirect_leads_to_nothing_but_the_web(location: str) -> None:
    web = Web(moved(location), OK)
    assert await came_of(web, "http://a.example/") == [State.NOT_CHECKED]
    assert len(web.connected) == 1


async def test_a_name_that_turns_inside_after_it_was_checked_gains_nothing() -> None:
    answers = iter([[OPEN], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []

    async def rebinding(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    web = Web()
    checker = LinkChecker(PublicNetwork(rebinding, web))
    (first,) = await checker.check(linked("http://a.example/"))
    assert (first.state, asked, web.connected) == (State.WORKS, ["a.example"], [(OPEN, 80)])
    (second,) = await checker.check(linked("http://a.example/"))
    assert (second.state, len(web.connected)) == (State.NOT_CHECKED, 1)


async def test_redirects_are_followed_five_times() -> None:
    def chain(length: int) -> Web:
        return Web(*(moved(f"/{n}") for n in range(length)), OK)

    five, six = chain(5), chain(6)
    assert await came_of(five, "http://a.example/") == [State.WORKS]
    assert await came_of(six, "http://a.example/") == [State.BROKEN]
    assert len(six.connected) == 6


async def test_a_server_that_says_nothing_is_left() -> None:
    assert await came_of(Web(b""), "http://a.example/", seconds=0.05) == [State.UNREACHABLE]


async def test_twenty_links_are_checked_and_each_once() -> None:
    web = Web()
    urls = [f"http://a.example/{n}" for n in range(25)]
    states = await came_of(web, *urls, urls[0])
    assert states == [State.WORKS] * 20 + [State.NOT_CHECKED] * 5
    assert len(web.connected) == 20


def test_links_stand_in_these_fields() -> None:
    item = ServiceItem(
        external_id="a",
        name="x",
        online_url="tel:12345",
        source_url="https://s.example/",
        materials=[Material(name="m", form_url="https://f.example/", sample_url="https://m.example/")],
    )
    assert [field for field, _ in links_of(item)] == ["source_url", "materials", "materials"]
    document = Document(external_id="a", text="x", source_url="https://s.example/")
    assert list(links_of(document)) == [("source_url", "https://s.example/")]


@pytest.fixture
async def inside() -> AsyncIterator[tuple[int, list[str]]]:
    """A real server of this machine, and what it was asked."""
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append("connected")
        writer.write(OK)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, family=socket.AF_INET)
    async with server:
        yield server.sockets[0].getsockname()[1], asked


async def test_a_real_server_of_this_machine_is_not_reached(
    inside: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its port is let through, so that nothing but its address is what keeps it from being reached."""
    port, asked = inside
    monkeypatch.setattr("knowledge_base.editing.links._PORTS", {"http": port, "https": 443})
    checker = LinkChecker()
    urls = [f"http://{host}:{port}/" for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0")]
    # As the link is asked for without its port, it is that of its scheme: here the server's.
    monkeypatch.setattr("knowledge_base.editing.links._allowed", lambda url: url)
    states = [one.state for one in await checker.check(linked(*urls))]
    assert states == [State.NOT_CHECKED] * 4
    assert asked == []
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read(15) == OK[:15]
    writer.close()
    assert asked == ["connected"], "it could have been reached"
