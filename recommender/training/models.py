"""A trained model as its row has it, and how using one goes wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from core.errors import BadInput, WeizhengError


class State(StrEnum):
    """Where a model stands. What is accepted may serve; which one does is said by one row elsewhere.

    A candidate's bytes are being written. Rejected is also what served once and is not to serve again.
    """

    CANDIDATE = "candidate"
    REJECTED = "rejected"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class StoredModel:
    """One training and what came of it.

    Attributes:
        reason: Why it may not serve, in Chinese.
        epoch: Of the catalogue that it was learned from.
        card: Data window, sizes, parameters, metrics: figures only.
        size: Bytes of the artefact; None where none is kept.
        in_use: It serves.
    """

    number: int
    state: State
    reason: str
    created: datetime
    epoch: str
    card: Mapping[str, Any]
    size: int | None
    sha256: str | None
    in_use: bool

    @property
    def version(self) -> str:
        """As recommendations name it."""
        return version_of(self.number)

    @property
    def can_serve(self) -> bool:
        """Whether it was accepted, and its bytes are still kept."""
        return self.state is State.ACCEPTED and self.size is not None

    def is_expired(self, now: datetime, days: int) -> bool:
        """Whether it is so old that it does not serve, since what it learned of who has left ends with it."""
        return now - self.created > timedelta(days=days)


def version_of(number: int) -> str:
    """A model's name."""
    return f"m{number}"


def number_of(version: str) -> int:
    """The number of a model that `version_of` named."""
    return int(version.removeprefix("m"))


class TooLittle(BadInput):
    """There is not enough to learn from; nothing is changed."""

    code = "too_little_data"
    public_message = "可用于训练的行为数据太少，没有训练新的推荐模型。"


class Diverged(BadInput):
    """What was learned is no finite numbers, nor would it be the next time; nothing is changed."""

    code = "model_diverged"
    public_message = "训练结果不是有效数值，没有采用。"


class BrokenArtefact(WeizhengError):
    """A model's bytes are missing, cut off, changed, or speak of another catalogue."""

    code = "broken_model"
    public_message = "推荐模型无法使用，已改用之前的模型或热门事项。"
