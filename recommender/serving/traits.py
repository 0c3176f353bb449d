"""What recommending knows of a published item, taken from its row in the catalogue. Pure."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from core.catalogue.rules import Rule, parse_rule
from core.errors import BadInput
from recommender.models import ItemTraits

_TITLE: Final = re.compile(r"《([^》]+)》")
_BETWEEN: Final = re.compile(r"[、，；（）()/]|和|与|及|或")
_SHORTEST_PAPER: Final = 3
log = logging.getLogger(__name__)


def traits_of(row: Any) -> ItemTraits:
    """Traits of a row of `service_item`; a rule that cannot be read is logged, and counts as none."""
    guide: Mapping[str, Any] = json.loads(row.payload)
    starts = [day for day in (row.published_on, row.effective_from) if day is not None]
    return ItemTraits(
        id=row.id,
        external_id=row.external_id,
        name=guide["name"],
        region=row.region,
        agency=row.agency,
        theme=row.theme,
        audience=tuple(guide.get("audience") or ()),
        life_events=tuple(guide.get("life_events") or ()),
        sensitive=bool(guide.get("sensitive")),
        rule=_rule(row.external_id, guide.get("eligibility")),
        since=row.created_at,
        url=f"/api/items/{row.id}",
        importance=len(guide.get("aliases") or ()) + len(guide.get("question_variants") or ()),
        gives=papers(str((guide.get("result") or {}).get("name") or "")),
        needs=tuple(str(one.get("name")) for one in guide.get("materials") or ()),
        valid_from=max(starts, default=None),
        valid_to=row.effective_to,
        revision=row.revision,
    )


def _rule(external_id: str, data: object) -> Rule | None:
    if data is None:
        return None
    try:
        return parse_rule(data)
    except BadInput as error:
        log.warning("an eligibility rule is left out", extra={"item": external_id, "reason": error.detail})
        return None


def papers(result: str) -> tuple[str, ...]:
    """Names of the papers in what one gets in the end, such as 预防接种证 in 预防接种证（纸质和电子）."""
    named = _TITLE.findall(result) or _BETWEEN.split(result.replace("中华人民共和国", ""))
    return tuple(name.strip() for name in named if len(name.strip()) >= _SHORTEST_PAPER)
