"""An empty database of each kind, thrown away at the end; PostgreSQL where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

KINDS: Final = ("sqlite", "postgresql")
_USER: Final = "weizheng"


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Its URL.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    if kind == "sqlite":
        yield f"sqlite:///{folder}/weizheng.db"
        return
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise FileNotFoundError("/usr/lib/postgresql/*/bin: PostgreSQL is not installed")
    # Not in the folder of the run: that one is closed to the user who runs the server.
    home = Path(tempfile.mkdtemp(prefix="weizheng-kills-"))
    shutil.chown(home, user=_runs_as())
    data = str(home / "data")
    try:
        _call(found[-1] / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-locale")
        options = f"-c listen_addresses='' -c unix_socket_directories={home}"
        _call(found[-1] / "pg_ctl", "start", "-w", "-D", data, "-l", str(home / "log"), "-o", options)
        try:
            yield f"postgresql://{_USER}@/postgres?host={home}"
        finally:
            _call(found[-1] / "pg_ctl", "stop", "-m", "immediate", "-D", data)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _runs_as() -> str:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    return "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"


def _call(program: Path, *arguments: str) -> None:
    user = _runs_as() if os.geteuid() == 0 else None
    groups: list[int] | None = [] if user else None
    command = [str(program), *arguments]
    subprocess.run(
        command, user=user, extra_groups=groups, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60
    )
