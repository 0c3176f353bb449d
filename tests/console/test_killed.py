"""A console that is killed in the middle of an upload leaves neither a file nor a process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from apps.console.services import Services
from core.clock import FixedClock
from tests.console.conftest import HOST, Clerk
from tests.console.test_uploads import send

DRIVER = Path(__file__).with_name("killed_console.py")
ROOT = Path(__file__).resolve().parents[2]
# Takes a parser until it is given up.
SLOW = b"[a](" * 1_000_000
Console = tuple[subprocess.Popen[bytes], Clerk]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where the console puts its temporary files."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def running(services: Services, clock: FixedClock, tmp_path: Path, scratch: Path) -> Iterator[Console]:
    """The console in a process of its own, and somebody's browser at it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(DRIVER), str(tmp_path), clock.now().isoformat(), str(port)]
    console = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)})
    clerk = Clerk(None)  # type: ignore[arg-type]
    clerk.http = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers={"host": HOST[7:]}, timeout=60
    )
    yield console, clerk
    console.kill()
    console.wait()


async def becomes(true: Callable[[], object], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.02)


async def sign_in(clerk: Clerk) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(httpx.ConnectError):
                assert (await clerk.sign_in("li.editor")).status_code == 303
                return
            await asyncio.sleep(0.05)


def children(process: int) -> list[int]:
    """Those that have not ended."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == process and state != "Z":
                found.append(int(status.parent.name))
    return found


def kept(process: int, folder: Path) -> list[str]:
    """The files below a folder that a process holds, whether they have names or not."""
    found = []
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.append(os.readlink(descriptor))
    return [name for name in found if name.startswith(str(folder))]


def is_alive(process: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def halves() -> AsyncIterator[bytes]:
    yield SLOW
    await asyncio.sleep(60)


async def test_nothing_stays_of_a_console_that_is_killed(running: Console, scratch: Path) -> None:
    console, clerk = running
    await sign_in(clerk)
    half = asyncio.create_task(send(clerk, halves(), name="一半.md"))  # type: ignore[arg-type]
    whole = asyncio.create_task(send(clerk, SLOW, name="慢.md"))
    await becomes(lambda: len(kept(console.pid, scratch)) == 2)
    await becomes(lambda: children(console.pid))
    (child,) = children(console.pid)
    console.send_signal(signal.SIGKILL)
    console.wait()
    assert list(scratch.iterdir()) == []
    # By itself it would go on for more than 20 s.
    await becomes(lambda: not is_alive(child), within_s=10.0)
    for sending in (half, whole):
        with pytest.raises(httpx.HTTPError):
            await sending
