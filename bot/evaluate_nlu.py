"""Measures the dialogue model: `python evaluate_nlu.py [UNSEEN.jsonl]`, or `make accept-nlu`.

Prints JSON and writes docs/evaluation/nlu.json; exits with 1 below a floor. Every fold is trained and read by
Rasa's own components, as `config.yml` names them. What is unsure (`nlu_fallback`) counts as `ask`: the rules
send both to the same action.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

BOT = Path(__file__).resolve().parent
REPORT = BOT.parent / "docs" / "evaluation" / "nlu.json"
UNSEEN = BOT / "tests" / "unseen.jsonl"
FOLDS = 5
NEAR = 0.8
FLOORS = {"cross_validation": 0.90, "unseen": 0.85}
FALLBACK, QUESTION, DANGER = "nlu_fallback", "ask", "urgent"
_NO_LETTER = re.compile(r"\W+")


class Example(NamedTuple):
    """An utterance and its act."""

    text: str
    intent: str


def trigrams(text: str) -> frozenset[str]:
    """Runs of three characters; the whole text where it is shorter."""
    plain = _NO_LETTER.sub("", text).lower()
    return frozenset(plain[at : at + 3] for at in range(max(1, len(plain) - 2)))


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """A group number for each text: texts that are near each other, also through others, share it."""
    grams = [trigrams(text) for text in texts]
    holding: dict[str, list[int]] = {}
    parent = list(range(len(texts)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for at, own in enumerate(grams):
        for other in {seen for gram in own for seen in holding.get(gram, ())}:
            if len(own & grams[other]) >= NEAR * len(own | grams[other]):
                parent[root(at)] = root(other)
        for gram in own:
            holding.setdefault(gram, []).append(at)
    return [root(at) for at in range(len(texts))]


def macro_f1(examples: Sequence[Example], predicted: Sequence[str]) -> dict[str, Any]:
    """Macro-F1 over the acts, what each act reaches, and how many utterances were unsure."""
    right = [example.intent for example in examples]
    acts = sorted(set(right))
    read = [_counted_as(intent, acts) for intent in predicted]
    each = f1_score(right, read, labels=acts, average=None, zero_division=0)
    return {
        "macro_f1": round(float(each.mean()), 4),
        "accuracy": round(sum(map(str.__eq__, right, read)) / len(right), 4),
        "unsure": round(sum(intent == FALLBACK for intent in predicted) / len(predicted), 4),
        "n": len(right),
        "acts": {act: round(float(score), 3) for act, score in zip(acts, each, strict=True)},
    }


def _counted_as(intent: str, acts: Sequence[str]) -> str:
    if intent == FALLBACK:
        return QUESTION
    # A file may not tell the kinds of danger apart.
    return DANGER if DANGER in acts and intent.startswith(f"{DANGER}_") else intent


def cross_validate(data: Any) -> tuple[list[Example], list[str]]:
    """Every example of Rasa's training data, read by a model that saw neither it nor its near-duplicates."""
    from rasa.shared.nlu.training_data.training_data import TrainingData

    messages = [message for message in data.training_examples if message.get("intent")]
    examples = [Example(message.get("text"), message.get("intent")) for message in messages]
    acts = [example.intent for example in examples]
    groups = near_duplicates([example.text for example in examples])
    predicted = [""] * len(examples)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=7).split(acts, acts, groups)
    for learnt, held in folds:
        part = TrainingData([messages[at] for at in learnt], regex_features=data.regex_features)
        for at, intent in zip(held, read_with(part, [examples[at].text for at in held]), strict=True):
            predicted[at] = intent
    return examples, predicted


def read_with(data: Any, texts: Sequence[str]) -> list[str]:
    """What a model trained on the data makes of the texts."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu
    from rasa.utils.log_utils import configure_structlog

    # Unless told, it prints every message that is parsed.
    configure_structlog(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        examples = Path(folder) / "nlu.yml"
        examples.write_text(data.nlu_as_yaml(), encoding="utf-8")
        # Rasa tells its progress on standard output, which is for the figures.
        with contextlib.redirect_stdout(sys.stderr):
            model = train_nlu(str(BOT / "config.yml"), str(examples), folder, domain=str(BOT / "domain.yml"))
        agent = Agent.load(model)
        return [str(asyncio.run(agent.parse_message(text))["intent"]["name"]) for text in texts]


def read_unseen(path: Path) -> list[Example]:
    """The utterances of a JSONL file of `{"text", "intent"}`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [Example(row["text"], row["intent"]) for row in rows]


def measure(unseen: Path | None) -> dict[str, Any]:
    """Both figures, with when and on what they were made."""
    from rasa.shared.importers.utils import training_data_from_paths

    data = training_data_from_paths(
        [str(path) for path in sorted((BOT / "data" / "nlu").glob("*.yml"))], "zh"
    )
    started = time.monotonic()
    figures = {"cross_validation": macro_f1(*cross_validate(data))}
    if unseen is not None:
        asked = read_unseen(unseen)
        figures["unseen"] = macro_f1(asked, read_with(data, [example.text for example in asked]))
    head = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(head, cwd=BOT, capture_output=True, text=True, check=False)  # noqa: S603
    commit = done.stdout.strip()
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "commit": commit or None,
        "seconds": round(time.monotonic() - started),
        "floors": FLOORS,
        "figures": figures,
    }


def main() -> int:
    """Measures, prints, writes the report; 1 where a figure is below its floor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("unseen", nargs="?", type=Path, default=UNSEEN if UNSEEN.exists() else None)
    unseen: Path | None = parser.parse_args().unseen
    if unseen is not None and not unseen.is_file():
        sys.stderr.write(f"evaluate_nlu: no file {unseen}\n")
        return 2
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    logging.disable(logging.WARNING)
    report = measure(unseen.resolve() if unseen else None)
    text = json.dumps(report, ensure_ascii=False, indent=2)
    sys.stdout.write(text + "\n")
    REPORT.write_text(text + "\n", encoding="utf-8")
    low = [name for name, figure in report["figures"].items() if figure["macro_f1"] < FLOORS[name]]
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
