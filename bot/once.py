"""What Rasa works out anew at each turn though it never changes, worked out once: a third of a turn's time.

Rasa 3.6.21 is its last open release, and pinned; the tests say where these places are.
"""

from __future__ import annotations

import gc
from functools import lru_cache
from typing import Any

import aiohttp
import numpy as np
import rasa.shared.utils.common
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.endpoints import EndpointConfig


def work_out_once() -> None:
    """Takes effect for the whole process; calling it again changes nothing."""
    # As of the other processes: a turn makes thousands of objects that live as long as it does.
    gc.set_threshold(20_000, 20, 20)
    if RemoteAction._validate_action_result is not _has_right_form:
        RemoteAction._validate_action_result = _has_right_form
        # Asked for each stored event, to find the class of its name.
        rasa.shared.utils.common.all_subclasses = lru_cache(maxsize=None)(
            rasa.shared.utils.common.all_subclasses
        )
        LogisticRegressionClassifier.process = _processed
        EndpointConfig.session = _kept_session


@lru_cache(maxsize=1)
def _form() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


_session = EndpointConfig.session


class _Kept:
    """A session that stays open when its user is done with it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_: object) -> None:
        return None


def _kept_session(self: EndpointConfig) -> _Kept:
    """One session for all calls of an endpoint, and so a connection that is already open for most of them.

    It drops one that was idle for 15 seconds; the action server keeps those for longer.
    """
    kept: _Kept | None = self.__dict__.get("kept")
    if kept is None:
        self.kept = kept = _Kept(_session(self))
    return kept


_process = LogisticRegressionClassifier.process


def _processed(self: LogisticRegressionClassifier, messages: list[Message]) -> list[Message]:
    """As the classifier does it, with its weights laid out once as a sparse product reads them."""
    weights = getattr(self.clf, "coef_", None)
    if weights is not None and not weights.flags.f_contiguous:
        self.clf.coef_ = np.asfortranarray(weights)
    done: list[Message] = _process(self, messages)
    return done


def _has_right_form(_: RemoteAction, result: dict[str, Any]) -> bool:
    """Whether an action server's reply has the form that Rasa reads.

    Raises:
        ValidationError: It has not.
    """
    error: ValidationError | None = best_match(_form().iter_errors(result))
    if error is not None:
        raise error
    return True
