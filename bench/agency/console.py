"""A console of its own over an installation, and people signed in to it in a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page

from bench.running import PROJECT, WEIZHENG

PASSWORD = "an acceptance run 42"  # noqa: S105 - of accounts that live for a run
_READY_S = 60.0


@dataclass(frozen=True)
class Console:
    """Where it is reached, and whose it is."""

    url: str
    home: Path


@contextmanager
def console(home: Path) -> Iterator[Console]:
    """A console on a free port, stopped at the end.

    Raises:
        TimeoutError: It does not come up.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "WEIZHENG_HOME": str(home), "CONSOLE_PORT": str(port)}
    with (home / "console.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "apps.console"], env=env, cwd=PROJECT, stdout=output, stderr=output
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            yield Console(url, home)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(url: str) -> None:
    give_up = time.monotonic() + _READY_S
    while time.monotonic() < give_up:
        # It refuses connections until it is up.
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}/healthz", trust_env=False).status_code == 200:
                return
        time.sleep(0.2)
    raise TimeoutError("the console did not come up")


def add_account(home: Path, login: str, role: str, name: str = "") -> None:
    """An account for every agency."""
    subprocess.run(
        [str(WEIZHENG), "user", "add", login, "--name", name or login, "--role", role, "--password-stdin"],
        env={**os.environ, "WEIZHENG_HOME": str(home)},
        cwd=PROJECT, input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def sign_in(browser: Browser, url: str, login: str) -> Page:
    """The home page of somebody, in a window of their own."""
    page = browser.new_context(base_url=url, locale="zh-CN").new_page()
    page.goto("/sign-in")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="首页").wait_for()
    return page


def chromium() -> str:
    """The browser's program.

    Raises:
        FileNotFoundError: There is none.
    """
    found = shutil.which("chromium")
    if found is None:
        raise FileNotFoundError("chromium: run `make browser`")
    return found
