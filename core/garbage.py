"""How often Python looks for objects that hold each other."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Has it look after some answers instead of several times in each; for a whole process.

    An answer makes thousands of objects that live as long as it does, and none of them hold each other.
    """
    gc.set_threshold(20_000, 20, 20)
