"""`weizheng recommender recommend` and `explain` on a real database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from apps.cli.main import app
from core.catalogue.models import Region, ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from core.citizens.conversations import Conversations
from core.clock import SystemClock
from core.database.engine import open_engine
from core.database.migrate import migrate

GUIDES = [
    ServiceItem(external_id="yb", name="新生儿医保", region="990100", life_events=["生育"], theme="社保"),
    ServiceItem(
        external_id="cs", name="出生证", region="990100", life_events=["生育"], theme="生育",
        eligibility={"fact": "children", "op": "ge", "value": 1},
    ),
    ServiceItem(external_id="lh", name="离婚登记", region="990100", sensitive=True),
]  # fmt: skip


@pytest.fixture(autouse=True)
def catalogue(home: Path) -> None:
    engine = open_engine(f"sqlite:///{home}/weizheng.db")
    migrate(engine)
    writes = CatalogueWrites(engine)
    writes.put_region(Region(code="990101", name="东区"))
    writes.put_many([(guide, [], Status.PUBLISHED) for guide in GUIDES])
    engine.dispose()


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["recommender", *arguments])


def test_what_was_asked_about_leads_to_what_goes_with_it() -> None:
    told = json.loads(run("recommend", "--asked", "yb", "--facts", '{"children": 2}', "--json").output)
    assert [one["external_id"] for one in told["items"]] == ["cs"]
    assert (told["personalized"], told["model"]) == (True, None)
    assert told["items"][0]["reason"] == "与“出生”这件事常一起办"
    assert told["items"][0]["eligibility"]["verdict"] == "eligible"
    assert "cs  出生证  [life_event]" in run("recommend", "--event", "出生").output


def test_of_a_citizen_nobody_knows_the_common_items_are_offered() -> None:
    told = json.loads(run("recommend", "--citizen", "who", "--region", "990101", "-k", "1", "--json").output)
    assert (told["personalized"], told["items"][0]["source"]) == (False, "fallback")


def test_a_citizen_is_in_the_district_of_the_conversation(home: Path) -> None:
    engine = open_engine(f"sqlite:///{home}/weizheng.db")
    CatalogueWrites(engine).put(
        ServiceItem(external_id="dq", name="东区补贴", region="990101"), [], Status.PUBLISHED
    )
    Conversations(engine, SystemClock()).visit("who", "990101")
    engine.dispose()
    for command in ("recommend", "explain"):
        assert "dq" in run(command, "--citizen", "who").output
        assert "dq  " not in run(command, "--citizen", "nobody").output


def test_each_step_is_explained() -> None:
    told = json.loads(run("explain", "--asked", "yb", "--json").output)
    assert told["excluded"]["sensitive"] == {"n": 1, "first": ["lh"]}
    assert told["excluded"]["known_already"]["first"] == ["yb"]
    assert [one["external_id"] for one in told["sources"]["life_event"]["best"]] == ["cs"]
    assert told["chosen"][0]["adds"]["life_event"] > told["chosen"][0]["adds"]["similar"]
    text = run("explain", "--asked", "yb").output
    assert "excluded sensitive: 1  lh" in text
    assert "source life_event: 1  cs 1" in text


def test_one_source_alone_can_be_asked() -> None:
    told = json.loads(run("recommend", "--asked", "yb", "--source", "similar", "--json").output)
    assert told["items"][0]["source"] == "similar"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--facts", "children"),
        ("--facts", "[1]"),
        ("--facts", '{"children": -1}'),
        ("--facts", '{"wings": true}'),
        ("--asked", "nothing"),
        ("--region", "123456"),
        ("--source", "astrology"),
        ("--citizen", "who", "--event", "出生"),
    ],
)
def test_what_cannot_be_used_is_told(arguments: tuple[str, ...]) -> None:
    result = run("recommend", *arguments)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
