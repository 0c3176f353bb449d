"""Acceptance run on the example city: everyday questions and follow-ups through the public interface.

`python -m bench.answers [--home FOLDER] [--questions FILE]`: without a folder the example city is set up in
an empty one (of your own take a copy: conversations are added). Each dialogue is a new citizen's. A line of
the file is `{"id", "region", "turns": [{"text", "expect"}]}`; how an expectation is judged, `judge` says.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field
from rich.progress import track

from bench.assistant import running
from bench.running import PROJECT, RESULTS, described, weizheng, write_result
from core.answering import AnswerStatus, Aspect
from core.text.normalise import fold
from knowledge_base.evaluation.intervals import wilson

QUESTIONS = PROJECT / "bench" / "questions" / "city.jsonl"
LEAST_RIGHT = 0.85
ANSWERED = (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_PASSAGE)
BY_DISTRICT = frozenset({Aspect.PLACE, Aspect.HOURS, Aspect.PHONE})
UNPUBLISHED = "未公布"
_HOURS = re.compile(r"\d:\d\d–\d")
Names = Mapping[str, str]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expected(_Line):
    """What a right reply is; `items`, `faqs` and `documents` are the external ids of what is equally right.

    Attributes:
        aspects: Fields of the guide that must be shown; none: whichever.
        must_contain: Words that a right answer quotes.
    """

    kind: Literal["item", "text", "choice", "refuse", "district"]
    items: tuple[str, ...] = ()
    faqs: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    must_contain: str = ""


class Said(_Line):
    """A message of a citizen; one without an expectation only leads up to the next."""

    text: Annotated[str, Field(min_length=1)]
    expect: Expected | None


class Dialogue(_Line):
    """One citizen's messages in order."""

    id: str
    region: str | None
    turns: tuple[Said, ...]


class Reply:
    """What came back, as it is judged."""

    def __init__(self, wire: Mapping[str, Any]) -> None:
        messages: Sequence[Mapping[str, Any]] = wire["messages"]
        self.status = AnswerStatus(wire["status"])
        self.answers = [message for message in messages if message["kind"] == "answer"]
        self.text = "\n".join(message.get("text", "") for message in messages)
        self.choices = [choice for message in messages for choice in message.get("choices", ())]

    def aspects_of(self, external_ids: Sequence[str]) -> set[str | None]:
        """Fields shown of these guides; None stands for the overview.

        The field of places tells each counter's hours as well, where they are published.
        """
        cards = [c for c in self.answers if c["item"] and c["citations"][0]["external_id"] in external_ids]
        shown = {card["aspect"] for card in cards}
        if any(card["aspect"] == Aspect.PLACE and _HOURS.search(card["text"]) for card in cards):
            shown.add(Aspect.HOURS)
        return shown

    def cites(self, external_ids: Sequence[str]) -> bool:
        """Whether one of these records is a source of an answer."""
        return any(one["external_id"] in external_ids for card in self.answers for one in card["citations"])


