"""A process of a test that kills itself in the middle of what it does to a database."""

from __future__ import annotations

import os
import signal
from typing import Any

from sqlalchemy import Engine, event


def dies_at(engine: Engine, kind: str, point: int) -> None:
    """From now on the process kills itself before its n-th `statement`, or at its n-th `commit`."""
    reached = 0

    def reach(_: Any, *__: Any) -> None:
        nonlocal reached
        reached += 1
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, {"statement": "before_cursor_execute", "commit": "commit"}[kind], reach)
