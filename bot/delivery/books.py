"""The tables the sender keeps."""

from dataclasses import dataclass
from typing import Self

from bot.store import Store
from bot.store.chats import Chats
from bot.store.flags import Flags
from bot.store.leases import Leases
from bot.store.media import Media
from bot.store.outbox import Outbox
from bot.store.subscriptions import Subscriptions

__all__ = ["Books"]


@dataclass(frozen=True, slots=True)
class Books:
    """All of one store."""

    outbox: Outbox
    chats: Chats
    subscriptions: Subscriptions
    leases: Leases
    media: Media
    flags: Flags

    @classmethod
    def of(cls, store: Store) -> Self:
        return cls(Outbox(store), Chats(store), Subscriptions(store), Leases(store), Media(store), Flags(store))
