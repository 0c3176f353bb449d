"""What this machine is configured with: pip's indexes for uv, and where a CPU build of torch comes from."""

from __future__ import annotations

import ast
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV = TOOLS / "bin" / "uv"
TORCH = "torch==2.13.0"


class SetupError(Exception):
    """Setting up cannot go on; the message is the one line that the user reads."""


def run(argv: Sequence[str], env: Mapping[str, str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command and capture what it says; the caller looks at the return code."""
    return subprocess.run(
        list(argv), env=dict(env), cwd=str(cwd), text=True, capture_output=True, check=False
    )


def parse_pip_config(text: str) -> dict[str, str]:
    """Read `pip config list`: the environment wins over files, a command's own section over `global`.

    Returns: option name (as `index-url`) to its value.
    """
    layers: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in text.splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.strip().partition(".")
        if section in layers and value:
            layers[section][option] = str(ast.literal_eval(value))
    return {**layers["global"], **layers["install"], **layers[":env:"]}


def pip_config(env: Mapping[str, str]) -> dict[str, str]:
    """Settings of pip on this machine, from its files and from `PIP_*`."""
    done = run([str(TOOLS / "bin" / "python"), "-m", "pip", "config", "list"], env)
    return parse_pip_config(done.stdout) if done.returncode == 0 else {}


def uv_environment(env: Mapping[str, str], pip: Mapping[str, str]) -> dict[str, str]:
    """The environment for uv, which reads none of pip's settings by itself.

    Several indexes are one set to pip, so uv is told to choose the best version over all of them.
    """
    derived = {"UV_PYTHON_DOWNLOADS": "never"}
    renamed = {
        "index-url": "UV_DEFAULT_INDEX",
        "cert": "SSL_CERT_FILE",
        "default-timeout": "UV_HTTP_TIMEOUT",
        "timeout": "UV_HTTP_TIMEOUT",
        "proxy": "ALL_PROXY",
    }
    derived.update({variable: pip[option] for option, variable in renamed.items() if pip.get(option)})
    if pip.get("extra-index-url"):
        derived["UV_INDEX"] = " ".join(pip["extra-index-url"].split())
        derived["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if pip.get("trusted-host"):
        derived["UV_INSECURE_HOST"] = " ".join(pip["trusted-host"].split())
    return {**derived, **env}


def torch_sources(pip: Mapping[str, str]) -> list[list[str]]:
    """Option lists for uv to try in turn, each on its own: never a folder and the torch index together."""
    links = pip.get("find-links", "").split()
    configured = [[option for link in links for option in ("--find-links", link)]] if links else []
    return [*configured, ["--torch-backend", "cpu"]]


def needs_cpu_build() -> bool:
    """Only Linux has torch builds that bring gigabytes of GPU libraries."""
    return platform.system() == "Linux"


def chooses_cpu_build(dry_run: str) -> bool:
    """Whether uv would take a `+cpu` torch, or has nothing to install because one is there."""
    return "+cpu" in dry_run or "no changes" in dry_run


def torch_options(python: Path, env: Mapping[str, str], pip: Mapping[str, str]) -> list[str]:
    """The first source that gives a CPU build of torch.

    Raises:
        SetupError: No source does.
    """
    if not needs_cpu_build():
        return []
    command = [str(UV), "pip", "install", "--dry-run", "--no-deps", "--python", str(python), TORCH]
    for options in torch_sources(pip):
        done = run([*command, *options], env)
        if done.returncode == 0 and chooses_cpu_build(done.stdout + done.stderr):
            return options
    raise SetupError(
        f"No CPU build of {TORCH} found: put its wheel in a folder, set PIP_FIND_LINKS to it and try again "
        "(or let this machine reach the PyTorch wheel index). 找不到 CPU 版 torch。"
    )


# A pyenv shim in front of this very process sets the last two, and they would pin one Python everywhere.
NOT_PASSED_ON = ("VIRTUAL_ENV", "PYTHONHOME", "PYENV_VERSION", "PYENV_DIR")


def base_environment() -> dict[str, str]:
    """This process's environment without what would choose another Python than the one asked for."""
    return {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
