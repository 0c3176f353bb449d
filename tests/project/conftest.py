"""A copy of the set-up scripts with fake tools, so that nothing is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAKE_UV = """#!/bin/sh
case "$*" in
  *"$UV_FAILS"*) echo "$UV_SAYS" >&2; exit 1 ;;
  *--dry-run*) echo "Would install torch==2.13.0+cpu" ;;
  venv*) mkdir -p .venv/bin && cat "$FAKE_PYTHON" > .venv/bin/python && chmod +x .venv/bin/python ;;
  *--editable*) for last; do :; done; touch "$last/.venv/bin/weizheng" ;;
esac
echo "$*" >> "$UV_CALLS"
"""
# Answers only where its headers are.
FAKE_PYTHON = """#!/bin/sh
case "$*" in *sysconfig*) echo "$FAKE_PYTHON.headers" ;; esac
"""


class FakeMachine:
    """A working copy whose pip and uv are small scripts that do and say what a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "copy"
        self.path = folder / "bin"
        self.calls = folder / "calls"
        (self.folder / "bot").mkdir(parents=True)
        self.path.mkdir()
        for name in ("requirements.lock", "pyproject.toml"):
            (self.folder / name).write_text("")
            (self.folder / "bot" / name).write_text("")
        shutil.copytree(
            ROOT / "scripts", self.folder / "scripts", ignore=shutil.ignore_patterns("__pycache__")
        )
        self.script(self.folder / ".tools" / "bin" / "python", "#!/bin/sh\nexit 0\n")
        self.script(self.folder / ".tools" / "bin" / "uv", FAKE_UV)
        self.script(self.path / "cc", "#!/bin/sh\n")
        self.python = folder / "python"
        self.script(self.python, FAKE_PYTHON)
        self.headers = folder / "python.headers"
        self.headers.mkdir()
        (self.headers / "Python.h").write_text("")

    def script(self, path: Path, text: str) -> None:
        """Write an executable."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def setup(self, uv_fails: str = "nothing at all", uv_says: str = "") -> subprocess.CompletedProcess[str]:
        """Run the set-up there; `uv_fails` is the part of uv's arguments that makes it fail."""
        for name in ("sh", "mkdir", "chmod", "touch", "cat"):
            link = self.path / name
            if not link.exists():
                link.symlink_to(shutil.which(name) or name)
        env = {
            "UV_FAILS": uv_fails,
            "UV_SAYS": uv_says,
            "UV_CALLS": str(self.calls),
            "FAKE_PYTHON": str(self.python),
            "HOME": str(self.folder),
            "PIP_NO_INDEX": "1",
        }
        return subprocess.run(
            [sys.executable, "-m", "scripts.setup"],
            cwd=self.folder,
            env={**env, "PATH": str(self.path), "LANG": os.environ.get("LANG", "C.UTF-8"), "PYTHONUTF8": "1"},
            text=True,
            capture_output=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    """A working copy that has everything."""
    return FakeMachine(tmp_path)
