"""The example city's bundles say no more than its guides do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from core.catalogue.bundles import Bundle
from core.catalogue.models import ServiceItem
from recommender.bundles.checklist import checklist
from recommender.bundles.models import PlannedStep
from recommender.bundles.planning import plan

SHILI = Path(__file__).resolve().parents[3] / "examples" / "shili"


@lru_cache
def bundles() -> Mapping[str, Bundle]:
    files = [_read(path) for path in sorted((SHILI / "bundles").glob("*.yaml"))]
    found = [Bundle(**{**file["defaults"], **one}) for file in files for one in file["bundles"]]
    return {one.external_id: one for one in found}


@lru_cache
def items() -> Mapping[str, ServiceItem]:
    files = [_read(path) for path in sorted((SHILI / "guides").glob("*.yaml"))]
    guides = [{**file.get("defaults", {}), **one} for file in files for one in file.get("items", [file])]
    kept = {
        one["external_id"]: {name: of for name, of in one.items() if name != "questions"} for one in guides
    }
    return {name: TypeAdapter(ServiceItem).validate_python(of) for name, of in kept.items()}


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def planned(bundle: str, **facts: object) -> dict[str, PlannedStep]:
    return {one.item.external_id: one for one in plan(bundles()[bundle], items(), facts)}


AWAY = {"hukou_city": False, "resident": False}
OUTSIDE = {**AWAY, "employed": False, "insured": False}


@pytest.mark.parametrize(
    ("bundle", "facts"),
    [
        ("chusheng", OUTSIDE),
        ("jiehun", {"hukou_city": True, "married": True}),
        ("ruxue", AWAY),
        ("ruxue", {"hukou_city": True}),
        ("shenhou", OUTSIDE),
        ("shiye", {"employed": True, "insured": False}),
        ("shiye", {"unemployed": False, "insured": True}),
    ],
)
def test_facts_that_do_not_count_rule_no_step_out(bundle: str, facts: Any) -> None:
    # What counts is the child's case, the spouse's, that of the dead, or how it stood before.
    assert {one.state.value for one in planned(bundle, **facts).values()} <= {"ready", "waits"}


@pytest.mark.parametrize("facts", [{}, {"employed": True, "insured": True, "hukou_city": True}])
def test_whose_case_counts_for_the_maternity_allowance_is_told(facts: Any) -> None:
    step = planned("chusheng", **facts)["ybj-syjt"]
    assert step.assessment.verdict.verdict == "unknown"
    assert "女职工" in step.note


@pytest.mark.parametrize(
    ("bundle", "item"),
    [
        ("zufang", "gjj-zftq"),  # 未备案的按限额提取
        ("zufang", "gaj-jzz"),  # 合同是否备案不影响受理
        ("ruxue", "jyj-xsrx"),  # 漏种的可以先登记
        ("goufang", "gjj-hdtq"),  # 商业贷款也可以提取
        ("goufang", "zrzy-esf"),  # 登记、缴税同一窗口一次受理
        ("buzheng", "gaj-jsz-bz"),  # 没有丢身份证的不用先补
        ("shenhou", "rsj-szfx"),
    ],
)
def test_what_needs_no_other_step_waits_for_none(bundle: str, item: str) -> None:
    assert planned(bundle)[item].state.value == "ready"


@pytest.mark.parametrize(
    ("bundle", "item", "first"),
    [
        ("chusheng", "gaj-csdj", "wjw-csyxzm"),
        ("chusheng", "wjw-yebt", "gaj-csdj"),
        ("buzheng", "gaj-sfz-ls", "gaj-sfz-bl"),
        ("goufang", "zrzy-spf", "swj-qs"),
        ("jiehun", "gaj-hk-qr", "mzj-jhdj"),
        ("kaiban", "scjg-spjy", "scjg-gtsl"),
        ("ruxue", "jyj-sqzn", "gaj-jzz"),
        ("shiye", "rsj-syj-sl", "rsj-jydj"),
        ("tuixiu", "rsj-ylrz", "rsj-tx-lq"),
        ("zufang", "dq-zufang", "zjj-zlba"),
    ],
)
def test_what_needs_another_s_result_waits_for_it(bundle: str, item: str, first: str) -> None:
    step = planned(bundle)[item]
    assert (step.state.value, first in step.after) == ("waits", True)


@pytest.mark.parametrize("bundle", ["shiye", "jiuye", "chusheng", "buzheng"])
def test_the_list_of_materials_is_one(bundle: str) -> None:
    steps = list(planned(bundle).values())
    found = checklist(steps)
    assert any(len(one.items) > 1 for one in found)
    assert len(found) < sum(len(one.item.materials) for one in steps)


def test_an_item_shows_one_event_at_most() -> None:
    shown = Counter(step.item for one in bundles().values() for step in one.steps if step.shows)
    assert set(shown.values()) == {1}
