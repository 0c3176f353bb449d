"""What the supervised processes are given: addresses, keys, and nothing on a command line."""

from __future__ import annotations

import errno
import re
import socket
import stat
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from apps.cli.errors import CommandFailed
from apps.cli.ports import check_ports, port_problem
from apps.cli.processes import Listener, Process, local_url, processes, rasa_environment
from apps.cli.valkey import write_config
from core.keys import Keys, ensure_keys
from core.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A private installation."""
    return Settings(home=tmp_path / "home", redis_url=None)


@pytest.fixture
def keys(settings: Settings) -> Keys:
    """Its keys."""
    return ensure_keys(settings.home)


def by_name(settings: Settings, keys: Keys) -> dict[str, Process]:
    """The processes by name."""
    return {process.name: process for process in processes(settings, keys)}


def test_only_the_portal_is_bound_beyond_loopback(settings: Settings, keys: Keys) -> None:
    hosts = {process.name: process.host for process in processes(settings, keys)}
    assert hosts.pop("portal") == "0.0.0.0"
    assert set(hosts) == {"redis", "knowledge", "actions", "rasa", "console", "worker"}
    assert set(hosts.values()) == {"127.0.0.1"}


def test_the_portals_figures_have_another_port_on_loopback(settings: Settings, keys: Keys) -> None:
    named = by_name(settings, keys)
    portal_binds = [(one.host, one.port, one.port_setting) for one in named["portal"].listeners]
    assert portal_binds == [("0.0.0.0", 8000, "PORTAL_PORT"), ("127.0.0.1", 8010, "METRICS_PORT")]
    assert named["portal"].metrics_url == "http://127.0.0.1:8010/metrics"
    assert named["knowledge"].metrics_url == "http://127.0.0.1:8100/metrics"
    assert named["rasa"].metrics_url is named["console"].metrics_url is None
    with pytest.raises(CommandFailed, match="METRICS_PORT and ACTIONS_PORT are both 5055"):
        check_ports(
            [one for name, one in by_name(settings.model_copy(update={"metrics_port": 5055}), keys).items()
             if name in ("actions", "portal")]
        )  # fmt: skip


def test_rasa_is_told_where_to_listen_and_which_model_to_load(settings: Settings, keys: Keys) -> None:
    command = " ".join(by_name(settings, keys)["rasa"].argv)
    assert "run -i 127.0.0.1 -p 5005" in command
    assert f"--model {settings.home}/models/dialogue.tar.gz" in command


def test_rasa_gets_what_its_configuration_names(settings: Settings, keys: Keys) -> None:
    env = by_name(settings, keys)["rasa"].env
    assert env["ACTIONS_URL"] == "http://127.0.0.1:5055"
    assert (env["SERVICE_TOKEN"], env["RASA_TOKEN"]) == (keys.service_token, keys.rasa_token)
    assert env["REDIS_URL"] == f"redis://:{keys.redis_password}@127.0.0.1:6379/0"
    assert env["TICKET_LOCK_LIFETIME"] == "10"
    assert env["RASA_TELEMETRY_ENABLED"] == "false"
    assert env["LOG_LEVEL"] == "ERROR"


def test_every_variable_that_the_bot_names_is_given(settings: Settings, keys: Keys) -> None:
    bot = by_name(settings, keys)["rasa"].cwd
    named = {
        "".join(name)
        for page in (*bot.glob("*.yml"), *bot.glob("*.py"))
        for name in re.findall(r"\$\{(\w+)\}|os\.environ\[\"(\w+)\"\]", page.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= set(rasa_environment(settings, keys))


def test_a_redis_of_ones_own_replaces_the_embedded_one(settings: Settings, keys: Keys) -> None:
    other = settings.model_copy(update={"redis_url": "redis://u:p%40ss@cache:6380/3"})
    assert "redis" not in by_name(other, keys)
    assert rasa_environment(other, keys)["REDIS_URL"] == "redis://u:p%40ss@cache:6380/3"


def test_no_secret_is_on_a_command_line(settings: Settings, keys: Keys) -> None:
    secrets = (keys.service_token, keys.rasa_token, keys.redis_password, keys.cookie_secret)
    lines = [" ".join(process.argv) for process in processes(settings, keys)]
    assert not [line for line in lines if any(secret in line for secret in secrets)]
    assert not [secret for secret in secrets if secret in repr(processes(settings, keys))]


def test_a_child_sees_the_settings_that_its_parent_read_from_a_file(
    settings: Settings, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CITY_NAME", raising=False)
    other = settings.model_copy(update={"city_name": "临江市"})
    env = by_name(other, keys)["portal"].env
    assert env["CITY_NAME"] == "临江市"
    assert env["WEIZHENG_HOME"] == str(settings.home)
    assert "REDIS_URL" not in env


def test_the_password_of_the_embedded_redis_is_in_a_private_file(settings: Settings, keys: Keys) -> None:
    path = write_config(settings, keys)
    text = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"requirepass {keys.redis_password}" in text
    assert "appendonly yes" in text
    assert "bind 127.0.0.1" in text


def test_naming_the_processes_writes_nothing(settings: Settings, keys: Keys) -> None:
    written = write_config(settings, keys).read_text()
    other = settings.model_copy(update={"redis_port": 6400})
    assert by_name(other, keys)["redis"].argv[1] == str(settings.redis_dir / "valkey.conf")
    assert (settings.redis_dir / "valkey.conf").read_text() == written
    fresh = settings.model_copy(update={"home": settings.home / "fresh"})
    by_name(fresh, keys)
    assert not fresh.home.exists()


def test_an_address_that_means_all_interfaces_is_reached_by_loopback() -> None:
    assert local_url("0.0.0.0", 8000) == "http://127.0.0.1:8000"
    assert local_url("::", 8000) == "http://[::1]:8000"
    assert local_url("10.0.0.5", 8000) == "http://10.0.0.5:8000"


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert local_url("::1", 8000) == "http://[::1]:8000"
    assert httpx.URL(local_url("::1", 8000)).port == 8000
    assert portal("fd00::5", 8000).address == "[fd00::5]:8000"
    assert portal("10.0.0.5", 8000).address == "10.0.0.5:8000"


def test_a_port_of_ipv4_does_not_stand_in_the_way_of_ipv6() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:
        problem = port_problem(Listener("::", server.getsockname()[1], "PORTAL_PORT"))
    # A machine without IPv6 has another problem, and that is all right.
    assert problem is None or "taken" not in problem.what


def portal(host: str, port: int) -> Process:
    """A process that listens there."""
    return Process("portal", "", (), {}, host, port, "PORTAL_PORT", lambda: True)


def test_a_port_in_use_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        problem = port_problem(Listener("127.0.0.1", port, "PORTAL_PORT"))
    assert problem is not None
    assert problem.what == f"port {port} is taken"
    assert port_problem(Listener("127.0.0.1", port, "PORTAL_PORT")) is None


def test_a_port_that_needs_root_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    # Tests may run as root, who is refused nothing.
    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(CommandFailed, match=r"port 80 may not be used .* PORTAL_PORT to 1024 .*没有权限"):
        check_ports([portal("127.0.0.1", 80)])


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_not_called_taken(host: str) -> None:
    with pytest.raises(CommandFailed, match=rf"{host} is no address of this machine: set PORTAL_HOST"):
        check_ports([portal(host, 8000)])


def outside_addresses() -> list[str]:
    """This machine's addresses on other interfaces than loopback; 127.0.0.2 stands in where there is none."""
    found = [
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET and not address.address.startswith("127.")
    ]
    return found or ["127.0.0.2"]


def test_from_another_interface_nothing_of_the_supervisor_answers(assistant: Any) -> None:
    assistant.start()
    assistant.wait_until_ready()
    for port in (assistant.web_port, assistant.redis_port):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        for address in outside_addresses():
            with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
                socket.create_connection((address, port), timeout=1)
