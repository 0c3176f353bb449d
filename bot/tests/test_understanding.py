"""What the trained model makes of questions that are not in its examples."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent

BOT = Path(__file__).resolve().parents[1]
HELD_OUT = yaml.safe_load((BOT / "tests" / "held_out.yml").read_text(encoding="utf-8"))
MOST_LOST = 0.02
FEWEST_RIGHT = 0.85
SMALL = tuple(HELD_OUT["small"])


@pytest.fixture(scope="session")
def intent_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    folder = tmp_path_factory.mktemp("models")
    train = [sys.executable, "-m", "rasa", "train", "nlu", "--fixed-model-name", "nlu", "--out", str(folder)]
    done = subprocess.run(train, cwd=BOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    logging.disable(logging.INFO)
    agent = Agent.load(str(folder / "nlu.tar.gz"))

    def understood(text: str) -> str:
        parsed: dict[str, Any] = asyncio.run(agent.parse_message(text))
        return str(parsed["intent"]["name"])

    return understood


def test_questions_to_the_government_are_not_brushed_off(intent_of: Callable[[str], str]) -> None:
    questions = HELD_OUT["government"]
    lost = [text for text in questions if intent_of(text) in SMALL]
    assert len(questions) >= 120
    assert len(lost) <= MOST_LOST * len(questions), lost


@pytest.mark.parametrize("group", ["small", "aspects"])
def test_acts_are_recognised(intent_of: Callable[[str], str], group: str) -> None:
    prefix = "ask_" if group == "aspects" else ""
    asked = [(f"{prefix}{name}", text) for name, texts in HELD_OUT[group].items() for text in texts]
    wrong = [(name, text) for name, text in asked if intent_of(text) != name]
    assert len(wrong) <= (1 - FEWEST_RIGHT) * len(asked), wrong
