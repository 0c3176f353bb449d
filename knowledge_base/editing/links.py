"""Checks the links of a content: a few of them, for a few seconds, and nothing but public web servers.

Whoever writes a content chooses where this machine connects to. So no name is trusted: the address that it
resolves to is checked, and that very address is connected to; a redirect is followed by hand, and checked
as the link itself was.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpcore

from core.catalogue.models import Document, ServiceItem
from core.errors import BadInput

MOST_LINKS: Final = 20
MOST_REDIRECTS: Final = 5
SECONDS: Final = 5.0
_AT_ONCE: Final = 5
_PORTS: Final = {"http": 80, "https": 443}
_READ_BYTES: Final = 1024
_HEADERS: Final = ((b"User-Agent", b"weizheng-link-check"), (b"Accept", b"*/*"), (b"Connection", b"close"))
# Public to look at, but the host of a cloud's machines answers there.
_OF_CLOUDS: Final = frozenset({ipaddress.ip_address("168.63.129.16")})
_OF_PROTOCOLS: Final = ipaddress.IPv4Network("192.0.0.0/24")
# Of these an IPv4 address stands in the last 32 bits; whether it is reached through them is not ours to know.
_WITH_IPV4: Final = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
_CLOSED: Final = tuple(map(ipaddress.IPv6Network, ("64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10")))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class State(StrEnum):
    """What came of a link."""

    WORKS = "works"
    BROKEN = "broken"
    UNREACHABLE = "unreachable"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Checked:
    """A link, where it stands, what came of it, and a Chinese sentence."""

    field: str
    url: str
    state: State
    sentence: str


class Refused(BadInput):
    """It is no public web server, or nothing that may be asked for."""

    code = "link_refused"


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, to which this machine may connect."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address.scope_id is not None or any(address in net for net in _CLOSED):
            return False
        if any(address in net for net in _WITH_IPV4):
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return _is_global(address)


def _is_global(address: Address) -> bool:
    if address in _OF_CLOUDS or address in _OF_PROTOCOLS:
        return False
    barred = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_private
    return address.is_global and not barred


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only: a name is resolved once, and what it resolved to is connected to.

    The name goes on in the request's Host and in TLS, which httpcore takes from the address asked for.

    Args:
        resolve: Addresses of a name.
        backend: What makes the connection.
    """

    def __init__(
        self, resolve: Resolve = resolved, backend: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._resolve = resolve
        self._backend = backend or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address of the host.

        Raises:
            Refused: One of its addresses is not public, or the port is none of the web's.
        """
        if port not in _PORTS.values():
            raise Refused(f"port {port}")
        addresses = await self._resolve(host, port)
        # A name that stands for an inside address as well is not tried at all.
        if not addresses or not all(map(is_public, addresses)):
            raise Refused("not public")
        return await self._backend.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never.

        Raises:
            Refused: Always.
        """
        raise Refused("no web server")

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)


class LinkChecker:
    """Checks links over a network that it is given.

    Args:
        network: How connections are made; only to public servers unless a test says otherwise.
        trust: Certificates that are trusted.
        seconds: Longest time for one link, redirects included.
    """

    def __init__(
        self,
        network: httpcore.AsyncNetworkBackend | None = None,
        trust: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._network = network or PublicNetwork()
        self._trust = trust
        self._seconds = seconds

    async def check(self, content: Document | ServiceItem) -> list[Checked]:
        """What came of each link, in the order of the fields; those beyond twenty are not tried."""
        links = list(dict.fromkeys(links_of(content)))
        gate = asyncio.Semaphore(_AT_ONCE)
        trust = self._trust or httpcore.default_ssl_context()

        async def one(field: str, url: str) -> Checked:
            async with gate:
                return Checked(field, url, *await self._told(url, trust))

        done = await asyncio.gather(*(one(*link) for link in links[:MOST_LINKS]))
        rest = (
            Checked(*link, State.NOT_CHECKED, f"每次最多检查 {MOST_LINKS} 个。")
            for link in links[MOST_LINKS:]
        )
        return [*done, *rest]

    async def _told(self, url: str, trust: ssl.SSLContext) -> tuple[State, str]:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._followed(url, trust)
        except Refused:
            return State.NOT_CHECKED, "指向内部网络、非常用端口或不是网页地址，未检查。"
        except (TimeoutError, httpcore.TimeoutException):
            return State.UNREACHABLE, f"{self._seconds:g} 秒内没有响应。"
        except httpcore.ConnectError as error:
            is_trust = isinstance(error.__cause__ or error.__context__, ssl.SSLError)
            return State.UNREACHABLE, "网站的安全证书有问题。" if is_trust else "连接不上。"
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, UnicodeError, ValueError):
            return State.UNREACHABLE, "连接不上。"

    async def _followed(self, url: str, trust: ssl.SSLContext) -> tuple[State, str]:
        """Asks for a link, and for where it leads to."""
        asked = url
        for _ in range(MOST_REDIRECTS + 1):
            status, location = await self._asked(asked, trust)
            if not (300 <= status < 400 and location):
                break
            asked = urljoin(asked, location)
        else:
            return State.BROKEN, f"转向超过 {MOST_REDIRECTS} 次。"
        if status >= 400:
            return State.BROKEN, f"网页打不开（{status}）。"
        return State.WORKS, "可以打开。" if asked == url else "可以打开，会转到另一个网址。"

    async def _asked(self, url: str, trust: ssl.SSLContext) -> tuple[int, str]:
        """Status and Location; a server that knows no HEAD is asked for a few bytes."""
        target = _allowed(url)
        async with httpcore.AsyncConnectionPool(
            ssl_context=trust, network_backend=self._network, max_connections=1, max_keepalive_connections=0
        ) as pool:
            status, location = await _request(pool, "HEAD", target)
            if status < 400:
                return status, location
            return await _request(pool, "GET", target)


async def _request(pool: httpcore.AsyncConnectionPool, method: str, target: str) -> tuple[int, str]:
    more = ((b"Range", b"bytes=0-%d" % (_READ_BYTES - 1)),) if method == "GET" else ()
    async with pool.stream(method, target, headers=[*_HEADERS, *more]) as response:
        # The status is all that is wanted: the connection is closed with the body unread.
        location = next((value for name, value in response.headers if name.lower() == b"location"), b"")
        return response.status, location.decode("latin-1")


def _allowed(url: str) -> str:
    """The address that is asked for.

    Raises:
        Refused: It is none of the web's, has a port of its own, or credentials.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or parts.port not in (None, _PORTS[scheme]) or "@" in parts.netloc or not host:
        raise Refused("no link of the web")
    name = host if ":" in host else host.encode("idna").decode()
    path = _quoted(parts.path or "/") + (f"?{_quoted(parts.query)}" if parts.query else "")
    return f"{scheme}://{f'[{name}]' if ':' in name else name}{path}"


def _quoted(text: str) -> str:
    """Chinese and blanks in an address as browsers send them."""
    return "".join(
        one if "!" <= one <= "~" else "".join(f"%{byte:02X}" for byte in one.encode()) for one in text
    )


def links_of(content: Document | ServiceItem) -> Iterator[tuple[str, str]]:
    """The links of a content with the field in which each stands; telephone numbers are none."""
    found: list[tuple[str, str | None]] = [("source_url", content.source_url)]
    if isinstance(content, ServiceItem):
        found.insert(0, ("online_url", content.online_url))
        for one in content.materials:
            found += [("materials", one.form_url), ("materials", one.sample_url)]
    yield from ((field, url) for field, url in found if url and not url.lower().startswith("tel:"))
