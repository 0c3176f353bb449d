"""The running assistant seen from outside: figures, readiness, log lines, also while a part is frozen."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest

pytestmark = pytest.mark.timeout(900, func_only=True)
NUMBERS = ("13912345678", "11010519491231002X", "6222021234567890123", "wang@example.com")
TEXT = "我叫王小明，" + "，".join(NUMBERS) + "，居住证要什么材料"


@pytest.fixture
def frozen_redis(assistant: Any) -> Iterator[None]:
    """Redis takes connections and does not answer."""
    records = json.loads((assistant.home / "run" / "processes.json").read_text())
    (pid,) = [record["pid"] for record in records if record["name"] == "redis"]
    process = psutil.Process(pid)
    process.send_signal(signal.SIGSTOP)
    yield
    process.send_signal(signal.SIGCONT)


def test_each_process_shows_its_figures_and_the_portal_s_port_none(assistant: Any, citizen: Any) -> None:
    assert citizen.ask("居住证需要什么材料")["status"] == "answered_guide"
    assert citizen.http.get("/metrics").status_code == 404
    told = json.loads(assistant.command("status", "--json").stdout)
    urls = {item["name"]: item["metrics"] for item in told["processes"] if item["metrics"]}
    pages = {name: httpx.get(url, trust_env=False).text for name, url in urls.items()}
    assert set(pages) == {"portal", "knowledge", "actions", "worker"}
    for name, steps in {
        "portal": ("queue", "rasa", "keep"), "actions": ("knowledge",), "knowledge": ("retrieve", "check"),
    }.items():  # fmt: skip
        for step in steps:
            assert f'weizheng_step_seconds_count{{step="{step}"}}' in pages[name]
    assert "\nweizheng_catalogue_lag_revisions 0.0\n" in pages["knowledge"]
    for part in ("database", "knowledge", "rasa", "actions", "redis"):
        assert f'weizheng_ready{{part="{part}"}} 1.0' in pages["portal"]


@pytest.mark.usefixtures("frozen_redis")
def test_a_frozen_redis_is_told_everywhere_and_by_no_citizen_s_words(assistant: Any, citizen: Any) -> None:
    response = citizen.post(text=TEXT)
    ready = citizen.http.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["parts"]["redis"]["status"] == "slow"
    state = json.loads(assistant.command("status", "--json").stdout)
    assert [one["what"] for one in state["troubles"] if one["part"] == "redis"] == [
        "is connected to and does not answer within 1.5 s"
    ]
    identifier = response.headers["x-request-id"]
    rasa = (assistant.home / "logs" / "rasa.log").read_text(encoding="utf-8", errors="replace")
    lines = [json.loads(line) for line in rasa.splitlines() if identifier in line]
    assert any(line["event"].startswith("turn failed: ") for line in lines)
    time.sleep(0.5)
    for secret in (*NUMBERS, "王小明"):
        assert secret not in assistant.logs()
