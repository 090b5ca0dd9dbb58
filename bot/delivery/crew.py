"""The parcels under way: each waits for its turn, then is called."""

import asyncio
from collections.abc import Callable, Iterable

from bot.delivery.courier import Courier
from bot.delivery.pacing import Pacer
from bot.domain.delivery import Parcel

__all__ = ["Crew"]


class Crew:
    """`may_send` is asked after the turn has come: who sends must hold the lease then."""

    def __init__(self, courier: Courier, pacer: Pacer, may_send: Callable[[Parcel], bool]) -> None:
        self._courier, self._pacer, self._may_send = courier, pacer, may_send
        self._jobs: dict[asyncio.Task[bool], Parcel] = {}
        self._calling: set[int] = set()

    def __len__(self) -> int:
        return len(self._jobs)

    def start(self, parcels: Iterable[Parcel], closing: asyncio.Event) -> None:
        for parcel in parcels:
            self._jobs[asyncio.create_task(self._carry(parcel, closing))] = parcel

    def chats(self) -> set[int]:
        """Numbers of the chats that have a parcel under way."""
        return {parcel.place.chat_id for parcel in self._jobs.values()}

    def tasks(self) -> Iterable[asyncio.Task[bool]]:
        return self._jobs

    def collect(self) -> list[int]:
        """Takes up what has ended; returns the parcels that were not called. Raises StoreError where one met it."""
        ended = self._ended()
        for error in [job.exception() for job, _ in ended]:  # all of them are looked at before one is told
            if error is not None:
                raise error
        return [parcel.delivery_id for job, parcel in ended if not job.result()]

    async def end(self) -> list[int]:
        """Calls under way end, turns waited for are given up; returns the parcels that were not called."""
        for job, parcel in self._jobs.items():
            if parcel.delivery_id not in self._calling:
                job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        return [p.delivery_id for job, p in self._ended() if job.cancelled() or not (job.exception() or job.result())]

    def _ended(self) -> list[tuple[asyncio.Task[bool], Parcel]]:
        ended = [(job, parcel) for job, parcel in self._jobs.items() if job.done()]
        for job, parcel in ended:
            del self._jobs[job]
            self._calling.discard(parcel.delivery_id)
        return ended

    async def _carry(self, parcel: Parcel, closing: asyncio.Event) -> bool:
        """False where it was not called."""
        await self._pacer.take(parcel.place.chat_id)
        if not self._may_send(parcel):
            return False
        self._calling.add(parcel.delivery_id)
        return await self._courier.deliver(parcel, closing)
