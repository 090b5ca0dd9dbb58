"""The commands that keep what was gathered: `backup`, `restore`, and `subscriptions` as JSON both ways."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.app import options
from bot.errors import UsageError

__all__ = ["backup", "restore", "subscriptions"]

subscriptions = typer.Typer(help="Chats and their subscriptions as JSON.", no_args_is_help=True)

MEGABYTE = 1e6


def backup(file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy is written here.")]) -> None:
    """Copy the store to a file while the bot runs; the copy is checked."""
    from bot.store.backup import back_up

    size = back_up(options.settings().database_url.get_secret_value(), file)
    print(f"{file}: {size / MEGABYTE:,.1f} MB, checked.")


def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy made by recap backup.")]) -> None:
    """Put a copy in the store's place; what was there is kept beside it."""
    from bot.store.backup import restore as restored

    kept = restored(options.settings().database_url.get_secret_value(), file)
    print("Restored." if kept is None else f"Restored. What was there is kept as {kept}.")


@subscriptions.command("export")
def export_(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Standard output else.")] = None,
) -> None:
    """Write all chats with their settings and subscriptions."""
    from bot.app.registry import exported
    from bot.store import Store

    with Store.open(options.settings().database_url.get_secret_value()) as store:
        text = exported(store)
    if file is None:
        print(text)
    else:
        file.write_text(f"{text}\n", encoding="utf-8")
        print(f"{file}: written.", file=sys.stderr)


@subscriptions.command("import")
def import_(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Standard input else.")] = None,
) -> None:
    """Bring them in: chats that are there get the file's settings; a second time changes nothing."""
    from bot.app.clock import WallClock
    from bot.app.registry import imported
    from bot.store import Store

    try:
        text = file.read_text(encoding="utf-8") if file is not None else sys.stdin.read()
    except UnicodeDecodeError:
        raise UsageError(f"{file}: that is no text in UTF-8.") from None
    with Store.open(options.settings().database_url.get_secret_value()) as store:
        taken = imported(text, store, WallClock())
    print(f"{taken.chats} chats and {taken.subscriptions} subscriptions stored.")
