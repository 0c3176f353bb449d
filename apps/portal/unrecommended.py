"""A portal without a recommender: nothing is recommended, and nothing is kept for it."""

from __future__ import annotations

from collections.abc import Mapping

from core.catalogue.rules import Scalar
from core.errors import Unavailable
from recommender.models import Recommended


class NothingToRecommend:
    """Stands for `Recommending`."""

    async def recommend(
        self, citizen: str | None, region: str | None, k: int, context: tuple[int, ...], personal: bool
    ) -> Recommended:
        """Nothing."""
        return Recommended()


class NoProfiles:
    """Stands for `Profiles`."""

    def facts(self, citizen: str) -> Mapping[str, Scalar]:
        """Nothing."""
        return {}

    def tell(self, citizen: str, fact: str, value: Scalar) -> None:
        """Raises Unavailable."""
        raise Unavailable("profiles: there are none")

    def dismiss(self, citizen: str, item: int, *, theme: bool) -> None:
        """Raises Unavailable."""
        raise Unavailable("profiles: there are none")

    def restore(self, citizen: str, item: int, *, theme: bool) -> None:
        """Changes nothing."""
