"""The command that runs the bot: `run`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app import options
from bot.app.options import Archive, Sample
from bot.app.roles import ALL_ROLES, Role
from bot.errors import UsageError

if TYPE_CHECKING:
    import asyncio

__all__ = ["event_loop", "run"]


def run(
    rehearse: Annotated[
        str | None, typer.Option(help="Play recorded data as if it were now, from this time on: 2025-02-24T20:00Z.")
    ] = None,
    speed: Annotated[float, typer.Option(help="How many times as fast a rehearsal runs.", min=0.01, max=7200)] = 1,
    role: Annotated[
        list[Role] | None,
        typer.Option(help="Do a part of the work, beside other processes on one PostgreSQL; may be given again."),
    ] = None,
    sample: Sample = False,
    archive: Archive = None,
) -> None:
    """Run the bot: answer in chats and post recaps on schedule, until Ctrl-C."""
    import asyncio
    import logging

    from bot.app.arguments import parse_time
    from bot.app.serve import Rehearsal, serve
    from bot.app.wiring import Origin

    if rehearse is None and (sample or archive is not None):
        raise UsageError("--sample and --archive hold the past: add --rehearse and a time in it to play it.")
    if rehearse is None and speed != 1:
        raise UsageError("--speed belongs to --rehearse: time itself can't be hurried.")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in ("alembic", "apscheduler", "httpx", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
    rehearsal = None if rehearse is None else Rehearsal(parse_time(rehearse)[0], speed)
    found = serve(options.settings(), Origin(sample, archive), rehearsal, frozenset(role or ALL_ROLES))
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        runner.run(found)


def event_loop() -> "Callable[[], asyncio.AbstractEventLoop] | None":
    """The faster event loop, where it is made for the system; asyncio's own elsewhere."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