def main() -> int:
    """Asks, prints and writes; 1 where fewer are right than is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="an installation that holds the example city")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    given = parser.parse_args()
    result = described()
    dialogues = read(given.questions)
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home.resolve() if given.home else Path(scratch) / "home"
        if given.home is None:
            weizheng(home, "init", "--demo")
        with running(home, Path(scratch) / "up.txt") as url:
            names = item_names(url)
            turns = [turn for dialogue in track(dialogues, "asking") for turn in played(url, dialogue, names)]
    result |= figures(turns)
    if given.questions == QUESTIONS:
        write_result(RESULTS / "answers.json", result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(result["right"] < LEAST_RIGHT)


def read(path: Path) -> list[Dialogue]:
    """The dialogues of a file.

    Raises:
        ValidationError: A line is none.
    """
    return [
        Dialogue.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line
    ]


def item_names(url: str) -> Names:
    """Names of the guides by external id."""
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as visitor:
        found: dict[str, str] = {}
        while True:
            page = (
                visitor.get("/api/items", params={"limit": 50, "offset": len(found)})
                .raise_for_status()
                .json()
            )
            found |= {item["external_id"]: item["name"] for item in page["items"]}
            if not page["items"] or len(found) >= page["total"]:
                return found


def played(url: str, dialogue: Dialogue, names: Names) -> Iterator[dict[str, Any]]:
    """Every message that something is expected of, with what came back and whether that is right."""
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as citizen:
        for number, said in enumerate(dialogue.turns):
            body = {"text": said.text, "client_message_id": str(number)}
            if number == 0 and dialogue.region:
                body["region"] = dialogue.region
            reply = Reply(citizen.post("/api/chat", json=body).raise_for_status().json())
            if said.expect is not None:
                yield {
                    "id": f"{dialogue.id}.{number + 1}",
                    "text": said.text,
                    "kind": said.expect.kind,
                    "follow_up": number > 0,
                    "right": judge(said.expect, reply, names),
                    "expected": said.expect.model_dump(mode="json", exclude_defaults=True),
                    "status": reply.status.value,
                    "reply": reply.text[:200],
                    "shown": [
                        [card["item"] and card["item"]["name"], card["aspect"]]
                        + [one["external_id"] for one in card["citations"]]
                        for card in reply.answers
                    ],
                    "offered": [choice["title"] for choice in reply.choices],
                }


def judge(expected: Expected, reply: Reply, names: Names) -> bool:
    """Whether a reply is right.

    - `item`: answered with a card of a right guide for each asked field, or from an equally right text; or
      asked back for the district of a right guide's counter, where that is what is asked for
    - `text`: answered from a right source with the words that a right answer quotes
    - `choice`: asked back, a right guide among the choices
    - `district`: asked back for the district, or between right guides
    - `refuse`: not answered, or told that the field is not published
    """
    answered = reply.status in ANSWERED
    # One that holds no more is in no list; it is cited, but never offered.
    items = [names.get(external_id, external_id) for external_id in expected.items]
    other = (*expected.faqs, *expected.documents)
    offered = any(name in choice["title"] for name in items for choice in reply.choices)
    match expected.kind:
        case "item":
            shown = reply.aspects_of(expected.items)
            right_fields = bool(shown) and set(expected.aspects) <= shown
            return (answered and (right_fields or reply.cites(other))) or asks_district_of(
                items, expected, reply
            )
        case "text":
            words = "".join(fold(reply.text).split())
            quoted = "".join(fold(expected.must_contain).split()) in words
            return answered and quoted and reply.cites((*expected.items, *other))
        case "choice":
            return reply.status is AnswerStatus.CLARIFY and offered
        case "district":
            return not answered and ("哪个区" in reply.text or offered)
        case _:
            return not answered or UNPUBLISHED in reply.text


def asks_district_of(items: Sequence[str], expected: Expected, reply: Reply) -> bool:
    """Whether the only thing left open is which district's counter is meant."""
    asked = "哪个区" in reply.text and bool(reply.choices)
    return (
        asked
        and BY_DISTRICT.issuperset(expected.aspects)
        and any(f"【{name}】" in reply.text for name in items)
    )


def figures(turns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Shares that are right, in all and by kind, and what is not."""
    right = sum(turn["right"] for turn in turns)
    kinds = Counter(turn["kind"] for turn in turns)
    follow_ups = [turn for turn in turns if turn["follow_up"]]
    return {
        "n": len(turns),
        "right": round(right / len(turns), 4),
        "interval": wilson(right, len(turns)),
        "by_kind": {
            kind: {"n": n, "right": sum(turn["right"] for turn in turns if turn["kind"] == kind)}
            for kind, n in kinds.items()
        },
        "follow_ups": {"n": len(follow_ups), "right": sum(turn["right"] for turn in follow_ups)},
        "wrong": [turn for turn in turns if not turn["right"]],
    }


if __name__ == "__main__":
    sys.exit(main())
