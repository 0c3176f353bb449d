"""What the citizens of a benchmark ask: first turns of the everyday dialogues, each different.

A load is no test of answers: the sets that answers are tested on are as good as any other.
"""

from __future__ import annotations

import random

from bench.answers import read
from bench.running import PROJECT

SETS = "city*.jsonl"


def everyday_questions(count: int = 860) -> list[str]:
    """Different questions in an order that is the same in each run."""
    paths = sorted((PROJECT / "bench" / "questions").glob(SETS))
    texts = list(dict.fromkeys(dialogue.turns[0].text for path in paths for dialogue in read(path)))
    random.Random(1).shuffle(texts)
    return texts[:count]
