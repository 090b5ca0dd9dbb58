"""What a command shows on a terminal: tables, JSON, and how far it has come."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["counting", "print_json", "show", "waiting"]

WIDE = 260
"""Columns of a table that no terminal cuts."""


def show(table: RenderableType) -> None:
    """Print a table, as wide as the terminal or, in a file, as it needs to be."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDE)
    console.print(table)


def print_json(form: dict[str, Any]) -> None:
    """Print a form for programs, in the letters of its language."""
    sys.stdout.write(json.dumps(form, ensure_ascii=False, allow_nan=False, indent=2) + "\n")


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the error stream of a terminal; `(done, total)` moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)

        def move(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield move


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """A sign of life on the error stream of a terminal."""
    console = Console(stderr=True)
    with console.status(what) if console.is_terminal else nullcontext():
        yield
