"""Whoever has their data erased is in no file of the running assistant any more."""

from __future__ import annotations

import sqlite3
import time
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.cookiejar import Cookie
from typing import Any

import pytest

from tests.assistant.test_changes import child

pytestmark = pytest.mark.timeout(900, func_only=True)
PATIENCE_S = 120.0
# An id of an event, and a life event, that nobody else tells.
TRACED, LIVED = "trace-of-the-otter-bridge", "麒麟桥乔迁"
# Words that nobody else says: in a question, an opinion, a rating.
ASKED, CHOSE_OF, THOUGHT, RATED = "麒麟桥边的水獭饲养许可怎么领", "水獭村", "石榴籽答复不对", "琥珀色窗口太慢"
CONSENTS = ("personalize", "profile_facts", "followup_notice", "push_web")


def live(citizen: Any) -> None:
    """Does whatever leaves something behind."""
    http = citizen.http
    version = http.get("/api/privacy-notice").json()["version"]
    given = http.put(f"/api/consents?notice_version={version}", json=dict.fromkeys(CONSENTS, True))
    assert given.status_code == 200
    citizen.ask(ASKED)
    citizen.ask(f"{CHOSE_OF}的居住证怎么办理")
    reply = citizen.ask("居住证需要什么材料")
    opinion = {"answer_id": reply["answer_id"], "useful": False, "reason": "wrong", "text": THOUGHT}
    assert http.post("/api/feedback", json=opinion).status_code == 200
    rating = {"target": {"kind": "conversation"}, "level": 1, "reasons": ["unsolved"], "text": RATED}
    assert http.post("/api/ratings", json=rating).status_code == 201
    item = http.get("/api/items?limit=1").json()["items"][0]
    event = {
        "event_id": TRACED, "item_id": item["item_id"], "type": "click",
        "occurred_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    assert http.post("/api/interactions", json=event).json() == {"kept": 1, "personal": True}
    told = {"facts": {"age": 34}, "life_events": [LIVED]}
    assert http.put("/api/profile", json=told).json()["life_events"] == [LIVED]
    theme = item["theme"]
    wanted = [{"kind": "theme", "target": theme, "subscribed": True}]
    assert http.put("/api/subscriptions", json=wanted).status_code == 200


def identity_of(citizen: Any) -> str:
    """What everything about them is kept under."""
    cookies: list[Cookie] = list(citizen.http.cookies.jar)
    return str(cookies[0].value).rpartition(".")[0]


def places_of(assistant: Any, traces: list[str]) -> set[str]:
    """Files that hold one of the texts."""
    found = set()
    for path in assistant.home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            # JSON in the database and Rasa's tracker may write Chinese as escapes.
            wanted = [form for trace in traces for form in (trace.encode(), ascii(trace)[1:-1].encode())]
            if any(form in data for form in wanted):
                found.add(str(path.relative_to(assistant.home)))
    return found


def let_ten_minutes_pass(assistant: Any, identity: str) -> None:
    """Makes the erasure older, and starts the portal anew, which then looks at once."""
    with closing(sqlite3.connect(assistant.home / "weizheng.db", timeout=30)) as database, database:
        past = (datetime.now(UTC) - timedelta(minutes=11)).replace(tzinfo=None).isoformat(sep=" ")
        changed = database.execute("UPDATE erasure SET erased = ? WHERE citizen = ?", (past, identity))
        assert changed.rowcount == 1
    child(assistant, "portal").kill()


def test_a_citizen_leaves_no_trace_in_any_file(assistant: Any, whole_again: None) -> None:
    citizen, other = assistant.citizen(), assistant.citizen()
    live(citizen)
    said = f"另一位{uuid.uuid4().hex[:8]}问的话"
    other.ask(said)
    identity = identity_of(citizen)
    traces = [ASKED, CHOSE_OF, THOUGHT, RATED, TRACED, LIVED, identity]
    assert places_of(assistant, traces) != set()
    assert citizen.http.delete("/api/me").json() == {"erased": True}
    let_ten_minutes_pass(assistant, identity)
    give_up = time.monotonic() + PATIENCE_S
    while (left := places_of(assistant, traces)) and time.monotonic() < give_up:
        time.sleep(1)
    assert left == set()
    assert places_of(assistant, [said]) != set()
