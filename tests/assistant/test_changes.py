"""What changes in the running assistant: an imported change, a withdrawal, a part that is down."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.timeout(400)
WITHIN_S = 2.0

GUIDE = """\
defaults: {{demo: true, region: "990100"}}
items:
  - external_id: test-tarmac
    name: 门前坡道占用许可
    agency: 示例市住房和城乡建设局
    aliases: [坡道占用证]
    summary: 在沿街门前修建无障碍坡道须经许可。
    fee: {{text: 每平方米收取{price}元。}}
    source_url: https://zwfw.shili.example/guide/test-tarmac
"""


def write_guide(folder: Path, price: int) -> Path:
    path = folder / "guide.yaml"
    path.write_text(GUIDE.format(price=price), encoding="utf-8")
    return path


def wait_for(check: Any, seconds: float) -> float:
    """Seconds until the check holds; fails after the time given."""
    begun = time.monotonic()
    while not check():
        assert time.monotonic() - begun < seconds, "did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - begun


def test_changes_reach_citizens_within_two_seconds_and_what_is_unpublished_is_said_to_be(
    assistant: Any, citizen: Any, tmp_path: Path
) -> None:
    question = "门前坡道占用许可多少钱"
    for price in (37, 52):
        done = assistant.command("kb", "import", str(write_guide(tmp_path, price)), "--publish")
        assert done.returncode == 0, done.stderr
        wait_for(
            lambda price=price: f"{price}元" in json.dumps(citizen.ask(question), ensure_ascii=False),
            WITHIN_S,
        )
    unpublished = json.dumps(citizen.ask("门前坡道占用许可要什么材料"), ensure_ascii=False)
    assert "该事项未公布申请材料" in unpublished
    assert "https://zwfw.shili.example/guide/test-tarmac" in unpublished
    done = assistant.command("kb", "withdraw", "test-tarmac", "--kind", "item")
    assert done.returncode == 0, done.stderr
    wait_for(lambda: "52元" not in json.dumps(citizen.ask(question), ensure_ascii=False), WITHIN_S)


def child(assistant: Any, name: str) -> psutil.Process:
    records = json.loads((assistant.home / "run" / "processes.json").read_text())
    (pid,) = [record["pid"] for record in records if record["name"] == name]
    return psutil.Process(pid)


def alive_again(assistant: Any, name: str, old: int) -> Any:
    def check() -> bool:
        try:
            return child(assistant, name).pid != old
        except (psutil.NoSuchProcess, ValueError):
            return False

    return check


def test_without_rasa_single_questions_still_work(assistant: Any, citizen: Any) -> None:
    rasa = child(assistant, "rasa")
    rasa.kill()
    reply = citizen.ask("居住证需要什么材料")
    assert reply["status"] == "answered_guide"
    assert "单个问题" in json.dumps(reply, ensure_ascii=False)
    wait_for(alive_again(assistant, "rasa", rasa.pid), 20)


def test_slow_is_a_timeout_and_not_a_second_answer(assistant: Any) -> None:
    knowledge = child(assistant, "knowledge")
    knowledge.send_signal(signal.SIGSTOP)
    try:
        response = assistant.citizen().post(text="居住证需要什么材料")
    finally:
        knowledge.send_signal(signal.SIGCONT)
    assert response.status_code == 504
    assert response.json()["error"]["code"] == "error_timeout"


def test_dead_knowledge_service_is_said_to_be_unavailable_and_comes_back(assistant: Any) -> None:
    knowledge = child(assistant, "knowledge")
    os.kill(knowledge.pid, signal.SIGKILL)
    response = assistant.citizen().post(text="居住证需要什么材料")
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "error_unavailable"
    wait_for(alive_again(assistant, "knowledge", knowledge.pid), 20)
    wait_for(lambda: assistant.citizen().post(text="居住证需要什么材料").status_code == 200, 60)


def test_only_the_portal_is_reached_from_outside(assistant: Any) -> None:
    listening = {
        connection.laddr.port: connection.laddr.ip
        for process in [assistant_process(assistant), *assistant_process(assistant).children(recursive=True)]
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert set(map(int, (assistant.env[name] for name in assistant.env if name in PORT_NAMES))) <= set(
        listening
    )
    assert all(ip.startswith("127.") or ip == "::1" for ip in listening.values())


PORT_NAMES = ("PORTAL_PORT", "KNOWLEDGE_PORT", "ACTIONS_PORT", "RASA_PORT", "REDIS_PORT")


def assistant_process(assistant: Any) -> psutil.Process:
    return psutil.Process(assistant.process.pid)
