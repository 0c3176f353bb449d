"""What is measured on public data is what citizens are served by."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("module", ["apps.portal.composition", "recommender.evaluation.movielens"])
def test_neither_portal_nor_evaluation_goes_without_the_model_s_scores(module: str) -> None:
    without = f"import sys; sys.modules['recommender.model.scoring'] = None; import {module}"
    done = subprocess.run([sys.executable, "-c", without], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "recommender.model.scoring" in done.stderr.strip().splitlines()[-1]
