"""Settings come from the environment, then from a file, and a bad one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import BadInput
from core.settings import Settings, load_settings, variable


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_everything_is_local_and_below_var(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.home == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/weizheng.db"
    assert settings.redis_url is None
    hosts = {settings.knowledge_host, settings.actions_host, settings.rasa_host, settings.redis_host}
    assert hosts == {"127.0.0.1"}


def test_the_database_follows_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WEIZHENG_HOME", str(tmp_path / "second"))
    settings = load_settings()
    assert settings.database_url.endswith("/second/weizheng.db")
    assert settings.logs_dir == tmp_path / "second" / "logs"


def test_the_users_own_home_folder_is_not_taken_for_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    (tmp_path / ".env").write_text("HOME=/tmp/elsewhere\n")
    assert load_settings().home == tmp_path / "var"
    assert Settings(home=tmp_path / "given").home == tmp_path / "given"


def test_a_home_relative_to_the_working_folder_becomes_absolute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WEIZHENG_HOME", "here/../there")
    assert load_settings().home == tmp_path / "there"


def test_an_address_follows_its_port_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_PORT", "6005")
    monkeypatch.setenv("ACTIONS_URL", "http://actions:5055")
    settings = load_settings()
    assert settings.rasa_url == "http://127.0.0.1:6005"
    assert settings.actions_url == "http://actions:5055"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORTAL_PORT=9001\nCITY_NAME=临江市\n", encoding="utf-8")
    monkeypatch.setenv("PORTAL_PORT", "9002")
    settings = load_settings()
    assert settings.portal_port == 9002
    assert settings.city_name == "临江市"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_PORT", "")
    monkeypatch.setenv("REDIS_URL", "")
    settings = load_settings()
    assert settings.portal_port == 8000
    assert settings.redis_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_PORT", "eighty"),
        ("PORTAL_PORT", "70000"),
        ("HOTLINE", "call us"),
        ("TIMEZONE", "Asia/Nowhere"),
        ("LOG_LEVEL", "LOUD"),
        ("WEB_DEADLINE_S", "0"),
        ("ANSWER_THRESHOLD", "1.5"),
        ("ANSWER_THRESHOLD", "nan"),
        ("CLARIFY_THRESHOLD", "-0.1"),
        ("KNOWLEDGE_URL", "localhost:8100"),
        ("REDIS_URL", "localhost"),
        ("INTERACTION_WEIGHTS", "ask=3"),
        ("INTERACTION_WEIGHTS", "[3]"),
        ("INTERACTION_WEIGHTS", '{"like": 1}'),
        ("INTERACTION_WEIGHTS", '{"ask": "3"}'),
        ("INTERACTION_WEIGHTS", '{"ask": NaN}'),
        ("INTERACTION_WEIGHTS", '{"ask": -1}'),
        ("INTERACTION_WEIGHTS", '{"apply_declared": 1.5}'),
        ("INTERACTION_HALF_LIVES", '{"ask": 0}'),
    ],
)
def test_a_value_that_cannot_be_used_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=name) as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_asking_back_cannot_need_more_than_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWER_THRESHOLD", "0.2")
    monkeypatch.setenv("CLARIFY_THRESHOLD", "0.2")
    assert load_settings().clarify_threshold == 0.2
    monkeypatch.setenv("CLARIFY_THRESHOLD", "0.3")
    with pytest.raises(BadInput, match="CLARIFY_THRESHOLD 不能大于 ANSWER_THRESHOLD") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_weights_are_laid_over_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERACTION_WEIGHTS", '{"ask": 4}')
    settings = load_settings()
    assert (settings.interaction_weights["ask"], settings.interaction_weights["click"]) == (4.0, 1.0)
    assert settings.interaction_half_lives["ask"] == 60.0


def test_a_secret_in_a_setting_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:hunter22@redis:6379/0")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter22@db/weizheng")
    assert "hunter22" not in repr(load_settings())


def test_a_bad_redis_address_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "http://:hunter22@redis")
    with pytest.raises(BadInput) as caught:
        load_settings()
    assert "hunter22" not in str(caught.value)


def test_settings_cannot_be_changed_after_loading() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().portal_port = 1  # type: ignore[misc]
