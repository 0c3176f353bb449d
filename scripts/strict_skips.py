"""Pytest plugin: under CI a skipped test is a failure, unless it says which outside data it needs."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("WEIZHENG_DATA") or PROJECT.parent / "shared" / "data")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the one marker that permits a skip."""
    config.addinivalue_line("markers", "needs_data(path): skipped where ../shared/data/path does not exist")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose outside data is not on this machine."""
    marker = item.get_closest_marker("needs_data")
    if marker and not (DATA / str(marker.args[0])).exists():
        pytest.skip(f"needs {DATA / str(marker.args[0])}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where nobody would notice it."""
    report = yield
    forgiven = hasattr(report, "wasxfail") or item.get_closest_marker("needs_data") is not None
    if os.environ.get("CI") and report.skipped and not forgiven:
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself while it is collected."""
    report = yield
    if os.environ.get("CI") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skipped under CI: {report.longrepr}"
    return report
