"""The commands Telegram offers while somebody types, by scope and language."""

from collections.abc import Iterable
from typing import Final

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)

from bot.chat.texts import Texts, Tongue

__all__ = ["OWN", "READING", "SETTING", "publish"]

READING: Final = ("recap", "why", "levels", "next", "sources", "help")
SETTING: Final = ("subscribe", "unsubscribe", "settings", "alerts")
OWN: Final = ("start", "privacy", "forget")

_SCOPES: Final[tuple[tuple[BotCommandScope, tuple[str, ...]], ...]] = (
    (BotCommandScopeDefault(), READING),
    (BotCommandScopeAllGroupChats(), READING),
    (BotCommandScopeAllChatAdministrators(), READING + SETTING),
    (BotCommandScopeAllPrivateChats(), READING + SETTING + OWN),
)


async def publish(bot: Bot, texts: Texts) -> None:
    """Registers each scope in each language; the default language answers clients of all others."""
    for scope, names in _SCOPES:
        for locale in texts.locales:
            await bot.set_my_commands(_commands(names, texts.of(locale)), scope, locale)
        await bot.set_my_commands(_commands(names, texts.of(texts.default)), scope)


def _commands(names: Iterable[str], tongue: Tongue) -> list[BotCommand]:
    return [BotCommand(name, tongue.plain(f"frame.menu.{name}")) for name in names]
