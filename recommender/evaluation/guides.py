"""Guides of items of which no more than their traits is known. Pure."""

from __future__ import annotations

from core.catalogue.models import ServiceItem
from core.catalogue.rules import Leaf, Rule
from recommender.models import ItemTraits


def guide_of(item: ItemTraits) -> ServiceItem:
    """A guide with these traits and nothing else."""
    return ServiceItem(
        external_id=item.external_id,
        name=item.name,
        region=item.region,
        agency=item.agency,
        theme=item.theme,
        audience=list(item.audience),  # type: ignore[arg-type]
        life_events=list(item.life_events),
        sensitive=item.sensitive,
        eligibility=None if item.rule is None else as_data(item.rule),
    )


def as_data(rule: Rule) -> dict[str, object]:
    """The plain data that `core.catalogue.rules.parse_rule` makes the rule of."""
    if isinstance(rule, Leaf):
        value = list(rule.value) if isinstance(rule.value, tuple) else rule.value
        return {"fact": rule.fact, "op": rule.op, "value": value}
    parts = [as_data(part) for part in rule.parts]
    return {rule.kind: parts[0] if rule.kind == "not" else parts}
