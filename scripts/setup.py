"""Makes both environments from their lock files; a second run with the same locks does nothing."""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts import machine, wheels
from scripts.machine import ROOT, TOOLS, UV, SetupError

UV_RANGE = "uv>=0.13,<0.14"
NEEDED_BYTES = 8 * 1024**3
STAMP = TOOLS / "setup.stamp"
LOG = TOOLS / "setup.log"
INPUTS = (
    "requirements.lock",
    "bot/requirements.lock",
    "pyproject.toml",
    "bot/pyproject.toml",
    "scripts/setup.py",
    "scripts/machine.py",
    "scripts/wheels.py",
)


@dataclass(frozen=True)
class Environment:
    """One virtual environment: the folder it belongs to, its Python and how to name it."""

    folder: Path
    python: str
    label: str

    @property
    def interpreter(self) -> Path:
        """Path of the environment's Python."""
        return self.folder / ".venv" / "bin" / "python"

    @property
    def lock(self) -> Path:
        """Path of its lock file."""
        return self.folder / "requirements.lock"


MAIN = Environment(ROOT, "3.11", "main environment")
BOT = Environment(ROOT / "bot", "3.10", "dialogue environment")


def fingerprint() -> str:
    """Digest over everything the environments are made from, and where they stand."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the last set-up used these very inputs and its results are still there."""
    results = (UV, MAIN.interpreter, BOT.interpreter, ROOT / ".venv" / "bin" / "weizheng")
    return STAMP.exists() and STAMP.read_text() == fingerprint() and all(path.exists() for path in results)


def check_machine(*, builds: bool = True) -> None:
    """Find what would fail later, and say it now.

    Args:
        builds: Whether a package is compiled here; wheels of a bundle were compiled before.

    Raises:
        SetupError: No C compiler, or too little disk space for new environments.
    """
    if builds and not any(shutil.which(name) for name in ("cc", "gcc", "clang")):
        raise SetupError(
            "No C compiler found, and one package is built here: install gcc or clang "
            "(Debian: apt-get install build-essential). 缺少 C 编译器。"
        )
    free = shutil.disk_usage(ROOT).free
    if not (MAIN.interpreter.exists() and BOT.interpreter.exists()) and free < NEEDED_BYTES:
        raise SetupError(
            f"Only {free / 1024**3:.1f} GB free in {ROOT}, "
            f"{NEEDED_BYTES / 1024**3:.0f} GB are needed. 磁盘空间不足。"
        )


