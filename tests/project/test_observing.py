"""Dashboard, rules and page name the metrics that the processes really show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric

from apps.portal.metrics import PortalMetrics
from apps.worker.metrics import WorkerMetrics
from core.metrics import Metrics
from core.settings import Settings
from knowledge_base.service.metrics import KnowledgeMetrics

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "operating"
# Names of the query language, Prometheus' own series, and those of its scrape.
NAME = re.compile(r"\b(?:weizheng|process)_[a-z_]+")
SUFFIX = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


@cache
def shown() -> dict[str, tuple[Metric, frozenset[str]]]:
    """Every metric with the processes that show it."""
    processes = {
        "portal": PortalMetrics(),
        "knowledge": KnowledgeMetrics(),
        "actions": Metrics("actions"),
        "worker": WorkerMetrics(),
    }
    found: dict[str, tuple[Metric, frozenset[str]]] = {}
    for process, metrics in processes.items():
        for metric in metrics.registry.collect():
            before = found[metric.name][1] if metric.name in found else frozenset()
            found[metric.name] = metric, before | {process}
    return found


def series() -> set[str]:
    """Names under which the figures can be asked for."""
    return {name + end for name, (metric, _) in shown().items() for end in SUFFIX[metric.type]}


def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    return loaded


def expressions() -> Iterator[str]:
    """Every query of dashboard and rules."""
    board = dashboard()
    yield from (target["expr"] for panel in board["panels"] for target in panel["targets"])
    yield from (one["expr"] for one in board["annotations"]["list"])
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def test_dashboard_and_rules_ask_for_figures_that_exist() -> None:
    asked = {name for expression in expressions() for name in NAME.findall(expression)}
    assert len(asked) >= 12
    assert asked - series() == set()


def test_queries_have_their_brackets_closed() -> None:
    for expression in expressions():
        for opened, closed in ("()", "{}", "[]"):
            assert expression.count(opened) == expression.count(closed), expression


def test_panels_do_not_lie_over_one_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(ids) == len(set(ids))


def test_each_rule_says_what_citizens_notice() -> None:
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert re.search("[\u4e00-\u9fff]", rule["annotations"]["summary"])


def test_the_example_scrapes_every_process_at_its_port() -> None:
    loaded = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    found = {job["job_name"]: job["static_configs"][0]["targets"] for job in loaded["scrape_configs"]}
    ports = {name: f"{name}_port" for name in ("knowledge", "actions", "worker")}
    ports = {"portal": "metrics_port", **ports}
    wanted = {job: [f"127.0.0.1:{Settings.model_fields[port].default}"] for job, port in ports.items()}
    assert found == wanted
    assert all((FOLDER / name).exists() for name in loaded["rule_files"])


def rows() -> dict[str, tuple[str, str, str, str]]:
    """The page's table: processes, kind, labels and meaning by name."""
    page = (FOLDER / "observing.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|([^|]*)\| ([^|]+) \|$", page, re.MULTILINE)
    return {name: (of, kind, labels.strip(), meaning) for name, of, kind, labels, meaning in found}


def test_the_page_s_table_has_every_metric_and_no_other() -> None:
    assert set(rows()) == set(shown())


@pytest.mark.parametrize("name", shown())
def test_the_page_tells_of_a_metric_what_the_code_does(name: str) -> None:
    metric, processes = shown()[name]
    of, kind, _, meaning = rows()[name]
    assert kind == metric.type
    assert meaning == metric.documentation
    told = {"portal", "knowledge", "actions", "worker"} if of == "all four" else set(of.split(", "))
    assert told == processes


def test_the_page_names_the_labels_in_use() -> None:
    for name, (metric, _) in shown().items():
        labels = {label for sample in metric.samples for label in sample.labels} - {"le"}
        told = set(re.findall(r"`(\w+)`", rows()[name][2]))
        assert labels <= told, name
