"""Acceptance run of backup and restore: taken in use, restored elsewhere, the same answers to 200 questions.

`python -m bench.backup --home FOLDER`: an installation with the example city (take a copy: conversations are
added). The backup is taken while citizens go on asking; it is restored into an empty installation on other
ports, and once more into that one while it runs and answers. Each question is a new citizen's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.progress import track

from bench.answers import Dialogue
from bench.assistant import running
from bench.kept import missing
from bench.running import PROJECT, RESULTS, described, told, write_result

QUESTIONS = PROJECT / "bench" / "questions"
COUNT = 200
CITIZENS = 4
READY_S = 120.0
# What differs between two installations by design: ids of turns and tokens of choices.
COMPARED = ("kind", "item", "aspect")
# The sentence that says whether a counter is open at this minute.
_NOW = re.compile(r"现在是周[^\n]*")
# After the restore in use every fourth question is asked again.
AGAIN = 4


@dataclass(frozen=True)
class Question:
    """A first message and the district it is asked in."""

    text: str
    region: str | None


@dataclass
class Load:
    """What citizens met while something else went on."""

    statuses: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0

    def add(self, status: str, seconds: float) -> None:
        """Counts one reply."""
        self.statuses[status] += 1
        self.slowest_s = max(self.slowest_s, seconds)


def main() -> int:
    """Runs, prints and writes; 1 where an answer differs or something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="an installation with the example city")
    home: Path = parser.parse_args().home.resolve()
    # Named in the environment, never on a command line.
    os.environ.setdefault("BACKUP_PASSPHRASE", "acceptance run of a backup")
    result = described() | _run(home, questions(COUNT))
    result["missed"] = judged(result)
    write_result(RESULTS / "backup.json", result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(bool(result["missed"]))


def _run(home: Path, asked: Sequence[Question]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="weizheng-restored-") as scratch:
        folder = Path(scratch)
        other, file = folder / "home", folder / "backup.tar"
        with running(home, folder / "up.txt") as url:
            cookie, answer = _visitor(url, asked[0])
            before, ids = _ask_all(url, asked, "before the backup")
            with chatting(url, asked) as load:
                made = told(home, "backup", file)
        restored = told(other, "restore", file)
        lost = missing(other, [answer, *ids])
        with running(other, folder / "up.txt") as url:
            known = _is_known(url, cookie)
            after, _ = _ask_all(url, asked, "after the restore")
            with chatting(url, asked) as meanwhile:
                again = told(other, "restore", file, "--yes")
            _wait_until_ready(url, asked[0])
            in_use, _ = _ask_all(url, asked[::AGAIN], "after the restore in use")
        file.unlink()
    return {
        "questions": len(asked),
        "backup": _figures(made) | {"bytes": made["bytes"]} | _met(load),
        "restore": _figures(restored),
        "restore_in_use": _figures(again) | _met(meanwhile),
        "acknowledged_turns_lost": lost,
        "cookie_still_known": known,
        "statuses": dict(Counter(one["status"] for one in before).most_common()),
        "differences": differences(asked, before, after),
        "differences_after_restore_in_use": differences(asked[::AGAIN], before[::AGAIN], in_use),
    }


def questions(count: int) -> list[Question]:
    """First messages of all dialogues about the example city, evenly over them, each once."""
    found: dict[str, Question] = {}
    for path in sorted(QUESTIONS.glob("city*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            one = Dialogue.model_validate_json(line)
            found.setdefault(one.turns[0].text, Question(one.turns[0].text, one.region))
    every = list(found.values())
    return [every[place * len(every) // count] for place in range(count)]


def differences(
    asked: Sequence[Question], before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Questions that were answered otherwise, with both replies."""
    return [
        {"question": question.text, "before": one, "after": other}
        for question, one, other in zip(asked, before, after, strict=True)
        if one != other
    ]


def judged(result: dict[str, Any]) -> list[str]:
    """Bounds that are not kept, in words."""
    bounds = {
        "answers differ": len(result["differences"]),
        "answers differ after a restore in use": len(result["differences_after_restore_in_use"]),
        "acknowledged turns lost": result["acknowledged_turns_lost"],
        "turns failed during the backup": _failed(result["backup"]["met"]),
        "cookies not known": int(not result["cookie_still_known"]),
    }
    return [f"{count} {what}" for what, count in bounds.items() if count]


def _failed(met: dict[str, int]) -> int:
    return sum(count for status, count in met.items() if status.startswith(("error", "http", "no ")))


def compared(reply: dict[str, Any]) -> dict[str, Any]:
    """Of a reply what has to be the same: its status, and what each message shows but for the time of day."""
    return {
        "status": reply["status"],
        "messages": [
            {name: message.get(name) for name in COMPARED}
            | {"text": _NOW.sub("现在……", message.get("text", ""))}
            | {"choices": [choice["title"] for choice in message.get("choices", ())]}
            for message in reply["messages"]
        ],
    }


def _ask_all(url: str, asked: Sequence[Question], what: str) -> tuple[list[dict[str, Any]], list[str]]:
    replies = [_ask(url, question) for question in track(asked, f"asking {what}")]
    return [compared(reply) for reply in replies], [reply["answer_id"] for reply in replies]


def _ask(url: str, question: Question) -> dict[str, Any]:
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as citizen:
        reply: dict[str, Any] = _post(citizen, question).raise_for_status().json()
    return reply


def _post(citizen: httpx.Client, question: Question) -> httpx.Response:
    return citizen.post("/api/chat", json={"text": question.text, "region": question.region})


def _visitor(url: str, question: Question) -> tuple[dict[str, str], str]:
    """A citizen with a conversation: the cookie and the answer's id."""
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as citizen:
        reply = _post(citizen, question).raise_for_status().json()
        return dict(citizen.cookies), reply["answer_id"]


def _is_known(url: str, cookie: dict[str, str]) -> bool:
    with httpx.Client(base_url=url, timeout=30, trust_env=False, cookies=cookie) as citizen:
        return bool(citizen.get("/api/conversation").raise_for_status().json()["messages"])


@contextmanager
def chatting(url: str, asked: Sequence[Question]) -> Iterator[Load]:
    """Some citizens who go on asking meanwhile."""
    load, stop = Load(), threading.Event()

    def chat(first: int) -> None:
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as citizen:
            place = first
            while not stop.is_set():
                begun = time.monotonic()
                load.add(_status(citizen, asked[place % len(asked)]), time.monotonic() - begun)
                place += CITIZENS

    threads = [threading.Thread(target=chat, args=(number,)) for number in range(CITIZENS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _status(citizen: httpx.Client, question: Question) -> str:
    try:
        reply = _post(citizen, question)
        body = reply.json()
        return str(body["status"] if reply.is_success else body["error"]["code"])
    except httpx.HTTPError as error:
        return f"no reply: {type(error).__name__}"


def _wait_until_ready(url: str, question: Question) -> None:
    give_up = time.monotonic() + READY_S
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as citizen:
        while _status(citizen, question).startswith("error"):
            if time.monotonic() > give_up:
                raise RuntimeError("the assistant did not answer again")
            time.sleep(0.2)


def _figures(done: dict[str, Any]) -> dict[str, Any]:
    rows = done["rows"]
    named = ("document", "service_item", "passage", "vector_cache", "message")
    return {"seconds": done["seconds"], "rows": {name: rows[name] for name in named}}


def _met(load: Load) -> dict[str, Any]:
    return {"met": dict(load.statuses.most_common()), "slowest_s": round(load.slowest_s, 2)}


if __name__ == "__main__":
    sys.exit(main())
