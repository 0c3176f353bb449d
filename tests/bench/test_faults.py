"""What the acceptance run of faults takes for seen, lost and well again."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from apps.portal.answering import ONLY_SINGLE
from bench import faults
from bench.faulting import page, states
from bench.faulting.crowd import MESSAGES, answers_of
from bench.faulting.listed import NAMES
from bench.faulting.scene import Skipped
from bench.faulting.seen import (
    ANSWERED,
    CUT,
    NO_CONNECTION,
    SILENT,
    SINGLE,
    Turn,
    met_in,
    met_without,
    seen,
    unknown,
    well_again,
)
from core.citizens.conversations import HISTORY

ROW: dict[str, Any] = {
    "title": "disk full",
    "seen": {"met": {ANSWERED: 40, "503 error_unavailable": 2}, "slowest_s": 8.03},
    "lost": 0,
    "recovered_in_s": 0.4,
    "within_s": 15.0,
    "wrong": [],
}


def reply(status: str = "answered_guide", **changed: Any) -> bytes:
    said = {"conversation": "c", "answer_id": "a", "status": status, "messages": [{"text": "好"}]}
    return json.dumps(said | changed).encode()


def turns(*met: str, citizen: int | None = None) -> list[Turn]:
    """Half a second each, one after the other, of two citizens in turn."""
    numbers = range(len(met))
    return [
        Turn(at % 2 if citizen is None else citizen, at * 0.5, at * 0.5 + 0.5, what)
        for at, what in zip(numbers, met, strict=True)
    ]


def test_only_an_answer_of_ours_acknowledges() -> None:
    assert met_in(200, reply()) == (ANSWERED, "a")
    assert met_in(200, reply(messages=[{"text": "好"}, {"text": ONLY_SINGLE}])) == (SINGLE, "a")
    assert met_in(200, reply(messages=[{"kind": "other"}])) == (ANSWERED, "a")
    assert met_in(503, b'{"error": {"code": "error_unavailable"}}') == ("503 error_unavailable", None)
    assert met_in(200, reply("error_timeout"))[0] == "200 error_timeout"


@pytest.mark.parametrize(
    "body", [b"Traceback (most recent call last)", b"[]", b"null", b'{"error": "x"}', b'{"detail": "x"}']
)
def test_what_is_in_no_shape_of_ours_is_a_defect(body: bytes) -> None:
    for status in (200, 500):
        met, answer = met_in(status, body)
        assert answer is None
        assert unknown([met, ANSWERED]) == [f"{status} in no shape of ours"]


def test_errors_that_a_fault_may_show_are_told_from_defects() -> None:
    allowed = [ANSWERED, SINGLE, CUT, NO_CONNECTION, "503 error_unavailable", "504 error_timeout"]
    assert unknown(allowed) == []
    assert unknown([*allowed, "503 error_internal", SILENT]) == ["503 error_internal", SILENT]


def test_a_refused_connection_is_told_from_a_cut_and_a_silent_one() -> None:
    assert met_without(ConnectionRefusedError()) == NO_CONNECTION
    assert met_without(http.client.RemoteDisconnected("gone")) == CUT
    assert met_without(TimeoutError()) == SILENT


def test_turns_that_ended_meanwhile_are_counted() -> None:
    found = seen(turns(ANSWERED, CUT, CUT, SINGLE), 0.9, 1.6)
    assert found == {"met": {CUT: 2}, "slowest_s": 0.5}


def test_all_is_well_from_the_first_of_a_row_of_answers() -> None:
    bad = turns(CUT, ANSWERED, CUT, *[ANSWERED] * 5)
    assert well_again(bad, 0.0, 2) == 2.0
    assert well_again(bad[:-1], 0.0, 2) is None


def test_a_turn_that_began_before_the_fault_was_taken_away_proves_nothing() -> None:
    assert well_again(turns(*[ANSWERED] * 6), 0.2, 2) == 1.0
    assert well_again(turns(*[ANSWERED] * 5), 0.2, 2) is None


def test_all_is_not_well_while_a_citizen_waits() -> None:
    assert well_again(turns(*[ANSWERED] * 20, citizen=0), 0.0, 2) is None


def test_single_questions_are_not_all() -> None:
    assert well_again(turns(*[SINGLE] * 20), 0.0, 2) is None


def test_a_late_error_begins_the_row_anew() -> None:
    late = [*turns(*[ANSWERED] * 4), Turn(0, 0.0, 2.1, SILENT), *turns(*[ANSWERED] * 12)[5:]]
    assert well_again(late, 0.0, 2) == 3.0


def test_the_transcript_of_a_talk_shows_all_of_it() -> None:
    # The question and, at most, an answer in as many bubbles.
    assert MESSAGES * 10 < HISTORY


def test_answers_of_a_transcript() -> None:
    messages: list[dict[str, object]] = [
        {"answer_id": None},
        {"answer_id": "a"},
        {"answer_id": "a"},
        {"answer_id": "b"},
    ]
    assert answers_of(messages) == {"a", "b"}


def test_rows_of_before_stay_in_the_order_of_the_list() -> None:
    known = {"restore": {"wrong": ["old"]}, "kill-rasa": {"wrong": ["old"]}, "gone": {"wrong": []}}
    rows = faults.merged(known, {"kill-rasa": {"wrong": []}, "kill-redis": {"wrong": ["x"]}})
    assert list(rows) == ["kill-redis", "kill-rasa", "restore"]
    assert faults.judged(rows) == ["kill-redis: x", "restore: old"]


def test_every_kind_of_fault_of_the_promise_is_in_the_list() -> None:
    killed = {name.removeprefix("kill-") for name in NAMES if name.startswith("kill-")}
    assert killed == {"redis", "knowledge", "actions", "rasa", "portal"}
    others = {"freeze-redis", "lock-database", "full-disk", "clock-forward", "clock-back", "two-imports"}
    assert others | {"restore"} <= set(NAMES)


def test_the_load_asks_for_no_help_in_danger() -> None:
    assert len(faults.questions()) > 100


def test_a_row_of_the_table() -> None:
    table = page.measured({"date": "2026-03-02", "commit": "abc", "cores": 2, "faults": {"full-disk": ROW}})
    assert "| disk full | 40 × answered, 2 × 503 error_unavailable | 8.03 | 0 | 0.4 | 15 | ✓ |" in table


def test_what_was_not_measured_is_never_kept() -> None:
    left_out = {
        "title": "disk full",
        "within_s": 15.0,
        "wrong": ["not run: only root can mount a small disk"],
    }
    table = page.measured({"date": "2026-03-02", "commit": "abc", "cores": 2, "faults": {"f": left_out}})
    assert "| disk full | not run: only root can mount a small disk | – | – | – | 15 | ✗ |" in table
    assert faults.judged({"f": left_out}) == ["f: not run: only root can mount a small disk"]


def test_a_small_disk_is_roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Skipped, match="only root"), states.small_disk(tmp_path / "disk", 0):
        pass


def test_a_clock_that_cannot_be_moved_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "_LIBRARY", "no/such/library.so")
    with pytest.raises(Skipped, match="libfaketime is not installed"):
        states.movable_clock(tmp_path / "clock")


def test_a_folder_without_an_installation_is_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["faults", "--home", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        faults.main()
    assert ended.value.code == 2
    assert "holds no weizheng.db" in capsys.readouterr().err
