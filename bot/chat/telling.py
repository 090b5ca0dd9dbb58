"""A recap, or its evidence, told in a place: one message where it fits, else a chain of replies."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from telegram import Bot, Message
from telegram.error import TelegramError

from bot.chat.answers import Rows, Spot, edit
from bot.chat.newsroom import Ask, Evidence, Refusal, Told
from bot.chat.recap_buttons import recap_rows, why_rows
from bot.chat.services import Services
from bot.chat.texts import Tongue
from bot.chat.working import Working
from bot.domain.chats import Chat, ChatKind, Silence
from bot.domain.thread import Post
from bot.errors import UsageError

__all__ = ["Teller", "folded", "is_shared", "refusal", "rings"]

QUOTE_TAGS = re.compile(r"</?blockquote[^>]*>")


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells posts in one place, in one chat's manner."""

    services: Services
    bot: Bot
    chat: Chat
    spot: Spot

    @property
    def tongue(self) -> Tongue:
        return self.services.tongue(self.chat)

    async def recap(self, ask: Ask, *, fold: bool = False) -> None:
        """Asks the newsroom, showing that work goes on, and tells the recap or why there is none."""
        working = Working(
            self.bot, replace(self.spot, silent=True), self.services.clock, self.tongue.html("recap.working")
        )
        try:
            async with working:
                told = await self.services.newsroom.recap(ask)
        except UsageError as reason:
            await self._instead(working.placeholder, refusal(reason, self.tongue))
        except Exception:
            await self._withdraw(working.placeholder)
            raise
        else:
            await self.told(told, working.placeholder, fold=fold)

    async def told(self, told: Told, placeholder: int = 0, *, fold: bool = False) -> None:
        """The recap's parts; only the first may ring, the last carries the buttons."""
        posts = [folded(post) for post in told.parts] if fold else told.parts
        ids = await self.posts(posts, recap_rows(told, self.tongue), placeholder)
        await self.services.newsroom.remember(self.spot.place, told.recap_id, ids)

    async def why(self, recap_id: str, evidence: Evidence, cause: int, *, fold: bool) -> None:
        posts = [folded(post) for post in evidence.posts] if fold else evidence.posts
        ids = await self.posts(posts, why_rows(recap_id, evidence.causes, cause, self.tongue))
        await self.services.newsroom.remember(self.spot.place, recap_id, ids)

    async def posts(self, posts: Sequence[Post], rows: Rows = (), placeholder: int = 0) -> list[int]:
        """Message ids in order."""
        ids: list[int] = []
        spot = self.spot
        for n, post in enumerate(posts):
            under = rows if n == len(posts) - 1 else ()
            if placeholder and not ids and await self._in_place_of(placeholder, post, under):
                ids, spot = [placeholder], replace(spot, reply_to=placeholder, silent=True)
            else:
                message: Message = await spot.say(self.bot, post.html, under, fallback=post.text)
                ids.append(message.message_id)
                spot = spot.after(message)
        return ids

    async def _in_place_of(self, placeholder: int, post: Post, rows: Rows) -> bool:
        """False where somebody deleted the placeholder meanwhile."""
        chat_id, previews = self.spot.place.chat_id, self.spot.previews
        return await edit(self.bot, chat_id, placeholder, post.html, rows, fallback=post.text, previews=previews)

    async def _instead(self, placeholder: int, html: str) -> None:
        if not (placeholder and await edit(self.bot, self.spot.place.chat_id, placeholder, html)):
            await replace(self.spot, silent=True).say(self.bot, html)

    async def _withdraw(self, placeholder: int) -> None:
        if placeholder:
            with suppress(TelegramError):
                await self.bot.delete_message(self.spot.place.chat_id, placeholder)


def folded(post: Post) -> Post:
    """The post as an expandable quote: three lines, the rest on a tap. Quotes inside it open up, as they can't nest."""
    return Post(post.text, f"<blockquote expandable>{QUOTE_TAGS.sub('', post.html)}</blockquote>")


def refusal(reason: UsageError, tongue: Tongue) -> str:
    """Why there is no recap, in the chat's language."""
    if not isinstance(reason, Refusal):
        return tongue.html("recap.refused.no_data")
    name = f"recap.refused.{reason.code}"
    if reason.first is None or reason.last is None or not tongue.has(f"{name}_reach"):
        return tongue.html(name)
    return tongue.html(f"{name}_reach", first=f"{reason.first:%Y-%m-%d}", last=f"{reason.last:%Y-%m-%d}")


def rings(chat: Chat, services: Services) -> bool:
    """Whether a message may ring now; in groups and channels the setting of the chat decides too."""
    if chat.silence is Silence.QUIET_HOURS:
        return not chat.quiet.cover(services.clock.now().astimezone(ZoneInfo(chat.zone)).time())
    return chat.silence is Silence.NEVER


def is_shared(chat: Chat) -> bool:
    """True where others read along, so that answers to one person stay small."""
    return chat.kind is not ChatKind.PRIVATE
