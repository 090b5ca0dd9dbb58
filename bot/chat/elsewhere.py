"""A channel or group named from a private chat: whether both sides may have recaps sent there."""

from dataclasses import dataclass

from telegram import Bot, ChatMember, ChatMemberAdministrator
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden

from bot.chat.rights import ADMINS
from bot.domain.chats import ChatKind

__all__ = ["Elsewhere", "Refused", "elsewhere", "named_in"]

AWAY = {ChatMemberStatus.LEFT, ChatMemberStatus.BANNED}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A chat by its number, kind and public name."""

    chat_id: int
    kind: ChatKind
    name: str


class Refused(Exception):
    """Why not, as the text `places.elsewhere.<trouble>` says: `unseen`, `not_admin` or `cannot_post`."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


def named_in(words: list[str]) -> tuple[str, list[str]]:
    """The first public name (`@channel` or its t.me address), "" without one, and the other words."""
    for n, word in enumerate(words):
        bare = word.removeprefix("https://").removeprefix("t.me/")
        if word.startswith("@") or bare != word:
            return f"@{bare.removeprefix('@').strip('/')}", words[:n] + words[n + 1 :]
    return "", words


async def elsewhere(bot: Bot, name: str, user_id: int, *, to_post: bool) -> Elsewhere:
    """The chat, once the person is its administrator and, where it matters, the bot may post; raises Refused."""
    try:
        chat = await bot.get_chat(name)
        if chat.type == ChatKind.PRIVATE:
            raise Refused("unseen")
        mine = await bot.get_chat_member(chat.id, bot.id)
        theirs = await bot.get_chat_member(chat.id, user_id)
    except (BadRequest, Forbidden):
        raise Refused("unseen") from None
    kind = ChatKind(chat.type)
    if theirs.status not in ADMINS:
        raise Refused("not_admin")
    if to_post and not _may_post(mine, kind):
        raise Refused("cannot_post")
    return Elsewhere(chat.id, kind, name)


def _may_post(member: ChatMember, kind: ChatKind) -> bool:
    if kind is ChatKind.CHANNEL:
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    return member.status not in AWAY
