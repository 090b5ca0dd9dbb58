"""What happens when a handler fails: a sentence for the person, a trace for the operators, once per kind."""

import asyncio
import hashlib
import logging
import traceback
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape

from telegram import Bot, Update
from telegram.error import BadRequest, EndPointNotFound, TelegramError

from bot.chat.answers import Spot
from bot.chat.limits import Cooldown
from bot.chat.redaction import redact
from bot.chat.services import App, Context, Services, chat_of
from bot.chat.texts import Tongue
from bot.domain.chats import Place
from bot.domain.delivery import Kind, Part, Publication

__all__ = ["Faults", "fingerprint", "register"]

log = logging.getLogger(__name__)

MAY_NOT_SPEAK = (
    "not enough rights",
    "no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_send_plain_forbidden",
    "chat not found",
    "topic_closed",
    "topic_deleted",
    "message thread not found",
)
"""What Telegram answers, in small letters, where the bot may listen and not speak."""

TRACE_CHARACTERS = 3000
KEPT = timedelta(days=1)
OFTEN = timedelta(minutes=1)
"""A chat hears of failures no more often than this."""


@dataclass(frozen=True, eq=False)
class Faults:
    services: Services
    reported: Cooldown = field(default_factory=lambda: Cooldown(KEPT))
    told: Cooldown = field(default_factory=lambda: Cooldown(OFTEN))

    async def __call__(self, update: object, context: Context) -> None:
        """The application's error handler; never raises."""
        error = context.error
        if error is None or _of_the_wire(error):
            log.info("An answer didn't reach its chat: %s", error)
            return
        kind = fingerprint(error)
        log.error("A handler failed (%s).", kind, exc_info=error)
        if not self.reported.hot(kind, self.services.clock.now()):
            await self._report(kind, error, context.bot)
        if isinstance(update, Update):
            await self._apologise(update, context)

    async def _report(self, kind: str, error: Exception, bot: Bot) -> None:
        now = self.services.sent_at()
        trace = redact("".join(traceback.format_exception(error)), bot.token)[-TRACE_CHARACTERS:]
        title = f"A handler failed ({kind}). The next of this kind is told in a day."
        part = Part(f"<b>{title}</b>\n<pre>{escape(trace)}</pre>", f"{title}\n{trace}")
        slot = f"fault/{kind}/{now:%Y-%m-%d}"
        notice = Publication(slot, Kind.NOTICE, (part,), now + KEPT, self.services.locale, "thread")
        try:
            places = [Place(operator) for operator in sorted(self.services.operators)]
            await asyncio.to_thread(self.services.outbox.publish, notice, places, now)
        except Exception:
            log.exception("The operators could not be told of a failure.")

    async def _apologise(self, update: Update, context: Context) -> None:
        chat = update.effective_chat
        if chat is None or self.told.hot(chat.id, self.services.clock.now()):
            return
        try:
            tongue = await self._tongue(update)
            if update.callback_query is not None:
                await update.callback_query.answer(tongue.plain("frame.failed"))
            elif update.effective_message is not None:
                await Spot.of(update).say(context.bot, tongue.html("frame.failed"))
        except Exception as second:  # noqa: BLE001 - whatever failed once may fail again, and nothing comes after this
            log.warning("A failure could not be told to its chat: %s", type(second).__name__)

    async def _tongue(self, update: Update) -> Tongue:
        try:
            return self.services.tongue(await chat_of(update, self.services))
        except Exception:  # noqa: BLE001 - the store may be what failed
            return self.services.texts.of(self.services.locale)


def fingerprint(error: BaseException) -> str:
    """Eight letters and digits for a kind of failure: its type and where it arose."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].name}" if frames else ""
    return hashlib.blake2b(f"{type(error).__qualname__} {place}".encode(), digest_size=4).hexdigest()


def _of_the_wire(error: BaseException) -> bool:
    """True for what the network, flood limits or a lost right did; a request of ours that is wrong isn't."""
    if isinstance(error, BadRequest):
        return any(text in error.message.lower() for text in MAY_NOT_SPEAK)
    return isinstance(error, TelegramError) and not isinstance(error, EndPointNotFound)


def register(application: App, services: Services) -> None:
    application.add_error_handler(Faults(services))
