"""Who runs an installation: one supervisor at a time, and none of an earlier one's processes left behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from apps.cli.errors import CommandFailed

LOCK = "supervisor.lock"
RECORD = "processes.json"
PATIENCE_S = 5.0
# Start times are read from the kernel's clock ticks and may differ by rounding.
SAME_START_S = 0.05


@dataclass(frozen=True)
class Running:
    """A process we started; its start time tells it from a later one with the same number."""

    name: str
    pid: int
    started: float


def identify(name: str, pid: int) -> Running:
    """The record of a process that has just been started."""
    return Running(name, pid, psutil.Process(pid).create_time())


def find(running: Running) -> psutil.Process | None:
    """The live process of a record, or None if it ended or its number belongs to another by now."""
    try:
        process = psutil.Process(running.pid)
        same = abs(process.create_time() - running.started) < SAME_START_S
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def write_record(run_dir: Path, running: list[Running]) -> None:
    """Replace the list of processes in one step, so that a reader never sees half of it."""
    draft = run_dir / f"{RECORD}.new"
    draft.write_text(json.dumps([asdict(item) for item in running]), encoding="utf-8")
    draft.replace(run_dir / RECORD)


def read_record(run_dir: Path) -> list[Running]:
    """The processes that were last started; empty if there never were any."""
    path = run_dir / RECORD
    if not path.exists():
        return []
    return [Running(**item) for item in json.loads(path.read_text(encoding="utf-8"))]


@contextlib.contextmanager
def sole_supervisor(run_dir: Path) -> Iterator[None]:
    """Hold the installation's lock; the kernel lets go of it when this process ends, however it ends.

    Raises:
        CommandFailed: Another supervisor holds it.
    """
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(run_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandFailed(
                f"already running (process {file.read().strip() or '?'}) for {run_dir.parent}. 已在运行。"
            ) from None
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_supervised(run_dir: Path) -> bool:
    """Whether a supervisor holds the lock now."""
    path = run_dir / LOCK
    if not path.exists():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def end_leftovers(run_dir: Path) -> list[Running]:
    """End what a killed supervisor left running. Call it while holding the lock.

    Returns: The processes that were ended.
    """
    alive = [(item, process) for item in read_record(run_dir) if (process := find(item))]
    processes = [process for _, process in alive]
    for process in processes:
        _signal_group(process, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(processes, timeout=PATIENCE_S)
    for process in stubborn:
        _signal_group(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=PATIENCE_S)
    return [item for item, _ in alive]


def _signal_group(process: psutil.Process, number: signal.Signals) -> None:
    """Each supervised process leads a group of its own, which holds its workers too."""
    with contextlib.suppress(ProcessLookupError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)
