"""`make bundle`: the sources and every wheel they need, for a machine that reaches no package registry."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from scripts import machine, setup, wheels
from scripts.machine import ROOT, TOOLS, UV, SetupError

BUILD = ROOT / "build"
# What is installed before any lock file: uv, and what builds our own package.
FIRST = (setup.UV_RANGE, "setuptools>=77", "wheel")
_VERSION = re.compile(r'^version = "([^"]+)"', re.MULTILINE)
_SOURCE = re.compile(r"^\s*# from (\S+)", re.MULTILINE)


def version() -> str:
    """Version of this working copy."""
    found = _VERSION.search((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if found is None:
        raise SetupError("pyproject.toml names no version. 缺少版本号。")
    return found.group(1)


def torch_source(env: dict[str, str], pip: dict[str, str]) -> list[str]:
    """Options of pip for the source that uv takes a CPU build of torch from.

    Raises:
        SetupError: There is none.
    """
    if not machine.needs_cpu_build():
        return []
    options = machine.torch_options(setup.MAIN.interpreter, env, pip)
    if "--find-links" in options:
        return options
    command = [
        str(UV), "pip", "compile", "-", "--no-deps", "--quiet", "--emit-index-annotation",
        "--python", str(setup.MAIN.interpreter), *options,
    ]  # fmt: skip
    done = subprocess.run(
        command, env=env, input=machine.TORCH, text=True, capture_output=True, check=False, cwd=str(ROOT)
    )
    found = _SOURCE.search(done.stdout)
    if done.returncode != 0 or found is None:
        raise setup.install_failure("torch", done)
    return ["--extra-index-url", found.group(1)]


def collect(target: setup.Environment, folder: Path, options: Sequence[str], env: dict[str, str]) -> None:
    """Put a wheel of each package of a lock file into the folder; what comes as sources only is built.

    Raises:
        SetupError: A package cannot be had or built.
    """
    lock = TOOLS / f"{target.python}.bundle.lock"
    text = target.lock.read_text(encoding="utf-8")
    lock.write_text(wheels.without_gpu(text) if machine.needs_cpu_build() else text, encoding="utf-8")
    _wheel(target, [*options, "--no-deps", "--requirement", str(lock)], folder, env)


def _wheel(target: setup.Environment, what: Sequence[str], folder: Path, env: dict[str, str]) -> None:
    command = [
        str(TOOLS / "bin" / "python"), "-m", "pip", "--python", str(target.interpreter), "wheel",
        "--quiet", "--find-links", str(folder), "--wheel-dir", str(folder), *what,
    ]  # fmt: skip
    done = setup.logged(command, env)
    if done.returncode != 0:
        raise setup.install_failure(f"the wheels of the {target.label}", done)


def pack(target: Path, folder: Path) -> None:
    """Write the bundle: what is committed, and the wheels below it, in one tar.

    Raises:
        SetupError: This is no git repository.
    """
    name = f"weizheng-{version()}"
    command = ["git", "archive", "--format=tar", f"--prefix={name}/", "--output", str(target), "HEAD"]
    done = machine.run(command, machine.base_environment())
    if done.returncode != 0:
        raise SetupError(f"git archive failed: {setup.reason(done)}. 打包源代码失败。")
    with tarfile.open(target, "a") as bundle:
        for wheel in sorted(folder.glob("*.whl")):
            bundle.add(wheel, f"{name}/{wheels.FOLDER}/{wheel.name}")


def make() -> Path:
    """The bundle's path.

    Raises:
        SetupError: A package or the disk space is missing; the message says what.
    """
    base = machine.base_environment()
    pip = machine.pip_config(base)
    env = machine.uv_environment(base, pip)
    folder = BUILD / wheels.FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    say("wheels of the tools (安装工具)")
    _wheel(setup.MAIN, FIRST, folder, env)
    for target, options in ((setup.MAIN, torch_source(env, pip)), (setup.BOT, [])):
        say(f"wheels of the {target.label}, Python {target.python}")
        collect(target, folder, options, env)
    say("packing (打包)")
    draft, path = BUILD / "bundle.partial", BUILD / f"weizheng-{version()}-bundle.tar"
    pack(draft, folder)
    draft.replace(path)
    shutil.rmtree(folder)
    return path


def say(text: str) -> None:
    """One line of progress."""
    print(f"bundle: {text}", flush=True)


def main() -> int:
    """Make the bundle; returns the exit code."""
    try:
        path = make()
    except SetupError as error:
        print(f"bundle: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"bundle: {error.filename or BUILD}: {error.strerror}. 文件读写失败。", file=sys.stderr)
        return 1
    say(f"{path} ({path.stat().st_size / 1024**3:.1f} GB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
