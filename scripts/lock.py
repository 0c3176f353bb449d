"""Compiles both lock files again from the dependency lists; names no index and no machine's folder."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts import machine, setup
from scripts.machine import SetupError


def strip_local_builds(lock: Path) -> None:
    """`torch==2.13.0+cpu` becomes `torch==2.13.0`, so that each machine takes the build it can get."""
    lock.write_text(lock.read_text(encoding="utf-8").replace("+cpu", ""), encoding="utf-8")


def compile_lock(target: setup.Environment, options: list[str], env: dict[str, str]) -> None:
    """Resolve one environment; versions already locked stay where they fit.

    Raises:
        SetupError: The dependency list has no solution, or the registry is out of reach.
    """
    command = [
        str(machine.UV), "pip", "compile", "pyproject.toml", "--group", "dev",
        "--python", str(target.interpreter), "--output-file", target.lock.name,
        # What the first release of a Python needs besides, so that the lock fits each of its releases.
        "--python-version", f"{target.python}.0",
        "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet",
        *options, *sys.argv[1:],
    ]  # fmt: skip
    done = setup.logged(command, env, target.folder)
    if done.returncode != 0:
        raise setup.install_failure(f"a new lock for the {target.label}", done)
    strip_local_builds(target.lock)


def main() -> int:
    """Compile both; returns the exit code. Arguments go to uv (`--upgrade`, `--upgrade-package NAME`)."""
    base = machine.base_environment()
    try:
        setup.make_tools(base)
        pip = machine.pip_config(base)
        env = machine.uv_environment(base, pip)
        compile_lock(setup.MAIN, machine.torch_options(setup.MAIN.interpreter, env, pip), env)
        compile_lock(setup.BOT, [], env)
    except SetupError as error:
        print(f"lock: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
