"""What many ask for is made once."""

import asyncio

import pytest

from bot.app.once import Once
from bot.errors import OutsideData


class Maker:
    """Counts what it makes; the first `failing` times it fails."""

    def __init__(self, failing=0):
        self.made, self.failing = 0, failing

    async def __call__(self):
        self.made += 1
        await asyncio.sleep(0)
        if self.made <= self.failing:
            raise OutsideData("no bars")
        return self.made


def test_all_who_ask_while_it_is_made_get_the_same():
    async def story():
        once, make = Once(2), Maker()
        assert await asyncio.gather(*(once("a", make) for _ in range(5))) == [1] * 5
        assert "a" in once
        assert await once("a", make) == 1

    asyncio.run(story())


def test_a_failure_is_forgotten():
    async def story():
        once, make = Once(2), Maker(failing=1)
        with pytest.raises(OutsideData):
            await once("a", make)
        assert "a" not in once
        assert await once("a", make) == 2

    asyncio.run(story())


def test_only_the_last_are_kept():
    async def story():
        once, make = Once(2), Maker()
        for key in "abc":
            await once(key, make)
        assert ["a" in once, "b" in once, "c" in once] == [False, True, True]

    asyncio.run(story())


def test_what_failed_and_was_made_again_is_no_older_than_that():
    async def story():
        once, make = Once(2), Maker(failing=1)
        with pytest.raises(OutsideData):
            await once("a", make)
        for key in "bac":
            await once(key, make)
        assert ["a" in once, "b" in once, "c" in once] == [True, False, True]

    asyncio.run(story())


def test_one_who_leaves_does_not_stop_it():
    async def story():
        once, make = Once(2), Maker()
        leaving = asyncio.create_task(once("a", make))
        staying = asyncio.create_task(once("a", make))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await staying == 1

    asyncio.run(story())
