"""Whether every process can listen where it is told to, and what to do where one cannot."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from apps.cli.errors import CommandFailed
from apps.cli.probes import bind_error
from apps.cli.processes import Process


@dataclass(frozen=True)
class PortProblem:
    """Why a process cannot listen, what to do about it, and the same in Chinese."""

    what: str
    fix: str
    chinese: str


def port_problem(process: Process) -> PortProblem | None:
    """What keeps a process from listening now; None where nothing does."""
    error = bind_error(process.host, process.port)
    if error is None:
        return None
    port, setting, host_setting = process.port, process.port_setting, process.host_setting
    if error.errno == errno.EADDRINUSE:
        return PortProblem(
            f"port {port} is taken",
            f"end what listens there, or set {setting} to another port",
            f"端口 {port} 已被占用。",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return PortProblem(
            f"port {port} may not be used by this user",
            f"set {setting} to 1024 or above, or start as root",
            f"没有权限使用端口 {port}。",
        )
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return PortProblem(
            f"{process.host} is no address of this machine",
            f"set {host_setting} to one of its own, or to 0.0.0.0 for all",
            f"{process.host} 不是本机地址。",
        )
    reason = os.strerror(error.errno) if error.errno else str(error)
    return PortProblem(
        f"cannot listen on {process.address}: {reason}",
        f"check {host_setting} and {setting}",
        "无法监听该地址。",
    )


def check_ports(processes: Sequence[Process]) -> None:
    """Make sure that every port can be bound, and that no two processes want the same.

    Raises:
        CommandFailed: One cannot; the line names it and the setting that moves it.
    """
    seen: dict[int, str] = {}
    for process in processes:
        if process.port in seen:
            raise CommandFailed(
                f"{process.port_setting} and {seen[process.port]} are both {process.port}: "
                "change one. 端口重复。"
            )
        seen[process.port] = process.port_setting
        problem = port_problem(process)
        if problem:
            raise CommandFailed(f"{problem.what}: {problem.fix}. {problem.chinese}")
