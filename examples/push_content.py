"""Pushes a folder of documents into weizheng, as an agency's own content system would: standard library only.

A `.json` file holds one content with its `external_id` (and `"kind": "item"` for a guide of a service item);
a `.md` file is a document whose id is the file's name and whose title is its first heading. What is the same
in weizheng is left alone; the rest is saved as drafts and, with `--submit`, sent for review.

Example: WEIZHENG_TOKEN=wz_… python push_content.py https://console.example.gov.cn contents --submit

Every command carries an Idempotency-Key of its own, kept over its tries: one whose answer was lost is sent
again and runs once. Exit code: 0 all is done, 1 a file was refused, 2 nothing could be tried.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

API = "/api/v1"
ATTEMPTS = 6
TIMEOUT_S = 30.0
PASSING = (408, 429, 500, 502, 503, 504)


class Refused(Exception):
    """The server refused, and would refuse again."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status


class Client:
    """Calls the interface; tries again where that can help.

    Args:
        url: Where the console is.
        token: The agency's token.
        sleep: Waits so many seconds.
    """

    def __init__(self, url: str, token: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._url = urlsplit(url)
        # A line read from a file of settings may end in blanks that no header takes.
        self._token = token.strip()
        self._sleep = sleep

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is read there."""
        return self._call("GET", f"{API}{path}?{urlencode(query)}", None, {})

    def run(self, command: str, given: dict[str, Any]) -> Any:
        """Runs a command; what it gives."""
        body = json.dumps(given, ensure_ascii=False, sort_keys=True)
        # One for this call and all of its tries: the same words another day are another wish.
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        return self._call("POST", f"{API}/commands/{command}", body.encode(), headers)["value"]

    def _call(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        problem = ""
        for attempt in range(ATTEMPTS):
            wait = float(2**attempt) / 2
            try:
                status, answer, retry_after = self._send(method, target, body, headers)
            except (OSError, HTTPException, ValueError) as error:
                problem = f"{type(error).__name__}: {error}"
            else:
                if status == 200:
                    return answer
                error_told = answer.get("error", {})
                if status not in PASSING:
                    detail = f"（{error_told['detail']}）" if "detail" in error_told else ""
                    raise Refused(status, error_told.get("code", ""), error_told.get("message", "") + detail)
                problem, wait = f"HTTP {status}", retry_after or wait
            if attempt < ATTEMPTS - 1:
                self._sleep(wait)
        raise ConnectionError(problem)

    def _send(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any], float]:
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=TIMEOUT_S)
        try:
            sent = {**headers, "Authorization": f"Bearer {self._token}"}
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            answer = json.loads(response.read())
            return response.status, answer, float(response.headers.get("Retry-After", 0))
        finally:
            connection.close()


def read_content(path: Path) -> tuple[str, str, dict[str, Any]]:
    """Kind, id and content of a file.

    Raises:
        ValueError: It is none.
    """
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".md":
        title, _, rest = text.strip().partition("\n")
        return "document", path.stem, {"title": title.lstrip("# ").strip(), "text": rest.strip()}
    content = json.loads(text)
    if not isinstance(content, dict) or not isinstance(content.get("external_id"), str):
        raise ValueError("no object with an external_id")
    return content.pop("kind", "document"), content["external_id"], content


def push(client: Client, path: Path, agency: str, *, submit: bool) -> str:
    """Brings one file to weizheng; what was done."""
    kind, external_id, content = read_content(path)
    content = {"agency": agency, **content}
    known = find(client, kind, external_id)
    record, draft = known["record"], known["draft"]
    if draft is None and record is not None and says(record["content"], content):
        return "unchanged"
    mark = draft["mark"] if draft else None
    if draft is None or not says(draft["content"], content):
        seen = {"base": record["version"] if record else 0, "mark": mark}
        given = {"kind": kind, "external_id": external_id, "content": content, **seen}
        mark, draft = client.run("content.save", given), None
    elif not submit or draft["state"] != "editing":
        return "unchanged"
    if not submit:
        return "saved"
    client.run("content.submit", {"kind": kind, "external_id": external_id, "mark": mark})
    return "submitted"


def find(client: Client, kind: str, external_id: str) -> dict[str, Any]:
    """The record and the draft that are there, each null where there is none."""
    try:
        return client.get("/content", kind=kind, id=external_id)
    except Refused as error:
        if error.status != 404:
            raise
        return {"record": None, "draft": None}


def says(held: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there already; fields that are not named hold what they hold."""
    if isinstance(wanted, dict) and isinstance(held, dict):
        return all(says(held.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(held, list):
        return len(wanted) == len(held) and all(map(says, held, wanted))
    return bool(held == wanted)


def main(arguments: list[str] | None = None) -> int:
    """Pushes every file; prints a line for each."""
    parser = argparse.ArgumentParser(description="Push a folder of JSON and Markdown into weizheng.")
    parser.add_argument("url", help="where the console is, such as https://console.example.gov.cn")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--submit", action="store_true", help="send what was saved for review")
    given = parser.parse_args(arguments)
    client = Client(given.url, os.environ.get("WEIZHENG_TOKEN", ""))
    try:
        agency = client.get("/me")["agency"]["name"]
    except (Refused, ConnectionError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    failed = False
    for path in sorted(path for path in given.folder.rglob("*") if path.suffix in (".json", ".md")):
        try:
            done = push(client, path, agency, submit=given.submit)
        except (Refused, ConnectionError, ValueError) as error:
            failed, done = True, f"failed: {error}"
        sys.stdout.write(f"{path.relative_to(given.folder)}: {done}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
