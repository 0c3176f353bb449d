"""Which processes make up a running assistant: one typed list, the only place that knows their commands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apps.cli import valkey
from apps.cli.probes import Probe, answers_http, answers_ping
from core.keys import Keys
from core.redis import redis_url
from core.settings import Settings, variable

PROJECT = Path(__file__).resolve().parents[2]
BOT = PROJECT / "bot"
BOT_PYTHON = BOT / ".venv" / "bin" / "python"
MODEL = "dialogue.tar.gz"
# A turn that crashed inside Rasa leaves its lock; nobody else speaks in that conversation until it expires.
LOCK_LIFETIME_S = 10


@dataclass(frozen=True)
class Listener:
    """Where a process listens.

    Attributes:
        host: Address it binds.
        port: Port it binds.
        port_setting: Variable that moves the port.
    """

    host: str
    port: int
    port_setting: str

    @property
    def host_setting(self) -> str:
        """Variable that moves the address."""
        return self.port_setting.removesuffix("_PORT") + "_HOST"

    @property
    def address(self) -> str:
        """Address and port as they are written together."""
        return host_and_port(self.host, self.port)


@dataclass(frozen=True)
class Process:
    """One supervised process.

    Attributes:
        name: Short name, also of its log file.
        label: What it is, in Chinese.
        argv: Command; never holds a secret, since every user of the machine can read it.
        env: Its whole environment.
        host: Address it binds.
        port: Port it binds.
        port_setting: Variable that moves the port.
        probe: True once it can do its work.
        cwd: Working directory.
        figures: Where it shows its metrics, unless at its own port; none of a process that is not ours.
        takes_messages: From citizens: it is stopped before the others, and ends what it has begun.
    """

    name: str
    label: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    host: str
    port: int
    port_setting: str
    probe: Probe = field(repr=False)
    cwd: Path = PROJECT
    figures: Listener | None = None
    takes_messages: bool = False

    @property
    def listener(self) -> Listener:
        """Where it does its work."""
        return Listener(self.host, self.port, self.port_setting)

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Everything it binds."""
        apart = self.figures is not None and self.figures != self.listener
        return (self.listener, self.figures) if apart and self.figures else (self.listener,)

    @property
    def address(self) -> str:
        """Address and port as they are written together."""
        return self.listener.address

    @property
    def metrics_url(self) -> str | None:
        """Where its figures are to be read on this machine."""
        return f"{local_url(self.figures.host, self.figures.port)}/metrics" if self.figures else None


def settings_environment(settings: Settings) -> dict[str, str]:
    """Every setting as variables, so that a child sees what its parent read from `.env`."""
    values = {variable(name): getattr(settings, name) for name in type(settings).model_fields}
    return {name: _as_variable(value) for name, value in values.items() if value is not None}


def _as_variable(value: object) -> str:
    return json.dumps(value) if isinstance(value, dict) else str(value)


def child_environment(settings: Settings) -> dict[str, str]:
    """What every process of ours inherits."""
    # A product that two threads share costs twice the processor, and the other one is never idle for long.
    alone = {"OPENBLAS_NUM_THREADS": "1"}
    return {**alone, **os.environ, **settings_environment(settings), "PYTHONUNBUFFERED": "1"}


def processes(settings: Settings, keys: Keys) -> list[Process]:
    """The assistant's processes on this machine, in the order they are started; nothing is written."""
    env = child_environment(settings)
    embedded = [] if settings.redis_url else [_valkey(settings, keys)]
    return [
        *embedded,
        _python(
            "knowledge",
            "知识库服务",
            "knowledge_base.service",
            settings.knowledge_port,
            "/readyz",
            settings,
            env,
        ),
        _python("actions", "动作服务", "actions", settings.actions_port, "/healthz", settings, env),
        _rasa(settings, keys, env),
        _python("portal", "市民入口", "apps.portal", settings.portal_port, "/healthz", settings, env),
        _python("console", "工作台", "apps.console", settings.console_port, "/healthz", settings, env),
        _python("worker", "后台任务", "apps.worker", settings.worker_port, "/healthz", settings, env),
    ]


def rasa_environment(settings: Settings, keys: Keys) -> dict[str, str]:
    """What Rasa's configuration files name; it knows none of our packages and reads no key file."""
    return {
        **quiet_rasa(),
        "ACTIONS_URL": settings.actions_url,
        "SERVICE_TOKEN": keys.service_token,
        "RASA_TOKEN": keys.rasa_token,
        "REDIS_URL": redis_url(settings, keys),
        "TICKET_LOCK_LIFETIME": str(LOCK_LIFETIME_S),
        "SANIC_WORKERS": str(settings.rasa_workers),
    }


def quiet_rasa() -> dict[str, str]:
    """Keeps Rasa and TensorFlow from talking; an ordinary log level costs a third of a turn."""
    return {
        # Telemetry would tell others of our citizens' traffic.
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": "ERROR",
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
    }


def _valkey(settings: Settings, keys: Keys) -> Process:
    return Process(
        name="redis",
        label="内嵌 Redis",
        argv=(str(valkey.server_binary()), str(valkey.config_path(settings))),
        env=dict(os.environ),
        host=settings.redis_host,
        port=settings.redis_port,
        port_setting="REDIS_PORT",
        probe=answers_ping(redis_url(settings, keys)),
    )


def _rasa(settings: Settings, keys: Keys, env: Mapping[str, str]) -> Process:
    return Process(
        name="rasa",
        label="对话引擎",
        argv=(
            *(str(BOT_PYTHON), "-m", "rasa", "run", "-i", settings.rasa_host, "-p", str(settings.rasa_port)),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
            *("--model", str(settings.models_dir / MODEL)),
        ),
        env={**env, **rasa_environment(settings, keys)},
        host=settings.rasa_host,
        port=settings.rasa_port,
        port_setting="RASA_PORT",
        probe=answers_http(local_url(settings.rasa_host, settings.rasa_port) + "/webhooks/rest/"),
        cwd=BOT,
    )


def _python(
    name: str, label: str, module: str, port: int, path: str, settings: Settings, env: Mapping[str, str]
) -> Process:
    host = str(getattr(settings, f"{name}_host"))
    return Process(
        name=name,
        label=label,
        argv=(sys.executable, "-m", module),
        env=env,
        host=host,
        port=port,
        port_setting=f"{name.upper()}_PORT",
        probe=answers_http(local_url(host, port) + path),
        figures=_figures(name, settings),
        takes_messages=name == "portal",
    )


def _figures(name: str, settings: Settings) -> Listener | None:
    """Where a process of ours shows its figures: at no port that others reach; the console has none."""
    if name == "console":
        return None
    at = "metrics" if name == "portal" else name
    return Listener(getattr(settings, f"{at}_host"), getattr(settings, f"{at}_port"), f"{at.upper()}_PORT")


def local_url(host: str, port: int) -> str:
    """The address under which this machine itself reaches a server bound to `host`."""
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound
    return "http://" + host_and_port(loopback.get(host, host), port)


def host_and_port(host: str, port: int) -> str:
    """Both as they are written together: an IPv6 address has colons of its own and stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
