"""Chats and who is in them, as the bot may know it."""

from bot.emulator.accounts import Json
from bot.emulator.chats import Chat
from bot.emulator.reach import reached
from bot.emulator.refusals import Refused, bad_request
from bot.emulator.state import State, whole

__all__ = ["MEMBERS"]

LEADERS = frozenset({"creator", "administrator"})
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def _get_chat(state: State, said: Json) -> Json:
    chat = _seen(state, said)
    return chat.json | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }


def _seen(state: State, said: Json) -> Chat:
    """A chat the bot is in, or one with a public name, which all may look at."""
    try:
        return reached(state, said)
    except Refused as refused:
        chat = state.world.find(said.get("chat_id"))
        if chat.username and refused.description.startswith("Forbidden: bot is not a member"):
            return chat
        raise


def _get_member(state: State, said: Json) -> Json:
    chat, user_id = _listed(state, said), whole(said, "user_id")
    user = state.world.bot if user_id == state.world.bot.id else state.world.users.get(user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return chat.member(user_id).json(user)


def _listed(state: State, said: Json) -> Chat:
    """A chat whose members the bot may see: a channel shows them to administrators only."""
    chat = _seen(state, said)
    standing = chat.member(state.world.bot.id).status
    if standing == "left" or (chat.kind == "channel" and standing not in LEADERS):
        raise bad_request("member list is inaccessible")
    return chat


def _get_admins(state: State, said: Json) -> list[Json]:
    chat = _listed(state, said)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    people = state.world.users | {state.world.bot.id: state.world.bot}
    return [member.json(people[user_id]) for user_id, member in chat.members.items() if member.status in LEADERS]


def _leave(state: State, said: Json) -> bool:
    chat = reached(state, said)
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.member(state.world.bot.id).status = "left"
    return True


MEMBERS = {
    "getchat": _get_chat,
    "getchatadministrators": _get_admins,
    "getchatmember": _get_member,
    "leavechat": _leave,
}
