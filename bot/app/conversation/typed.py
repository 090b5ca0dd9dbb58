"""What is typed, line by line, without holding up the event loop."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Typed", "typing"]

CHUNK = 65_536


class Typed:
    """Lines as they come; None once there will be no more."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._begun = b""

    async def line(self) -> str | None:
        """The next line without its end."""
        found = await self._lines.get()
        if found is None:
            self._lines.put_nowait(None)
        return found

    def feed(self, read: bytes) -> None:
        """What was read; nothing at the end of the input."""
        *whole, self._begun = (self._begun + read).split(b"\n")
        if not read and self._begun:
            whole, self._begun = [self._begun], b""
        for line in whole:
            self._lines.put_nowait(line.decode(errors="replace").rstrip("\r"))
        if not read:
            self._lines.put_nowait(None)


@contextmanager
def typing() -> Iterator[Typed]:
    """Standard input: a terminal, a pipe or a file."""
    typed, loop = Typed(), asyncio.get_running_loop()
    if sys.stdin is None:
        typed.feed(b"")
        yield typed
        return
    number = sys.stdin.fileno()

    def read() -> None:
        found = _read(number)
        if not found:
            loop.remove_reader(number)
        typed.feed(found)

    try:
        loop.add_reader(number, read)
    except PermissionError:  # A file on disk can't be waited for: it is there.
        while found := _read(number):
            typed.feed(found)
        typed.feed(b"")
    try:
        yield typed
    finally:
        loop.remove_reader(number)


def _read(number: int) -> bytes:
    """Nothing where the terminal is gone."""
    try:
        return os.read(number, CHUNK)
    except OSError:
        return b""
