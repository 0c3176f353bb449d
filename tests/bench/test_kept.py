"""Which answers a database or a backup still holds."""

from __future__ import annotations

from pathlib import Path

from bench.kept import answers_in, missing
from core.answering import AnswerStatus
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import SystemClock
from core.database.engine import open_engine
from core.database.migrate import migrate


def test_what_is_in_the_answer_log_is_kept(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/weizheng.db")
    migrate(engine)
    answer = LoggedAnswer(id="1", question="怎么办", status=AnswerStatus.NO_ANSWER)
    Turns(engine, SystemClock()).save(Turn(conversation="c", answer=answer))
    engine.dispose()
    assert answers_in(tmp_path / "weizheng.db") == {"1"}
    assert missing(tmp_path, ["1", "2", "2"]) == 1
