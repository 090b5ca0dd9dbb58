"""The commands that read: /recap, /why, /levels, /sources."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from babel.dates import format_timedelta
from markupsafe import Markup
from telegram import Bot, Message, Update
from telegram.error import TelegramError

from bot.chat.answers import Spot, command
from bot.chat.arguments import DAY, Misfit, Wish, number_in, wish
from bot.chat.callbacks import unpack
from bot.chat.limits import Cooldown
from bot.chat.newsroom import Ask, SourceState, SourceStatus
from bot.chat.recap_buttons import WHY
from bot.chat.services import App, Context, Services, chat_of
from bot.chat.telling import Teller, is_shared, refusal, rings
from bot.chat.texts import Tongue
from bot.domain.chats import Chat
from bot.errors import UsageError

__all__ = ["COOLDOWN", "Commands", "ask_of", "explain", "register", "said_misfit", "source_lines"]

COOLDOWN = timedelta(seconds=60)
"""After a recap, a chat and a person get what is at hand for so long."""


@dataclass(frozen=True, eq=False)
class Commands:
    services: Services
    cooldown: Cooldown = field(default_factory=lambda: Cooldown(COOLDOWN))

    async def recap(self, update: Update, context: Context) -> None:
        chat, teller = await self._begin(update, context)
        now = self.services.clock.now()
        try:
            wanted = wish(_arguments(context), now, self.services.assets)
        except Misfit as misfit:
            await teller.spot.say(context.bot, said_misfit(misfit, "recap", teller.tongue))
            return
        ask = replace(ask_of(wanted, chat), cached=self._cooling(update, now))
        if chat.deletes_commands and is_shared(chat):
            teller = replace(teller, spot=replace(teller.spot, reply_to=0))
            await _tidy(context.bot, update.effective_message)
        await replace(teller, spot=replace(teller.spot, silent=not rings(chat, self.services))).recap(ask)

    async def why(self, update: Update, context: Context) -> None:
        _, teller = await self._begin(update, context)
        try:
            cause = number_in(_arguments(context))
        except Misfit as misfit:
            await teller.spot.say(context.bot, said_misfit(misfit, "why", teller.tongue))
            return
        recap_id = await self._meant(update, teller.spot)
        if recap_id is None:
            await teller.spot.say(context.bot, teller.tongue.html("recap.none_here"))
        else:
            await explain(teller, recap_id, cause)

    async def levels(self, update: Update, context: Context) -> None:
        chat, teller = await self._begin(update, context)
        try:
            wanted = wish(_arguments(context), self.services.clock.now(), self.services.assets)
            posts = await self.services.newsroom.levels(wanted.scope or chat.scope, chat.locale)
        except Misfit as misfit:
            await teller.spot.say(context.bot, said_misfit(misfit, "levels", teller.tongue))
        except UsageError as reason:
            await teller.spot.say(context.bot, refusal(reason, teller.tongue))
        else:
            await teller.posts(posts)

    async def sources(self, update: Update, context: Context) -> None:
        _, teller = await self._begin(update, context)
        states = await self.services.newsroom.sources()
        await teller.spot.say(context.bot, source_lines(states, self.services.clock.now(), teller.tongue))

    async def _begin(self, update: Update, context: Context) -> tuple[Chat, Teller]:
        chat = await chat_of(update, self.services)
        spot = replace(Spot.of(update), previews=chat.previews_links)
        return chat, Teller(self.services, context.bot, chat, spot)

    def _cooling(self, update: Update, now: datetime) -> bool:
        chat, sender = update.effective_chat, update.effective_sender
        askers = {("chat", chat.id if chat else 0), ("sender", sender.id if sender else 0)}
        return max(self.cooldown.hot(asker, now) for asker in askers)

    async def _meant(self, update: Update, spot: Spot) -> str | None:
        """The recap replied to, else the last one in this place."""
        message = update.effective_message
        target = message.reply_to_message if message is not None else None
        if target is not None:
            told = on_button(target) or await self.services.newsroom.told(spot.place.chat_id, target.message_id)
            if told is not None:
                return told
        return await self.services.newsroom.last_told(spot.place)


def ask_of(wanted: Wish, chat: Chat) -> Ask:
    """The recap wished for, what was left open taken from the chat's settings."""
    return Ask(wanted.scope or chat.scope, wanted.length or DAY, wanted.as_of, chat.locale, chat.style)


async def explain(teller: Teller, recap_id: str, cause: int | None) -> bool:
    """Tells why; False where there was nothing to tell and a line said so."""
    evidence = await teller.services.newsroom.why(recap_id, teller.chat.locale, cause)
    if evidence is None:
        await teller.spot.say(teller.bot, teller.tongue.html("recap.gone"))
    elif not evidence.posts:
        await teller.spot.say(teller.bot, teller.tongue.html("recap.causes", n=evidence.causes))
    else:
        await teller.why(recap_id, evidence, cause or 0, fold=is_shared(teller.chat))
    return evidence is not None and bool(evidence.posts)


def said_misfit(misfit: Misfit, name: str, tongue: Tongue) -> Markup:
    """One line with the nearest right form."""
    example = f"/{name} {misfit.example}".strip()
    return tongue.html(f"recap.misfit.{misfit.trouble}", word=misfit.word, example=example)


def source_lines(states: Sequence[SourceState] | None, now: datetime, tongue: Tongue) -> Markup:
    """Each source with how it stands and how old its data is, those in trouble last."""
    if not states:
        return tongue.html("recap.source.recorded" if states is None else "recap.source.none")
    worst = list(SourceStatus)
    order = sorted(states, key=lambda state: (worst.index(state.status), state.name.lower()))
    return Markup("\n").join([tongue.html("recap.source.title"), *(_line(state, now, tongue) for state in order)])


def _line(state: SourceState, now: datetime, tongue: Tongue) -> Markup:
    mark = tongue.plain(f"recap.source.{state.status}")
    return tongue.html("recap.source.line", mark=mark, name=state.name, age=_age(state, now, tongue))


def _age(state: SourceState, now: datetime, tongue: Tongue) -> str:
    if state.last is None:
        return tongue.plain("recap.source.never")
    return format_timedelta(state.last - now, add_direction=True, locale=tongue.locale)


def on_button(message: Message) -> str | None:
    """The recap a message of the bot carries on its buttons; works for messages of any age."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    data = [str(button.callback_data) for row in rows for button in row if button.callback_data]
    found = (arguments[0] for verb, arguments in map(unpack, data) if verb == WHY and arguments)
    return next(found, None)


def _arguments(context: Context) -> str:
    return " ".join(context.args or ())


async def _tidy(bot: Bot, message: Message | None) -> None:
    """Deletes what asked for the recap, as the group wants; without the right to, it stays."""
    if message is None:
        return
    try:
        await bot.delete_message(message.chat_id, message.message_id)
    except TelegramError:
        return


def register(application: App, services: Services) -> None:
    commands = Commands(services)
    for name in ("recap", "why", "levels", "sources"):
        application.add_handler(command(name, getattr(commands, name)))
