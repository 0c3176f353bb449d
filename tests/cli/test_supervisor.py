"""The supervisor over real processes: Valkey and a web server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from apps.cli.processes import PROJECT

PATIENCE_S = 20.0


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Polls a condition."""

    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, "never happened"
            time.sleep(0.05)

    return wait


def _ended(process: subprocess.Popen[bytes]) -> int:
    return process.wait(timeout=PATIENCE_S)


def test_it_starts_every_process_and_stops_all_on_ctrl_c(assistant: Any) -> None:
    supervisor = assistant.start()
    assistant.wait_until_ready()
    running = assistant.running()
    assert set(running) == {"redis", "web"}
    supervisor.send_signal(signal.SIGINT)
    assert _ended(supervisor) == 0
    assert not any(psutil.pid_exists(item.pid) for item in running.values())
    assert assistant.running() == {}
    assert "stopped" in assistant.text
    assert "Traceback" not in assistant.text


def test_a_child_that_dies_is_started_again(assistant: Any, until: Any) -> None:
    supervisor = assistant.start()
    assistant.wait_until_ready()
    before = assistant.running()["web"].pid
    os.kill(before, signal.SIGKILL)
    until(lambda: assistant.running()["web"].pid != before)
    until(lambda: _answers(assistant.web_port))
    supervisor.terminate()
    assert _ended(supervisor) == 0


def test_a_child_is_started_again_though_its_start_cannot_be_recorded(assistant: Any, until: Any) -> None:
    supervisor = assistant.start()
    assistant.wait_until_ready()
    before = assistant.running()["web"].pid
    # A folder in the way of the list's draft: it cannot be written, by root neither.
    obstacle = assistant.run_dir / "processes.json.new"
    obstacle.mkdir()
    os.kill(before, signal.SIGKILL)
    until(lambda: "not recorded" in assistant.text)
    until(lambda: _answers(assistant.web_port))
    obstacle.rmdir()
    supervisor.terminate()
    assert _ended(supervisor) == 0
    assert "Traceback" not in assistant.text


def test_a_second_supervisor_is_refused_in_one_line(assistant: Any) -> None:
    first = assistant.start()
    assistant.wait_until_ready()
    second = assistant.start()
    assert _ended(second) == 1
    assert f"already running (process {first.pid})" in assistant.text.splitlines()[-1]
    assert _answers(assistant.web_port)


def test_looking_at_a_running_assistant_with_other_ports_leaves_its_redis_alone(assistant: Any) -> None:
    assistant.start()
    assistant.wait_until_ready()
    configuration = assistant.home / "redis" / "valkey.conf"
    before = (configuration.read_text(), configuration.stat().st_ino)
    port = assistant.redis_port
    assistant.redis_port = port + 1
    assert _ended(assistant.start()) == 1
    for look in ("status", "doctor"):
        subprocess.run(
            [sys.executable, "-m", "apps.cli", look],
            cwd=assistant.home,
            env=assistant.environment(),
            stdout=subprocess.DEVNULL,
            check=False,
        )
    assert (configuration.read_text(), configuration.stat().st_ino) == before
    assert f"port {port}\n" in before[0]


def test_a_taken_port_is_named_in_one_line(assistant: Any) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", assistant.web_port))
        taken.listen()
        supervisor = assistant.start()
        assert _ended(supervisor) == 1
    (line,) = assistant.text.splitlines()
    assert f"port {assistant.web_port} is taken" in line
    assert "WEB_PORT" in line


def test_two_processes_on_one_port_are_refused(assistant: Any) -> None:
    supervisor = assistant.start(f"web={assistant.web_port}", f"other={assistant.web_port}")
    assert _ended(supervisor) == 1
    assert "OTHER_PORT and WEB_PORT are both" in assistant.text


def test_what_a_killed_supervisor_left_is_ended_by_the_next(assistant: Any) -> None:
    first = assistant.start()
    assistant.wait_until_ready()
    left = assistant.running()
    first.kill()
    first.wait()
    assert psutil.pid_exists(left["web"].pid)
    assistant.output.unlink()
    second = assistant.start()
    assistant.wait_until_ready()
    assert f"ended web (process {left['web'].pid})" in assistant.text
    assert not any(psutil.pid_exists(item.pid) for item in left.values())
    second.terminate()
    assert _ended(second) == 0


def test_a_crash_loop_is_explained_with_the_end_of_its_log(assistant: Any) -> None:
    supervisor = assistant.start(f"web={assistant.web_port}:crash")
    assert _ended(supervisor) == 1
    assert "keeps ending" in assistant.text
    assert "the cause is written here" in assistant.text
    assert "web did not start" in assistant.text.splitlines()[-1]
    assert assistant.running() == {}


