"""A list of recommendations with all that led to it, as plain values. Pure."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from recommender.models import Recommendation
from recommender.serving.blending import Shares
from recommender.serving.columns import Mask
from recommender.serving.recommending import Course, Recommender, is_personal

_NAMED: Final = 20


def explained(recommender: Recommender, course: Course) -> dict[str, Any]:
    """Every step; of each at most so many items by name, and how many there are in all."""
    columns, wanted, shares = course.columns, course.wanted, course.blend.shares(course.chosen)
    return {
        "personalized": is_personal(course, shares),
        "region": wanted.region,
        "items": len(columns),
        "history": [_weighted(course, item, weight) for item, weight in wanted.history],
        "events": {event: round(sure, 3) for event, sure in wanted.events.items()},
        "excluded": {name: _of_mask(course, mask) for name, mask in course.masks.items()},
        "sources": {name: _of_source(course, name) for name in course.proposals},
        "chosen": [
            _chosen(course, place, told)
            for place, told in zip(course.chosen, recommender.told(course, shares), strict=True)
        ],
        "not_shown": [columns.items[place].external_id for place in course.unshown],
        "model": course.ranker.version if course.ranker is not None else None,
    }


def _weighted(course: Course, item: int, weight: float) -> dict[str, Any]:
    place = course.columns.place(item)
    known = course.columns.items[place].external_id if place is not None else None
    return {"item_id": item, "external_id": known, "weight": round(weight, 4)}


def _of_mask(course: Course, mask: Mask) -> dict[str, Any]:
    places = np.flatnonzero(mask)
    return {"n": len(places), "first": [course.columns.items[place].external_id for place in places[:_NAMED]]}


def _of_source(course: Course, name: str) -> dict[str, Any]:
    scores = course.proposals[name].scores
    offered = np.where(course.blend.scores > 0, scores, 0)
    best = [int(place) for place in np.argsort(-offered, kind="stable")[:_NAMED] if offered[place] > 0]
    shares = course.blend.shares(best)[name]
    return {
        "n": int((offered > 0).sum()),
        "best": [
            {
                "external_id": course.columns.items[place].external_id,
                "score": round(float(scores[place]), 4),
                "adds": round(adds, 4),
            }
            for place, adds in zip(best, shares, strict=True)
        ],
    }


def _chosen(course: Course, place: int, told: Recommendation) -> dict[str, Any]:
    verdict = told.assessment.verdict
    return {
        "item_id": told.item.id,
        "external_id": told.item.external_id,
        "name": told.item.name,
        "theme": told.item.theme,
        "score": round(told.score, 4),
        "source": told.source,
        "adds": _adds(course.blend.shares([place])),
        "reason": told.reason,
        "verdict": verdict.verdict,
        "missing": list(verdict.missing),
    }


def _adds(shares: Shares) -> dict[str, float]:
    return {name: round(share[0], 4) for name, share in shares.items() if share[0] > 0}
