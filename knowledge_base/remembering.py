"""Searches are remembered: a question that is asked again, or is being searched for already, costs none."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from datetime import date
from typing import Generic, TypeVar

from core.answering import Aspect
from knowledge_base.adapters import FinderAdapter
from knowledge_base.answer.ports import Found, FoundLine
from knowledge_base.contract import Target

# Some ten kilobytes each. What is asked most is asked in the same words, from the titles that pages offer.
REMEMBERED = 512
Value = TypeVar("Value")


class Remembering(Generic[Value]):
    """Values by what they are made of; who asks for one that is being made waits for it. For many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, Future[Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value, made by the first who asks; a failure is of all who wait for it, and is forgotten."""
        with self._lock:
            future = self._known.get(key)
            mine = future is None
            if future is None:
                future = self._known[key] = Future()
            self._known.move_to_end(key)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        if mine:
            self._make(key, future, make)
        return future.result()

    def _make(self, key: Hashable, future: Future[Value], make: Callable[[], Value]) -> None:
        try:
            future.set_result(make())
        except BaseException as error:
            with self._lock:
                self._known.pop(key, None)
            future.set_exception(error)


class RememberingFinder:
    """`answer.ports.Finder` that searches once for each question and state of the index.

    Nothing that leaves is taken from memory alone: what an answer names is checked against the database.
    """

    def __init__(self, finder: FinderAdapter, most: int = REMEMBERED) -> None:
        self._finder = finder
        self._found: Remembering[Found] = Remembering(most)

    def find(
        self,
        question: str,
        *,
        matter: str | None,
        region: str | None,
        today: date,
        as_of: date,
        hidden: frozenset[Target] = frozenset(),
    ) -> Found:
        """Candidates with their confidence, and passages."""
        key = (self._finder.state(), question, matter, region, today, as_of, hidden)
        return self._found.get(
            key,
            lambda: self._finder.find(
                question, matter=matter, region=region, today=today, as_of=as_of, hidden=hidden
            ),
        )

    def leans_on(self, message: str, target: Target) -> tuple[float, float] | None:
        """As of the search."""
        return self._finder.leans_on(message, target)

    def fields(self, message: str) -> dict[Aspect, float]:
        """As of the search."""
        return self._finder.fields(message)

    def lines(self, question: str, asking: Sequence[str], target: Target) -> list[FoundLine]:
        """As of the search."""
        return self._finder.lines(question, asking, target)
