"""The console of an installation on a port that is given, for a test that kills it."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from apps.console.app import create_app
from apps.console.composition import assemble
from core.clock import FixedClock
from core.database.engine import open_engine
from core.keys import ensure_keys
from core.limits.memory import MemoryLimiter
from core.settings import Settings

HOME, NOW, PORT = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
services = assemble(
    Settings(_env_file=None, home=HOME),
    ensure_keys(HOME),
    engine=open_engine(f"sqlite:///{HOME}/weizheng.db"),
    clock=FixedClock(NOW),
    limiter=MemoryLimiter(),
)
uvicorn.run(create_app(services, ZoneInfo("Asia/Shanghai")), host="127.0.0.1", port=PORT, log_config=None)
