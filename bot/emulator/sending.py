"""What the bot says: texts, pictures, and signs that it is about to say something."""

import math
from typing import Any

from bot.emulator.accounts import Json
from bot.emulator.chats import Chat
from bot.emulator.entities import Formatted, parse
from bot.emulator.keyboards import keyboard
from bot.emulator.reach import place, thread
from bot.emulator.refusals import bad_request, too_many
from bot.emulator.state import State, flag

__all__ = ["SENDING", "caption", "words"]

LONGEST_CAPTION = 1024
ACTIONS = frozenset({"typing", "choose_sticker", "find_location"}) | {
    f"{verb}_{what}"
    for verb in ("record", "upload")
    for what in ("photo", "video", "voice", "document", "video_note")
    if (verb, what) not in {("record", "photo"), ("record", "document")}
}


def words(said: Json) -> Formatted:
    """The text of a message; raises Refused."""
    found = parse(str(said.get("text", "")), str(said.get("parse_mode", "")))
    if not found.text:
        raise bad_request("message text is empty")
    return found


def caption(said: Json) -> Formatted:
    """The words below a picture, which may be none; raises Refused."""
    return parse(str(said.get("caption", "")), str(said.get("parse_mode", "")), LONGEST_CAPTION)


def _send_message(state: State, said: Json) -> Json:
    chat = place(state, said)
    preview = not (said.get("link_preview_options") or {}).get("is_disabled", False)
    return _posted(state, chat, said, words(said), preview=preview)


def _send_photo(state: State, said: Json) -> Json:
    chat = place(state, said, photo=True)
    content = caption(said)
    return _posted(state, chat, said, content, photo=state.files.photo(said.get("photo")))


def _posted(state: State, chat: Chat, said: Json, content: Formatted, **more: Any) -> Json:
    buttons = keyboard(said)
    thread_id, reply_to = thread(state, chat, said)
    _keep_slow_mode(state, chat)
    if state.flood is not None:
        state.flood.pass_(chat)
    channel = chat.kind == "channel"
    message = state.world.post(
        chat,
        None if channel else state.world.bot,
        content,
        sender_chat=chat if channel else None,
        thread_id=thread_id,
        reply_to=reply_to,
        keyboard=buttons,
        silent=flag(said, "disable_notification"),
        **more,
    )
    return message.json


def _keep_slow_mode(state: State, chat: Chat) -> None:
    """Raises Refused with the seconds left where the bot has just written and the chat is slow."""
    bot = state.world.bot
    if not chat.slow_seconds or chat.member(bot.id).status == "administrator":
        return
    last = next((message.date for message in reversed(chat.messages.values()) if message.sender is bot), -math.inf)
    left = last + chat.slow_seconds - state.world.now()
    if left > 0:
        raise too_many(math.ceil(left))


def _chat_action(state: State, said: Json) -> bool:
    place(state, said)
    if said.get("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


SENDING = {"sendchataction": _chat_action, "sendmessage": _send_message, "sendphoto": _send_photo}
