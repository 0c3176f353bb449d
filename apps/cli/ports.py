"""Whether every process can listen where it is told to, and what to do where one cannot."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from apps.cli.errors import CommandFailed
from apps.cli.probes import bind_error
from apps.cli.processes import Listener, Process


@dataclass(frozen=True)
class PortProblem:
    """Why a process cannot listen, what to do about it, and the same in Chinese."""

    what: str
    fix: str
    chinese: str


def port_problem(listener: Listener) -> PortProblem | None:
    """What keeps a process from listening there now; None where nothing does."""
    error = bind_error(listener.host, listener.port)
    if error is None:
        return None
    port, setting, host_setting = listener.port, listener.port_setting, listener.host_setting
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
            f"{listener.host} is no address of this machine",
            f"set {host_setting} to one of its own, or to 0.0.0.0 for all",
            f"{listener.host} 不是本机地址。",
        )
    reason = os.strerror(error.errno) if error.errno else str(error)
    return PortProblem(
        f"cannot listen on {listener.address}: {reason}",
        f"check {host_setting} and {setting}",
        "无法监听该地址。",
    )


def check_ports(processes: Sequence[Process]) -> None:
    """Make sure that every port can be bound, and that no two processes want the same.

    Raises:
        CommandFailed: One cannot; the line names it and the setting that moves it.
    """
    seen: dict[int, str] = {}
    for listener in (one for process in processes for one in process.listeners):
        port, setting = listener.port, listener.port_setting
        if port in seen:
            raise CommandFailed(f"{setting} and {seen[port]} are both {port}: change one. 端口重复。")
        seen[port] = setting
        problem = port_problem(listener)
        if problem:
            raise CommandFailed(f"{problem.what}: {problem.fix}. {problem.chinese}")
