"""`weizheng eval all`: one report over what lies there, and nothing written where a file cannot be used."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from apps.cli.main import app
from apps.cli.report.charts import FAMILY_LABELS, times_by_step, turns_by_day
from apps.cli.report.traffic import last_days, traffic
from core.answering import AnswerStatus
from core.citizens.answer_log import LoggedOpinion, LoggedTurn
from core.citizens.conversations import StoredMessage
from core.citizens.feedback import FeedbackStore, Opinion
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import open_engine
from core.settings import load_settings
from insight.outcomes import FAMILIES
from knowledge_base.embedding.memory import HashEmbedder

ZONE = ZoneInfo("Asia/Shanghai")
WORDS = "我叫王小明住在梧桐路"


def run(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture
def installation(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a catalogue of one document, some turns of today and files of questions."""
    for module in ("application", "embedding.loading"):
        monkeypatch.setattr(f"knowledge_base.{module}.open_embedder", lambda _: HashEmbedder())
    files = {
        "corpus": {"external_id": "water", "title": "停水通知", "text": "东区周五上午停水检修管道。"},
        "queries": {"qid": "1", "question": "停水检修", "answer": "停水检修", "gold_docids": ["water"]},
        "offtopic": {"question": "红烧肉怎么做", "kind": "offtopic"},
    }
    for name, line in files.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line), encoding="utf-8")
    assert run("kb", "import", tmp_path / "corpus.jsonl", "--publish").exit_code == 0
    keep_turns()
    return tmp_path


def keep_turns() -> None:
    """Three turns and an opinion in the installation's database."""
    now = datetime.now(UTC)
    engine = open_engine(load_settings().database_url)
    clock = FixedClock(now)
    statuses = (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ERROR_TIMEOUT)
    for number, status in enumerate(statuses):
        said = StoredMessage(
            id=f"m{number}", answer_id=f"a{number}", role="assistant", kind="text", payload={}, created=now
        )
        steps = {"retrieve": 10.0 + number}
        answer = LoggedAnswer(id=f"a{number}", question=WORDS, status=status, step_ms=steps)
        Turns(engine, clock).save(Turn(conversation="c1", answer=answer, messages=[said]))
    FeedbackStore(engine, clock).save("c1", "a0", Opinion(useful=True, text=WORDS))
    engine.dispose()


def test_everything_that_lies_there_is_in_the_report(installation: Path) -> None:
    out = installation / "made" / "report"
    files = ("--questions", installation / "queries.jsonl", "--refusals", installation / "offtopic.jsonl")
    result = run("eval", "all", "--out", out, *files)
    assert result.exit_code == 0, result.output
    assert str(out / "report.md") in result.stdout
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["index"]["documents"] == 1
    assert report["retrieval"]["figures"]["hit@1"] == 1.0
    assert report["refusals"]["kinds"]["offtopic"]["n"] == 1
    assert report["traffic"]["turns"] == 3
    assert report["traffic"]["days"][-1]["statuses"]["error_timeout"] == 1
    assert report["traffic"]["useful_share"] == 1.0
    assert report["traffic"]["steps"] == [{"step": "retrieve", "n": 3, "p50_ms": 11.0, "p95_ms": 11.9}]
    assert report["left_out"] == []
    page = (out / "report.md").read_text(encoding="utf-8")
    for picture in ("curve.svg", "turns.svg", "steps.svg"):
        assert f"({picture})" in page
        ElementTree.fromstring((out / picture).read_text(encoding="utf-8"))
    everything = "".join(path.read_text(encoding="utf-8") for path in out.iterdir())
    assert WORDS not in everything


def test_what_was_not_given_is_left_out_and_named(installation: Path) -> None:
    result = run("eval", "all", "--out", installation / "report", "--days", "2", "--json")
    report = json.loads(result.stdout)
    assert len(report["left_out"]) == 2
    assert len(report["traffic"]["days"]) == 2
    assert not (installation / "report" / "curve.svg").exists()
    page = (installation / "report" / "report.md").read_text(encoding="utf-8")
    assert "--questions FILE" in page
    assert "hit@1" not in page


def test_an_empty_installation_has_a_report_as_well(home: Path, tmp_path: Path) -> None:
    result = run("eval", "all", "--out", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert "没有记录" in (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["report.json", "report.md"]


@pytest.mark.parametrize("option", ["--questions", "--refusals"])
def test_a_file_that_is_not_there_is_one_line_and_nothing_is_written(
    home: Path, tmp_path: Path, option: str
) -> None:
    result = run("eval", "all", "--out", tmp_path / "report", option, "none.jsonl")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "none.jsonl: no such file" in line
    assert not (tmp_path / "report").exists()


def test_turns_belong_to_the_city_s_days() -> None:
    late = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    days = last_days(date(2026, 3, 2), 3)
    found = traffic([LoggedTurn(late, "clarify", {})], [LoggedOpinion(late, False)], days, ZONE)
    assert [day["day"] for day in found["days"]] == ["2026-02-28", "2026-03-01", "2026-03-02"]
    assert [day["turns"] for day in found["days"]] == [0, 0, 1]
    assert (found["useful_share"], found["steps"]) == (0.0, [])


def test_every_status_is_drawn() -> None:
    assert {status for members in FAMILIES.values() for status in members} == set(AnswerStatus)
    assert set(FAMILIES) == set(FAMILY_LABELS)


def test_pictures_stay_inside_their_frame_whatever_is_drawn() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    turns = [LoggedTurn(now - timedelta(days=n % 60), status.value, {"keep": 1e6 * (n + 1)})
             for n, status in enumerate([*AnswerStatus] * 700)]  # fmt: skip
    found = traffic(turns, [], last_days(date(2026, 3, 2), 60), ZONE)
    for picture in (turns_by_day(found["days"]), times_by_step(found["steps"]), turns_by_day([])):
        root = ElementTree.fromstring(picture)
        height = float(root.attrib["height"])
        for one in root.iter("{http://www.w3.org/2000/svg}rect"):
            x, y, wide, tall = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
            assert x + wide <= 720
            assert 0 <= y <= y + tall <= height + 0.2
