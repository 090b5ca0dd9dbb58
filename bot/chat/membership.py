"""Chats that come, go and move."""

import asyncio
from dataclasses import dataclass

from telegram import ChatMember, Update
from telegram.constants import ChatMemberStatus
from telegram.ext import ChatMemberHandler, MessageHandler, filters

from bot.chat.services import App, Context, Services, first_locale
from bot.domain.chats import ChatKind

__all__ = ["Membership", "register"]

OUT = {ChatMemberStatus.LEFT, ChatMemberStatus.BANNED}


@dataclass(frozen=True, eq=False)
class Membership:
    services: Services

    async def changed(self, update: Update, _: Context) -> None:
        """The bot was added, let back in, removed or blocked."""
        change = update.my_chat_member
        if change is None:
            return
        if _is_out(change.new_chat_member):
            reason = "blocked" if change.chat.type == "private" else "removed"
            await asyncio.to_thread(self.services.chats.gone, change.chat.id, reason, self.services.clock.now())
        elif _is_out(change.old_chat_member):
            locale = first_locale(update, self.services)
            await asyncio.to_thread(self.services.chats.touch, change.chat.id, ChatKind(change.chat.type), locale)

    async def moved(self, update: Update, _: Context) -> None:
        """A group became a supergroup; both of them say so, in either order."""
        message = update.effective_message
        if message is None:
            return
        if message.migrate_to_chat_id is not None:
            await asyncio.to_thread(self.services.chats.migrate, message.chat_id, message.migrate_to_chat_id)
        elif message.migrate_from_chat_id is not None:
            await asyncio.to_thread(self.services.chats.migrate, message.migrate_from_chat_id, message.chat_id)


def _is_out(member: ChatMember) -> bool:
    return member.status in OUT


def register(application: App, services: Services) -> None:
    membership = Membership(services)
    application.add_handler(ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, membership.moved))
