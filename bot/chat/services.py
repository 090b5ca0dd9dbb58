"""What the handlers work with: handed in by the app, the same for every chat."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes

from bot.chat.limits import Limits
from bot.chat.newsroom import Newsroom
from bot.chat.operations import Operations
from bot.chat.texts import Texts, Tongue
from bot.chat.together import Together
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
    """The stores are synchronous: handlers call them through `asyncio.to_thread`, or as what every update asks.

    `operators` are the ids of the people who run the bot; `locale` speaks to chats whose language is unknown;
    `assets` are those a recap may be asked about; `operations` is what operators see and do, None where they can't.
    A rehearsal's `clock` tells the time of its recaps; messages travel by the `wall`'s, which is `clock` else.
    `limits` are how much may be asked.
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
    wall: Clock | None = None
    limits: Limits = field(default_factory=Limits)
    is_first: Together[int, bool] = field(init=False)
    """Of an update's number."""
    known: Together[int, Chat | None] = field(init=False)
    newcomer: Together[tuple[int, ChatKind, str], Chat] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_first", Together(self.seen.first_of))
        object.__setattr__(self, "known", Together(self.chats.get_all))
        object.__setattr__(self, "newcomer", Together(self.chats.touch_all))

    def sent_at(self) -> datetime:
        """The time of a message that is sent now."""
        return (self.wall or self.clock).now()

    def tongue(self, chat: Chat) -> Tongue:
        """The texts in a chat's language."""
        return self.texts.of(chat.locale)


Register = Callable[[App, Services], None]
"""A feature: adds its handlers to the application."""


async def chat_of(update: Update, services: Services) -> Chat:
    """The settings of the chat an update came from; a new chat starts in the language of the client that spoke.

    One that was taken for gone or had no right to be written in is served again once somebody speaks to the bot there;
    buttons can be pressed where the bot is no more.
    """
    found = update.effective_chat
    if found is None:
        raise ValueError("An update without a chat has no settings.")
    known = await services.known(found.id)
    if known is not None and (known.state is ChatState.ACTIVE or update.callback_query is not None):
        return known
    return await services.newcomer((found.id, ChatKind(found.type), first_locale(update, services)))


def first_locale(update: Update, services: Services) -> str:
    """The language a chat begins with: its client's where there is one and the bot speaks it, else the operator's."""
    user = update.effective_user
    code = user.language_code if user is not None else None
    return services.texts.locale_for(code) if code else services.locale
