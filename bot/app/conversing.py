"""The command that talks to the bot in the terminal: `chat`."""

import os
from datetime import datetime
from typing import Annotated

import typer

from bot.app import options
from bot.app.options import Archive, Sample
from bot.errors import UsageError

__all__ = ["chat"]


def chat(
    at: Annotated[str | None, typer.Option(help="Begin at this time: 2025-02-26T00:05Z, or a date.")] = None,
    locale: Annotated[str | None, typer.Option(help="The language of whom the bot meets: en or zh.")] = None,
    sample: Sample = False,
    archive: Archive = None,
) -> None:
    """Talk to the bot in this terminal: its own handlers, without a token; nothing leaves this machine."""
    from bot.app.arguments import parse_locale, parse_time
    from bot.app.wiring import SAMPLE_MOMENT

    if at is None and archive is not None:
        raise UsageError("An archive has no now. Say when to begin: --at 2025-02-26T00:05Z.")
    settings = options.settings()
    language = parse_locale(locale or settings.locale)
    moment = at or (SAMPLE_MOMENT if sample else None)
    start = None if moment is None else parse_time(moment)[0]
    _hello(sample, archive is not None, start)

    import asyncio

    from bot.app.conversation.opening import converse
    from bot.app.wiring import Origin

    # A proxy of the environment must not get what is meant for this machine.
    os.environ["no_proxy"] = "127.0.0.1"
    asyncio.run(converse(settings, Origin(sample, archive), start, language))


def _hello(sample: bool, archive: bool, start: datetime | None) -> None:
    """Before anything heavy is loaded."""
    data = "the bundled data" if sample else "your archive" if archive else "your store"
    when = "" if start is None else f" as of {start:%Y-%m-%d %H:%M} UTC"
    print(f"Your bot in this terminal, over {data}{when}. Chats and settings made here are forgotten at the end.")
    print("Type /recap, the number of a button, or ? for all words; :quit or Ctrl-D leaves.\n", flush=True)
