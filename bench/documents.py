"""Acceptance run of uploads: the whole policy corpus as text, Word and PDF through the console.

`python -m bench.documents [--formats txt docx pdf]`. Each format goes into an empty installation: in a
browser a clerk uploads all files at once, and a reviewer publishes page by page what is ticked; then the
evaluation asks every question. What counts is how far the figures lie from those of the JSONL import of the
same corpus.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, get_args

from playwright.sync_api import Browser, Page, sync_playwright

from bench.agency.console import add_account, chromium, console, sign_in
from bench.agency.files import Format, corpus, write_files
from bench.running import DATA, QUERIES, RESULTS, described, told, write_result

RESULT = RESULTS / "documents.json"
FIGURES = ("hit@1", "mrr@10", "answer@300", "answer@600")
MOST_AWAY = {"txt": 0.01, "docx": 0.01, "pdf": 0.03}
_UPLOAD_MS = 3_600_000
_PUBLISH_MS = 300_000


def main() -> int:
    """Runs, prints and writes; 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formats", nargs="+", choices=get_args(Format), default=list(get_args(Format)))
    formats: list[Format] = parser.parse_args().formats
    known = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    result = {**described(), "jsonl": known.get("jsonl"), "formats": known.get("formats", {})}
    documents = corpus(DATA / "corpus.jsonl")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        result["jsonl"] = _imported(Path(folder) / "jsonl")
        for kind in formats:
            files = list(write_files(documents, kind, Path(folder) / kind / "files", browser))
            measured = _uploaded(Path(folder) / kind / "home", files, browser)
            result["formats"][kind] = measured | {"measured": described()}
            print(json.dumps({kind: measured}, ensure_ascii=False), file=sys.stderr)
        browser.close()
    result["missed"] = _missed(result)
    write_result(RESULT, result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(bool(result["missed"]))


def _imported(home: Path) -> dict[str, float]:
    told(home, "kb", "import", DATA / "corpus.jsonl", "--publish")
    return _figures(home)


def _figures(home: Path) -> dict[str, float]:
    found = told(home, "kb", "evaluate", QUERIES)
    return {name: found[name] for name in FIGURES}


def _uploaded(home: Path, files: list[Path], browser: Browser) -> dict[str, Any]:
    home.mkdir(parents=True)
    for login, role in (("clerk", "editor"), ("reviewer", "reviewer")):
        add_account(home, login, role)
    with console(home) as running:
        clerk = sign_in(browser, running.url, "clerk")
        begun = time.monotonic()
        summary = _upload(clerk, files)
        seconds = time.monotonic() - begun
        _act_on_all(clerk, "editing", "提交所选", "已提交审核")
        begun = time.monotonic()
        published = _act_on_all(sign_in(browser, running.url, "reviewer"), "in_review", "发布所选", "已发布")
        publishing = time.monotonic() - begun
    return {
        "files": len(files),
        "told": summary,
        "failures": len(files) - published,
        "published": published,
        "documents_per_s": round(len(files) / seconds, 1),
        "published_per_s": round(published / publishing, 1),
        "figures": _figures(home),
    }


def _upload(page: Page, files: list[Path]) -> str:
    page.goto("/upload")
    page.get_by_label("文件", exact=True).set_input_files(files)
    page.get_by_role("button", name="上传").click()
    page.get_by_text(f"{len(files)} / {len(files)} 个文件").wait_for(timeout=_UPLOAD_MS)
    return page.locator("#summary").inner_text()


def _act_on_all(page: Page, state: str, button: str, said: str) -> int:
    """Ticks and sends page after page until none is left in this state; how many were done."""
    done = 0
    while True:
        page.goto(f"/drafts?state={state}")
        if not page.get_by_role("button", name=button).count():
            return done
        page.get_by_role("button", name="全选本页").click()
        page.get_by_role("button", name=button).click(timeout=_PUBLISH_MS)
        told_of = page.get_by_role("status").inner_text(timeout=_PUBLISH_MS)
        now = int("".join(sign for sign in told_of if sign.isdigit()) or 0)
        if not told_of.startswith(said) or not now:
            raise RuntimeError(f"{state}: {told_of}")
        done += now


def _missed(result: dict[str, Any]) -> list[str]:
    missed = []
    for kind, measured in result["formats"].items():
        if measured["failures"]:
            missed.append(f"{kind}: {measured['failures']} files failed")
        for name in FIGURES:
            away = round(measured["figures"][name] - result["jsonl"][name], 4)
            if away < -MOST_AWAY[kind]:
                missed.append(f"{kind}: {name} {away} from the import")
    return missed


if __name__ == "__main__":
    sys.exit(main())
