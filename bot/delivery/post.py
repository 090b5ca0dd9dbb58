"""A parcel as calls of the Bot API."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.request import HTTPXRequest

from bot.domain.delivery import Button, Parcel, Part
from bot.store.media import Media

__all__ = ["MOST_CALLS", "Form", "Post", "bot_id", "open_bot"]

MOST_CALLS = 64
READ_SECONDS = 45.0
"""Telegram answers late at times; who hangs up early never learns whether a message went out."""
PROBE_SECONDS = 10.0
CAPTION_UNITS = 1024
PICTURES = 200
"""File numbers kept in memory."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a parcel is sent: as it is, or after Telegram refused something about it."""

    plain: bool = False
    chained: bool = True
    photo: bool = True
    anew: bool = False


@asynccontextmanager
async def open_bot(token: str, base_url: str = "https://api.telegram.org/bot") -> AsyncIterator[Bot]:
    """A bot for the sender alone, with connections of its own; Telegram need not answer yet."""
    request = HTTPXRequest(
        connection_pool_size=MOST_CALLS, read_timeout=READ_SECONDS, connect_timeout=10, write_timeout=20, pool_timeout=5
    )
    async with request:
        yield Bot(token, base_url=base_url, request=request, get_updates_request=request)


def bot_id(bot: Bot) -> int:
    """The number its token begins with."""
    return int(bot.token.partition(":")[0])


class Post:
    """Calls the Bot API; what it raises is for `errors.classify`. `paid`: as a paid broadcast, which costs Stars."""

    def __init__(self, bot: Bot, media: Media, *, paid: bool = False) -> None:
        self._bot, self._media, self._paid = bot, media, paid
        self._files: OrderedDict[str, str] = OrderedDict()
        self._uploading = asyncio.Lock()

    async def send(self, parcel: Parcel, form: Form) -> int:
        """The number of the message sent or edited."""
        if parcel.edits:
            await self._edit(parcel, form)
            return parcel.edits
        if form.photo and _pictured(parcel.part):
            return (await self._picture(parcel, form)).message_id
        message = await self._bot.send_message(
            text=_words(parcel.part, form),
            link_preview_options=LinkPreviewOptions(is_disabled=not parcel.previews_links),
            **self._common(parcel, form),
        )
        return message.message_id

    async def answers(self) -> None:
        """Returns when Telegram answers this bot, raises otherwise; sends nothing."""
        await self._bot.get_me(read_timeout=PROBE_SECONDS)

    async def _edit(self, parcel: Parcel, form: Form) -> None:
        to = {"chat_id": parcel.place.chat_id, "message_id": parcel.edits, **_look(parcel.part, form)}
        if _pictured(parcel.part):
            await self._bot.edit_message_caption(caption=_words(parcel.part, form), **to)
        else:
            previews = LinkPreviewOptions(is_disabled=not parcel.previews_links)
            await self._bot.edit_message_text(text=_words(parcel.part, form), link_preview_options=previews, **to)

    async def _picture(self, parcel: Parcel, form: Form) -> Message:
        """By its file number where there is one; the first upload lets the others wait, so that it stays the only."""
        digest = parcel.part.photo
        if not form.anew and (known := await self._file(digest)):
            return await self._photo(known, parcel, form)
        async with self._uploading:
            if not form.anew and digest in self._files:
                return await self._photo(self._files[digest], parcel, form)
            content = await asyncio.to_thread(self._media.content, digest)
            if content is None:
                return await self._bot.send_message(text=_words(parcel.part, form), **self._common(parcel, form))
            message = await self._photo(InputFile(content, filename="recap.png"), parcel, form)
            await self._remember(digest, message.photo[-1].file_id)
            return message

    async def _photo(self, photo: str | InputFile, parcel: Parcel, form: Form) -> Message:
        caption = _words(parcel.part, form)
        return await self._bot.send_photo(photo=photo, caption=caption, **self._common(parcel, form))

    async def _file(self, digest: str) -> str | None:
        if digest not in self._files:
            known = await asyncio.to_thread(self._media.file_id, bot_id(self._bot), digest)
            if known is None:
                return None
            self._keep(digest, known)
        return self._files[digest]

    async def _remember(self, digest: str, file_id: str) -> None:
        self._keep(digest, file_id)
        await asyncio.to_thread(self._media.name, bot_id(self._bot), digest, file_id)

    def _keep(self, digest: str, file_id: str) -> None:
        self._files[digest] = file_id
        while len(self._files) > PICTURES:
            self._files.popitem(last=False)

    def _common(self, parcel: Parcel, form: Form) -> dict[str, Any]:
        reply = ReplyParameters(parcel.reply_to, allow_sending_without_reply=True)
        return {
            "chat_id": parcel.place.chat_id,
            "message_thread_id": parcel.place.thread_id or None,
            "reply_parameters": reply if parcel.reply_to and form.chained else None,
            "disable_notification": parcel.silent,
            "allow_paid_broadcast": True if self._paid else None,
            **_look(parcel.part, form),
        }


def _look(part: Part, form: Form) -> dict[str, Any]:
    """Plain words come alone: buttons may be what was refused."""
    if form.plain:
        return {}
    return {"parse_mode": ParseMode.HTML, "reply_markup": _keyboard(part.buttons)}


def _words(part: Part, form: Form) -> str:
    return part.text if form.plain else part.html


def _pictured(part: Part) -> bool:
    """A text too long for a caption goes without its picture."""
    return bool(part.photo) and len(part.text.encode("utf-16-le")) // 2 <= CAPTION_UNITS


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows]) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(button.text, callback_data=button.data or None, url=button.url or None)
