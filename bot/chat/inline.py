"""`@bot`, `@bot eth 4h`: a recap to share in any chat."""

import asyncio
import re
from dataclasses import dataclass

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import InlineQueryHandler

from bot.chat.arguments import DAY, LONGEST, Misfit, Wish, wish
from bot.chat.newsroom import Ask, Told
from bot.chat.recap_buttons import length_name, scope_name
from bot.chat.services import App, Context, Services, first_locale
from bot.chat.texts import Tongue
from bot.errors import UsageError

__all__ = ["Inline", "register"]

CACHE_SECONDS = 60
BRIEF = "brief"
"""A shared recap is one message."""
LINE_CHARACTERS = 120


@dataclass(frozen=True, eq=False)
class Inline:
    services: Services

    async def __call__(self, update: Update, context: Context) -> None:
        query = update.inline_query
        if query is None:
            return
        locale = first_locale(update, self.services)
        tongue = self.services.texts.of(locale)
        told = await asyncio.gather(*(self._told(ask) for ask in self._asks(query.query, locale)))
        results = [_article(recap, tongue, context.bot.username) for recap in told if recap is not None]
        try:
            # Answers differ by the asker's language, so that Telegram must not show one's to another.
            await query.answer(results, cache_time=CACHE_SECONDS, is_personal=True)
        except BadRequest as refused:
            if "query is too old" not in refused.message.lower():
                raise

    def _asks(self, text: str, locale: str) -> list[Ask]:
        """What was typed; for nothing, or noise, what people share most."""
        try:
            wanted = wish(text, self.services.clock.now(), self.services.assets)
        except Misfit:
            wanted = Wish()
        if wanted == Wish():
            offered = [("market", DAY), *((asset, DAY) for asset in self.services.assets[:2]), ("market", LONGEST)]
            return [Ask(scope, length, None, locale, BRIEF) for scope, length in offered]
        return [Ask(wanted.scope or "market", wanted.length or DAY, wanted.as_of, locale, BRIEF)]

    async def _told(self, ask: Ask) -> Told | None:
        try:
            return await self.services.newsroom.recap(ask)
        except UsageError:
            return None


def _article(told: Told, tongue: Tongue, username: str) -> InlineQueryResultArticle:
    post = told.parts[0]
    more = InlineKeyboardButton(
        tongue.plain("recap.buttons.why"), url=f"https://t.me/{username}?start=why_{told.recap_id}"
    )
    own = InlineKeyboardButton(tongue.plain("recap.buttons.open"), url=f"https://t.me/{username}")
    return InlineQueryResultArticle(
        id=told.recap_id,
        title=tongue.plain(
            "recap.inline_title", scope=scope_name(told.scope, tongue), length=length_name(told.length, tongue)
        ),
        description=re.sub(r"\s+", " ", post.text)[:LINE_CHARACTERS],
        input_message_content=InputTextMessageContent(
            post.html, ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
        reply_markup=InlineKeyboardMarkup([[more, own]]),
    )


def register(application: App, services: Services) -> None:
    application.add_handler(InlineQueryHandler(Inline(services)))
