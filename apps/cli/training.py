"""Trains the dialogue model when what it is made from changed, and never leaves half a model behind."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from apps.cli.errors import CommandFailed
from apps.cli.installation import one_at_a_time
from apps.cli.processes import BOT, BOT_PYTHON, MODEL, quiet_rasa
from core.settings import Settings

NAME = "dialogue"
STAMP = "dialogue.inputs"
INPUTS = ("config.yml", "domain.yml", "data/**/*")
_RASA = re.compile(r"^rasa==(\S+)", re.MULTILINE)


def training_inputs(bot: Path) -> Iterator[Path]:
    """Files that shape the model: configuration, domain, training data."""
    for pattern in INPUTS:
        yield from sorted(path for path in bot.glob(pattern) if path.is_file())


def fingerprint(bot: Path) -> str:
    """Digest over the inputs and the version of Rasa that the lock file names."""
    lock = bot / "requirements.lock"
    version = _RASA.search(lock.read_text(encoding="utf-8")) if lock.exists() else None
    digest = hashlib.sha256((version.group(1) if version else "").encode())
    for path in training_inputs(bot):
        digest.update(f"\0{path.relative_to(bot).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_trained(models: Path, bot: Path = BOT) -> bool:
    """Whether the model there was made from these very inputs."""
    stamp = models / STAMP
    if not (models / MODEL).exists() or not stamp.exists():
        return False
    return stamp.read_text(encoding="ascii").strip() == fingerprint(bot)


def ensure_trained(settings: Settings, bot: Path = BOT, python: Path = BOT_PYTHON) -> bool:
    """Train unless the model is up to date.

    Returns: Whether it trained.

    Raises:
        CommandFailed: Rasa is not installed, or training failed; the line names the log.
    """
    models = settings.models_dir
    with one_at_a_time(settings.run_dir / "training.lock"):
        if is_trained(models, bot):
            return False
        if not python.exists():
            raise CommandFailed(
                f"the dialogue environment {python.parents[1]} is missing: run make setup. 缺少对话环境。"
            )
        models.mkdir(mode=0o700, parents=True, exist_ok=True)
        made_from = fingerprint(bot)
        with tempfile.TemporaryDirectory(prefix=".training-", dir=models) as scratch:
            _train(python, bot, Path(scratch), settings.logs_dir)
            # The old stamp goes first: a crash between the two renames costs a training, never a mix-up.
            (models / STAMP).unlink(missing_ok=True)
            (Path(scratch) / MODEL).replace(models / MODEL)
            draft = Path(scratch) / STAMP
            draft.write_text(made_from + "\n", encoding="ascii")
            draft.replace(models / STAMP)
    return True


def _train(python: Path, bot: Path, out: Path, logs: Path) -> None:
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = logs / "rasa-train.log"
    command = [str(python), "-m", "rasa", "train", "--fixed-model-name", NAME, "--out", str(out)]
    with log.open("wb") as output:
        done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
            command,
            cwd=bot,
            env={**os.environ, **quiet_rasa()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0 or not (out / MODEL).exists():
        full = shutil.disk_usage(out).free < 100 * 1024**2
        cause = "the disk is full (磁盘空间不足)" if full else f"see {log}"
        raise CommandFailed(f"training the dialogue model failed: {cause}. 对话模型训练失败。")
