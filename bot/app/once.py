"""Work that many ask for, done once."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

__all__ = ["Once"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Once(Generic[K, V]):
    """The last `most` results by what was asked; all who ask while one is made wait for it, failures are forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: OrderedDict[K, asyncio.Task[V]] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        """True where it is there without waiting."""
        task = self._tasks.get(key)
        return task is not None and task.done() and not _failed(task)

    async def __call__(self, key: K, make: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """Raises what `make` raises; cancelling one who asks leaves the others theirs."""
        task = self._tasks.get(key)
        if task is None or _failed(task):
            self._tasks.pop(key, None)
            task = self._tasks[key] = asyncio.create_task(make())
            while len(self._tasks) > self._most:
                self._tasks.popitem(last=False)
        return await asyncio.shield(task)


def _failed(task: "asyncio.Task[Any]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
