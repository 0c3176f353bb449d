"""An import killed at any point is completed by the next one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).with_name("killed_import.py")
ROOT = Path(__file__).resolve().parents[3]
CONTENT = "SELECT d.external_id, d.status, d.version, p.ordinal, p.text FROM document d LEFT JOIN passage p \
ON p.kind = 'document' AND p.record_id = d.id ORDER BY 1, 4"


def document(number: int) -> str:
    text = "".join(
        f"第{part}条　第{number}号文件的第{part}条规定，办理时限为{part}个工作日。" * 4
        for part in range(1, 7)
    )
    return json.dumps({"docid": f"d{number:02}", "text": text}, ensure_ascii=False)


@pytest.fixture
def source(put: Callable[[str, str], Path]) -> Path:
    put("documents.jsonl", "\n".join(map(document, range(30))))
    agencies = "\n".join(f"  - {{external_id: a{n}, name: 第{n}局}}" for n in range(4))
    return put("agencies.yaml", f"agencies:\n{agencies}\n").parent


@pytest.mark.parametrize(
    ("point", "times", "put_before"),
    [
        ("chunk", 9, 0),
        ("agency", 2, 0),
        ("embed", 4, 15),
        ("before put", 3, 10),
        ("transaction", 13, 10),
        ("after put", 4, 20),
    ],
)
def test_a_killed_import_is_resumed_with_nothing_lost_and_nothing_doubled(
    open_shop: Callable[[str], Any], source: Path, tmp_path: Path, point: str, times: int, put_before: int
) -> None:
    database = tmp_path / "home" / "killed.db"
    command = [sys.executable, str(DRIVER), str(database), str(source), point, str(times)]
    killed = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()

    resumed = open_shop("killed")
    kept = resumed.rows("SELECT count(*) FROM vector_cache")[0][0]
    whole = open_shop("whole")
    whole.run(source, publish=True)
    report = resumed.run(source, publish=True)

    assert (report.created, report.changed, report.unchanged) == (30 - put_before, 0, put_before)
    assert resumed.rows(CONTENT) == whole.rows(CONTENT)
    assert resumed.reads.agencies() == whole.reads.agencies()
    assert resumed.reads.state().revision == whole.reads.state().revision
    assert resumed.embedder.texts == whole.embedder.texts - kept
    assert resumed.run(source, publish=True).unchanged == 30
