"""A full disk or an unwritable folder is one line, whichever library noticed it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import save_file
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError, OperationalError

from apps.cli.processes import PROJECT
from apps.cli.storage import storage_failure
from core.errors import Unavailable


def command(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `weizheng` as a program in a folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "apps.cli", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "WEIZHENG_HOME": str(tmp_path / "home"), **settings},
        text=True,
        capture_output=True,
        check=False,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The single line of a failure."""
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


def full(path: str = "weizheng.db") -> OSError:
    """What the kernel says of a full disk."""
    return OSError(errno.ENOSPC, "No space left on device", path)


def test_a_model_cache_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    line = one_line(command(tmp_path, "init", "--no-train", MODEL_CACHE="/proc/nope"))
    assert line == "weizheng: /proc/nope: No such file or directory. 文件读写失败。"


@pytest.mark.parametrize("arguments", [("init", "--no-train"), ("kb", "status"), ("kb", "ask", "x")])
def test_a_database_that_cannot_be_made_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    line = one_line(command(tmp_path, *arguments, DATABASE_URL="sqlite:////proc/x/y.db"))
    assert line == "weizheng: /proc/x: No such file or directory. 文件读写失败。"


def test_a_disk_that_is_full_from_the_start_is_one_line(tmp_path: Path) -> None:
    code = f"""
import sys
from core import keys
def full(path): raise OSError({errno.ENOSPC}, "No space left on device", "rasa_token")
keys._create = full
from apps.cli.main import app
sys.argv = ["weizheng", "init"]
app()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "WEIZHENG_HOME": str(tmp_path / "home")},
        text=True,
        capture_output=True,
        check=False,
    )
    assert "磁盘空间不足" in one_line(done)


def test_a_full_disk_is_named_with_the_file() -> None:
    assert storage_failure(full()) == "the disk is full: weizheng.db: free some space. 磁盘空间不足。"


def test_a_full_disk_is_found_behind_the_error_that_wraps_it() -> None:
    wrapped = Unavailable("the index cannot be written")
    wrapped.__cause__ = full("passages.faiss")
    assert "磁盘空间不足" in (storage_failure(wrapped) or "")
    assert "磁盘空间不足" in (
        storage_failure(SafetensorError(f"I/O error: {full().strerror} (os error 28)")) or ""
    )


def test_a_full_database_is_a_full_disk() -> None:
    error = OperationalError("INSERT", {"text": "secret"}, Exception("database or disk is full"))
    line = storage_failure(error) or ""
    assert "磁盘空间不足" in line
    assert "secret" not in line


def test_what_a_library_in_rust_could_not_write_is_one_line() -> None:
    with pytest.raises(SafetensorError) as caught:
        save_file({"a": np.zeros(4)}, "/proc/nope/model")
    assert "No such file or directory" in (storage_failure(caught.value) or "")


def test_a_database_that_cannot_be_opened_is_one_line() -> None:
    with pytest.raises(OperationalError) as caught:
        create_engine("sqlite:////proc/x/y.db").connect()
    line = storage_failure(caught.value) or ""
    assert "unable to open database file (DATABASE_URL)" in line
    assert "\n" not in line


def test_a_fault_of_ours_is_no_failure_of_the_disk() -> None:
    assert storage_failure(KeyError("x")) is None
    assert storage_failure(IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed"))) is None
    mistake = TypeError("wrong")
    mistake.__context__ = FileNotFoundError(errno.ENOENT, "No such file or directory", "x")
    assert storage_failure(mistake) is None
