"""How a program that runs for long is asked to end."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["stopping"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping(*more: signal.Signals) -> Iterator[asyncio.Event]:
    """An event that SIGINT, SIGTERM and `more` set, in place of what they do else."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (*SIGNALS, *more):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (*SIGNALS, *more):
            loop.remove_signal_handler(number)
