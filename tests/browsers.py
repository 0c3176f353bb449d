"""A real browser for tests of pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")


# Not for the whole session: while it is open no test can have an event loop of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium without a window; skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical on a page as it is now."""
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in ("serious", "critical")]
