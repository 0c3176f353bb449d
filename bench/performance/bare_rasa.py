"""The alternative: Rasa as its requirements resolve, trained on our examples, with one trivial action.

Two pipelines: Rasa's default one (Jieba tokenizer, DIET, TED), and one with logistic regression. Environment
and models are made once, in a folder of the cache that a change of the examples makes anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import yaml

from apps.cli.probes import answers_http
from bench.assistant import free_ports
from bench.running import PROJECT

Pipeline = Literal["default", "logistic"]
UV = PROJECT / ".tools" / "bin" / "uv"
REQUIREMENTS = ("rasa==3.6.21", "jieba")
NLU = PROJECT / "bot" / "data" / "nlu"
START_S = 240.0
# Rasa writes 100; what a turn costs does not depend on how long the weights were trained.
EPOCHS = 10

_FEATURES: list[dict[str, Any]] = [
    {"name": "JiebaTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
_FALLBACK: dict[str, Any] = {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1}
_CONFIGS: Mapping[Pipeline, dict[str, Any]] = {
    # What `rasa init` writes, with the tokenizer for Chinese.
    "default": {
        "pipeline": [
            *_FEATURES,
            {"name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", "epochs": EPOCHS, "constrain_similarities": True},
            _FALLBACK,
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": EPOCHS},
            {"name": "TEDPolicy", "max_history": 5, "epochs": EPOCHS, "constrain_similarities": True},
        ],
    },
    "logistic": {
        "pipeline": [*_FEATURES, {"name": "LogisticRegressionClassifier"}, _FALLBACK],
        "policies": [{"name": "RulePolicy"}],
    },
}
_ACTION = """\
from rasa_sdk import Action


class Trivial(Action):
    def name(self):
        return "action_trivial"

    async def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="好的。")
        return []
"""


def prepare(folder: Path, pipeline: Pipeline) -> Path:
    """The project of this pipeline with its trained model, made where it is missing."""
    python = _environment(folder)
    project = folder / f"{pipeline}-{_digest(pipeline)}"
    if not (project / "trained").exists():
        shutil.rmtree(project, ignore_errors=True)
        _write_project(project, pipeline)
        _run([python, "-m", "rasa", "train", "--quiet"], project)
        (project / "trained").touch()
    return project


@contextmanager
def serving(folder: Path, project: Path) -> Iterator[str]:
    """Rasa's own server beside the SDK's own action server; the address."""
    python = _environment(folder)
    rasa_port, actions_port = free_ports(2)
    endpoints = {"action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"}}
    (project / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    listening = ["-i", "127.0.0.1", "-p", str(rasa_port), "--credentials", "credentials.yml"]
    commands = [
        [python, "-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port)],
        [python, "-m", "rasa", "run", *listening],
    ]
    running = [_start(command, project) for command in commands]
    url = f"http://127.0.0.1:{rasa_port}"
    try:
        _wait(url, running)
        yield url
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


def _environment(folder: Path) -> Path:
    """An environment with nothing but what Rasa asks for."""
    python = folder / "venv" / "bin" / "python"
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder / "venv", ignore_errors=True)
        source = (PROJECT / "bot" / ".venv" / "bin" / "python").resolve()
        _run([UV, "venv", "--python", source, folder / "venv"], folder)
        _run([UV, "pip", "install", "--python", python, *REQUIREMENTS], folder)
        (folder / "installed").touch()
    return python


def _digest(pipeline: Pipeline) -> str:
    digest = hashlib.sha256(yaml.safe_dump(_CONFIGS[pipeline]).encode())
    for path in sorted(NLU.glob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _write_project(project: Path, pipeline: Pipeline) -> None:
    shutil.copytree(NLU, project / "data")
    (project / "actions.py").write_text(_ACTION, encoding="utf-8")
    examples = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(NLU.glob("*.yml"))]
    intents = sorted({one["intent"] for file in examples for one in file["nlu"] if "intent" in one})
    rules = [
        {"rule": intent, "steps": [{"intent": intent}, {"action": "action_trivial"}]} for intent in intents
    ]
    files: dict[str, Any] = {
        "config.yml": {"recipe": "default.v1", "language": "zh", **_CONFIGS[pipeline]},
        "domain.yml": {"version": "3.1", "intents": intents, "actions": ["action_trivial"]},
        "data/rules.yml": {"version": "3.1", "rules": rules},
        "credentials.yml": {"rest": None},
    }
    if pipeline == "default":
        # TED learns from stories; rules alone would leave it without the work of a default project.
        files["data/stories.yml"] = {
            "version": "3.1",
            "stories": [{"story": one["rule"], "steps": one["steps"]} for one in rules],
        }
        files["data/rules.yml"] = {"version": "3.1", "rules": []}
    for name, content in files.items():
        (project / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _start(command: list[Any], project: Path) -> subprocess.Popen[bytes]:
    with (project / "server.log").open("ab") as log:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=project,
            env=_quiet(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait(url: str, running: list[subprocess.Popen[bytes]]) -> None:
    answers, give_up = answers_http(url), time.monotonic() + START_S
    while True:
        if answers():
            return
        if time.monotonic() > give_up or any(process.poll() is not None for process in running):
            raise RuntimeError("the bare Rasa server did not come up: see server.log of its project")
        time.sleep(0.5)


def _run(command: list[Any], folder: Path) -> None:
    parts = [str(part) for part in command]
    done = subprocess.run(parts, cwd=folder, env=_quiet(), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[1]} failed: {done.stderr[-2000:]}")


def _quiet() -> dict[str, str]:
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    return {**os.environ, **quiet}
