"""What can be reached from another machine: every TCP port, tried from a network namespace of its own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final

import psutil

from apps.cli.leftovers import find, read_record

# Of the ranges for measurements and documents (RFC 2544, 5737, 3849); the first that nobody here uses.
NETWORKS: Final = ("198.18.77.0/30", "198.51.100.0/30", "203.0.113.0/30")
NETWORK_6: Final = "2001:db8:77::/64"
_SCAN: Final = """
import asyncio, json, sys

async def tried(host, port, many, found):
    async with many:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 1)
        except (OSError, TimeoutError):
            return
        found.append(port)
        writer.close()

async def main():
    many, found = asyncio.Semaphore(400), {}
    for host in sys.argv[1:]:
        found[host] = []
        for start in range(1, 65536, 8192):
            ports = range(start, min(start + 8192, 65536))
            await asyncio.gather(*(tried(host, port, many, found[host]) for port in ports))
    print(json.dumps(found))

asyncio.run(main())
"""
_ASK: Final = """
import sys, urllib.request
request = urllib.request.Request(
    sys.argv[1] + "/api/chat", b'{"text": "hello"}', {"Content-Type": "application/json"}
)
print(urllib.request.urlopen(request, timeout=30).status)
"""


@dataclass(frozen=True)
class Neighbour:
    """Another machine, as far as the network goes: its namespace, and this machine's addresses there."""

    name: str
    addresses: tuple[str, str]

    def python(self, script: str, *arguments: str) -> str:
        """What a script prints there."""
        command = ["ip", "netns", "exec", self.name, sys.executable, "-c", script, *arguments]
        return _run(*command)


def cannot() -> str:
    """Why no namespace can be made here; empty: one can."""
    if os.geteuid() != 0:
        return "needs root for a network namespace"
    return "" if shutil.which("ip") else "needs the program ip (iproute2)"


@contextmanager
def neighbour() -> Iterator[Neighbour]:
    """A namespace joined to this machine by a pair of interfaces; gone afterwards, whatever happens."""
    name = f"wz{secrets.token_hex(3)}"
    here, there = f"{name}h", f"{name}t"
    networks = (_unused(), IPv6Network(NETWORK_6))
    _run("ip", "netns", "add", name)
    try:
        _run("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
        inside = ("ip", "-n", name)
        for number, command, device in ((1, ("ip",), here), (2, inside, there)):
            for network in networks:
                address = f"{network[number]}/{network.prefixlen}"
                nodad = ("nodad",) if network.version == 6 else ()
                _run(*command, "address", "add", address, "dev", device, *nodad)
            _run(*command, "link", "set", device, "up")
        yield Neighbour(name, (str(networks[0][1]), str(networks[1][1])))
    finally:
        # With the namespace goes its end of the pair, and with that the other end.
        _run("ip", "netns", "delete", name)


def scanned(home: Path, portal_port: int) -> dict[str, Any]:
    """All ports of this machine from outside, told apart by whose they are."""
    if why := cannot():
        return {"measured": False, "why": why}
    ours = listening(home)
    with neighbour() as other:
        open_ports: dict[str, list[int]] = json.loads(other.python(_SCAN, *other.addresses))
        status = int(other.python(_ASK, f"http://{other.addresses[0]}:{portal_port}"))
    reached = {port for ports in open_ports.values() for port in ports}
    return {
        "measured": True,
        "ports_tried": dict.fromkeys(open_ports, 65535),
        "ours_listening": {name: sorted(ports) for name, ports in sorted(ours.items())},
        "ours_reached": sorted({port for ports in ours.values() for port in ports} & reached),
        "of_other_programs_reached": len(reached - {port for ports in ours.values() for port in ports}),
        "chat_from_outside": status,
        "portal_port": portal_port,
    }


def missed(found: dict[str, Any]) -> list[str]:
    """What is not as it has to be, in words."""
    if not found["measured"]:
        return [f"ports: not measured, {found['why']}"]
    portal, reached = found["portal_port"], found["ours_reached"]
    wrong = [f"reached from outside: {port}" for port in reached if port != portal]
    if portal not in reached or found["chat_from_outside"] != 200:
        wrong.append("the portal was not reached from outside")
    return wrong


def listening(home: Path) -> dict[str, set[int]]:
    """TCP ports that the installation's processes and their children listen on, by process."""
    ports: dict[str, set[int]] = {}
    for item in read_record(home / "run"):
        process = find(item)
        family = [process, *process.children(recursive=True)] if process else []
        ports[item.name] = {
            one.laddr.port
            for member in family
            for one in member.net_connections("tcp")
            if one.status == psutil.CONN_LISTEN
        }
    return ports


def _unused() -> IPv4Network:
    """The first of the networks that no interface of this machine is in."""
    taken = [
        IPv4Interface(f"{one.address}/{one.netmask or 32}").network
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family == socket.AF_INET
    ]
    for network in map(IPv4Network, NETWORKS):
        if not any(network.overlaps(other) for other in taken):
            return network
    raise RuntimeError("no network is free to try from")


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:6])}: {done.stderr.strip()[-500:]}")
    return done.stdout
