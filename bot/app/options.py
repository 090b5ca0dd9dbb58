"""What several commands ask for and open. Heavy imports wait inside, so that `--help` answers at once."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.app.wiring import Desk
    from bot.settings import Settings

__all__ = ["Archive", "Sample", "Stored", "desk", "gather", "settings"]

Sample = Annotated[bool, typer.Option("--sample", help="Use the bundled real data of early 2025.")]
Archive = Annotated[Path | None, typer.Option("--archive", help="Use an archive folder or zip, not the store.")]

Stored = Annotated[bool, typer.Option("--stored", help="Ask nobody: tell from what the store holds.")]


def gather(seconds: float | None = None) -> None:
    """Brings live data into the store, and says aloud what didn't arrive; raises RecapError where nothing does."""
    import asyncio
    from datetime import timedelta

    from bot.app.clock import WallClock
    from bot.app.gathering import BUDGET
    from bot.app.gathering import gather as gathered
    from bot.app.terminal import waiting
    from bot.store import Store

    budget = BUDGET if seconds is None else timedelta(seconds=seconds)
    with Store.open(settings().database_url.get_secret_value()) as store, waiting("Asking the markets …"):
        found = asyncio.run(gathered(settings(), store, WallClock(), budget=budget))
    for sentence in found.told:
        print(sentence, file=sys.stderr)


@contextmanager
def desk(sample: bool, archive: Path | None) -> "Iterator[Desk]":
    """The desk for one command; says aloud when its confidences were calibrated for other rules."""
    from bot.app.wiring import Origin, open_desk

    with open_desk(settings(), Origin(sample, archive)) as opened:
        if opened.rulebook.stale:
            print(f"{opened.rulebook.stale} (warning)", file=sys.stderr)
        yield opened


def settings() -> "Settings":
    """The operator's."""
    from bot.settings import load_settings

    return load_settings(os.environ)
