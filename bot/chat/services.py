"""What the handlers work with: handed in by the app, the same for every chat."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes

from bot.chat.newsroom import Newsroom
from bot.chat.operations import Operations
from bot.chat.texts import Texts, Tongue
from bot.domain.catalogue import COVERED
from bot.domain.chats import Chat, ChatKind, ChatState
from bot.domain.clock import Clock
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.schedules import Schedules
from bot.store.subscriptions import Subscriptions
from bot.store.updates import SeenUpdates

__all__ = ["App", "Context", "Register", "Services", "chat_of"]

Context = ContextTypes.DEFAULT_TYPE
App = Application[Any, Any, Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Services:
    """The stores are synchronous: handlers call them through `asyncio.to_thread`.

    `operators` are the ids of the people who run the bot; `locale` speaks to chats whose language is unknown;
    `assets` are those a recap may be asked about; `operations` is what operators see and do, None where they can't.
    """

    newsroom: Newsroom
    chats: Chats
    subscriptions: Subscriptions
    schedules: Schedules
    outbox: Outbox
    seen: SeenUpdates
    clock: Clock
    texts: Texts
    operators: frozenset[int] = frozenset()
    locale: str = "en"
    assets: tuple[str, ...] = COVERED
    operations: Operations | None = None

    def tongue(self, chat: Chat) -> Tongue:
        """The texts in a chat's language."""
        return self.texts.of(chat.locale)


Register = Callable[[App, Services], None]
"""A feature: adds its handlers to the application."""


async def chat_of(update: Update, services: Services) -> Chat:
    """The settings of the chat an update came from; a new chat starts in the language of the client that spoke.

    One that was taken for gone or had no right to be written in is served again: somebody speaks to the bot there.
    """
    found = update.effective_chat
    if found is None:
        raise ValueError("An update without a chat has no settings.")
    known = await asyncio.to_thread(services.chats.get, found.id)
    if known is not None and known.state is ChatState.ACTIVE:
        return known
    return await asyncio.to_thread(services.chats.touch, found.id, ChatKind(found.type), first_locale(update, services))


def first_locale(update: Update, services: Services) -> str:
    """The language a chat begins with: its client's where there is one and the bot speaks it, else the operator's."""
    user = update.effective_user
    code = user.language_code if user is not None else None
    return services.texts.locale_for(code) if code else services.locale
