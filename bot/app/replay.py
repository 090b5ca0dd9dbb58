"""Recaps of many days in a row, one JSON line each, for measuring."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from bot.app.form import recap_form
from bot.app.recap import Request
from bot.app.wiring import Desk
from bot.errors import OutsideData, UsageError

__all__ = ["Progress", "replay", "replay_to"]

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """One recap done: its moment, and why there is none ("" where there is one)."""

    as_of: datetime
    gap: str


def replay_to(path: Path, desk: Desk, first: datetime, last: datetime, request: Request) -> Iterator[Progress]:
    """Write the lines to `path`; yields each day as it is done. The file appears whole or not at all."""
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("w", encoding="utf-8") as out:
            yield from replay(out, desk, first, last, request)
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}. Choose another --out or make room.") from None
    finally:
        unfinished.unlink(missing_ok=True)


def replay(out: TextIO, desk: Desk, first: datetime, last: datetime, request: Request) -> Iterator[Progress]:
    """One recap a day, made at `first`, `first` + 1 day … up to `last`, each as if it were then."""
    as_of, before = first, None
    while as_of <= last:
        try:
            recap = desk.recap(replace(request, as_of=as_of), before)
        except OutsideData as reason:
            before = None
            yield Progress(as_of, str(reason))
        else:
            before = recap.explanation
            out.write(json.dumps(recap_form(recap), ensure_ascii=False, allow_nan=False) + "\n")
            yield Progress(as_of, "")
        as_of += DAY
