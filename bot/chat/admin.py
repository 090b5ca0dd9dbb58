"""/admin: how the bot is, sending paused and resumed, a test to oneself, and ETF flows by hand; for operators alone."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from babel.dates import format_timedelta
from markupsafe import Markup
from telegram import Message, Update
from telegram.ext import CallbackQueryHandler

from bot.chat.answers import Rows, Spot, close, command, edit
from bot.chat.arguments import shown
from bot.chat.callbacks import pack, pattern
from bot.chat.newsroom import Ask
from bot.chat.operations import MOST_ERRORS, Condition, Entered, Operations
from bot.chat.services import App, Context, Services, chat_of
from bot.chat.telling import refusal
from bot.chat.texts import Tongue
from bot.domain.chats import Chat, ChatState, Place
from bot.domain.delivery import Button, DeliveryState, Kind, Part, Publication
from bot.errors import RecapError, UsageError

__all__ = ["Admin", "register"]

STORE = "adm1"
MILLION = 1e6
USAGE = "/admin pause, /admin resume, /admin test, /admin flows BTC 2026-11-20 -123.4"
LASTS = timedelta(hours=1)
MOST_CHARACTERS = 200
"""Of an error."""


@dataclass(frozen=True, eq=False)
class Admin:
    services: Services
    operations: Operations

    async def admin(self, update: Update, context: Context) -> None:
        """Operators in private; anybody else gets no answer."""
        if not self._may(update):
            return
        chat = await chat_of(update, self.services)
        tongue = self.services.tongue(chat)
        verb = (context.args or [""])[0]
        html: str
        rows: Rows = ()
        spot = Spot.of(update)
        if verb == "flows":
            html, rows = await self._flows(_figures(update.message), tongue)
            # What is asked about it points at the figures, so that the button below can read them again.
            spot = replace(spot, reply_to=update.effective_message.message_id if update.effective_message else 0)
        elif verb == "test":
            html = await self._test(chat, tongue)
        elif verb == "pause":
            await self.operations.pause(str(chat.chat_id))
            html = tongue.html("admin.paused", resume="/admin resume")
        elif verb == "resume":
            await self.operations.resume()
            html = tongue.html("admin.resumed")
        elif verb:
            html = tongue.html("admin.usage", word=shown(verb), usage=USAGE)
        else:
            html = self._told(await self.operations.condition(), tongue)
        await spot.say(context.bot, html, rows)

    async def sure(self, update: Update, context: Context) -> None:
        """`adm1`: stores the figures of the message replied to, though they looked wrong."""
        query = update.callback_query
        if query is None or not isinstance(query.message, Message) or not self._may(update):
            return
        chat = await chat_of(update, self.services)
        tongue, figures = self.services.tongue(chat), _figures(query.message.reply_to_message)
        if not figures:
            await close(query, tongue.plain("admin.figures_gone"), alert=True)
            return
        await close(query)
        html, _ = await self._flows(figures, tongue, sure=True)
        await edit(context.bot, chat.chat_id, query.message.message_id, html)

    async def _flows(self, text: str, tongue: Tongue, *, sure: bool = False) -> tuple[Markup, Rows]:
        try:
            entered = await self.operations.flows(text, sure=sure)
        except UsageError as error:
            return tongue.html("admin.refused", reason=error), ()
        lines = [_stored_line(entered, tongue), *entered.notes]
        if not entered.questions:
            return tongue.html("admin.stored", lines="\n".join(lines)), ()
        rows = ((Button(tongue.plain("admin.store"), pack(STORE)),),)
        return tongue.html("admin.questions", questions="\n".join(entered.questions[:MOST_ERRORS])), rows

    async def _test(self, chat: Chat, tongue: Tongue) -> str:
        """Today's recap, on the way that all recaps go."""
        now = self.services.sent_at()
        try:
            told = await self.services.newsroom.recap(Ask(chat.scope, locale=chat.locale, style=chat.style))
        except RecapError as reason:
            return refusal(reason, tongue) if isinstance(reason, UsageError) else tongue.html("frame.failed")
        parts = tuple(Part(post.html, post.text) for post in told.parts)
        slot = f"test/{chat.chat_id}/{now:%Y-%m-%dT%H:%M:%S}"
        test = Publication(slot, Kind.TEST, parts, now + LASTS, chat.locale, chat.style, told.recap_id)
        await asyncio.to_thread(self.services.outbox.publish, test, [Place(chat.chat_id)], now)
        return tongue.html("admin.testing", n=len(parts))

    def _told(self, condition: Condition, tongue: Tongue) -> Markup:
        lines = [
            tongue.html("admin.chats", counts=_counts(condition.chats, tongue), n=condition.subscriptions),
            self._queue(condition, tongue),
            tongue.html("admin.trouble.paused", who=condition.paused) if condition.paused else Markup(""),
            *(tongue.html("admin.fault", name=name, sentence=said) for name, said in condition.faults.items()),
            tongue.html("admin.errors" if condition.errors else "admin.no_errors"),
            *(tongue.html("admin.error", sentence=_first_line(error)) for error in condition.errors[:MOST_ERRORS]),
        ]
        return Markup("\n").join(filter(None, lines))

    def _queue(self, condition: Condition, tongue: Tongue) -> Markup:
        if not condition.queue:
            return tongue.html("admin.queue_empty")
        counts = _counts(condition.queue, tongue)
        if condition.oldest is None:
            return tongue.html("admin.queue_over", counts=counts)
        wait = format_timedelta(self.services.sent_at() - condition.oldest, locale=tongue.locale)
        return tongue.html("admin.queue", counts=counts, wait=wait)

    def _may(self, update: Update) -> bool:
        user, chat = update.effective_user, update.effective_chat
        return user is not None and user.id in self.services.operators and chat is not None and chat.id == user.id


def _figures(message: Message | None) -> str:
    """What follows `/admin flows`, line by line; "" where nothing does."""
    words = (message.text or "").split(maxsplit=2) if message is not None else []
    return words[2] if len(words) > 2 else ""


def _stored_line(entered: Entered, tongue: Tongue) -> str:
    """`BTC: 2 sessions, 2026-11-19 to 2026-11-20, −210.5 million USD in all`."""
    days = sorted(entered.totals)
    if not days:
        return tongue.plain("admin.no_sessions", asset=entered.asset)
    span = f"{days[0]}" if len(days) == 1 else f"{days[0]} – {days[-1]}"
    millions = f"{sum(entered.totals.values()) / MILLION:+,.1f}".replace("-", "−")
    return tongue.plain("admin.sessions", n=len(days), asset=entered.asset, span=span, millions=millions)


def _counts(counts: Mapping[ChatState, int] | Mapping[DeliveryState, int], tongue: Tongue) -> str:
    """`3 active · 1 gone`."""
    said = [tongue.plain("admin.count", n=n, state=tongue.plain(f"admin.state.{state}")) for state, n in counts.items()]
    return " · ".join(said) or tongue.plain("admin.nothing")


def _first_line(error: str) -> str:
    """Without the trace that may follow; the whole was sent when it happened."""
    return error.partition("\n")[0][:MOST_CHARACTERS]


def register(application: App, services: Services) -> None:
    """Where the app hands in what operators do."""
    if services.operations is None:
        return
    admin = Admin(services, services.operations)
    application.add_handler(command("admin", admin.admin))
    application.add_handler(CallbackQueryHandler(admin.sure, pattern(STORE)))
