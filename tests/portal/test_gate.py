"""More citizens than can be served at once: in turn, in time, or told so at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from apps.portal.deadline import Deadline
from apps.portal.errors import Overloaded
from apps.portal.gate import Gate
from core.errors import DeadlineExceeded


class Turns:
    """Turns through one gate; each lasts until `end` is set for it."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.begun: list[int] = []
        self.ends: dict[int, asyncio.Event] = {}

    async def take(self, number: int, deadline: Deadline) -> None:
        async with self.gate.turn(deadline):
            self.begun.append(number)
            await self.ends.setdefault(number, asyncio.Event()).wait()

    def start(self, number: int, seconds: float = 60) -> asyncio.Task[None]:
        return asyncio.create_task(self.take(number, Deadline(seconds)))

    def end(self, number: int) -> None:
        self.ends.setdefault(number, asyncio.Event()).set()


async def settle() -> None:
    """Lets every task run as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_turns_beyond_the_bound_begin_in_the_order_in_which_they_came() -> None:
    turns = Turns(Gate(at_once=2))
    tasks = [turns.start(number) for number in range(4)]
    await settle()
    assert turns.begun == [0, 1]
    turns.end(1)
    await settle()
    assert turns.begun == [0, 1, 2]
    for number in range(4):
        turns.end(number)
    await asyncio.gather(*tasks)
    assert turns.begun == [0, 1, 2, 3]
    assert turns.gate.waiting == 0


async def test_who_would_wait_in_vain_is_told_so_at_once() -> None:
    clock = [0.0]
    gate = Gate(at_once=1, now=lambda: clock[0])
    for _ in range(200):
        async with gate.turn(Deadline(60)):
            clock[0] += 4
    turns = Turns(gate)
    running = turns.start(0)
    await settle()
    begun = time.monotonic()
    with pytest.raises(Overloaded):
        await turns.take(1, Deadline(5))
    assert time.monotonic() - begun < 4
    waiting = turns.start(2, seconds=30)
    await settle()
    turns.end(0)
    turns.end(2)
    await asyncio.gather(running, waiting)
    assert turns.begun == [0, 2]


async def test_who_gives_up_waiting_takes_nobody_s_place() -> None:
    turns = Turns(Gate(at_once=1))
    running, late, patient = turns.start(0), turns.start(1, seconds=0.05), turns.start(2)
    with pytest.raises(DeadlineExceeded):
        await late
    turns.end(0)
    turns.end(2)
    await asyncio.gather(running, patient)
    assert turns.begun == [0, 2]


async def test_a_turn_that_fails_or_is_cancelled_makes_room() -> None:
    gate = Gate(at_once=1)
    with pytest.raises(ValueError, match="broken"):
        async with gate.turn(Deadline(1)):
            raise ValueError("broken")
    turns = Turns(gate)
    first, second = turns.start(0), turns.start(1)
    await settle()
    first.cancel()
    await settle()
    assert turns.begun == [0, 1]
    turns.end(1)
    await second


@pytest.mark.parametrize("steps_between", [0, 1, 2, 3])
@pytest.mark.parametrize("cancelled_first", [True, False])
async def test_who_is_cancelled_while_a_place_becomes_free_keeps_it_from_nobody(
    steps_between: int, cancelled_first: bool
) -> None:
    turns = Turns(Gate(at_once=1))
    running, cancelled, patient = turns.start(0), turns.start(1), turns.start(2)
    await settle()
    acts: list[Callable[[], object]] = [cancelled.cancel, lambda: turns.end(0)]
    for act in acts if cancelled_first else reversed(acts):
        act()
        for _ in range(steps_between):
            await asyncio.sleep(0)
    turns.end(2)
    await asyncio.gather(running, patient)
    assert turns.begun[-1] == 2
    async with asyncio.timeout(5), turns.gate.turn(Deadline(5)):
        assert turns.gate.waiting == 0


async def test_turns_that_all_end_at_their_deadline_are_the_pace_too() -> None:
    clock = [0.0]
    gate = Gate(at_once=1, now=lambda: clock[0])
    for _ in range(200):
        with suppress(DeadlineExceeded):
            async with gate.turn(Deadline(60)):
                clock[0] += 8
                raise DeadlineExceeded()
    turns = Turns(gate)
    running = turns.start(0)
    await settle()
    with pytest.raises(Overloaded):
        await turns.take(1, Deadline(8))
    turns.end(0)
    await running
