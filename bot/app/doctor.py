"""The command `doctor`: every source and all else a recap needs, looked at, with what to do."""

import asyncio
import json
from typing import Annotated

import typer

from bot.app import options

__all__ = ["doctor"]


def doctor(
    form: Annotated[bool, typer.Option("--json", help="For monitors.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody: tell how the last visits went.")] = False,
) -> None:
    """Look at every source, the store, the clock, the token, room and rules; say what to do.

    Exits with 0 where all that is needed works, 1 where something is missing, 2 where no recap is possible.
    """
    from bot.app.clock import WallClock
    from bot.app.doctor_report import as_json, as_table
    from bot.app.doctor_verdict import examine
    from bot.app.terminal import show

    report = asyncio.run(examine(options.settings(), WallClock(), offline=offline))
    if form:
        print(json.dumps(as_json(report), ensure_ascii=False, indent=2))
    else:
        show(as_table(report))
    if report.code:
        raise typer.Exit(report.code)
