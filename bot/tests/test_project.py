"""The Rasa project as a whole: every act has examples and a rule, and every reply is one message."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

BOT = Path(__file__).resolve().parents[1]
ASPECTS = (
    "conditions", "materials", "steps", "fee", "time_limit", "place",
    "hours", "phone", "online", "legal_basis", "result", "form",
)  # fmt: skip
WITHOUT_EXAMPLES = {"choose"}
FEWEST_FOR_AN_ASPECT = 60
FEWEST_QUESTIONS = 120
FEWEST_IN_DANGER = 40
FEWEST = 35


def loaded(name: str) -> Any:
    return yaml.safe_load((BOT / name).read_text(encoding="utf-8"))


def domain_intents() -> list[str]:
    return [
        next(iter(entry)) if isinstance(entry, dict) else entry for entry in loaded("domain.yml")["intents"]
    ]


def examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted((BOT / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" not in block:
                continue
            lines = [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
            found.setdefault(block["intent"], []).extend(line for line in lines if line)
    return found


def plain(text: str) -> str:
    return re.sub(r"\W", "", text)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_aspect_has_enough_examples(aspect: str) -> None:
    assert len(examples()[f"ask_{aspect}"]) >= FEWEST_FOR_AN_ASPECT


@pytest.mark.parametrize("intent", sorted(set(domain_intents()) - WITHOUT_EXAMPLES))
def test_every_act_has_enough_examples(intent: str) -> None:
    fewest = FEWEST_QUESTIONS if intent == "ask" else FEWEST
    fewest = FEWEST_IN_DANGER if intent.startswith("urgent_") else fewest
    assert len(examples()[intent]) >= fewest


def patterns() -> dict[str, list[str]]:
    blocks = loaded("data/nlu/patterns.yml")["nlu"]
    return {block["regex"]: block["examples"].splitlines() for block in blocks}


def test_each_pattern_is_one_that_never_fits_nothing() -> None:
    # Rasa joins patterns of one name, and a match of no characters would mark every text.
    for name, lines in patterns().items():
        (line,) = lines
        assert not re.search(line.removeprefix("- "), "", re.IGNORECASE), name


def test_no_example_stands_twice_or_in_the_held_out_questions() -> None:
    held_out = loaded("tests/held_out.yml")
    groups = [*held_out["small"].values(), *held_out["aspects"].values()]
    asked = [*held_out["government"], *chain.from_iterable(groups)]
    learnt = [plain(line) for lines in examples().values() for line in lines]
    assert len(learnt) == len(set(learnt))
    assert not {plain(line) for line in asked} & set(learnt)


def test_examples_belong_to_acts_of_the_domain() -> None:
    assert set(examples()) == set(domain_intents()) - WITHOUT_EXAMPLES


def test_every_act_has_one_rule_with_one_message() -> None:
    rules = [rule["steps"] for rule in loaded("data/rules/rules.yml")["rules"]]
    domain = loaded("domain.yml")
    acts = [steps[0]["intent"] for steps in rules]
    assert sorted(acts) == sorted([*domain_intents(), "nlu_fallback"])
    for steps in rules:
        assert [list(step) for step in steps] == [["intent"], ["action"]]
        assert steps[1]["action"] in {*domain["actions"], *domain["responses"]}


def test_unrecognised_words_go_to_retrieval() -> None:
    rules = {
        rule["steps"][0]["intent"]: rule["steps"][1]["action"]
        for rule in loaded("data/rules/rules.yml")["rules"]
    }
    assert rules["nlu_fallback"] == rules["ask"] == "action_ask"


def test_canned_replies_are_one_message_with_a_status() -> None:
    for variants in loaded("domain.yml")["responses"].values():
        (variant,) = variants
        reply = variant["custom"]["weizheng"]
        assert reply["status"] in ("answered_canned", "out_of_scope")
        assert [part["kind"] for part in reply["parts"]] == ["text"]


def test_canned_replies_leave_telephone_numbers_to_the_portal() -> None:
    assert not re.search(r"\d{3,}", str(loaded("domain.yml")["responses"]))


def test_endpoints_leave_their_variables_to_the_environment() -> None:
    # Rasa replaces `${…}` in plain scalars only: between quotes it stays as it is.
    for line in (BOT / "endpoints.yml").read_text(encoding="utf-8").splitlines():
        if "${" in line:
            assert not re.search(r"[\"']", line), line


def test_citizens_words_fill_no_slot() -> None:
    for slot in loaded("domain.yml")["slots"].values():
        assert slot["mappings"] == [{"type": "custom"}]
