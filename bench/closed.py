"""Acceptance run of what strangers can do: ports, limits, the described interface, broken bodies, long chat.

`python -m bench.closed --home FOLDER`: the folder is an installation that holds the example city (of your own
take a copy: conversations are added). As root the ports are tried from a network namespace; else that part is
not measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from bench import outside, soak
from bench.assistant import running
from bench.fuzz import Fuzzed, fuzzed
from bench.running import RESULTS, described, write_result

SEED = 20260302
AT_ONCE = 4
CITIZENS = 200
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# Not: whether valid input is accepted, since an id that fits the description may name nothing; and those for
# interfaces with a login or with resources that a client makes.
CHECKS: Final = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "negative_data_rejection",
    "unsupported_method", "allow_header_conformance",
)  # fmt: skip
LIMIT = 20
JSON_BODY: Final = {"content-type": "application/json"}


def main() -> int:
    """Runs, prints and writes; 1 where something is not as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="an installation with the example city")
    parser.add_argument("--soak-minutes", type=float, default=30.0, help="0: no soak")
    parser.add_argument("--bodies", type=int, default=10_000, help="number of fuzzed bodies")
    parser.add_argument("--examples", type=int, default=60, help="cases of schemathesis for each operation")
    parser.add_argument(
        "--out", type=Path, default=RESULTS / "closed.json", help="where the result is written"
    )
    given = parser.parse_args()
    home: Path = given.home.resolve()
    result = described()
    try:
        measure(result, home, given)
    finally:
        # Of a run that was stopped what it had is kept, with the names of what it had not.
        result["missed"] = judged(result)
        write_result(given.out, result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(bool(result["missed"]))


def measure(result: dict[str, Any], home: Path, given: argparse.Namespace) -> None:
    """Adds each part to the result as soon as it is there."""
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "up.txt"
        with running(home, output, PORTAL_HOST="0.0.0.0", RATE_PER_MINUTE=str(LIMIT)) as url:  # noqa: S104
            result["ports"] = outside.scanned(home, urlsplit(url).port or 0)
            result["limits"] = limited(url)
        with running(home, output) as url:
            result["interface"] = explored(url, given.examples, Path(scratch))
            result["bodies"] = asyncio.run(sent(url, given.bodies))
            if given.soak_minutes > 0:
                result["soak"] = asyncio.run(soak.soaked(home, url, given.soak_minutes))


def limited(url: str) -> dict[str, Any]:
    """One citizen beyond the limit of a minute, in danger, and who throws every cookie away."""
    body = {"text": "你好"}
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as citizen:
        statuses = [citizen.post("/api/chat", json=body).status_code for _ in range(LIMIT + 5)]
        refused = citizen.post("/api/chat", json=body)
        urgent = citizen.post("/api/chat", json={"text": "我家着火了"})
        fresh = []
        for _ in range(LIMIT * 10):
            citizen.cookies.clear()
            # What cannot be read counts as well, and is quick: all of it has to fit into the minute.
            fresh.append(citizen.post("/api/chat", content=b"{", headers=JSON_BODY).status_code)
    return {
        "answered": statuses.count(200),
        "then": refused.status_code,
        "retry_after_s": int(refused.headers.get("retry-after", 0)),
        "in_danger": urgent.json().get("status"),
        "let_in_with_a_new_cookie_each": len(fresh) - fresh.count(429),
    }


def explored(url: str, examples: int, scratch: Path) -> dict[str, Any]:
    """What schemathesis finds by the description of the interface."""
    report = scratch / "schemathesis.json"
    command = [
        str(SCHEMATHESIS), "run", f"{url}/api/openapi.json", "--checks", ",".join(CHECKS),
        "--seed", str(SEED),
        "--max-examples", str(examples), "--continue-on-failure", "--max-failures", "200", "--no-color",
        "--report-json-path", str(report), "--request-timeout", "30",
    ]  # fmt: skip
    begun = time.monotonic()
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    return {
        "exit_code": done.returncode,
        "seconds": round(time.monotonic() - begun),
        "checks": list(CHECKS),
        "examples_for_each_operation": examples,
        "summary": _summary(done.stdout),
        "said": done.stdout[-6000:] if done.returncode else "",
    }


def _summary(printed: str) -> list[str]:
    """The lines with numbers at the end of what schemathesis prints."""
    _, _, end = printed.rpartition("SUMMARY")
    lines = [" ".join(line.split()) for line in end.splitlines()]
    return [line for line in lines if re.search(r"\d", line) and not line.startswith("Seed")]


async def sent(url: str, count: int) -> dict[str, Any]:
    """Fuzzed bodies, a few at a time, from as many citizens as make some of them long conversations."""
    statuses: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    wrong: list[str] = []
    clients = [httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) for _ in range(CITIZENS)]
    waiting: asyncio.Queue[tuple[int, Fuzzed]] = asyncio.Queue()
    for number, one in enumerate(fuzzed(count, SEED)):
        waiting.put_nowait((number, one))

    async def work() -> None:
        while not waiting.empty():
            number, one = waiting.get_nowait()
            status = await _post(clients[number % CITIZENS], one)
            statuses[status] += 1
            kinds[one.kind] += 1
            if status >= 500 or status == 0:
                wrong.append(f"{number}: {status} {one.kind} {one.content[:120]!r}")

    begun = time.monotonic()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    for client in clients:
        await client.aclose()
    return {
        "bodies": count,
        "seed": SEED,
        "seconds": round(time.monotonic() - begun),
        "kinds": dict(sorted(kinds.items())),
        "statuses": {str(status): number for status, number in sorted(statuses.items())},
        "server_errors": wrong[:50],
    }


async def _post(client: httpx.AsyncClient, one: Fuzzed) -> int:
    headers = [(b"content-type", one.content_type.encode("latin1"))]
    try:
        return (await client.post("/api/chat", content=one.content, headers=headers)).status_code
    except httpx.HTTPError:
        return 0


def judged(result: Mapping[str, Any]) -> list[str]:
    """What is not as it has to be, in words; a part that was not measured is not."""
    judges = {
        "ports": outside.missed,
        "limits": _limits_missed,
        "interface": lambda found: ["schemathesis found something"] if found["exit_code"] else [],
        "bodies": _bodies_missed,
        "soak": soak.missed,
    }
    wrong = []
    for name, judge in judges.items():
        wrong += judge(result[name]) if name in result else [f"{name}: not measured"]
    return wrong


def _limits_missed(found: Mapping[str, Any]) -> list[str]:
    wrong = []
    if (found["answered"], found["then"], found["in_danger"]) != (LIMIT, 429, "referred_urgent"):
        wrong.append(f"limits of a citizen: {found}")
    if found["let_in_with_a_new_cookie_each"] > LIMIT * 10 - LIMIT:
        wrong.append("a new cookie for each message evades the limits")
    return wrong


def _bodies_missed(found: Mapping[str, Any]) -> list[str]:
    count = len(found["server_errors"])
    return [f"server errors for fuzzed bodies: {count} or more"] if count else []


if __name__ == "__main__":
    sys.exit(main())
