"""A whole installation with a large base: memory and start time of each process."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from bench.assistant import assistant
from bench.performance.large_base import StandIn, fill
from bench.performance.load import PortalCitizen, load
from core.clock import SystemClock
from core.database.engine import open_engine
from core.settings import Settings
from knowledge_base.application import KnowledgeBase
from knowledge_base.embedding.loading import open_embedder

PASSAGES = 100_000
ASKED = 300
_STARTED = re.compile(r"\((\w+)\) ([\d.]+) s")


def installation(home: Path, questions: list[str]) -> dict[str, Any]:
    """Megabytes and seconds of each process once a large base was searched a few hundred times.

    Args:
        home: An installation with the demonstration city; a copy of it is filled.
    """
    model = open_embedder(Settings())
    stand_in = StandIn(digest=model.digest, dtype=model.dtype, dimension=model.dimension)
    del model
    with tempfile.TemporaryDirectory() as folder:
        copy, output = Path(folder) / "home", Path(folder) / "up.txt"
        shutil.copytree(home, copy, ignore=shutil.ignore_patterns("run", "redis", "logs", "backups"))
        engine = open_engine(f"sqlite:///{copy}/weizheng.db")
        fill(engine, stand_in, PASSAGES)
        # As after any stop: the index was saved.
        KnowledgeBase(
            engine, stand_in, SystemClock(), "12345", follow=False, saved_under=copy / "index"
        ).close()
        with assistant(copy, output) as ours:
            errors = load([PortalCitizen(ours.url, fresh=True)], questions, ASKED).errors
            processes = ours.processes()
        started = {name: float(seconds) for name, seconds in _STARTED.findall(output.read_text("utf-8"))}
    megabytes = {one["name"]: one["memory_mb"] for one in processes}
    return {
        "memory_mb": megabytes,
        "total_mb": sum(megabytes.values()),
        "start_s": started,
        "errors": len(errors),
    }
