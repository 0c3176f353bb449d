"""Everything that the made-up city depends on, besides the service items. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class CityParameters:
    """What sort of city is made. The same parameters and items make the same city.

    Attributes:
        days: Length of the time that is told of.
        start: Its first day; seasons hang on it.
        newcomers: Share of citizens who first come within that time, because of a need.
        personalize: Share who agree to `personalize`; of these `profile_facts` agree to that too.
        told: Chance that a fact is told by one who agrees; `told_wrong` that it is told wrongly.
        told_again: Chance that a fact is told anew after a life event has changed it.
        untagged: Share of pairs of event and item that belong together though no word of the item says so.
        uneven: Spread (of the logarithm) of how much a district takes up an item.
        portal: Mean share of a citizen's needs that are brought to the portal; newcomers half of it.
        mistake: Chance that an item is wanted by one who may not have it, or that the wrong one is asked for.
        curious: Looks a year out of curiosity, on average; `dismissals` likewise.
        herd: How much of curiosity goes after what many have looked at, 0 to 1.
        asks: Chance that a need begins with a question, which is the part that our server sees.
        opens, applies, finishes, declares, rates: Chances of the further steps.
        published_later: Share of items that are new within the time.
    """

    citizens: int = 2000
    days: int = 365
    seed: int = 1
    start: date = date(2025, 1, 1)
    newcomers: float = 0.35
    personalize: float = 0.75
    profile_facts: float = 0.65
    told: float = 0.5
    told_wrong: float = 0.02
    told_again: float = 0.3
    untagged: float = 0.03
    uneven: float = 0.3
    portal: float = 0.65
    mistake: float = 0.05
    curious: float = 1.5
    dismissals: float = 0.2
    herd: float = 0.4
    asks: float = 0.65
    opens: float = 0.5
    applies: float = 0.3
    finishes: float = 0.7
    declares: float = 0.12
    rates: float = 0.06
    published_later: float = 0.1
