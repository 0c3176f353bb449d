"""What does the jobs of one kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.jobs.context import Context

# Does one job, and gives a few plain values of what came of it. It may be run again, from where it stood:
# what must not happen twice happens in a `context.step`, or is harmless twice.
Handler = Callable[[Context], Mapping[str, Any] | None]
