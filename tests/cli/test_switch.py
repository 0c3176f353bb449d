"""`weizheng assistant`, as the operator uses it."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from apps.cli.main import app


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, list(arguments))


def test_the_operator_turns_it_off_and_on(home: Path) -> None:
    assert "全部开启" in run("assistant", "state").stdout
    done = run("assistant", "off", "--reason", "资料有误", "--message", "请拨打12345。", "--channel", "web")
    assert done.exit_code == 0, done.output
    told = json.loads(run("assistant", "state", "--json").stdout)["off"]["web"]
    assert (told["actor"], told["reason"], told["message"]) == ("@operator", "资料有误", "请拨打12345。")
    assert "资料有误" in run("assistant", "state").stdout
    assert run("assistant", "on").exit_code == 2, "all of it was not off"
    assert run("assistant", "on", "--channel", "web").exit_code == 0
    assert json.loads(run("assistant", "state", "--json").stdout) == {"off": {}}
    assert json.loads(run("audit", "verify", "--json").stdout)["entries"] == 2


def test_a_channel_that_is_not_there_is_one_line(home: Path) -> None:
    for channel in ("fax", "wechat"):
        done = run("assistant", "off", "--reason", "x", "--message", "x", "--channel", channel)
        assert done.exit_code == 2
        assert len(done.output.strip().splitlines()) == 1