def logged(argv: Sequence[str], env: dict[str, str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command and keep its words in the log file."""
    done = machine.run(argv, env, cwd)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(map(str, argv))}\n{done.stdout}{done.stderr}\n")
    return done


def reason(done: subprocess.CompletedProcess[str]) -> str:
    """The line that says most about a failure: the first with `error`, or the last one."""
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "failed" in line.lower()]
    return (telling or lines or ["no output"])[0 if telling else -1][:200]


# Whole phrases of uv and pip: single words occur in names of packages and files too.
UNREACHABLE = re.compile(
    r"failed to fetch: |error sending request|client error \(connect\)|dns error|name resolution"
    r"|tcp connect error|failed to establish a new connection|connection (?:refused|reset|aborted|timed out)"
    r"|(?:operation|request|read|connect|connection) timed out|network timeout|network is unreachable"
    r"|no matching distribution|not found in the package registry"
)


def install_failure(what: str, done: subprocess.CompletedProcess[str]) -> SetupError:
    """One line for a failed installation: whose fault it is, as far as the output tells."""
    output = (done.stdout + done.stderr).lower()
    if "no space left" in output:
        return SetupError(f"The disk is full while installing {what}. 磁盘空间不足。")
    if UNREACHABLE.search(output):
        return SetupError(
            f"The package registry cannot be reached, or refuses, while installing {what}: check the network "
            f"and pip's index settings (details: {LOG}). 无法访问软件包仓库。"
        )
    return SetupError(f"Installing {what} failed: {reason(done)} (details: {LOG}). 安装失败。")


def has_pip(python: Path, env: dict[str, str]) -> bool:
    """Whether the environment is whole: one whose making was interrupted has a Python and no pip."""
    return python.exists() and machine.run([str(python), "-m", "pip", "--version"], env).returncode == 0


def make_tools(env: dict[str, str], source: Sequence[str] = ()) -> None:
    """A private environment that holds uv only; `source` are options of pip that say where from."""
    if not has_pip(TOOLS / "bin" / "python", env):
        done = machine.run([sys.executable, "-m", "venv", "--clear", str(TOOLS)], env)
        if done.returncode != 0:
            shutil.rmtree(TOOLS, ignore_errors=True)
            raise SetupError(
                f"{sys.executable} cannot make a virtual environment: {reason(done)} "
                "(Debian: apt-get install python3-venv). 无法创建虚拟环境。"
            )
    LOG.write_text("", encoding="utf-8")
    command = [str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", *source, UV_RANGE]
    done = logged(command, env)
    if done.returncode != 0:
        raise install_failure("uv", done)


def find_python(version: str, env: dict[str, str]) -> None:
    """Make sure that uv has this Python: one of the machine's, else a download.

    Raises:
        SetupError: Neither.
    """
    folder = BOT.folder if version == BOT.python else ROOT
    if logged([str(UV), "python", "find", version], env, folder).returncode == 0:
        return
    say(f"No Python {version} on this machine: trying to download one")
    allowed = {**env, "UV_PYTHON_DOWNLOADS": "manual", "UV_HTTP_TIMEOUT": "30", "UV_HTTP_RETRIES": "1"}
    if logged([str(UV), "python", "install", version], allowed, folder).returncode != 0:
        raise SetupError(
            f"Python {version} is needed, is not on this machine and cannot be downloaded: install it "
            f"(pyenv install {version}, or your system's python{version} with headers). "
            f"缺少 Python {version}。"
        )


def make_environment(target: Environment, env: dict[str, str]) -> None:
    """An empty environment, unless one of the right Python is there.

    It is made from inside its folder: from the root, pyenv's shim for another Python refuses to run.
    """
    probe = [str(target.interpreter), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    if target.interpreter.exists() and machine.run(probe, env).stdout.strip() == target.python:
        return
    find_python(target.python, env)
    done = logged([str(UV), "venv", "--clear", "--python", target.python, ".venv"], env, target.folder)
    if done.returncode != 0:
        raise SetupError(f"Making the {target.label} failed: {reason(done)} (details: {LOG}). 创建环境失败。")


def check_headers(target: Environment, env: dict[str, str]) -> None:
    """Find out before the compiler does, whose words name a file and not the package that brings it.

    Raises:
        SetupError: This Python came without its C headers.
    """
    probe = [str(target.interpreter), "-c", "import sysconfig; print(sysconfig.get_path('include'))"]
    header = Path(machine.run(probe, env).stdout.strip()) / "Python.h"
    if not header.exists():
        raise SetupError(
            f"Python {target.python} has no headers ({header}), and one package is built here: install them "
            f"(Debian: apt-get install python{target.python}-dev) or use pyenv's Python {target.python}. "
            f"缺少 Python {target.python} 头文件。"
        )


def sync(target: Environment, options: list[str], env: dict[str, str]) -> None:
    """Install exactly what the lock file names, without what a CPU build of torch does not load."""
    lock = TOOLS / f"{target.python}.lock"
    text = target.lock.read_text(encoding="utf-8")
    lock.write_text(wheels.without_gpu(text) if machine.needs_cpu_build() else text, encoding="utf-8")
    command = [str(UV), "pip", "sync", "--python", str(target.interpreter), str(lock), *options]
    done = logged(command, env, target.folder)
    if done.returncode != 0:
        raise install_failure(f"the {target.label}", done)


def install_ourselves(env: dict[str, str], source: Sequence[str] = ()) -> None:
    """Our own packages, editable, and the `weizheng` command."""
    command = [
        str(UV),
        "pip",
        "install",
        "--python",
        str(MAIN.interpreter),
        "--no-deps",
        *source,
        "--editable",
        str(ROOT),
    ]
    done = logged(command, env)
    if done.returncode != 0:
        raise install_failure("weizheng itself", done)


def say(text: str) -> None:
    """One line of progress."""
    print(f"setup: {text}", flush=True)


def install() -> None:
    """Make both environments, whatever is there already.

    Raises:
        SetupError: Something this machine lacks; the message says what.
    """
    base = machine.base_environment()
    folder = wheels.wheels_folder(ROOT, base)
    source = wheels.only_from(folder) if folder else []
    if folder:
        say(f"from the wheels in {folder}, without a network (离线安装)")
        base = wheels.without_network(base)
    check_machine(builds=not folder)
    say("tools (安装工具)")
    make_tools(base, source)
    pip = {} if folder else machine.pip_config(base)
    env = machine.uv_environment(base, pip)
    for target in (MAIN, BOT):
        make_environment(target, env)
    if not folder:
        check_headers(MAIN, env)
    say(f"{MAIN.label}, Python {MAIN.python} (主环境)")
    sync(MAIN, source or machine.torch_options(MAIN.interpreter, env, pip), env)
    install_ourselves(env, source)
    say(f"{BOT.label}, Python {BOT.python} (对话环境)")
    sync(BOT, source, env)
    STAMP.write_text(fingerprint())


def main() -> int:
    """Set up; returns the exit code."""
    if is_current():
        return 0
    started = time.monotonic()
    try:
        install()
    except SetupError as error:
        return fail(str(error))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return fail(f"The disk is full: {error.filename or ROOT}. 磁盘空间不足。")
        return fail(f"{error.filename or ROOT}: {error.strerror}. 文件读写失败。")
    except KeyboardInterrupt:
        return fail("stopped. 已中止。")
    say(f"done in {time.monotonic() - started:.0f} s (完成)")
    return 0


def fail(line: str) -> int:
    """Say why, in one line; returns the exit code."""
    print(f"setup: {line}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
