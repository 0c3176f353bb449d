"""What stands behind the page's recommendations and profile, and how tests look at them."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, Route

from core.citizens.facts import FACTS
from core.citizens.notice import load_notice

VERSION = load_notice(city="市", hotline="12345", days=30).version
NAMES = ("出生医学证明", "儿童预防接种", "生育津贴", "居住证申领", "公租房申请")
THEMES = ("生育", "卫生健康", "生育", "户籍", None)


def item(at: int, **fields: Any) -> dict[str, Any]:
    """An item as the route tells it."""
    told = {"verdict": "unknown", "met": 2, "total": 3, "missing": ["hukou_city"],
            "text": "满足 3 条中的 2 条，尚不清楚：是否本市户籍。"}  # fmt: skip
    return {
        "item_id": 30 + at, "name": NAMES[at], "agency": "示例市卫生健康委员会", "theme": THEMES[at],
        "reason": "因为您问过新生儿医保", "source": "similar", "eligibility": told,
        "url": "https://zwfw.example.gov.cn/x", **fields,
    }  # fmt: skip


ITEMS = [item(at) for at in range(len(NAMES))]


class Backend:
    """The routes of interactions and of the profile, as the portal serves them."""

    def __init__(self, page: Page, *, personal: bool) -> None:
        self.events: list[dict[str, Any]] = []
        self.requests = 0
        self.personal = personal
        self.down = False
        self.profile: dict[str, Any] = {
            "facts": {"age": 34}, "life_events": ["生育"], "reference": None,
            "learned": [{"tag": "生育", "since": "2026-03-01T00:00:00Z"},
                        {"tag": "户籍", "since": "2026-03-01T00:00:00Z"}],
            "dismissed": [{"scope": "theme", "target": "住房", "title": "住房",
                           "since": "2026-03-01T00:00:00Z"}],
        }  # fmt: skip
        self.puts: list[dict[str, Any]] = []
        page.route("**/api/interactions", self._note)
        page.route("**/api/profile", self._profile)
        page.route("**/api/profile/facts", self._facts)

    def _note(self, route: Route) -> None:
        sent: Any = route.request.post_data_json
        self.requests += 1
        if self.down:
            route.fulfill(status=503, json={})
            return
        events = sent if isinstance(sent, list) else [sent]
        self.events += events
        event = events[0]
        if event["type"] == "dismiss" and self.personal:
            theme = next((one["theme"] for one in ITEMS if one["item_id"] == event["item_id"]), "户籍")
            gone = {"scope": event["scope"], "target": theme, "title": theme, "since": "2026-03-01T00:00:00Z"}
            self.profile["dismissed"].append(gone)
        route.fulfill(json={"kept": len(events), "personal": self.personal})

    def _profile(self, route: Route) -> None:
        if route.request.method == "PUT":
            change: Any = route.request.post_data_json
            self.puts.append(change)
            for name in ("learned", "dismissed"):
                kept = [json.dumps(one) for one in change.get(name, [])]
                if name in change:
                    self.profile[name] = [
                        one for one in self.profile[name]
                        if json.dumps({key: one[key] for key in json.loads(kept[0])}) in kept
                    ] if kept else []  # fmt: skip
            self.profile["facts"].update(change.get("facts", {}))
        route.fulfill(json=self.profile)

    def _facts(self, route: Route) -> None:
        facts = [
            {"name": one.name, "label": one.label, "question": one.question, "kind": one.kind,
             "unit": one.unit, "most": one.most, "choices": dict(one.choices)}
            for one in FACTS.values() if not one.sensitive
        ]  # fmt: skip
        route.fulfill(json={"facts": facts})

    def of(self, kind: str) -> list[int]:
        """Items of the events of a kind."""
        return [event["item_id"] for event in self.events if event["type"] == kind]


def panel(visitor: Any) -> Locator:
    found: Locator = visitor.page.get_by_role("region", name="为你推荐")
    return found


def names(where: Locator) -> list[str]:
    return [str(one.text_content()) for one in where.locator(".offer > .choice:visible").all()]


def agree(visitor: Any, *purposes: str) -> None:
    answer = visitor.page.request.put(
        f"{visitor.origin}/api/consents?notice_version={VERSION}",
        data=dict.fromkeys(purposes, True), headers={"Origin": visitor.origin},
    )  # fmt: skip
    assert answer.ok
