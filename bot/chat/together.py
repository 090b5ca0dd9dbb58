"""Questions to the store that come at the same time, asked in one go: one thread and one transaction for all."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

__all__ = ["Together"]

Q = TypeVar("Q")
A = TypeVar("A")

MOST = 500
"""Questions in one go; the others wait for the next."""


class Together(Generic[Q, A]):
    """Asks `ask`, which blocks, in a thread: what is asked while it is at work waits and is asked together after it.

    `ask` gives one answer a question, in their order; where it raises, all who asked in that go are told so, with
    ValueError where it gave another number of answers.
    """

    def __init__(self, ask: Callable[[Sequence[Q]], Sequence[A]]) -> None:
        self._ask = ask
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, question: Q) -> A:
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all())
        return await answer

    async def _ask_all(self) -> None:
        while self._waiting:
            going, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                answers = await asyncio.to_thread(self._ask, [question for question, _ in going])
                told = tuple(zip(going, answers, strict=True))
            except Exception as error:  # noqa: BLE001 - whoever asked handles it
                for _, waits in going:
                    if not waits.done():
                        waits.set_exception(error)
                continue
            for (_, waits), answer in told:
                if not waits.done():
                    waits.set_result(answer)
