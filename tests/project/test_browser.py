"""What `make browser` takes for the browser that the page tests start."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash") or "bash"


def look(tmp_path: Path, browser: str) -> str:
    """What the script says on a machine with a Chinese font, this browser, and nobody who may install one."""
    for name, says in {browser: "", "fc-list": "a font", "id": "1000"}.items():
        path = tmp_path / name
        path.write_text(f"#!{BASH}\necho {says}\n")
        path.chmod(0o755)
    done = subprocess.run(
        [BASH, str(ROOT / "scripts" / "browser.sh")],
        env={"PATH": str(tmp_path)},
        text=True,
        capture_output=True,
        check=True,
    )
    return done.stdout


def test_chromium_is_enough(tmp_path: Path) -> None:
    assert look(tmp_path, "chromium") == ""


@pytest.mark.parametrize("browser", ["google-chrome", "chromium-browser"])
def test_a_browser_that_no_test_starts_does_not_count(tmp_path: Path, browser: str) -> None:
    assert "page tests are skipped" in look(tmp_path, browser)


def test_the_page_tests_start_what_the_script_looks_for() -> None:
    named = {
        name
        for page in (ROOT / "tests").rglob("*.py")
        for name in re.findall(
            r'shutil\.which\("(chrom[^"]*|google[^"]*)"\)', page.read_text(encoding="utf-8")
        )
    }
    assert named == {"chromium"}
