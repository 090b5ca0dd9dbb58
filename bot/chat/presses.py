"""What the buttons under a recap do: answers that stay small where others read along, and harmless when repeated."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from telegram import CallbackQuery, MaybeInaccessibleMessage, Update
from telegram.ext import CallbackQueryHandler

from bot.chat.answers import Spot, close, edit
from bot.chat.callbacks import pattern, unpack
from bot.chat.commands import source_lines
from bot.chat.limits import Cooldown
from bot.chat.newsroom import Ask, Evidence
from bot.chat.recap_buttons import SOURCES, TELL, TELL_SHAPE, WHY, WHY_SHAPE, ask_on, why_rows
from bot.chat.services import App, Context, Services, chat_of
from bot.chat.telling import Teller, folded, is_shared
from bot.domain.chats import Chat, ChatKind
from bot.domain.thread import Post

__all__ = ["Presses", "register"]

ONCE_IN = timedelta(minutes=10)
"""The same button under the same message answers once in this time: the answer is just below."""


@dataclass(frozen=True, eq=False)
class Presses:
    services: Services
    answered: Cooldown = field(default_factory=lambda: Cooldown(ONCE_IN))

    async def why(self, update: Update, context: Context) -> None:
        """`why1:<recap>` answers below the recap; with a cause it changes the answer in place, 0 being all in short."""
        query, (recap_id, *rest) = _pressed(update)
        if rest:
            await self._turn_page(update, context, recap_id, int(rest[0]))
        else:
            await self._once(update, context, lambda teller: self._why(teller, query, recap_id))

    async def tell(self, update: Update, context: Context) -> None:
        """`tell1:<scope>:<hours>:<minute>`: another recap of the same moment."""
        query, arguments = _pressed(update)
        await self._once(update, context, lambda teller: self._tell(teller, query, ask_on(arguments, teller.chat)))

    async def sources(self, update: Update, context: Context) -> None:
        await self._once(update, context, lambda teller: self._sources(teller, _pressed(update)[0]))

    async def _once(self, update: Update, context: Context, answer: Callable[[Teller], Awaitable[None]]) -> None:
        """Answers the first press; a failed answer may be asked for again."""
        query, message = _pressed(update)[0], _message(update)
        chat = await chat_of(update, self.services)
        if message is None:
            await close(query, self.services.tongue(chat).plain("frame.old_button"), alert=True)
            return
        if chat.kind is ChatKind.CHANNEL:
            await close(query, url=_in_private(query, context.bot.username))
            return
        key = (message.chat.id, message.message_id, query.data)
        if self.answered.hot(key, self.services.clock.now()):
            await close(query, self.services.tongue(chat).plain("recap.already"))
            return
        spot = replace(Spot.of(update), reply_to=message.message_id, previews=chat.previews_links)
        try:
            await answer(Teller(self.services, context.bot, chat, spot))
        except Exception:
            self.answered.cool(key)
            raise

    async def _why(self, teller: Teller, query: CallbackQuery, recap_id: str) -> None:
        evidence = await self.services.newsroom.why(recap_id, teller.chat.locale, None)
        if evidence is None:
            await close(query, teller.tongue.plain("recap.gone_plain"), alert=True)
            return
        await close(query)
        await teller.why(recap_id, evidence, 0, fold=is_shared(teller.chat))

    @staticmethod
    async def _tell(teller: Teller, query: CallbackQuery, ask: Ask) -> None:
        await close(query)
        await teller.recap(ask, fold=is_shared(teller.chat))

    async def _sources(self, teller: Teller, query: CallbackQuery) -> None:
        states = await self.services.newsroom.sources()
        html = source_lines(states, self.services.clock.now(), teller.tongue)
        await close(query)
        post = Post(html.striptags(), html)
        await teller.posts([folded(post) if is_shared(teller.chat) else post])

    async def _turn_page(self, update: Update, context: Context, recap_id: str, cause: int) -> None:
        query, message = _pressed(update)[0], _message(update)
        chat = await chat_of(update, self.services)
        tongue = self.services.tongue(chat)
        evidence = await self.services.newsroom.why(recap_id, chat.locale, cause or None)
        if evidence is None or message is None or not evidence.posts:
            await close(query, tongue.plain("recap.gone_plain"), alert=True)
            return
        await close(query)
        rows = why_rows(recap_id, evidence.causes, cause, tongue)
        if not await edit(context.bot, message.chat.id, message.message_id, _page(evidence, chat), rows):
            spot = replace(Spot.of(update), reply_to=message.message_id)
            await spot.say(context.bot, _page(evidence, chat), rows)


def _page(evidence: Evidence, chat: Chat) -> str:
    """What fits into the message that is changed: a cause in full is one post, but for monsters."""
    post = evidence.posts[0]
    return folded(post).html if is_shared(chat) else post.html


def _pressed(update: Update) -> tuple[CallbackQuery, tuple[str, ...]]:
    query = update.callback_query
    if query is None or query.data is None:
        raise ValueError("Only a pressed button gets here.")
    return query, unpack(query.data)[1]


def _message(update: Update) -> MaybeInaccessibleMessage | None:
    """The message with the button, however old; None for one that was shared inline."""
    return update.callback_query.message if update.callback_query is not None else None


def _in_private(query: CallbackQuery, username: str) -> str:
    """In a channel everybody presses: the answer opens in the presser's own chat with the bot."""
    verb, arguments = unpack(query.data or "")
    name = {WHY: "why", TELL: "tell", SOURCES: "sources"}[verb]
    return f"https://t.me/{username}?start={'_'.join([name, *arguments])}"


def register(application: App, services: Services) -> None:
    presses = Presses(services)
    shapes = ((WHY, WHY_SHAPE, presses.why), (TELL, TELL_SHAPE, presses.tell), (SOURCES, "", presses.sources))
    for verb, shape, press in shapes:
        application.add_handler(CallbackQueryHandler(press, pattern(verb, shape)))
