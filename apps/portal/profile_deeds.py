"""What the conversation changes of a citizen's profile, done by the same stores as the profile's routes."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex

from core.catalogue.rules import Scalar
from core.clock import Clock
from recommender.interactions.store import InteractionStore
from recommender.models import Interaction, InteractionType, Origin, Scope
from recommender.profile.store import Changes, ProfileStore


class ProfileDeeds:
    """Implements `apps.portal.ports.Profiles`.

    Args:
        profiles: Facts and dismissals.
        interactions: Keeps a dismissal as the interaction that it is.
        clock: The time.
    """

    def __init__(self, profiles: ProfileStore, interactions: InteractionStore, clock: Clock) -> None:
        self._profiles = profiles
        self._interactions = interactions
        self._clock = clock

    def facts(self, citizen: str) -> Mapping[str, Scalar]:
        """What they told, where `profile_facts` is agreed to; else nothing."""
        return self._profiles.state(citizen).facts

    def tell(self, citizen: str, fact: str, value: Scalar) -> None:
        """Keeps a fact.

        Raises:
            FactsNotAgreedTo: `profile_facts` is not agreed to.
        """
        self._profiles.change(citizen, Changes(facts={fact: value}))

    def dismiss(self, citizen: str, item: int, *, theme: bool) -> None:
        """Recommends the item, or all of its theme, no more; without consent nothing is kept.

        Raises:
            NotFound: The item is not published any more.
            BadInput: There is a most of them.
        """
        said = Interaction(
            f"dismiss:{token_hex(8)}", item, InteractionType.DISMISS, Origin.CLIENT, self._clock.now(),
            scope=Scope.THEME if theme else Scope.ITEM,
        )  # fmt: skip
        self._interactions.add(citizen, [said])

    def restore(self, citizen: str, item: int, *, theme: bool) -> bool:
        """Undoes the dismissal of an item or of its theme; whether there was one."""
        return self._profiles.restore(citizen, Scope.THEME if theme else Scope.ITEM, item)
