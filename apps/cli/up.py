"""`weizheng up`: checks first, then starts and supervises every process until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from apps.cli.errors import CommandFailed
from apps.cli.leftovers import end_leftovers, sole_supervisor
from apps.cli.ports import check_ports
from apps.cli.processes import Process, local_url
from apps.cli.startup import Outcome, last_lines, wait_until_ready
from apps.cli.supervisor import Supervisor
from apps.cli.valkey import write_config
from core.keys import Keys
from core.settings import Settings


def run_until_stopped(settings: Settings, processes: Sequence[Process], console: Console) -> None:
    """Start, wait, report, supervise; returns after a stop signal, when every process has ended.

    The caller holds the installation's lock.

    Raises:
        CommandFailed: A process did not come up.
    """
    for leftover in end_leftovers(settings.run_dir):
        console.print(
            f"  ended {leftover.name} (process {leftover.pid}), left by an earlier run. 已清理残留进程。"
        )
    check_ports(processes)
    supervisor = Supervisor(processes, settings.run_dir, settings.logs_dir, settings.stop_timeout_s)
    failures: list[str] = []

    def watch() -> None:
        try:
            failure = _see_it_start(settings, processes, supervisor, console)
        except Exception as error:
            # Without this thread nobody would ever say whether the assistant is ready.
            failure = f"waiting for the processes failed: {error!r}. 启动失败。"
        if failure:
            failures.append(failure)
            supervisor.stop()

    watcher = threading.Thread(target=watch, name="startup", daemon=True)
    watcher.start()
    supervisor.run()
    watcher.join(timeout=settings.stop_timeout_s)
    console.print("已停止 stopped")
    if failures:
        raise CommandFailed(failures[0])


def _see_it_start(
    settings: Settings, processes: Sequence[Process], supervisor: Supervisor, console: Console
) -> str:
    """Wait and report. Returns: why it did not start; empty if it did, or was stopped meanwhile."""
    outcome = wait_until_ready(processes, supervisor, settings.start_timeout_s, console)
    if outcome.ready:
        _announce(settings, console)
        return ""
    if supervisor.stopping.is_set():
        return ""
    _explain(outcome, supervisor, console)
    names = ", ".join(process.name for process in outcome.missing)
    return f"{names} did not start: see {settings.logs_dir}. 启动失败。"


def up(settings: Settings, keys: Keys, processes: Sequence[Process], console: Console) -> None:
    """Run an installation under its lock.

    Raises:
        CommandFailed: It runs already, a port is taken, or a process did not come up.
    """
    with sole_supervisor(settings.run_dir):
        if not settings.redis_url:
            write_config(settings, keys)
        run_until_stopped(settings, processes, console)


def _announce(settings: Settings, console: Console) -> None:
    address = local_url(settings.portal_host, settings.portal_port)
    console.print(f"[bold green]微政通已就绪 ready:[/] {address}   (Ctrl-C 停止 stops it)")


def _explain(outcome: Outcome, supervisor: Supervisor, console: Console) -> None:
    for process in outcome.missing:
        path: Path = supervisor.log_file(process.name)
        console.print(f"  [red]✗[/] {process.label} ({process.name}) {outcome.reason}; the end of {path}:")
        for line in last_lines(path):
            console.print(f"    {line}", markup=False, highlight=False)
