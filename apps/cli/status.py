"""`weizheng status`: which processes of the installation run, and whether they answer."""

from __future__ import annotations

import time
from typing import TypedDict

import psutil
from rich.console import Console
from rich.table import Table

from apps.cli.diagnosis import made_up_citizens, troubles
from apps.cli.installation import ensure_home
from apps.cli.leftovers import find, is_supervised, read_record
from apps.cli.processes import Process, local_url, processes
from core.settings import Settings


class ProcessState(TypedDict):
    """One process; `pid`, `uptime_s` and `memory_mb` are null where our supervisor does not run it."""

    name: str
    label: str
    address: str
    answers: bool
    pid: int | None
    uptime_s: int | None
    memory_mb: int | None
    metrics: str | None


class AssistantState(TypedDict):
    """The installation; `ready` is true when a supervisor runs and every process answers."""

    home: str
    supervised: bool
    ready: bool
    address: str
    processes: list[ProcessState]
    troubles: list[dict[str, str]]
    made_up_citizens: int | None


def assistant_status(settings: Settings) -> AssistantState:
    """Ask every process now."""
    keys = ensure_home(settings)
    running = {item.name: process for item in read_record(settings.run_dir) if (process := find(item))}
    states = [_state(item, running.get(item.name)) for item in processes(settings, keys)]
    supervised = is_supervised(settings.run_dir)
    return {
        "home": str(settings.home),
        "supervised": supervised,
        "ready": supervised and all(state["answers"] for state in states),
        "address": local_url(settings.portal_host, settings.portal_port),
        "processes": states,
        "troubles": [one.as_json() for one in troubles(settings, keys, running=supervised)],
        "made_up_citizens": made_up_citizens(settings),
    }


def _state(process: Process, running: psutil.Process | None) -> ProcessState:
    state: ProcessState = {
        "name": process.name,
        "label": process.label,
        "address": process.address,
        "answers": running is not None and process.probe(),
        "pid": running.pid if running else None,
        "uptime_s": int(time.time() - running.create_time()) if running else None,
        "memory_mb": _memory_mb(running) if running else None,
        "metrics": process.metrics_url,
    }
    return state


def _memory_mb(process: psutil.Process) -> int | None:
    try:
        return int(process.memory_info().rss / 1024**2)
    except psutil.NoSuchProcess:
        return None


def print_status(state: AssistantState, console: Console) -> None:
    """A table for people."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "进程", "name", "地址", "pid", "s", "MB"):
        table.add_column(heading)
    for item in state["processes"]:
        mark = "[green]✓[/]" if item["answers"] else "[red]✗[/]"
        numbers = ("-" if item[key] is None else str(item[key]) for key in ("pid", "uptime_s", "memory_mb"))
        table.add_row(mark, item["label"], item["name"], item["address"], *numbers)
    console.print(table)
    for one in state["troubles"]:
        line = f"  ! {one['part']}: {one['what']}. {one['chinese']}\n    → {one['fix']}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if state["made_up_citizens"]:
        console.print(
            f"合成市民，仅供演示 made-up citizens: {state['made_up_citizens']}",
            highlight=False,
            soft_wrap=True,
        )
    if state["ready"]:
        console.print(f"运行中 running: {state['address']}", highlight=False)
    elif state["supervised"]:
        console.print(
            f"部分进程没有应答 some do not answer: see {state['home']}/logs", highlight=False, soft_wrap=True
        )
    else:
        console.print("未运行 not running: start it with `weizheng up`", highlight=False)
