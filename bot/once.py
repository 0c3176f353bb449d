"""What Rasa works out anew at each turn though it never changes, worked out once: a third of a turn's time.

Rasa 3.6.21 is its last open release, and pinned; the tests say where these places are.
"""

from __future__ import annotations

import gc
from functools import lru_cache
from typing import Any

import numpy as np
import rasa.shared.utils.common
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.training_data.message import Message


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


@lru_cache(maxsize=1)
def _form() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


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
