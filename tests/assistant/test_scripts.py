"""Whole conversations with the running assistant, as `scripts/*.yaml` tell them, each by its own citizen."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis

from apps.portal.wire import AnswerMessage, ChatReply, ChoiceButton, ChoicesMessage
from core.answering import AnswerStatus, Aspect
from knowledge_base.contract import ItemRef
from tests.assistant.scripting import (
    OK,
    Script,
    Turn,
    buttons_of,
    escaped,
    kept_forms,
    message_of,
    problems,
    read_script_file,
    read_scripts,
    shown_words,
)

# The first of them sets the whole assistant up, which takes minutes where others work too.
pytestmark = pytest.mark.timeout(900, func_only=True)
SCRIPTS = read_scripts(Path(__file__).with_name("scripts"))
MASKS = ("〔身份证号〕", "〔电话号码〕", "〔银行卡号〕")


@pytest.fixture(scope="module")
def played() -> set[str]:
    """Names of the scripts played so far."""
    return set()


def play(citizen: Any, script: Script) -> None:
    """Says the turns in order; fails at the first reply that is not right, with all that was said."""
    told: list[str] = []
    buttons: list[ChoiceButton] = []
    for number, turn in enumerate(script.turns, 1):
        response = citizen.post(**message_of(turn, buttons))
        told.append(f"{number} > {str(turn.choose or turn.payload or turn.say)[:80]}")
        # A browser takes it for data and for nothing else.
        assert response.headers["content-type"] == "application/json"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.status_code == turn.http, "\n".join([*told, response.text[:300]])
        if turn.http == OK:
            reply = ChatReply.model_validate(response.json())
            told.append(f"{number} < {reply.status}: {shown_words(reply)[:300]}")
            assert not (wrong := problems(turn, reply)), "\n".join([*told, *wrong])
            buttons = buttons_of(reply) or buttons


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_conversation_goes_as_a_citizen_expects(citizen: Any, script: Script, played: set[str]) -> None:
    play(citizen, script)
    played.add(script.id)


def held(store: redis.Redis, key: bytes) -> bytes:
    """All that is kept under a key, whatever its type."""
    read: dict[bytes, Callable[[], Any]] = {
        b"string": lambda: store.get(key), b"list": lambda: store.lrange(key, 0, -1),
        b"set": lambda: store.smembers(key), b"hash": lambda: store.hgetall(key),
        b"zset": lambda: store.zrange(key, 0, -1),
    }  # fmt: skip
    kind = store.type(key)
    found = read[kind if isinstance(kind, bytes) else kind.encode()]()
    return found if isinstance(found, bytes) else str(found).encode()


def test_no_personal_number_of_any_script_is_kept(assistant: Any, played: set[str]) -> None:
    private = [script for script in SCRIPTS if script.private]
    for script in private:
        if script.id not in played:
            play(assistant.citizen(), script)
    stores = dict(kept_by(assistant))
    for mark in MASKS:
        assert mark in stores["database"]
        assert mark in stores["trackers"] or escaped(mark) in stores["trackers"]
    kept = [
        f"{script.id}: {number} in {name}"
        for script in private
        for number in script.private
        for name, text in stores.items()
        if any(form in text for form in kept_forms(number))
    ]
    assert not kept


def kept_by(assistant: Any) -> Iterator[tuple[str, str]]:
    """Name and content of everything that keeps something."""
    password = (assistant.home / "keys" / "redis_password").read_text(encoding="utf-8").strip()
    with redis.Redis(port=int(assistant.env["REDIS_PORT"]), password=password) as store:
        values = [held(store, key) for key in store.scan_iter()]
    yield "trackers", b"\n".join(values).decode(errors="replace")
    with closing(sqlite3.connect(assistant.home / "weizheng.db")) as database:
        yield "database", "\n".join(database.iterdump())
    for pattern in ("weizheng.db*", "logs/*", "up.txt", "redis/**/*"):
        paths = [path for path in assistant.home.glob(pattern) if path.is_file()]
        assert paths, pattern
        yield pattern, "".join(path.read_bytes().decode(errors="replace") for path in paths)


def test_the_scripts_cover_every_aspect() -> None:
    asked = {aspect for script in SCRIPTS for turn in script.turns for aspect in turn.aspects or ()}
    assert asked == set(Aspect)


REPLY = ChatReply(
    conversation="c",
    answer_id="a",
    status=AnswerStatus.ANSWERED_GUIDE,
    region="990101",
    messages=[
        AnswerMessage(
            message_id="m",
            answer_id="a",
            status=AnswerStatus.ANSWERED_GUIDE,
            text="免费。",
            item=ItemRef(item_id=1, name="结婚登记"),
            aspect=Aspect.FEE,
        ),
        ChoicesMessage(message_id="n", text="哪一个？", choices=[ChoiceButton(title="东区", payload="p")]),
    ],
)
RIGHT: dict[str, Any] = {
    "say": "?",
    "status": AnswerStatus.ANSWERED_GUIDE,
    "item": "结婚登记",
    "aspects": [Aspect.FEE],
    "contains": ["免费", ["收费", "哪一个"]],
    "excludes": ["工本费"],
    "offers": ["东"],
    "kinds": ["answer", "choices"],
    "region": "990101",
}


def test_a_right_reply_has_no_problems() -> None:
    assert problems(Turn(**RIGHT), REPLY) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"status": AnswerStatus.CLARIFY}, {"item": "离婚登记"}, {"aspects": [Aspect.PLACE]}, {"aspects": []},
        {"contains": ["10 元"]}, {"excludes": ["免费"]}, {"offers": ["西区"]}, {"region": ""},
        {"source": "办法"}, {"kinds": ["services"]},
    ],
)  # fmt: skip
def test_each_wrong_thing_is_told(changed: dict[str, Any]) -> None:
    assert len(problems(Turn(**{**RIGHT, **changed}), REPLY)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "- {id: a, turns: [{say: 你好, status: answered_canned, sattus: x}]}",
        "- {id: a, turns: [{say: 你好, status: answered}]}",
        "- {id: a, turns: [{say: 你好}]}",
        "- {id: a, turns: [{say: 你好, choose: 1, status: clarify}]}",
        "- {id: a, turns: []}",
        "- {id: a, private: ['13912345678'], turns: [{say: 你好, status: answered_canned}]}",
    ],
)
def test_a_script_that_breaks_the_format_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="validation error"):
        read_script_file(path)


def test_a_number_is_looked_for_however_it_may_be_kept() -> None:
    assert {"１ 3", "1 3", "13", "\\uff11 3"} == kept_forms("１ 3")
