"""Chats that come, go and move."""

import asyncio
from dataclasses import dataclass

from telegram import (
    Chat as TelegramChat,
)
from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted, Update
from telegram.constants import ChatMemberStatus
from telegram.ext import ChatMemberHandler, MessageHandler, filters

from bot.chat.answers import Spot
from bot.chat.callbacks import pack
from bot.chat.recap_buttons import SUBSCRIBE
from bot.chat.services import App, Context, Services, first_locale
from bot.domain.chats import ChatKind, Place
from bot.domain.delivery import Button

__all__ = ["Membership", "register"]

OUT = {ChatMemberStatus.LEFT, ChatMemberStatus.BANNED}
GROUPS = {ChatKind.GROUP, ChatKind.SUPERGROUP}
HOURS_A_DAY = 24


@dataclass(frozen=True, eq=False)
class Membership:
    services: Services

    async def changed(self, update: Update, context: Context) -> None:
        """The bot was added, let back in, promoted, demoted, muted, removed or blocked.

        A chat where it may not speak is gone; it is back, with all it had, as soon as the bot may speak again.
        """
        change = update.my_chat_member
        if change is None:
            return
        kind = ChatKind(change.chat.type)
        if not _may_speak(change.new_chat_member, kind):
            reason = _reason(change.new_chat_member, kind)
            await asyncio.to_thread(self.services.chats.gone, change.chat.id, reason, self.services.sent_at())
            return
        known = await asyncio.to_thread(self.services.chats.get, change.chat.id)
        if known is not None or not _may_speak(change.old_chat_member, kind):
            locale = first_locale(update, self.services)
            await asyncio.to_thread(self.services.chats.touch, change.chat.id, kind, locale)
        if known is None and change.old_chat_member.status in OUT and kind in GROUPS:
            await self._greet(update, context, change.chat)

    async def moved(self, update: Update, _: Context) -> None:
        """A group became a supergroup; both of them say so, in either order."""
        message = update.effective_message
        if message is None:
            return
        if message.migrate_to_chat_id is not None:
            await asyncio.to_thread(self.services.chats.migrate, message.chat_id, message.migrate_to_chat_id)
        elif message.migrate_from_chat_id is not None:
            await asyncio.to_thread(self.services.chats.migrate, message.migrate_from_chat_id, message.chat_id)

    async def _greet(self, update: Update, context: Context, chat: TelegramChat) -> None:
        """Once in a group's life, without a sound."""
        tongue = self.services.texts.of(first_locale(update, self.services))
        button = Button(tongue.plain("frame.buttons.subscribe"), pack(SUBSCRIBE, "market", HOURS_A_DAY))
        await Spot(Place(chat.id)).say(context.bot, tongue.html("frame.start_group"), ((button,),))


def _may_speak(member: ChatMember, kind: ChatKind) -> bool:
    if member.status in OUT:
        return False
    if kind is ChatKind.CHANNEL:
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    return not isinstance(member, ChatMemberRestricted) or (member.is_member and member.can_send_messages)


def _reason(member: ChatMember, kind: ChatKind) -> str:
    if member.status not in OUT:
        return "may not post"
    return "blocked" if kind is ChatKind.PRIVATE else "removed"


def register(application: App, services: Services) -> None:
    membership = Membership(services)
    application.add_handler(ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, membership.moved))
