"""Words for what happens in a life: guides, bundles and citizens name the same event differently. Pure."""

from __future__ import annotations

from typing import Final

# The official name first.
_SAME: Final = (
    ("出生", "生育", "生孩子"),
    ("入学", "子女入学", "上学"),
    ("购房", "买房"),
    ("身后", "亲人离世", "死亡"),
    ("退休", "退休养老"),
    ("开办企业", "创业", "开店"),
)
_GROUP: Final = {name: names for names in _SAME for name in names}


def official(event: str) -> str:
    """The name under which citizens read an event; its own where it has no other."""
    return _GROUP.get(event, (event,))[0]


def names_of(event: str) -> tuple[str, ...]:
    """All names of an event, the given one first."""
    return (event, *(name for name in _GROUP.get(event, ()) if name != event))
