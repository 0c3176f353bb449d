"""`weizheng doctor`: what could keep the assistant from working here, and how to mend it."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from rich.console import Console

from apps.cli import valkey
from apps.cli.diagnosis import database_trouble, made_up_citizens, process_troubles, redis_trouble
from apps.cli.installation import ensure_home
from apps.cli.leftovers import is_supervised
from apps.cli.ports import port_problem
from apps.cli.processes import BOT_PYTHON, MODEL, processes
from apps.cli.training import is_trained
from core.keys import Keys
from core.settings import Settings, variable

NEEDED_BYTES = 1024**3
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
LIBRARIES = ("faiss", "sentence_transformers", "tantivy", "torch")


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `fix` says what to do and is empty where all is well."""

    name: str
    ok: bool
    detail: str
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def examine(
    settings: Settings, env_file: Path = Path(".env"), bot_python: Path = BOT_PYTHON
) -> list[Finding]:
    """Look at everything; never raises for what it finds."""
    keys = ensure_home(settings)
    return [
        _python(),
        _dialogue_environment(bot_python),
        *_env_file(env_file),
        _disk(settings),
        _secrecy(settings),
        _database(settings),
        _citizens(settings),
        _embedding_model(settings),
        _dialogue_model(settings),
        _redis(settings, keys),
        *_ports(settings, keys),
        _console(settings),
        *_running(settings, keys),
    ]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    detail = f"Python {version}" + (f", missing: {', '.join(missing)}" if missing else "")
    return Finding("主环境 main environment", not missing, detail, "run make setup" if missing else "")


def _dialogue_environment(python: Path) -> Finding:
    found = sorted(python.parents[1].glob("lib/python3.10/site-packages/rasa-[0-9]*.dist-info"))
    detail = found[0].name.removesuffix(".dist-info") if found else f"no Rasa in {python.parents[1]}"
    return Finding("对话环境 dialogue environment", bool(found), detail, "" if found else "run make setup")


def _env_file(env_file: Path) -> Iterator[Finding]:
    """A misspelt setting is ignored in silence; this is where it is noticed."""
    known = {variable(name) for name in Settings.model_fields}
    given = dotenv_values(env_file) if env_file.exists() else {}
    unknown = sorted(name for name in given if name.upper() not in known)
    for name in unknown:
        near = get_close_matches(name.upper(), known, n=1)
        yield Finding(
            "设置 settings", False, f"{env_file} sets {name}, which nothing reads", _did_you_mean(near)
        )
    if not unknown:
        yield Finding("设置 settings", True, f"{len(given)} in {env_file}")


def _did_you_mean(near: list[str]) -> str:
    return f"did you mean {near[0]}?" if near else "remove the line (docs/settings.md lists all)"


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.home).free
    fix = "" if free >= NEEDED_BYTES else "free some space, or move WEIZHENG_HOME"
    return Finding("磁盘 disk", not fix, f"{free / 1024**3:.1f} GB free in {settings.home}", fix)


def _secrecy(settings: Settings) -> Finding:
    paths = [settings.home, *sorted((settings.home / "keys").iterdir())]
    open_to_others = [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_to_others:
        names = " ".join(str(path) for path in open_to_others)
        return Finding("权限 permissions", False, f"others can open {names}", f"chmod go-rwx {names}")
    return Finding("权限 permissions", True, "folder and keys are private")


def _database(settings: Settings) -> Finding:
    trouble = database_trouble(settings)
    if trouble:
        return Finding("数据库 database", False, f"{trouble.what} {trouble.chinese}".strip(), trouble.fix)
    return Finding("数据库 database", True, settings.database_url.split(":", 1)[0])


def _citizens(settings: Settings) -> Finding:
    made_up = made_up_citizens(settings)
    if made_up is None:
        return Finding("市民 citizens", True, "not known without the database")
    detail = f"{made_up} are made up (weizheng demo simulate) 合成市民" if made_up else "nobody is made up"
    return Finding("市民 citizens", True, detail)


def _embedding_model(settings: Settings) -> Finding:
    name = "向量模型 embedding model"
    if settings.embedding_model != "builtin":
        return Finding(name, True, settings.embedding_model)
    unpacked = any(settings.model_cache.glob("multilingual-e5-small-*"))
    return Finding(
        name, unpacked, f"builtin, in {settings.model_cache}", "" if unpacked else "run weizheng init"
    )


def _dialogue_model(settings: Settings) -> Finding:
    name = "对话模型 dialogue model"
    if not (settings.models_dir / MODEL).exists():
        return Finding(name, False, "not trained", "run weizheng init")
    if not is_trained(settings.models_dir):
        return Finding(name, False, "bot/ changed since it was trained", "run weizheng init")
    return Finding(name, True, "trained from what bot/ holds now")


def _redis(settings: Settings, keys: Keys) -> Finding:
    if settings.redis_url:
        trouble = redis_trouble(settings, keys)
        if trouble is None:
            return Finding("Redis", True, "REDIS_URL")
        fix = f"{trouble.fix}; or unset REDIS_URL to use the embedded one"
        return Finding("Redis", False, f"{trouble.what} {trouble.chinese}", fix)
    binary = valkey.server_binary()
    return Finding(
        "Redis", binary.exists(), f"embedded, {binary.name}", "" if binary.exists() else "run make setup"
    )


def _ports(settings: Settings, keys: Keys) -> Iterator[Finding]:
    """Nothing to find while our own processes hold them."""
    if is_supervised(settings.run_dir):
        yield Finding("端口 ports", True, "in use by the running assistant")
        return
    found = [(process.name, one) for process in processes(settings, keys) for one in process.listeners]
    for name, listener in found:
        problem = port_problem(listener)
        if problem:
            yield Finding("端口 ports", False, f"{name}: {problem.what}", problem.fix)
            return
    yield Finding("端口 ports", True, "free")


def _console(settings: Settings) -> Finding:
    host = settings.console_host
    where = f"on {host}:{settings.console_port}"
    if host not in _LOOPBACK:
        where += ": for other machines behind a proxy with TLS only (docs/operating/proxy.md)"
    return Finding("工作台 console", True, where)


def _running(settings: Settings, keys: Keys) -> Iterator[Finding]:
    """What is wrong with the processes of an assistant that runs now."""
    if not is_supervised(settings.run_dir):
        return
    found = process_troubles(settings, keys)
    for one in found:
        yield Finding("运行 running", False, f"{one.part} {one.what} {one.chinese}", one.fix)
    if not found:
        yield Finding("运行 running", True, "every process answers and knows the others")


def print_findings(findings: list[Finding], console: Console) -> None:
    """One line each, with the remedy below."""
    for finding in findings:
        mark = "✓" if finding.ok else "✗"
        console.print(
            f"{mark} {finding.name}: {finding.detail}", markup=False, highlight=False, soft_wrap=True
        )
        if finding.fix:
            console.print(f"  → {finding.fix}", markup=False, highlight=False, soft_wrap=True)
