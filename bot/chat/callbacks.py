"""The data of inline buttons: self-contained, versioned, at most 64 bytes: `<verb>:<argument>:…`.

A verb ends in the version of its arguments, so that a button of an older version is told apart and answered. Verbs:
`why1:<recap>` and `why1:<recap>:<cause>`, `tell1:<scope>:<hours>:<minutes since 1970>` (another recap of the same
moment), `src1`, `lang1:<locale>`, `sub1:<scope>:<hours>` (subscribe this place) and `set1:…` (settings).
"""

from telegram import InlineKeyboardButton

from bot.domain.delivery import Button

__all__ = ["LIMIT", "keyboard_rows", "pack", "pattern", "unpack"]

LIMIT = 64
"""Bytes Telegram takes."""


def pack(verb: str, *arguments: object) -> str:
    """The data of a button."""
    data = ":".join([verb, *map(str, arguments)])
    if len(data.encode()) > LIMIT:
        raise ValueError(f"The button data {data!r} is longer than {LIMIT} bytes.")
    return data


def unpack(data: str) -> tuple[str, tuple[str, ...]]:
    """Verb and arguments."""
    verb, *arguments = data.split(":")
    return verb, tuple(arguments)


def pattern(verb: str, arguments: str = "") -> str:
    """What a CallbackQueryHandler of this verb matches: with arguments of that shape, each after its colon."""
    return rf"^{verb}{arguments}$"


def keyboard_rows(rows: tuple[tuple[Button, ...], ...]) -> list[list[InlineKeyboardButton]]:
    """Buttons as the library wants them."""
    return [
        [InlineKeyboardButton(b.text, url=b.url or None, callback_data=b.data or None) for b in row] for row in rows
    ]
