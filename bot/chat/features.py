"""All the bot can do in chats, in the order its handlers are tried."""

from typing import Final

from bot.chat import admin, alerts, commands, fallback, inline, membership, presses, settings_menu, start, subscribe
from bot.chat.services import Register

__all__ = ["FEATURES"]

FEATURES: Final[tuple[Register, ...]] = (
    commands.register,
    start.register,
    presses.register,
    inline.register,
    subscribe.register,
    settings_menu.register,
    alerts.register,
    admin.register,
    membership.register,
    fallback.register,
)
