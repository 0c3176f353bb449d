"""What counts uses against limits; pure shapes and the port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MINUTE_S = 60.0


@dataclass(frozen=True)
class Limit:
    """So many uses in any stretch of time of this length.

    Attributes:
        key: Whose uses are counted; kept as it is, so it must tell nothing of a person.
        most: Number of uses, at least 1.
        window_s: Length of the stretch in seconds.
    """

    key: str
    most: int
    window_s: float = MINUTE_S


class Limiter(Protocol):
    """Counts uses."""

    async def admit(self, limits: Sequence[Limit]) -> float:
        """Counts one use against every limit, or against none of them where one is used up.

        Returns:
            Seconds after which it may be tried again; 0: it was counted.

        Raises:
            Unavailable: It cannot be counted now.
        """
        ...

    async def close(self) -> None:
        """Ends connections."""
        ...
