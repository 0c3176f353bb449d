"""Acceptance run of everyday names: which service item a question means that names none as it is called.

`python -m bench.everyday [--home FOLDER]`: without a folder the items of `guangan` are imported into an empty
one. Asked are the questions of `bench/questions/guangan.jsonl`, first without a term list and then with
`guangan_termlist.yaml`, which was written from other questions. Every equally right item is gold. Rank counts
names, not records: items of one name are one choice.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from rich.progress import track

from bench.confidence import open_search
from bench.running import DATA, PROJECT, RESULTS, described, missed, told, weizheng, write_result
from core.clock import SystemClock
from knowledge_base.evaluation.intervals import wilson
from knowledge_base.importing.wording import read_terms

ITEMS = DATA.parent / "guangan" / "items.jsonl"
QUESTIONS = PROJECT / "bench" / "questions" / "guangan.jsonl"
TERMS = PROJECT / "bench" / "questions" / "guangan_termlist.yaml"
MOST_TERMS = 150
CHOICES = 3
LEAST = {
    "without_terms": {"first": 0.50, "among_three": 0.75},
    "with_terms": {"first": 0.60, "among_three": 0.80},
}


class Question(BaseModel):
    """A line of the file; `gold` are names of items."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    qid: str
    question: Annotated[str, Field(min_length=1)]
    gold: Annotated[tuple[str, ...], Field(min_length=1)]


def main() -> int:
    """Asks twice, prints and writes; 1 where fewer are found than is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="an installation that holds the items, and no terms")
    given: Path | None = parser.parse_args().home
    questions = read(QUESTIONS)
    result = described()
    with tempfile.TemporaryDirectory() as scratch:
        home = given.resolve() if given else Path(scratch) / "home"
        if given is None:
            weizheng(home, "init", "--no-train")
            told(home, "kb", "import", ITEMS, "--publish")
        result["without_terms"] = measured(home, questions)
        weizheng(home, "kb", "terms", "import", TERMS)
        result["with_terms"] = measured(home, questions)
    result["terms"] = len(read_terms(TERMS).entries)
    result["missed"] = [
        *(f"{part}: {what}" for part, least in LEAST.items() for what in missed(result[part], least, {})),
        *missed(result, {}, {"terms": MOST_TERMS}),
    ]
    write_result(RESULTS / "everyday.json", result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(bool(result["missed"]))


def read(path: Path) -> list[Question]:
    """The questions of a file.

    Raises:
        ValidationError: A line is none.
    """
    return [Question.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines()]


def measured(home: Path, questions: Sequence[Question]) -> dict[str, Any]:
    """Shares whose gold comes first, or among three names to choose from; and what was found for each."""
    _, engine = open_search(home)
    today = SystemClock().today()
    asked = []
    for question in track(questions, "asking"):
        found = engine.search(question.question, region=None, today=today, k=1).owners
        asked.append((question, list(dict.fromkeys(owner.title for owner in found))[:CHOICES]))
    first = sum(bool(set(names[:1]) & set(question.gold)) for question, names in asked)
    among = sum(bool(set(names) & set(question.gold)) for question, names in asked)
    return {
        "n": len(asked),
        "first": round(first / len(asked), 4),
        "among_three": round(among / len(asked), 4),
        "intervals": {"first": wilson(first, len(asked)), "among_three": wilson(among, len(asked))},
        "found": [{"qid": question.qid, "names": names} for question, names in asked],
    }


if __name__ == "__main__":
    sys.exit(main())
