"""The audit of dependencies: what it makes of an answer, and that silence is no good news."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import audit, machine
from scripts.audit import Finding, Report, judge, parse_report, read_accepted
from scripts.machine import SetupError

HOLE = {"id": "CVE-1", "fix_versions": ["2.0"], "aliases": []}
ANSWER = {
    "dependencies": [
        {"name": "good", "version": "1", "vulns": []},
        {"name": "bad", "version": "1", "vulns": [HOLE, {"id": "CVE-2", "fix_versions": []}]},
        {"name": "ours", "skip_reason": "not found"},
    ],
    "fixes": [],
}


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of uv; it prints this file."""
    program = tmp_path / "uv"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/answer\n")
    program.chmod(0o755)
    monkeypatch.setattr(machine, "UV", program)
    return tmp_path / "answer"


def test_an_answer_is_read() -> None:
    report = parse_report(json.dumps(ANSWER))
    assert report.findings == (Finding("bad", "1", "CVE-1", "2.0"), Finding("bad", "1", "CVE-2", "-"))
    assert report.unknown == ("ours",)


def test_what_is_accepted_is_left_and_the_rest_is_to_be_done() -> None:
    todo = judge(parse_report(json.dumps(ANSWER)), {"CVE-2": "not reached"})
    assert todo == ["bad 1: CVE-1, fixed in 2.0"]


def test_an_acceptance_has_a_reason() -> None:
    assert read_accepted("# note\n\nCVE-1  not reached: loopback\n") == {"CVE-1": "not reached: loopback"}
    with pytest.raises(SetupError, match="CVE-2"):
        read_accepted("CVE-2\n")


def test_the_list_in_the_repository_can_be_read() -> None:
    read_accepted(audit.ACCEPTED.read_text(encoding="utf-8"))


SKIPPED = {"dependencies": [{"name": "pyyaml", "skip_reason": "not found"}]}


@pytest.mark.parametrize("answer", ["", "Traceback", "[]", '{"dependencies": []}', json.dumps(SKIPPED)])
def test_a_source_that_does_not_know_the_canary_is_none(say: Path, answer: str) -> None:
    say.write_text(answer)
    assert audit.find_source({}) is None
    with pytest.raises(SetupError, match="nothing was checked"):
        audit.audit({})


def test_both_locks_are_looked_at_and_stale_acceptances_named(
    say: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say.write_text(json.dumps(ANSWER))
    accepted = tmp_path / "accepted.txt"
    accepted.write_text("CVE-1 reason\nCVE-9 reason\n")
    monkeypatch.setattr(audit, "ACCEPTED", accepted)
    todo = audit.audit({})
    assert todo.count("bad 1: CVE-2, fixed in -") == 2
    assert todo[-1] == "CVE-9 is accepted, but nothing has it any more"
    assert len(todo) == 3


def test_no_finding_is_nothing_to_do() -> None:
    assert judge(Report((), ()), {}) == []
