"""How the bot speaks up: in the same chat and topic, in HTML, without link previews or needless noise."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Self

from telegram import (
    Bot,
    CallbackQuery,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MaybeInaccessibleMessage,
    Message,
    ReplyParameters,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated
from telegram.ext import CommandHandler, filters

from bot.chat.callbacks import keyboard_rows
from bot.chat.services import Context
from bot.domain.chats import Place
from bot.domain.delivery import Button

__all__ = ["NEW_POSTS", "Callback", "Rows", "Spot", "close", "command", "edit", "is_placeless"]

Rows = tuple[tuple[Button, ...], ...]
Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]

NEW_POSTS = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
"""What is said anew: an edited command doesn't run twice."""

UNREADABLE = "can't parse entities"
QUERY_OVER = ("query is too old", "query id is invalid")
SAYS_SO = "message is not modified"
GONE = ("message to edit not found", "message can't be edited")


def command(names: str | Sequence[str], callback: Callback) -> "CommandHandler[Context, None]":
    """A command in any chat, channels included; one addressed to another bot is none."""
    return CommandHandler(names, callback, filters=NEW_POSTS)


@lru_cache(512)
def _written(rows: Rows, previews: bool) -> dict[str, str]:
    """Buttons and previews as they go over the wire: many chats get the same, so they are made into JSON once."""
    written = {"link_preview_options": LinkPreviewOptions(is_disabled=not previews).to_json()}
    return written | ({"reply_markup": InlineKeyboardMarkup(keyboard_rows(rows)).to_json()} if rows else {})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an answer goes: a place, the message it answers (0 for none), and whether it may ring."""

    place: Place
    reply_to: int = 0
    silent: bool = True
    previews: bool = False

    @classmethod
    def of(cls, update: Update) -> Self:
        """Where the update came from; in groups the answer points at the message that asked.

        Of a message too old to be seen Telegram tells the number alone: what answers it lands in its topic by itself.
        """
        query, chat = update.callback_query, update.effective_chat
        message = update.effective_message or (query.message if query is not None else None)
        if message is None or chat is None:
            raise ValueError("An update without a message has no spot to answer at.")
        return cls(Place(chat.id, _thread_of(message)), 0 if chat.type == "private" else message.message_id)

    def after(self, message: Message) -> "Spot":
        """The spot of the next part: below `message`, without a sound."""
        return replace(self, reply_to=message.message_id, silent=True)

    async def say(self, bot: Bot, html: str, rows: Rows = (), fallback: str = "") -> Message:
        """Sends one message; a group that has become a supergroup gets it there.

        `fallback` is the same in plain text, for HTML that Telegram can't read.
        """
        try:
            return await bot.send_message(text=html, parse_mode=ParseMode.HTML, **self._terms(rows))
        except ChatMigrated as moved:
            terms = self._terms(rows) | {"chat_id": moved.new_chat_id, "reply_parameters": None}
            return await bot.send_message(text=html, parse_mode=ParseMode.HTML, **terms)
        except BadRequest as refused:
            if not fallback or UNREADABLE not in refused.message.lower():
                raise
            return await bot.send_message(text=fallback, **self._terms(rows))

    def _terms(self, rows: Rows) -> dict[str, Any]:
        reply = ReplyParameters(self.reply_to, allow_sending_without_reply=True) if self.reply_to else None
        return {
            "chat_id": self.place.chat_id,
            "message_thread_id": self.place.thread_id or None,
            "disable_notification": self.silent,
            "reply_parameters": reply,
            "api_kwargs": _written(rows, self.previews),
        }


def is_placeless(query: CallbackQuery) -> bool:
    """True for a button whose topic nobody can tell: its message stands in a forum and is too old to be seen."""
    return query.message is None or (not query.message.is_accessible and bool(query.message.chat.is_forum))


def _thread_of(message: MaybeInaccessibleMessage) -> int:
    """The topic a message is seen to stand in, 0 for none."""
    if isinstance(message, Message) and message.is_topic_message:
        return message.message_thread_id or 0
    return 0


async def close(query: CallbackQuery, text: str = "", *, alert: bool = False, url: str | None = None) -> None:
    """Ends the wait on a pressed button, with a line for the presser; one that waited too long is past help."""
    try:
        await query.answer(text or None, show_alert=alert, url=url)
    except BadRequest as refused:
        if not any(text in refused.message.lower() for text in QUERY_OVER):
            raise


async def edit(
    bot: Bot,
    chat_id: int,
    message_id: int,
    html: str,
    rows: Rows = (),
    *,
    fallback: str = "",
    previews: bool = False,
) -> bool:
    """Changes a message in place and tells whether it was there; that it says so already is no fault.

    `fallback` is the same in plain text, for HTML that Telegram can't read.
    """
    terms = _written(rows, previews=previews)
    try:
        await bot.edit_message_text(html, chat_id, message_id, parse_mode=ParseMode.HTML, api_kwargs=terms)
    except BadRequest as refused:
        reason = refused.message.lower()
        if any(text in reason for text in GONE):
            return False
        if fallback and UNREADABLE in reason:
            await bot.edit_message_text(fallback, chat_id, message_id, api_kwargs=terms)
        elif SAYS_SO not in reason:
            raise
    return True
