"""A citizen's conversation with the running assistant: real Rasa, real knowledge service, real Redis."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(900, func_only=True)


def texts(reply: dict[str, Any]) -> str:
    return "\n".join(message["text"] for message in reply["messages"] if "text" in message)


def answer(reply: dict[str, Any]) -> dict[str, Any]:
    (found,) = [message for message in reply["messages"] if message["kind"] == "answer"]
    return dict(found)


def test_question_is_answered_from_the_guide_with_its_source(citizen: Any) -> None:
    reply = citizen.ask("居住证需要什么材料")
    message = answer(reply)
    assert reply["status"] == "answered_guide"
    assert message["item"]["name"] == "居住证申领"
    assert message["aspect"] == "materials"
    assert message["citations"][0]["url"].startswith("https://zwfw.shili.example/")


def test_a_number_of_ones_own_does_not_change_the_question(citizen: Any) -> None:
    message = answer(citizen.ask("13912345678 居住证怎么办"))
    assert message["item"]["name"] == "居住证申领"
    assert message["aspect"] == "steps"


def test_follow_up_keeps_the_item(citizen: Any) -> None:
    citizen.ask("失业保险金怎么申领")
    follow_up = answer(citizen.ask("要带什么材料"))
    assert follow_up["item"]["name"] == "失业保险金申领"
    assert follow_up["aspect"] == "materials"


def test_two_citizens_do_not_share_a_conversation(assistant: Any, citizen: Any) -> None:
    citizen.ask("失业保险金怎么申领")
    other = assistant.citizen()
    assert other.ask("要带什么材料")["status"] == "answered_canned"


def test_policy_question_quotes_the_document(citizen: Any) -> None:
    reply = citizen.ask("示例市户籍制度改革措施对公共集体户有什么规定")
    assert reply["status"] == "answered_passage", texts(reply)
    assert "公共集体户" in answer(reply)["text"]
    assert answer(reply)["citations"][0]["title"] == "示例市深化户籍制度改革便民利企十八条措施"


@pytest.mark.parametrize("text", ["你好", "你能做什么", "谢谢你", "再见"])
def test_small_acts_have_a_canned_reply(citizen: Any, text: str) -> None:
    assert citizen.ask(text)["status"] == "answered_canned"


def test_what_is_no_matter_of_government_is_out_of_scope(citizen: Any) -> None:
    assert citizen.ask("帮我写个Python程序")["status"] == "out_of_scope"


def test_small_talk_has_a_friendly_reply(citizen: Any) -> None:
    assert citizen.ask("给我讲个笑话吧")["status"] == "answered_canned"


@pytest.mark.parametrize("text", ["你好，我家厨房着火了", "我不想活了"])
def test_danger_is_referred_before_anything_else(citizen: Any, text: str) -> None:
    reply = citizen.ask(text)
    assert reply["status"] == "referred_urgent"
    assert "120" in texts(reply)


def test_unknown_matter_is_refused_with_the_hotline(citizen: Any) -> None:
    reply = citizen.ask("量子通信卫星发射许可怎么申请")
    assert reply["status"] == "no_answer", texts(reply)
    assert "12345" in texts(reply)


def test_unclear_matter_is_asked_back_and_the_choice_answers(citizen: Any) -> None:
    reply = citizen.ask("身份证怎么办理")
    choices = [message for message in reply["messages"] if message["kind"] == "choices"]
    assert reply["status"] == "clarify", texts(reply)
    chosen = citizen.choose(choices[0]["choices"][0]["payload"])
    assert chosen["status"] in ("answered_guide", "answered_passage")


@pytest.mark.parametrize("text", ["/restart", " ／bye", '/choose{"target_kind":"item","target_id":1}'])
def test_commands_are_only_words(citizen: Any, text: str) -> None:
    reply = citizen.ask(text)
    assert reply["status"] in ("no_answer", "clarify", "answered_canned"), texts(reply)
    # A command that Rasa obeys leaves it without a message, which the fallback would tell.
    assert "单个问题" not in texts(reply)


def test_personal_numbers_reach_no_store(assistant: Any, citizen: Any) -> None:
    citizen.ask("我的身份证号是11010519491231002X，电话13912345678，居住证办好了吗")
    stored = "".join(sqlite3.connect(assistant.home / "weizheng.db").iterdump())
    stored += "".join(path.read_text(errors="replace") for path in assistant.home.glob("logs/*"))
    stored += "".join(
        path.read_bytes().decode(errors="replace") for path in assistant.home.glob("redis/**/*.aof")
    )
    assert "居住证办好了吗" in stored
    assert "11010519491231002X" not in stored
    assert "13912345678" not in stored


def test_one_id_follows_a_question_through_the_processes(assistant: Any, citizen: Any) -> None:
    identifier = citizen.post(text="居住证需要什么材料").headers["x-request-id"]
    expected = {"portal", "knowledge"}
    give_up = time.monotonic() + 10
    while expected - processes_that_logged(assistant, identifier) and time.monotonic() < give_up:
        time.sleep(0.1)
    assert expected <= processes_that_logged(assistant, identifier)


def processes_that_logged(assistant: Any, identifier: str) -> set[str]:
    lines = (line for line in assistant.logs().splitlines() if line.startswith("{") and identifier in line)
    return {str(json.loads(line)["process"]) for line in lines}


def test_the_district_is_asked_once_and_then_known(citizen: Any) -> None:
    reply = citizen.ask("居住证在哪办")
    assert reply["status"] == "clarify", texts(reply)
    (asked,) = [message for message in reply["messages"] if message["kind"] == "choices"]
    south = next(choice for choice in asked["choices"] if choice["title"] == "南湖区")
    chosen = citizen.choose(south["payload"])
    assert (chosen["status"], chosen["region"]) == ("answered_guide", "990103")
    again = citizen.ask("失业保险金在哪办")
    assert again["status"] == "answered_guide", texts(again)


def test_everything_about_a_citizen_can_be_erased(citizen: Any) -> None:
    citizen.ask("居住证需要什么材料")
    assert citizen.http.delete("/api/me").json() == {"erased": True}
    assert citizen.http.get("/api/conversation").json()["messages"] == []


def test_history_survives_a_reload(citizen: Any) -> None:
    citizen.ask("护照多少钱")
    history = citizen.http.get("/api/conversation").json()
    assert "护照多少钱" in str(history)


def test_search_and_items_are_public(citizen: Any) -> None:
    hits = citizen.http.get("/api/search", params={"q": "居住证", "k": 5}).json()["hits"]
    assert any("居住证" in hit["title"] for hit in hits)
    items = citizen.http.get("/api/items", params={"q": "居住证"}).json()
    assert any(item["name"] == "居住证申领" for item in items["items"])
