"""What set-up says when a machine lacks something: one line, in both languages, and exit 1."""

from __future__ import annotations

import errno
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scripts import machine as configured
from scripts import setup

CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Usage(NamedTuple):
    """What `shutil.disk_usage` gives."""

    total: int
    used: int
    free: int


def _one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("setup: ")
    assert CHINESE.search(line)
    return line


def test_a_complete_machine_is_set_up_and_the_second_time_nothing_is_done(machine: Any) -> None:
    first = machine.setup()
    assert first.returncode == 0, first.stderr
    assert "done in" in first.stdout
    calls = machine.calls.read_text()
    assert "pip sync" in calls
    second = machine.setup()
    assert (second.returncode, second.stdout) == (0, "")
    assert machine.calls.read_text() == calls


def test_a_changed_lock_is_installed_again(machine: Any) -> None:
    machine.setup()
    (machine.folder / "bot" / "requirements.lock").write_text("rasa==3.6.21\n")
    assert "done in" in machine.setup().stdout


def test_no_compiler_is_said_before_anything_is_installed(machine: Any) -> None:
    (machine.path / "cc").unlink()
    line = _one_line(machine.setup())
    assert "No C compiler" in line
    assert not machine.calls.exists()


def test_no_python_3_10_is_said_in_one_line(machine: Any) -> None:
    # The fake's Python 3.11 is there, 3.10 is neither found nor to be had.
    machine.script(machine.folder / ".venv" / "bin" / "python", "#!/bin/sh\necho 3.11\n")
    line = _one_line(machine.setup("3.10", "error: no download found"))
    assert "Python 3.10 is needed" in line
    assert "缺少 Python 3.10" in line


def test_a_registry_out_of_reach_is_said_in_one_line(machine: Any) -> None:
    line = _one_line(machine.setup("pip sync", "error: Failed to fetch: dns error: failed to lookup address"))
    assert "cannot be reached" in line
    assert "main environment" in line


def test_a_registry_that_pip_cannot_reach_is_said_in_one_line(machine: Any) -> None:
    says = (
        "ERROR: Could not find a version (from versions: none)\nERROR: No matching distribution found for uv"
    )
    script = f"#!/bin/sh\ncase $* in *--version*) exit 0 ;; esac\necho '{says}' >&2\nexit 1\n"
    machine.script(machine.folder / ".tools" / "bin" / "python", script)
    assert "cannot be reached" in _one_line(machine.setup())


@pytest.mark.parametrize(
    "says",
    [
        "error: Failed to install: pytest_timeout-2.4.0.whl (pytest-timeout==2.4.0)\n"
        "  Caused by: failed to create directory `x`: Permission denied (os error 13)",
        "error: Failed to build `connect-tools==1.0`\n  Caused by: the build backend returned an error",
    ],
)
def test_a_name_that_sounds_like_the_network_does_not_blame_the_registry(machine: Any, says: str) -> None:
    line = _one_line(machine.setup("pip sync", says))
    assert "registry" not in line
    assert says.splitlines()[0] in line


@pytest.mark.parametrize(
    "says",
    [
        "error: Request failed after 3 retries\n  Caused by: error sending request for url (x)\n"
        "  Caused by: operation timed out",
        "error: Failed to fetch: `x`\n  Caused by: HTTP status client error (403 Forbidden) for url (x)",
        "client error (Connect)\n  Caused by: tcp connect error: Connection refused (os error 111)",
        "WARNING: Retrying after connection broken by 'ConnectTimeoutError': Connection to x timed out.\n"
        "ERROR: No matching distribution found for uv",
        "  Because circus==0.19.0 was not found in the package registry",
    ],
)
def test_the_words_of_uv_and_pip_for_a_registry_out_of_reach_are_known(machine: Any, says: str) -> None:
    assert "cannot be reached, or refuses" in _one_line(machine.setup("pip sync", says))


def test_missing_headers_are_said_before_anything_is_compiled(machine: Any) -> None:
    (machine.headers / "Python.h").unlink()
    line = _one_line(machine.setup())
    assert f"Python 3.11 has no headers ({machine.headers}/Python.h)" in line
    assert "apt-get install python3.11-dev" in line
    assert "pip sync" not in machine.calls.read_text()


def test_tools_that_were_interrupted_half_made_are_made_anew(machine: Any) -> None:
    tools = machine.folder / ".tools"
    shutil.rmtree(tools)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tools)], check=True)
    # It goes on to install uv, which this machine's pip may not fetch.
    assert "installing uv" in _one_line(machine.setup())
    subprocess.run([str(tools / "bin" / "python"), "-m", "pip", "--version"], check=True, capture_output=True)


def test_a_disk_that_fills_up_is_said_in_one_line(machine: Any) -> None:
    line = _one_line(machine.setup("pip sync", "error: write: No space left on device (os error 28)"))
    assert "disk is full" in line


def test_no_cpu_build_of_torch_is_said_in_one_line(machine: Any) -> None:
    assert "No CPU build of torch" in _one_line(machine.setup("--dry-run", "error: no"))


def test_an_unknown_failure_quotes_the_telling_line_and_names_the_log(machine: Any) -> None:
    line = _one_line(machine.setup("pip sync", "Resolved 3\nerror: hash mismatch for circus"))
    assert "hash mismatch for circus" in line
    assert "setup.log" in line


def test_too_little_disk_is_said_before_anything_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10, 9, 1024**3))
    monkeypatch.setattr(setup, "MAIN", setup.Environment(tmp_path, "3.11", "main environment"))
    with pytest.raises(configured.SetupError, match=r"Only 1\.0 GB free.*磁盘空间不足"):
        setup.check_machine()


def test_a_disk_full_while_we_write_ourselves_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "setup.log")

    monkeypatch.setattr(setup, "is_current", lambda: False)
    monkeypatch.setattr(setup, "install", full)
    assert setup.main() == 1
    assert capsys.readouterr().err == "setup: The disk is full: setup.log. 磁盘空间不足。\n"


def test_pip_settings_reach_uv() -> None:
    text = (
        "global.index-url='http://one/simple'\n"
        ":env:.index-url='http://two/simple'\n"
        "global.extra-index-url='http://a http://b'\n"
    )
    pip = configured.parse_pip_config(text)
    env = configured.uv_environment({"HOME": "/h"}, pip)
    assert env["UV_DEFAULT_INDEX"] == "http://two/simple"
    assert env["UV_INDEX"] == "http://a http://b"
    assert env["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert env["HOME"] == "/h"


def test_a_wheel_folder_and_the_torch_index_are_never_passed_together() -> None:
    sources = configured.torch_sources({"find-links": "/wheels"})
    assert sources == [["--find-links", "/wheels"], ["--torch-backend", "cpu"]]


def test_a_gpu_build_is_not_taken_for_a_cpu_build() -> None:
    assert not configured.chooses_cpu_build("Would install torch==2.13.0 nvidia-cublas-cu12")
    assert configured.chooses_cpu_build("Would install torch==2.13.0+cpu")
