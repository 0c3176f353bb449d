"""docker-compose.yml runs what `weizheng up` runs, keeps it inside, and names nothing that does not exist."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.cli.processes import processes, rasa_environment
from core.keys import Keys
from core.settings import Settings, variable
from tests.project.test_docs import default_of

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^[a-z0-9/-]+:\d+\.\d+\.\d+[a-z0-9.-]*$|^postgres:\d+\.\d+[a-z0-9.-]*$")
SERVICE_KEYS = {
    *("image", "build", "restart", "networks", "volumes", "environment", "command"),
    *("ports", "depends_on", "healthcheck"),
}
KEYS = Keys(
    service_token="s" * 20,
    cookie_secret="c" * 20,
    redis_password="p" * 20,
    rasa_token="r" * 20,
    second_factor_key="f" * 20,
)
# What the images of others read, the two that only compose itself fills in, and the model library's folder.
FOREIGN = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "HF_HOME"}
# What compose decides itself (where things are), and what only the supervisor reads.
PLACES = re.compile(r"_(?:host|port|url)$|^(?:home|model_cache|start_timeout_s|stop_timeout_s)$")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file, with its anchors resolved."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def known(tmp_path: Path) -> set[str]:
    """Variables that our own processes read."""
    settings = Settings(home=tmp_path, redis_url=None)
    return {variable(name) for name in Settings.model_fields} | set(rasa_environment(settings, KEYS))


def test_it_has_every_process_of_the_supervisor_and_what_they_need(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    names = {process.name for process in processes(Settings(home=tmp_path, redis_url=None), KEYS)}
    assert set(compose["services"]) == names | {"database", "init"}


def test_every_service_has_known_keys_and_its_parts_exist(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert set(service) <= SERVICE_KEYS, name
        assert set(service["networks"]) <= set(compose["networks"])
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(compose["volumes"])
        for needed, rule in service.get("depends_on", {}).items():
            assert needed in compose["services"]
            assert rule["condition"] in {"service_healthy", "service_completed_successfully"}


def test_what_others_wait_for_has_a_health_check(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert name == "init" or {"test", "interval", "timeout", "retries"} == set(service["healthcheck"])
    waited = {
        needed
        for service in compose["services"].values()
        for needed, rule in service.get("depends_on", {}).items()
        if rule["condition"] == "service_completed_successfully"
    }
    assert waited == {"init"}


def test_health_checks_ask_where_the_supervisor_asks(compose: dict[str, Any], tmp_path: Path) -> None:
    for process in processes(Settings(home=tmp_path, redis_url=None), KEYS):
        if process.name != "redis":
            assert f"127.0.0.1:{process.port}/" in " ".join(
                compose["services"][process.name]["healthcheck"]["test"]
            )


def test_every_setting_that_is_no_place_reaches_the_containers(compose: dict[str, Any]) -> None:
    environment = compose["services"]["portal"]["environment"]
    for name in Settings.model_fields:
        if not PLACES.search(name):
            # The brace of an empty mapping would end the default; nothing at all means the same.
            usual = default_of(name).replace("{}", "")
            assert environment.get(variable(name)) == f"${{{variable(name)}:-{usual}}}"


def test_a_model_from_a_hub_can_be_downloaded_and_is_kept_for_the_others(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert "outside" in services["init"]["networks"]
    folder = services["init"]["environment"]["HF_HOME"]
    assert folder.startswith("/state/")
    assert services["knowledge"]["environment"]["HF_HOME"] == folder
    assert "state:/state" in services["knowledge"]["volumes"]


def test_only_the_portal_is_open_to_all_and_only_what_ends_has_a_way_out_besides(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    published = {name: service["ports"] for name, service in services.items() if service.get("ports")}
    assert published == {
        "portal": ["${PORTAL_PORT:-8000}:8000"],
        "console": ["127.0.0.1:${CONSOLE_PORT:-8001}:8001"],
    }
    assert compose["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in services.items() if service["networks"] != ["inside"]}
    assert outside == {"portal", "console", "init"}
    assert services["init"]["restart"] == "no"


def test_no_secret_stands_in_it(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or "TOKEN" in name or "SECRET" in name:
                assert re.fullmatch(r"\$\{\w+:\?[^}]*\}", str(value)), name
            inline = re.search(r"://[^/@:]*:([^@]*)@", str(value))
            assert inline is None or inline.group(1).startswith("${"), name


def test_images_of_others_are_pinned_to_a_version(compose: dict[str, Any]) -> None:
    bases = [
        line.split()[1]
        for path in dockerfiles()
        for line in path.read_text().splitlines()
        if line.startswith("FROM ")
    ]
    named = [service["image"] for service in compose["services"].values()]
    assert [image for image in (*bases, *named) if not PINNED.match(image)] == []


def test_every_variable_is_a_setting_we_know(compose: dict[str, Any], known: set[str]) -> None:
    for name, service in compose["services"].items():
        assert set(service.get("environment", {})) <= known | FOREIGN, name


def test_containers_do_not_hide_behind_loopback(compose: dict[str, Any]) -> None:
    environment = compose["services"]["portal"]["environment"]
    assert {environment[f"{name}_HOST"] for name in ("PORTAL", "KNOWLEDGE", "ACTIONS")} == {"0.0.0.0"}
    for name in ("KNOWLEDGE", "ACTIONS", "RASA"):
        host = re.match(r"http://([a-z]+):(\d+)$", environment[f"{name}_URL"])
        assert host is not None
        assert host.group(1) in compose["services"]
        assert int(host.group(2)) == Settings.model_fields[f"{name.lower()}_port"].default


def test_commands_name_modules_that_exist(compose: dict[str, Any]) -> None:
    modules = [
        service["command"][2]
        for service in compose["services"].values()
        if service.get("command", [])[:2] == ["python", "-m"]
    ]
    assert len(modules) == 5
    assert [name for name in modules if not (ROOT / name.replace(".", "/") / "__main__.py").exists()] == []


def test_everything_copied_into_an_image_exists(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        if "build" in service:
            assert (ROOT / service["build"]["dockerfile"]).exists()
    missing = [source for source in copied() if not (ROOT / source).exists()]
    assert missing == []


@pytest.mark.parametrize("index", ["", "http://index.example/simple"])
def test_pip_in_the_images_asks_the_index_that_was_given(tmp_path: Path, index: str) -> None:
    pip = tmp_path / "pip"
    pip.write_text('#!/bin/sh\nfor word; do echo "$word"; done\n')
    pip.chmod(0o755)
    for path in dockerfiles():
        (command,) = re.findall(r"&& (pip install .*?) \\$", path.read_text(encoding="utf-8"), re.MULTILINE)
        env = {"PATH": str(tmp_path), **({"UV_DEFAULT_INDEX": index} if index else {})}
        said = subprocess.run(["/bin/sh", "-c", command], env=env, text=True, capture_output=True, check=True)
        wanted = ["--index-url", index] if index else []
        assert said.stdout.splitlines() == ["install", "--no-cache-dir", *wanted, "uv>=0.13,<0.14"]


def dockerfiles() -> list[Path]:
    """Our images."""
    return sorted((ROOT / "docker").glob("*.Dockerfile"))


def copied() -> Iterator[str]:
    """Paths that the images take from the repository."""
    for path in dockerfiles():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("COPY "):
                yield from line.split()[1:-1]
