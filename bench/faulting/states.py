"""Faults of processes, of the database, of the disk and of the clock."""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.faulting.scene import Happened, Scene, Skipped, Wrong
from bench.performance.load import Connection, PortalCitizen

FROZEN_S = 10.0
LOCKED_S = 8.0
FULL_S = 8.0
HOUR_S = 3600
JUMPED_S = 5.0
# Room on the small disk beside what the installation holds: enough for a start and its log files.
ROOM = 128 * 1024 * 1024
FILLER = "filler"
_LIBRARY = "*/faketime/libfaketimeMT.so.1"


def killed(name: str) -> Callable[[Scene], Happened]:
    """SIGKILL of one process, which the supervisor then starts again."""

    def happen(scene: Scene) -> Happened:
        number = scene.pid(name)
        os.kill(number, signal.SIGKILL)
        begun = time.monotonic()
        return Happened(begun, begun, {"killed": name, "pid": number})

    return happen


def frozen(scene: Scene) -> Happened:
    """Redis accepts connections and answers nothing for ten seconds."""
    number = scene.pid("redis")
    os.kill(number, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        time.sleep(FROZEN_S)
    finally:
        os.kill(number, signal.SIGCONT)
    return Happened(begun, time.monotonic())


def locked(scene: Scene) -> Happened:
    """Another program began to write and does not end."""
    connection = sqlite3.connect(scene.home / "weizheng.db", timeout=30, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()
        time.sleep(LOCKED_S)
        connection.execute("ROLLBACK")
    finally:
        connection.close()
    return Happened(begun, time.monotonic())


def full(scene: Scene) -> Happened:
    """The disk of the installation has no byte left; what is freed meanwhile is taken as well."""
    filler = scene.home.parent / FILLER
    try:
        with filler.open("wb", buffering=0) as file:
            filled, begun = _fill(file.fileno()), time.monotonic()
            while time.monotonic() < begun + FULL_S:
                time.sleep(0.05)
                filled += _fill(file.fileno())
    finally:
        filler.unlink(missing_ok=True)
    return Happened(begun, time.monotonic(), {"filled_bytes": filled})


def _fill(descriptor: int) -> int:
    """Writes until nothing more can be written; how many bytes that were."""
    written = 0
    for size in (1024 * 1024, 4096, 1):
        try:
            while True:
                written += os.write(descriptor, b"\0" * size)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    return written


@contextmanager
def small_disk(folder: Path, held: int) -> Iterator[Path]:
    """A disk in memory that has little room besides `held` bytes.

    Raises:
        Skipped: Nobody but root may mount one, and not everywhere.
    """
    if os.geteuid() != 0:
        raise Skipped("only root can mount a small disk")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={held + ROOM},mode=0700", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skipped(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def movable_clock(file: Path) -> Mapping[str, str]:
    """Variables under which a program's clock follows a file; the machine's own is never touched.

    Clocks that never go back stay as they are, as they do where somebody sets the time.

    Raises:
        Skipped: The library for it is not installed.
    """
    found = sorted(Path("/usr/lib").glob(_LIBRARY))
    if not found:
        raise Skipped("libfaketime is not installed (Debian: apt-get install faketime)")
    file.write_text("+0", encoding="ascii")
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        # Without it each process would notice at a time of its own.
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def jumped(file: Path, seconds: int) -> Callable[[Scene], Happened]:
    """The clock of all processes jumps, and then stands so many seconds before the machine's."""

    def happen(scene: Scene) -> Happened:
        draft = file.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}", encoding="ascii")
        draft.replace(file)
        begun = time.monotonic()
        time.sleep(JUMPED_S)
        ahead = _ahead_s(scene.assistant.url)
        if abs(ahead - seconds) > 60:
            raise Skipped(f"the clock could not be moved: it is {ahead} s ahead, not {seconds}")
        return Happened(begun, begun, {"portal_ahead_s": ahead})

    return happen


def _ahead_s(url: str) -> int:
    """How far the portal's clock is before ours, by what it writes on a message."""
    citizen, connection = PortalCitizen(url, fresh=False), Connection(url)
    citizen.say("你好")
    _, body = connection.get("/api/conversation", {"Cookie": citizen.cookie})
    citizen.close()
    connection.close()
    found: list[dict[str, Any]] = json.loads(body)["messages"]
    if not found:
        raise Wrong("a turn after the jump is in no transcript")
    return round((datetime.fromisoformat(found[-1]["created"]) - datetime.now(UTC)).total_seconds())
