"""Who may change what a group gets."""

from telegram import Bot, Update
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.domain.chats import Access, Chat, ChatKind

__all__ = ["ADMINS", "may_change"]

ADMINS = {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}


async def may_change(update: Update, chat: Chat, bot: Bot) -> bool:
    """Anybody in private, whoever posts in a channel, administrators in groups, those who stay anonymous too."""
    if chat.kind is ChatKind.PRIVATE or chat.access is Access.EVERYONE or update.channel_post is not None:
        return True
    # Whoever presses a button is never anonymous, and the message it is on may be too old to be seen.
    message, user = update.message, update.effective_user
    if message is not None and message.sender_chat is not None and message.sender_chat.id == chat.chat_id:
        return chat.trusts_anonymous
    if user is None:
        return False
    try:
        member = await bot.get_chat_member(chat.chat_id, user.id)
    except TelegramError:
        return False
    return member.status in ADMINS
