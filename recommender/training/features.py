"""What a model learns of items beside who used them, and of citizens beside what they did. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from core.catalogue.models import ServiceItem
from core.catalogue.rules import Scalar
from core.citizens.facts import FACTS


def item_features(item: ServiceItem, cluster: int) -> dict[str, float]:
    """Names of what an item is: agency, theme, region, audience, life events, cluster of its text."""
    told = {"agency": item.agency, "theme": item.theme, "region": item.region, "cluster": cluster}
    names = [f"{name}={value}" for name, value in told.items() if value is not None]
    names += [f"audience={value}" for value in item.audience]
    names += [f"life_event={value}" for value in item.life_events]
    return dict.fromkeys(names, 1.0)


def text_of(item: ServiceItem) -> str:
    """What an item's cluster is told by."""
    return " ".join((item.name, *item.aliases, item.summary or ""))


def learnable(facts: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Facts that a model may see: known ones, and no sensitive one, wherever they came from."""
    return {name: value for name, value in facts.items() if name in FACTS and not FACTS[name].sensitive}
