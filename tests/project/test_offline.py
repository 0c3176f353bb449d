"""Setting up from a folder of wheels, and what the bundle leaves out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scripts import bundle, wheels
from scripts.machine import SetupError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A working copy with a bundle's folder of wheels beside its sources."""
    folder = tmp_path / "copy" / "wheels"
    folder.mkdir(parents=True)
    (folder / "uv-0.13.1-py3-none-any.whl").write_bytes(b"")
    return folder.parent


def test_wheels_beside_the_sources_are_taken_unasked(root: Path) -> None:
    assert wheels.wheels_folder(root, {}) == root / "wheels"


def test_without_wheels_the_registries_are_asked(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    assert wheels.wheels_folder(tmp_path, {}) is None
    assert wheels.wheels_folder(tmp_path / "nowhere", {"WHEELS": ""}) is None


def test_a_named_folder_comes_before_the_one_beside_the_sources(root: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl").write_bytes(b"")
    assert wheels.wheels_folder(root, {"WHEELS": str(tmp_path / "mine")}) == tmp_path / "mine"


def test_a_named_folder_without_wheels_is_a_mistake(root: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"WHEELS=.*no wheels.*没有"):
        wheels.wheels_folder(root, {"WHEELS": str(tmp_path / "nowhere")})


def test_no_index_of_the_machine_is_asked_beside_the_folder(tmp_path: Path) -> None:
    env = wheels.without_network({"HOME": "/h", "PIP_INDEX_URL": "http://one", "UV_INDEX": "http://two"})
    assert env == {"HOME": "/h", "UV_OFFLINE": "1", "PIP_NO_INDEX": "1"}
    assert wheels.only_from(tmp_path) == ["--no-index", "--find-links", str(tmp_path)]


def test_what_only_a_gpu_uses_is_left_out() -> None:
    lock = "numpy==2\nnvidia-cublas==13\n    # via torch\ncuda-bindings==13\ntriton==3\ntorch==2.13.0\n"
    kept = re.sub(r"^ .*\n", "", wheels.without_gpu(lock), flags=re.MULTILINE)
    assert kept == "numpy==2\ntorch==2.13.0\n"


def test_setup_with_wheels_needs_neither_compiler_nor_headers_nor_registry(machine: Any) -> None:
    folder = machine.folder / "wheels"
    folder.mkdir()
    (folder / "uv-0.13.1-py3-none-any.whl").write_bytes(b"")
    (machine.path / "cc").unlink()
    (machine.headers / "Python.h").unlink()
    done = machine.setup()
    assert done.returncode == 0, done.stderr
    assert f"from the wheels in {folder}" in done.stdout
    calls = [line for line in machine.calls.read_text().splitlines() if line.startswith("pip ")]
    assert len(calls) == 3
    assert [line for line in calls if f"--no-index --find-links {folder}" not in line] == []


def test_the_bundle_is_named_after_the_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", bundle.version())
