"""What goes wrong in training a model or in opening one."""

from __future__ import annotations

from core.errors import WeizhengError


class TrainingFailed(WeizhengError):
    """Training came to no usable numbers; the detail says what to change."""

    code = "training_failed"


class UnusableArtefact(WeizhengError):
    """A model's file is truncated, foreign, of another version or of another catalogue."""

    code = "unusable_artefact"
