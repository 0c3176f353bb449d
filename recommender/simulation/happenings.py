"""What happens in citizens' lives: to whom, how often, in which season, and what it changes. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.catalogue.rules import Scalar

_EVEN = (1.0,) * 12


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One sort of event.

    Attributes:
        words: Of the items' life events; an item that bears one is likely to be needed.
        rate: How many a year, of those it can happen to.
        youngest, oldest: Age of those it can happen to.
        of: Facts that they all have.
        season: Weight of each month, January first.
        changes: Facts as they are afterwards; a number of children is added.
        leads_to: Further events with their chance and the mean number of days until then.
    """

    name: str
    words: tuple[str, ...]
    rate: float
    youngest: int = 16
    oldest: int = 100
    of: Mapping[str, Scalar] = field(default_factory=dict)
    season: tuple[float, ...] = _EVEN
    changes: Mapping[str, Scalar] = field(default_factory=dict)
    leads_to: tuple[tuple[str, float, int], ...] = ()

    def can_happen_to(self, facts: Mapping[str, Scalar]) -> bool:
        """Whether age and facts are such."""
        fits = all(facts[name] == value for name, value in self.of.items())
        return fits and self.youngest <= facts["age"] <= self.oldest  # type: ignore[operator]

    def after(self, facts: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """The facts afterwards."""
        changed = {**facts, **self.changes}
        if "children" in self.changes:
            changed["children"] = int(facts["children"]) + int(self.changes["children"])
        return changed


_SUMMER = (1.0, 1.0, 1.0, 1.0, 1.0, 2.5, 3.5, 3.0, 2.0, 1.0, 0.7, 0.5)
_SCHOOL = (0.2, 0.3, 1.0, 2.5, 3.0, 3.0, 2.5, 4.0, 1.5, 0.3, 0.2, 0.2)
_WEDDING = (1.0, 1.8, 1.0, 1.0, 2.2, 1.0, 0.8, 1.2, 1.5, 2.5, 1.2, 1.0)
_HOLIDAY = (2.5, 1.0, 0.7, 1.2, 1.0, 2.2, 2.2, 1.0, 2.2, 0.5, 0.7, 1.3)
_SPRING = (0.8, 2.2, 2.2, 1.5, 1.2, 1.0, 1.0, 1.0, 1.2, 0.9, 0.7, 0.5)

LIFE_EVENTS = (
    LifeEvent("birth", ("生育", "出生"), 0.12, 20, 44, {"married": True}, changes={"children": 1},
              leads_to=(("enrolment", 0.1, 120),)),
    LifeEvent("enrolment", ("子女入学", "上学"), 0.0, 26, 52, season=_SCHOOL),
    LifeEvent("school", ("子女入学", "上学"), 0.14, 28, 50, {"married": True}, season=_SCHOOL),
    LifeEvent("job", ("就业", "毕业", "考试"), 0.35, 18, 32, {"employed": False, "retired": False},
              season=_SUMMER,
              changes={"employed": True, "unemployed": False, "insured": True},
              leads_to=(("renting", 0.35, 25),)),
    LifeEvent("moving_in", ("外来务工", "外来落户", "落户"), 0.15, 18, 60, {"hukou_city": False},
              season=_SPRING, leads_to=(("renting", 0.4, 15), ("enrolment", 0.15, 60))),
    LifeEvent("renting", ("租房",), 0.08, 18, 45, {"owns_home": False}, season=_SUMMER),
    LifeEvent("unemployment", ("失业", "灵活就业"), 0.06, 20, 58, {"employed": True},
              changes={"employed": False, "unemployed": True}, leads_to=(("business", 0.15, 60),)),
    LifeEvent("marriage", ("结婚",), 0.16, 22, 42, {"married": False}, season=_WEDDING,
              changes={"married": True}, leads_to=(("home", 0.25, 90), ("birth", 0.25, 250))),
    LifeEvent("home", ("买房", "卖房"), 0.05, 25, 58, {"owns_home": False}, season=_SPRING,
              changes={"owns_home": True}),
    LifeEvent("retirement", ("退休",), 0.25, 54, 64, {"retired": False, "insured": True},
              changes={"retired": True, "employed": False}, leads_to=(("ageing", 0.3, 60),)),
    LifeEvent("ageing", ("养老", "异地居住"), 0.2, 64, 100),
    LifeEvent("bereavement", ("亲人离世",), 0.03, 35, 100),
    LifeEvent("business", ("创业", "开店", "灵活就业"), 0.05, 20, 58, {"business_owner": False},
              changes={"business_owner": True, "employed": False, "unemployed": False}),
    LifeEvent("trading", ("创业", "开店"), 0.3, 20, 70, {"business_owner": True}),
    LifeEvent("lost_papers", ("证件丢失", "外出旅行"), 0.09),
    LifeEvent("expiry", ("证件到期",), 0.12, 18, 85),
    LifeEvent("driving", ("驾车", "证件到期"), 0.2, 18, 80, {"car_owner": True}),
    LifeEvent("car", ("买车", "卖车"), 0.06, 20, 60, {"car_owner": False}, changes={"car_owner": True}),
    LifeEvent("travel", ("出国旅游", "港澳旅游", "假期出行", "探亲"), 0.12, 18, 75, season=_HOLIDAY),
    LifeEvent("illness", ("患病就医", "患病", "意外事故"), 0.08, 30, 100),
    LifeEvent("hardship", ("生活困难",), 0.3, 18, 100, {"hardship": True}),
    LifeEvent("renaming", ("姓名变更",), 0.01, 18, 60),
)  # fmt: skip
