"""What the bot changes about messages that are there, and deletes."""

from typing import Any

from bot.emulator.accounts import Json
from bot.emulator.chats import Message
from bot.emulator.keyboards import keyboard
from bot.emulator.reach import is_own, message_of, own_message
from bot.emulator.refusals import bad_request
from bot.emulator.sending import caption, words
from bot.emulator.state import State

__all__ = ["EDITING"]

UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
DELETABLE_SECONDS = 48 * 3600
"""So long a bot may delete what it could not delete as an administrator."""


def _edit_text(state: State, said: Json) -> Any:
    if said.get("inline_message_id"):
        words(said)
        return True
    message = own_message(state, said, "edit")
    if message.photo is not None:
        raise bad_request("there is no text in the message to edit")
    return _changed(state, message, words(said), keyboard(said))


def _edit_caption(state: State, said: Json) -> Any:
    message = own_message(state, said, "edit")
    if message.photo is None:
        raise bad_request("there is no caption in the message to edit")
    return _changed(state, message, caption(said), keyboard(said))


def _edit_markup(state: State, said: Json) -> Any:
    message = own_message(state, said, "edit")
    return _changed(state, message, message.content, keyboard(said))


def _changed(state: State, message: Message, content: Any, buttons: Json | None) -> Json:
    if (message.content, message.keyboard) == (content, buttons):
        raise bad_request(UNCHANGED)
    if state.flood is not None:
        state.flood.pass_(message.chat)
    if message.content != content:
        message.versions.append(message.text)
    message.content, message.keyboard = content, buttons
    return message.json | {"edit_date": int(state.world.now())}


def _delete(state: State, said: Json) -> bool:
    message = message_of(state, said, "delete")
    chat, mine = message.chat, is_own(state, message)
    allowed = chat.kind != "private" and "can_delete_messages" in chat.member(state.world.bot.id).rights
    old = state.world.now() - message.date > DELETABLE_SECONDS
    if not allowed and (old or (not mine and chat.kind != "private")):
        raise bad_request("message can't be deleted for everyone" if mine else "message can't be deleted")
    message.deleted = True
    return True


EDITING = {
    "deletemessage": _delete,
    "editmessagecaption": _edit_caption,
    "editmessagereplymarkup": _edit_markup,
    "editmessagetext": _edit_text,
}
