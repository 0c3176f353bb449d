"""Starts processes, restarts one that dies, stops all together: circus inside our own program."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shlex
import signal
import tempfile
import threading
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import FrameType
from typing import Any

from circus.arbiter import Arbiter
from circus.exc import ConflictError
from circus.stream import FileStream
from circus.watcher import Watcher

from apps.cli.leftovers import Running, identify, write_record
from apps.cli.processes import Process

logger = logging.getLogger(__name__)

CHECK_S = 0.3
# So many starts within the window are a crash loop: wait before the next.
CRASHES = 5
WINDOW_S = 30.0
REST_S = 10.0
LOG_BYTES = 10 * 1024 * 1024
LOG_FILES = 3
# The path of a Unix socket may have 107 bytes.
LONGEST_SOCKET = 100
# Circus starts the highest first and, as it is told here, stops the lowest first.
_FRONT, _BEHIND = 0, 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class _PatientArbiter(Arbiter):  # type: ignore[misc]
    """Circus looks after its watchers now and then, and complains at length where it is just busy."""

    def manage_watchers(self) -> Any:
        """Look again at the next round if another command runs."""
        try:
            return super().manage_watchers()
        except ConflictError:
            return None

    async def _stop_watchers(self, close_output_streams: bool = False, watcher_iter_func: Any = None) -> None:
        """Whoever takes messages ends first, while the others are still there for what it has taken."""
        watchers = (watcher_iter_func or self.iter_watchers)(reverse=False)
        for _, group in groupby(watchers, key=attrgetter("priority")):
            await asyncio.gather(*(watcher._stop(close_output_streams) for watcher in group))


class _Log(FileStream):  # type: ignore[misc]
    """A rotated log file; on a full disk lines are lost and the terminal stays quiet."""

    def __call__(self, data: Any) -> None:
        """Append what a process said."""
        with contextlib.suppress(OSError):
            super().__call__(data)


class Supervisor:
    """Runs processes until told to stop.

    Args:
        processes: What to run.
        run_dir: Folder for control sockets and the list of running processes.
        logs_dir: Folder that gets one rotated log file for each process.
        stop_timeout_s: How long a process may take to end before it is killed.
    """

    def __init__(
        self, processes: Sequence[Process], run_dir: Path, logs_dir: Path, stop_timeout_s: float = 5.0
    ) -> None:
        self._run_dir = run_dir
        self._logs_dir = logs_dir
        self._stop_timeout_s = stop_timeout_s
        self._running: dict[str, Running] = {}
        self._starts: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=CRASHES))
        self._counts: dict[str, int] = defaultdict(int)
        self._stopping = threading.Event()
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        logs_dir.mkdir(parents=True, exist_ok=True)
        sockets = self._socket_folder()
        # Circus takes the signals over as soon as it is built.
        self._handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
        # No multicast endpoint: circus would listen for discovery on every interface.
        self._arbiter = _PatientArbiter(
            [self._watcher(item) for item in processes],
            f"ipc://{sockets}/control",
            f"ipc://{sockets}/events",
            multicast_endpoint="",
            check_delay=CHECK_S,
            proc_name="weizheng",
        )

    def run(self) -> None:
        """Block until a stop signal or `stop`; every process has ended when this returns."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        try:
            self._arbiter.start()
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            write_record(self._run_dir, [])
            if self._scratch:
                self._scratch.cleanup()

    def stop(self) -> None:
        """Ask for the end of `run`, from any thread."""
        self._stopping.set()
        self._arbiter.loop.add_callback(self._try_stop)

    @property
    def stopping(self) -> threading.Event:
        """Set once the end was asked for."""
        return self._stopping

    def starts(self, name: str) -> int:
        """How often a process was started so far."""
        return self._counts[name]

    def log_file(self, name: str) -> Path:
        """Where a process's output goes."""
        return self._logs_dir / f"{name}.log"

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()
        self._arbiter.loop.add_callback_from_signal(self._try_stop)

    def _try_stop(self) -> None:
        """Circus refuses a command while another runs, as its own check does now and then: ask again."""
        try:
            self._arbiter.stop()
        except ConflictError:
            self._arbiter.loop.call_later(0.05, self._try_stop)

    def _watcher(self, process: Process) -> Watcher:
        command, *arguments = process.argv
        # One object for both: two would each rotate the file under the other.
        output = {"stream": _Log(str(self.log_file(process.name)), LOG_BYTES, LOG_FILES)}
        return Watcher(
            process.name,
            shlex.quote(command),
            args=arguments,
            env=dict(process.env),
            working_dir=str(process.cwd),
            graceful_timeout=self._stop_timeout_s,
            priority=_FRONT if process.takes_messages else _BEHIND,
            stop_children=True,
            stdout_stream=output,
            stderr_stream=output,
            hooks={"before_spawn": (self._may_start, False), "after_spawn": (self._started, False)},
        )

    def _may_start(self, watcher: Watcher, **_: Any) -> bool:
        """False ends the watcher; one in a crash loop is started again after a rest."""
        starts = self._starts[watcher.name]
        crashing = len(starts) == CRASHES and time.monotonic() - starts[0] < WINDOW_S
        if crashing:
            logger.error("crash loop", extra={"process_name": watcher.name, "rest_s": REST_S})
            starts.clear()
            self._arbiter.loop.call_later(REST_S, self._start_again, watcher)
        return not crashing

    def _start_again(self, watcher: Watcher) -> None:
        if self._stopping.is_set():
            return
        try:
            watcher.start()
        except ConflictError:
            self._arbiter.loop.call_later(CHECK_S, self._start_again, watcher)

    def _started(self, watcher: Watcher, pid: int, **_: Any) -> bool:
        """Never false: circus would not start the process again, ever."""
        self._starts[watcher.name].append(time.monotonic())
        self._counts[watcher.name] += 1
        try:
            self._running[watcher.name] = identify(watcher.name, pid)
            write_record(self._run_dir, list(self._running.values()))
            logger.info("process started", extra={"process_name": watcher.name, "pid": pid})
        except Exception as error:
            # It may have ended already, or the disk is full: only a later clean-up would miss the record.
            logger.error("start of %s (process %s) not recorded: %r", watcher.name, pid, error)
        return True

    def _socket_folder(self) -> Path:
        if len(str(self._run_dir / "control").encode()) <= LONGEST_SOCKET:
            return self._run_dir
        self._scratch = tempfile.TemporaryDirectory(prefix="weizheng-")
        return Path(self._scratch.name)