def test_a_fault_while_waiting_ends_everything_with_a_line(assistant: Any) -> None:
    supervisor = assistant.start(f"web={assistant.web_port}:blind")
    assert _ended(supervisor) == 1
    assert (
        "waiting for the processes failed: ValueError('the probe is broken')"
        in (assistant.text.splitlines()[-1])
    )
    assert "Traceback" not in assistant.text
    assert assistant.running() == {}


def test_the_embedded_redis_wants_its_password(assistant: Any) -> None:
    assistant.start()
    assistant.wait_until_ready()
    with socket.create_connection(("127.0.0.1", assistant.redis_port), timeout=2) as connection:
        connection.sendall(b"PING\r\n")
        assert connection.recv(100).startswith(b"-NOAUTH")


def test_no_secret_stands_on_a_command_line(assistant: Any) -> None:
    assistant.start()
    assistant.wait_until_ready()
    secrets = [path.read_text().strip() for path in (assistant.home / "keys").iterdir()]
    lines = [" ".join(psutil.Process(item.pid).cmdline()) for item in assistant.running().values()]
    assert not [line for line in lines if any(secret in line for secret in secrets)]


def test_a_check_that_meets_a_running_command_waits_in_silence(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from apps.cli.supervisor import Supervisor
arbiter = Supervisor([], Path(sys.argv[1]), Path(sys.argv[1]))._arbiter
arbiter._exclusive_running_command = "arbiter_start_watchers"
print(arbiter.manage_watchers())
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=PROJECT, text=True, capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == ("None\n", "")


def test_what_takes_messages_ends_first_while_the_others_still_answer(tmp_path: Path) -> None:
    code = """
import os, signal, sys, threading, time
from pathlib import Path
from apps.cli.processes import Process
from apps.cli.supervisor import Supervisor
folder = Path(sys.argv[1])
ends = '''
import signal, sys, time
from pathlib import Path
def end(*_):
    time.sleep(float(sys.argv[2]))
    with Path(sys.argv[3]).open("a") as told:
        told.write(sys.argv[1] + chr(10))
    sys.exit()
signal.signal(signal.SIGTERM, end)
Path(sys.argv[3] + sys.argv[1]).touch()
while True:
    time.sleep(0.05)
'''
told = folder / "told"
def process(name, takes, front):
    argv = (sys.executable, "-c", ends, name, takes, str(told))
    return Process(name, "", argv, os.environ, "127.0.0.1", 1, "", bool, takes_messages=front)
names = {"behind": ("0", False), "front": ("0.5", True), "other": ("0", False)}
supervisor = Supervisor([process(name, *rest) for name, rest in names.items()], folder, folder)
def stop():
    while not all((folder / f"told{name}").exists() for name in names):
        time.sleep(0.05)
    supervisor.stop()
threading.Thread(target=stop, daemon=True).start()
supervisor.run()
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=PROJECT, check=True, timeout=30)
    ended = (tmp_path / "told").read_text().split()
    assert ended[0] == "front"
    assert sorted(ended[1:]) == ["behind", "other"]


def test_both_outputs_of_a_process_are_rotated_together(tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from apps.cli import supervisor
from apps.cli.processes import Process
supervisor.LOG_BYTES = 1000
process = Process("talker", "", ("true",), os.environ, "127.0.0.1", 1, "", bool)
folder = Path(sys.argv[1])
(watcher,) = supervisor.Supervisor([process], folder, folder)._arbiter.watchers
for number in range(400):
    output = watcher.stderr_stream if number % 2 else watcher.stdout_stream
    output({"data": b"line %03d\\n" % number})
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=PROJECT, check=True)
    oldest_first = [tmp_path / f"talker.log{end}" for end in (".3", ".2", ".1", "")]
    said = "".join(path.read_text() for path in oldest_first).splitlines()
    assert said == [f"line {number:03d}" for number in range(400)][-len(said) :]
    assert len(said) > 300


def test_a_log_on_a_full_disk_loses_lines_and_nothing_else(tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from apps.cli import supervisor
from apps.cli.processes import Process
process = Process("talker", "", ("true",), os.environ, "127.0.0.1", 1, "", bool)
folder = Path(sys.argv[1])
(folder / "talker.log").symlink_to("/dev/full")
(watcher,) = supervisor.Supervisor([process], folder, folder)._arbiter.watchers
watcher.stdout_stream({"data": b"lost"})
print("goes on", flush=True)
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=PROJECT, text=True, capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == ("goes on\n", "")


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=1, trust_env=False).is_success
    except httpx.HTTPError:
        return False
