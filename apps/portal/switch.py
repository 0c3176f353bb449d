"""Whether citizens are answered now."""

from __future__ import annotations

from core.polled import Polled
from core.switch.state import Off, Outlet, SwitchState


class Switch:
    """What is off for the citizens of one channel.

    Args:
        state: What is off, as it was at most half a second ago.
    """

    def __init__(self, state: Polled[SwitchState], channel: Outlet = Outlet.WEB) -> None:
        self._state = state
        self._channel = channel

    async def off(self) -> Off | None:
        """Why the channel does not answer; None where it does."""
        return (await self._state.value()).of(self._channel)

    async def whole_off(self) -> Off | None:
        """Why nothing at all answers."""
        return (await self._state.value()).of(Outlet.ALL)
