"""Wheels that lie beside the sources (an offline bundle): where they are, and how pip and uv keep to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from scripts.machine import SetupError

FOLDER = "wheels"
# What a CPU build of torch never loads: 3 GB that the lock file names for machines with a GPU.
GPU_ONLY = re.compile(r"^(?:nvidia-|cuda-|triton==)")


def wheels_folder(root: Path, env: Mapping[str, str]) -> Path | None:
    """The folder to install from and nothing else: `WHEELS`, else `wheels` beside the sources, else none.

    Raises:
        SetupError: `WHEELS` names a folder that holds no wheels.
    """
    named = env.get("WHEELS", "")
    folder = Path(named).expanduser().resolve() if named else root / FOLDER
    if any(folder.glob("*.whl")):
        return folder
    if named:
        raise SetupError(f"WHEELS={named}: no wheels are there. 指定的目录中没有 wheel 安装包。")
    return None


def only_from(folder: Path) -> list[str]:
    """Options with which pip and uv look into this folder and nowhere else."""
    return ["--no-index", "--find-links", str(folder)]


def without_network(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without indexes and folders of the machine, and with uv kept off the network."""
    foreign = ("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX")
    kept = {name: value for name, value in env.items() if name not in foreign}
    return {**kept, "UV_OFFLINE": "1", "PIP_NO_INDEX": "1"}


def without_gpu(lock: str) -> str:
    """A lock file's text without the packages that only a GPU build of torch loads."""
    lines = lock.splitlines(keepends=True)
    return "".join(line for line in lines if not GPU_ONLY.match(line))
