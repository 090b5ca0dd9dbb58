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

__all__ = ["Archive", "Sample", "desk", "settings"]

Sample = Annotated[bool, typer.Option("--sample", help="Use the bundled real data of early 2025.")]
Archive = Annotated[Path | None, typer.Option("--archive", help="Use an archive folder or zip, not the store.")]


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
