"""Acceptance run of the three bands as citizens meet them: the same questions through the public interface.

`python -m bench.bands --home FOLDER`: the folder is an installation that holds the corpus of `ncp` (take a
copy: conversations are added). Every question is a new citizen's. What differs from `kb evaluate` and
`kb refusals` there is the dialogue's doing, and each such question is named with the intent it was taken for.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.progress import track

from bench.assistant import Heard, ask, running
from bench.running import (
    OFFTOPIC,
    QUERIES,
    RESULTS,
    answered_too_often,
    described,
    missed,
    told,
    write_result,
)
from core.answering import AnswerStatus
from knowledge_base.evaluation import (
    DumpLine,
    Evaluated,
    Probe,
    Query,
    figures,
    read_dump,
    read_probes,
    read_queries,
    score,
)
from knowledge_base.evaluation.refusals import refusals

COMPARED = ("answered", "clarified", "wrong_among_answered", "shown@300")
LEAST = {"answered": 0.78}
MOST = {"wrong_among_answered": 0.10}
MOST_APART = 0.02
ANSWERED = (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_PASSAGE)
BANDS = (*ANSWERED, AnswerStatus.CLARIFY, AnswerStatus.NO_ANSWER)


def main() -> int:
    """Runs, prints and writes; 1 where a bound is not kept or the two ways are too far apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="an installation that holds the corpus")
    home: Path = parser.parse_args().home.resolve()
    result = described()
    queries, probes = read_queries(QUERIES), read_probes(OFFTOPIC)
    with tempfile.TemporaryDirectory() as scratch:
        dump = Path(scratch) / "dump.jsonl"
        told(home, "kb", "evaluate", QUERIES, "--dump", dump)
        lines, base = read_dump(dump), told(home, "kb", "refusals", OFFTOPIC)["kinds"]
        with running(home, Path(scratch) / "up.txt") as url:
            questions = [*(one.question for one in queries), *(one.question for one in probes)]
            heard = [ask(url, question) for question in track(questions, "asking")]
    asked, off = heard[: len(queries)], heard[len(queries) :]
    result |= {
        "figures": of_citizens(queries, asked),
        "figures_of_the_base": of_base(queries, lines),
        "refusals": of_refusals(probes, off),
        "refusals_of_the_base": base,
        "apart": differences(queries, lines, asked),
        "taken_for_another_act": [
            _named(probe.question, one)
            for probe, one in zip(probes, off, strict=True)
            if probe.kind == "government" and AnswerStatus(one.status) not in BANDS
        ],
    }
    result["missed"] = judged(result)
    write_result(RESULTS / "bands.json", result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(bool(result["missed"]))


def of_citizens(queries: Sequence[Query], heard: Sequence[Heard]) -> dict[str, Any]:
    """The figures of what citizens were told."""
    return _compared(queries, [_found(query.qid, one) for query, one in zip(queries, heard, strict=True)])


def of_base(queries: Sequence[Query], lines: Mapping[str, DumpLine]) -> dict[str, Any]:
    """The same figures of a dump; of what is not answered no citizen reads the text: it counts as none."""
    return _compared(queries, [_dumped(lines[query.qid]) for query in queries])


def of_refusals(probes: Sequence[Probe], heard: Sequence[Heard]) -> dict[str, Any]:
    """Shares by kind, what was answered, and how the others ended."""
    replies = iter(heard)
    found = refusals(probes, lambda probe: _found(probe.qid, next(replies))).as_json()
    for kind, shares in found["kinds"].items():
        statuses = (one.status for probe, one in zip(probes, heard, strict=True) if probe.kind == kind)
        shares["statuses"] = dict(Counter(statuses).most_common())
    return found


def differences(
    queries: Sequence[Query], lines: Mapping[str, DumpLine], heard: Sequence[Heard]
) -> list[dict[str, Any]]:
    """Questions that ended otherwise, or were answered from another document, than in the base alone."""
    apart = []
    for query, one in zip(queries, heard, strict=True):
        there, here = _dumped(lines[query.qid]), _found(query.qid, one)
        if there.status != here.status or (
            here.status in ANSWERED and there.passages[:1] != here.passages[:1]
        ):
            apart.append(_named(query.question, one) | {"status_of_the_base": there.status.value})
    return apart


def judged(result: Mapping[str, Any]) -> list[str]:
    """Bounds that are not kept, in words."""
    figures, base = result["figures"], result["figures_of_the_base"]
    pairs = {name: (figures[name], base[name]) for name in COMPARED}
    for kind, shares in result["refusals"]["kinds"].items():
        pairs[f"{kind} answered"] = (shares["answered"], result["refusals_of_the_base"][kind]["answered"])
    apart = {
        name: round(abs(here - there), 4) if here is not None and there is not None else None
        for name, (here, there) in pairs.items()
    }
    return [
        *missed(figures, LEAST, MOST),
        *answered_too_often(result["refusals"]["kinds"]),
        *(f"apart from the base: {what}" for what in missed(apart, {}, dict.fromkeys(apart, MOST_APART))),
    ]


def _compared(queries: Sequence[Query], found: Sequence[Evaluated]) -> dict[str, Any]:
    scores = [score(query, one) for query, one in zip(queries, found, strict=True)]
    measured = figures(scores, [])
    intervals = {name: measured.intervals[name] for name in COMPARED}
    return {"n": len(scores)} | {name: measured.values[name] for name in COMPARED} | {"intervals": intervals}


def _found(qid: str, heard: Heard) -> Evaluated:
    """A reply as the evaluation sees an answer: the cited documents in their order, and the text read."""
    answers = [message for message in heard.messages if message["kind"] == "answer"]
    cited = [(one["external_id"], "") for message in answers for one in message["citations"]]
    text = "\n".join(message["text"] for message in answers)
    return Evaluated(qid, cited, AnswerStatus(heard.status), text)


def _dumped(line: DumpLine) -> Evaluated:
    text = line.text if line.status in ANSWERED else ""
    return Evaluated(line.qid, [(one.external_id, "") for one in line.passages], line.status, text)


def _named(question: str, heard: Heard) -> dict[str, Any]:
    return {"question": question, "status": heard.status, "intent": heard.intent}


if __name__ == "__main__":
    sys.exit(main())
