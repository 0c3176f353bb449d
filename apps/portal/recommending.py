"""Recommendations for a citizen of the portal; what fails leaves fewer of them, never an error."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from apps.portal.aside import Aside
from apps.portal.errors import log_defect
from core.clock import Clock
from core.errors import WeizhengError
from recommender.models import NOBODY, CitizenState, Recommended
from recommender.serving.opening import Serving

log = logging.getLogger(__name__)
_THREADS: Final = 8
_PREPARING_S: Final = 2.0


class RecommendingService:
    """Finds out who asks and from where, and recommends.

    Args:
        serving: Who recommends.
        chosen: The district of a conversation, which the citizen chose; blocks.
        clock: The time.
    """

    def __init__(self, serving: Serving, chosen: Callable[[str], str | None], clock: Clock) -> None:
        self._serving = serving
        self._chosen = chosen
        self._clock = clock
        self._aside = Aside(_THREADS)

    async def prepare(self) -> None:
        """Reads catalogue and model, so that the first answer does not wait for them; no longer than 2 s."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PREPARING_S):
                await self._aside.run(self._read_ahead)

    async def recommend(
        self,
        citizen: str | None,
        region: str | None = None,
        k: int = 5,
        context: tuple[int, ...] = (),
        personal: bool = True,
    ) -> Recommended:
        """At most `k` items, the best first; without consent by nothing that is known of the citizen.

        Args:
            region: Six-digit code of the district chosen; None takes that of the conversation.
            context: Ids of the items that the citizen looks at, which are not offered.
            personal: By what is known of the citizen; if not, what they put off stays away all the same.
        """
        return await self._aside.run(self._recommend, citizen, region, k, context, personal)

    def _recommend(
        self, citizen: str | None, region: str | None, k: int, context: tuple[int, ...], personal: bool
    ) -> Recommended:
        try:
            state = self._state(citizen, self._known(citizen, region))
            return self._made(state if personal else _without_profile(state), k, context)
        except WeizhengError as error:
            # What cannot be checked against the database does not leave, nor does a list of somebody of
            # whom it is not known what they put off.
            log.warning("nothing is recommended", extra={"code": error.code})
        except Exception as error:
            log_defect(error)
        return Recommended()

    def _read_ahead(self) -> None:
        try:
            # Who agreed is served by the model as well.
            self._made(replace(NOBODY, personalized=True), 1, ())
        except Exception as error:
            log.warning("nothing is read ahead", extra={"kind": type(error).__name__})

    def _made(self, state: CitizenState, k: int, context: tuple[int, ...]) -> Recommended:
        return self._serving.recommender.recommend(state, k, self._clock.today(), self._clock.now(), context)

    def _known(self, citizen: str | None, region: str | None) -> str | None:
        """The district; a code that nobody knows counts as none."""
        code = region or (self._chosen(citizen) if citizen else None)
        return code if code and self._serving.items.region_name(code) else None

    def _state(self, citizen: str | None, region: str | None) -> CitizenState:
        if citizen is None:
            return replace(NOBODY, region=region)
        return self._serving.profiles.state(citizen, region)


def _without_profile(state: CitizenState) -> CitizenState:
    return CitizenState(
        region=state.region,
        dismissed_items=state.dismissed_items,
        dismissed_themes=state.dismissed_themes,
    )
