"""The dialogue model is trained when its inputs changed, and a failure leaves the old one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from apps.cli.errors import CommandFailed
from apps.cli.processes import BOT, MODEL
from apps.cli.training import INPUTS, ensure_trained, is_trained
from core.settings import Settings

TRAINER = """#!/bin/sh
echo "$*" >> calls
if [ -e fail ]; then echo 'the cause'; exit 1; fi
for last; do :; done
cat data/nlu.yml > "$last/dialogue.tar.gz"
"""


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    """A Rasa project with a trainer that only copies."""
    folder = tmp_path / "bot"
    (folder / "data").mkdir(parents=True)
    (folder / "config.yml").write_text("language: zh\n")
    (folder / "domain.yml").write_text("intents: []\n")
    (folder / "data" / "nlu.yml").write_text("first")
    (folder / "requirements.lock").write_text("aiohttp==1\nrasa==3.6.21\n    # via x\n")
    python = folder / "python"
    python.write_text(TRAINER)
    python.chmod(0o755)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A private installation."""
    return Settings(home=tmp_path / "home")


def calls(bot: Path) -> int:
    """How often the trainer ran."""
    path = bot / "calls"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_every_kind_of_input_is_there() -> None:
    assert [pattern for pattern in INPUTS if not list(BOT.glob(pattern))] == []


def test_it_trains_once(settings: Settings, bot: Path) -> None:
    assert ensure_trained(settings, bot, bot / "python")
    assert not ensure_trained(settings, bot, bot / "python")
    assert calls(bot) == 1
    assert (settings.models_dir / MODEL).read_text() == "first"
    assert "-m rasa train --fixed-model-name dialogue --out" in (bot / "calls").read_text()


@pytest.mark.parametrize("changed", ["config.yml", "domain.yml", "data/nlu.yml", "data/deep/more.yml"])
def test_a_changed_input_trains_again(settings: Settings, bot: Path, changed: str) -> None:
    ensure_trained(settings, bot, bot / "python")
    (bot / changed).parent.mkdir(exist_ok=True)
    (bot / changed).write_text("second")
    assert not is_trained(settings.models_dir, bot)
    assert ensure_trained(settings, bot, bot / "python")
    assert calls(bot) == 2


def test_another_version_of_rasa_trains_again_and_another_library_does_not(
    settings: Settings, bot: Path
) -> None:
    ensure_trained(settings, bot, bot / "python")
    (bot / "requirements.lock").write_text("aiohttp==2\nrasa==3.6.21\n")
    assert is_trained(settings.models_dir, bot)
    (bot / "requirements.lock").write_text("aiohttp==2\nrasa==3.6.22\n")
    assert not is_trained(settings.models_dir, bot)


def test_a_lost_model_is_trained_again(settings: Settings, bot: Path) -> None:
    ensure_trained(settings, bot, bot / "python")
    (settings.models_dir / MODEL).unlink()
    assert ensure_trained(settings, bot, bot / "python")


def test_a_failure_names_the_log_and_keeps_the_old_model(settings: Settings, bot: Path) -> None:
    ensure_trained(settings, bot, bot / "python")
    (bot / "data" / "nlu.yml").write_text("second")
    (bot / "fail").touch()
    log = settings.logs_dir / "rasa-train.log"
    with pytest.raises(CommandFailed, match=r"rasa-train\.log"):
        ensure_trained(settings, bot, bot / "python")
    assert "the cause" in log.read_text()
    assert (settings.models_dir / MODEL).read_text() == "first"
    assert not is_trained(settings.models_dir, bot)
    assert sorted(path.name for path in settings.models_dir.iterdir()) == ["dialogue.inputs", MODEL]


def test_a_missing_environment_is_one_line(settings: Settings, bot: Path) -> None:
    with pytest.raises(CommandFailed, match="make setup"):
        ensure_trained(settings, bot, bot / ".venv" / "bin" / "python")


def test_two_at_once_train_once(settings: Settings, bot: Path) -> None:
    threads = [
        threading.Thread(target=ensure_trained, args=(settings, bot, bot / "python")) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls(bot) == 1
