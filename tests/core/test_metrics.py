"""Figures of a process: bounded labels, a registry of its own, and next to no time."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from core.metrics import CountRequests, Metrics
from tests.effort import loops

WORDS = "13912345678"


def count(metrics: Metrics, name: str, **labels: str) -> float:
    """A figure; 0 where it was never counted."""
    return metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
def metrics() -> Metrics:
    """Figures of a process of this test."""
    return Metrics("test")


@pytest.fixture
def app(metrics: Metrics) -> FastAPI:
    """An app with one route of a router, which may fail."""
    made, router = FastAPI(), APIRouter(prefix="/api")

    @router.get("/items/{name}")
    async def item(name: str) -> str:
        if name == "broken":
            raise RuntimeError("broken")
        return name

    made.include_router(router)
    made.add_middleware(CountRequests, metrics=metrics)
    return made


async def get(app: FastAPI, *paths: str) -> None:
    """Requests one after the other."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as http:
        for path in paths:
            await http.get(path)


async def test_requests_are_told_by_route_and_never_by_path(app: FastAPI, metrics: Metrics) -> None:
    await get(app, f"/api/items/{WORDS}", "/api/items/b", "/api/items/broken", f"/{WORDS}", "/x?q=" + WORDS)
    route = "/api/items/{name}"
    assert count(metrics, "weizheng_requests_total", route=route, status="2xx") == 2
    assert count(metrics, "weizheng_requests_total", route=route, status="5xx") == 1
    assert count(metrics, "weizheng_requests_total", route="other", status="4xx") == 2
    assert WORDS not in metrics.text().decode()


def test_a_step_is_timed_also_where_it_fails(metrics: Metrics) -> None:
    with pytest.raises(ValueError, match="no"), metrics.step("retrieve"):
        raise ValueError("no")
    assert count(metrics, "weizheng_step_seconds_count", step="retrieve") == 1


def test_two_processes_share_no_registry(metrics: Metrics) -> None:
    metrics.observe_step("retrieve", 1)
    assert count(Metrics("other"), "weizheng_step_seconds_count", step="retrieve") == 0


def test_the_process_itself_and_its_version_are_told(metrics: Metrics) -> None:
    text = metrics.text().decode()
    assert 'weizheng_build_info{process="test",version="0.1.0"} 1.0' in text
    for name in ("process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds"):
        assert f"\n{name} " in text


def test_counting_a_request_costs_next_to_nothing(metrics: Metrics) -> None:
    async def inner(*_: Any) -> None:
        return None

    counted = CountRequests(inner, metrics)

    def a_request() -> None:
        # It never waits, so that one step runs it to its end.
        with pytest.raises(StopIteration):
            counted({"type": "http"}, inner, inner).send(None)  # type: ignore[arg-type]

    assert loops(a_request, times=500) < 150
