"""What calls under way write into the outbox: many at once in one transaction, so that the disk keeps up."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar

from bot.delivery.waiting import pause
from bot.domain.clock import Clock
from bot.errors import StoreError
from bot.store.outbox import Outbox, Result

__all__ = ["Journal"]

AGAIN_SECONDS = 1.0

Item = TypeVar("Item")


class Journal:
    """Marks parcels before their call and notes what came of it."""

    def __init__(self, outbox: Outbox, owner: str, clock: Clock) -> None:
        self._clock = clock
        self._marks = _Together[int](lambda ids: outbox.sending(ids, owner))
        self._results = _Together[Result](lambda results: _finish(outbox, results, clock))

    async def mark(self, delivery_id: int) -> bool:
        """Committed when it returns; False where the parcel is another's by now. Raises StoreError."""
        return await self._marks.write(delivery_id)

    async def finish(self, result: Result, closing: asyncio.Event) -> None:
        """Until it is written: nobody else knows that the message went out. Raises StoreError only while `closing`."""
        while True:
            try:
                await self._results.write(result)
            except StoreError:
                if closing.is_set():
                    raise
                await pause(self._clock, AGAIN_SECONDS, closing)
            else:
                return


class _Together(Generic[Item]):
    """Writes what came while the last write was under way in the next one."""

    def __init__(self, write: Callable[[Sequence[Item]], Collection[Item]]) -> None:
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, item: Item) -> bool:
        """Whether `item` was among those written."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())
        return await done

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                written = await asyncio.to_thread(self._write, [item for item, _ in batch])
            except Exception as error:  # noqa: BLE001 - those who wait are told
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
            else:
                for item, done in batch:
                    if not done.done():
                        done.set_result(item in written)


def _finish(outbox: Outbox, results: Sequence[Result], clock: Clock) -> Sequence[Result]:
    outbox.finish(results, clock.now())
    return results
