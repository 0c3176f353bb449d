"""A model comes back with the database that it was kept in, also in another kind of database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from core.backup.restoring import make_ready, new_epoch, put_back
from recommender.training.pointer import ModelInUse
from tests.core.backup.conftest import back_up, scratch, silent
from tests.recommender.training.town import Town, read_quick

__all__ = ["back_up", "scratch"]


def test_what_serves_is_restored_with_its_bytes(
    town: Town, elsewhere: Engine, back_up: Callable[..., Path], tmp_path: Path
) -> None:
    town.live()
    town.train()
    town.train()
    path = back_up(town.engine, town.clock)
    folder = tmp_path / "restored"
    folder.mkdir(mode=0o700)
    opened = make_ready(path, folder, town.clock, 30, silent)
    new_epoch(opened.database)
    put_back(elsewhere, opened.database, town.clock, lambda: None, silent)
    found: Any = ModelInUse(elsewhere, town.clock, read_quick, days=30).current()
    assert found.version == "m2"
