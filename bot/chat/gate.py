"""What is let in: each update once, not too old, not for another bot, not more than one may ask."""

from dataclasses import dataclass, field
from datetime import timedelta

from telegram import Message, MessageEntity, Update
from telegram.ext import ApplicationHandlerStop, TypeHandler

from bot.chat.answers import Spot, close
from bot.chat.limits import Cooldown
from bot.chat.services import App, Context, Services, first_locale

__all__ = ["FIRST", "Gate", "register"]

FIRST = -10
"""The handler group before all features."""

TOO_OLD = timedelta(minutes=10)
NEVER_TOO_OLD = frozenset({"stop", "subscribe", "unsubscribe", "settings", "alerts", "forget"})
"""What somebody asked for while the bot was down and still wants: to be left alone, or differently served."""


@dataclass(frozen=True, eq=False)
class Gate:
    services: Services
    told: Cooldown = field(default_factory=lambda: Cooldown(timedelta(minutes=1)))

    async def __call__(self, update: Update, context: Context) -> None:
        """Lets an update pass, or stops it; the features need not think of it."""
        message = update.message or update.channel_post
        spoken = command_in(message) if message is not None else ""
        if message is not None and spoken:
            self._stop_unless(_for_us(message, spoken, context.bot.username) and not self._too_old(message, spoken))
        if _matters_once(update, spoken):
            self._stop_unless(await self.services.is_first(update.update_id))
        if (spoken or update.callback_query or update.inline_query) and not self._room(update):
            await self._refuse(update, context)
            raise ApplicationHandlerStop

    @staticmethod
    def _stop_unless(let_in: bool) -> None:
        if not let_in:
            raise ApplicationHandlerStop

    def _too_old(self, message: Message, spoken: str) -> bool:
        name = spoken.partition("@")[0]
        return name not in NEVER_TOO_OLD and self.services.clock.now() - message.date > TOO_OLD

    def _room(self, update: Update) -> bool:
        chat, sender = update.effective_chat, update.effective_sender
        asker = sender.id if sender is not None else 0
        place = chat.id if chat is not None else asker
        return self.services.limits.take(asker or place, place, self.services.clock.now())

    async def _refuse(self, update: Update, context: Context) -> None:
        """One short line a minute to a person, silence otherwise; but no button is left waiting."""
        query, user, chat = update.callback_query, update.effective_user, update.effective_chat
        hot = user is None or self.told.hot(user.id, self.services.clock.now())
        tongue = self.services.texts.of(first_locale(update, self.services))
        if query is not None:
            await close(query, "" if hot else tongue.plain("frame.too_fast"))
        elif not hot and chat is not None and chat.type == "private":
            await Spot.of(update).say(context.bot, tongue.html("frame.too_fast"))


def command_in(message: Message) -> str:
    """The command a message begins with, in small letters, without its slash: `recap` or `recap@somebot`; or ""."""
    first = message.entities[0] if message.entities else None
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset or message.text is None:
        return ""
    return message.text[1 : first.length].lower()


def _for_us(message: Message, spoken: str, username: str) -> bool:
    """False for a command to another bot, and for the copy of a channel's post in its discussion group."""
    _, at, name = spoken.partition("@")
    return not message.is_automatic_forward and (not at or name == username.lower())


def _matters_once(update: Update, spoken: str) -> bool:
    """True for what acts; reading along and suggesting twice does no harm."""
    return bool(spoken or update.callback_query or update.my_chat_member)


def register(application: App, services: Services) -> None:
    application.add_handler(TypeHandler(Update, Gate(services)), FIRST)
