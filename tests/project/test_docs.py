"""The pages say what the code does: settings, commands, links, decisions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from apps.cli.main import app
from core.settings import Settings, variable
from scripts import cli_docs

ROOT = Path(__file__).resolve().parents[2]
DERIVED = {"database_url", "knowledge_url", "actions_url", "rasa_url"}
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def default_of(field: str) -> str:
    """A setting's default as it is written in a page; empty where it follows from others."""
    value = Settings.model_fields[field].default
    if value is None or field in DERIVED:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_each_setting_is_in_both_pages_with_its_default(field: str) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert f"\n# {variable(field)}={default_of(field)}\n" in example
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    shown = f"`{default_of(field)}`" if default_of(field) else "empty"
    assert f"| `{variable(field)}` | {shown} | " in page


def test_the_pages_name_no_setting_that_does_not_exist() -> None:
    known = {variable(name) for name in Settings.model_fields}
    example = re.findall(r"^# ?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    page = re.findall(
        r"^\| `([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(example) == set(page) == known
    assert len(example) == len(page) == len(known)


def test_the_example_with_every_line_in_force_gives_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.chdir(tmp_path)
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / "all.env").write_text(
        re.sub(r"^# ([A-Z_]+=)", r"\1", example, flags=re.MULTILINE), encoding="utf-8"
    )
    assert Settings(_env_file=tmp_path / "all.env") == Settings(_env_file=None)


def test_the_command_page_is_what_the_commands_say() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == cli_docs.render(), "run: .venv/bin/python -m scripts.cli_docs"


def commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command with its full name."""
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
    for name, child in (children or {}).items():
        yield from commands(f"{path} {name}".strip(), child)


ALL_COMMANDS = dict(commands("", get_command(app)))


def test_the_commands_of_the_design_exist() -> None:
    kb = ("import", "search", "ask", "status", "reindex", "evaluate", "withdraw")
    assert set(ALL_COMMANDS) >= {
        *("init", "up", "status", "doctor", "backup", "restore", "upgrade"),
        *(f"kb {name}" for name in kb),
    }


@pytest.mark.parametrize("name", ALL_COMMANDS)
def test_each_command_shows_an_example_and_explains_its_options(name: str) -> None:
    command = ALL_COMMANDS[name]
    assert re.search(rf"Example: .*weizheng {name}", command.help)
    assert [item.name for item in command.params if item.name != "help" and not item.help] == []


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    listing = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in pages if f"({page.name})" not in listing] == []


def test_each_decision_is_titled_with_its_number() -> None:
    for page in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        assert re.match(rf"# (?:ADR )?{int(page.name[:4])}[.:] ", text), page.name
