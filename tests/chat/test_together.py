"""What many ask at the same time is asked in one go."""

import asyncio
import threading

import pytest

from bot.chat.together import Together
from bot.errors import StoreError


class Desk:
    """Answers with the double; the first go waits until it is let on."""

    def __init__(self):
        self.goes, self.let_on = [], threading.Event()

    def __call__(self, questions):
        self.goes.append(list(questions))
        if len(self.goes) == 1:
            self.let_on.wait(10)
        if 13 in questions:
            raise StoreError("the disk is full")
        return [2 * question for question in questions]


async def busy(desk):
    """Together, with one question under way."""
    together = Together(desk)
    first = asyncio.create_task(together(0))
    await asyncio.sleep(0)
    return together, first


def test_what_is_asked_meanwhile_is_asked_together_and_each_gets_its_own():
    async def story():
        desk = Desk()
        together, first = await busy(desk)
        others = [asyncio.create_task(together(n)) for n in (5, 7, 5)]
        await asyncio.sleep(0)
        desk.let_on.set()
        assert await asyncio.gather(first, *others) == [0, 10, 14, 10]
        assert desk.goes == [[0], [5, 7, 5]]

    asyncio.run(story())


def test_a_failure_meets_those_who_asked_with_it_and_nobody_else():
    async def story():
        desk = Desk()
        together, first = await busy(desk)
        failing = [asyncio.create_task(together(n)) for n in (13, 1)]
        await asyncio.sleep(0)
        desk.let_on.set()
        assert await first == 0
        for task in failing:
            with pytest.raises(StoreError):
                await task
        assert await together(4) == 8

    asyncio.run(story())


def test_another_number_of_answers_leaves_nobody_waiting():
    async def story():
        together = Together(lambda questions: questions[1:])
        for task in [asyncio.create_task(together(n)) for n in (1, 2)]:
            with pytest.raises(ValueError, match="shorter"):
                await asyncio.wait_for(task, 5)

    asyncio.run(story())


def test_one_who_leaves_takes_nothing_from_the_others():
    async def story():
        desk = Desk()
        together, first = await busy(desk)
        leaving, staying = (asyncio.create_task(together(n)) for n in (1, 2))
        await asyncio.sleep(0)
        leaving.cancel()
        desk.let_on.set()
        assert (await first, await staying) == (0, 4)

    asyncio.run(story())
