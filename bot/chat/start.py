"""Getting to know the bot: /start with its links, /help, /privacy, and the language of a private chat."""

import asyncio
import re
from dataclasses import dataclass, replace

from telegram import Update
from telegram.ext import CallbackQueryHandler

from bot.chat.answers import Rows, Spot, close, command, edit
from bot.chat.arguments import Misfit, wish
from bot.chat.callbacks import pack, pattern, unpack
from bot.chat.commands import ask_of, explain, source_lines
from bot.chat.recap_buttons import LANGUAGE, SUBSCRIBE, TELL, TELL_SHAPE, ask_on
from bot.chat.services import App, Context, Services, chat_of, first_locale
from bot.chat.telling import Teller
from bot.chat.texts import Tongue
from bot.domain.chats import Chat, ChatKind
from bot.domain.delivery import Button

__all__ = ["Start", "register"]

HOURS_A_DAY = 24


@dataclass(frozen=True, eq=False)
class Start:
    services: Services

    async def start(self, update: Update, context: Context) -> None:
        """Greets, or answers the link that was followed; a chat that had left is welcome back with its settings."""
        found = update.effective_chat
        if found is None:
            return
        locale = first_locale(update, self.services)
        chat = await asyncio.to_thread(self.services.chats.touch, found.id, ChatKind(found.type), locale)
        teller = Teller(self.services, context.bot, chat, Spot.of(update))
        payload = (context.args or [""])[0]
        if not (payload and await self._followed(payload, teller)):
            await self._greet(teller)

    async def help(self, update: Update, context: Context) -> None:
        await self._page(update, context, "frame.help")

    async def privacy(self, update: Update, context: Context) -> None:
        await self._page(update, context, "frame.privacy")

    async def language(self, update: Update, context: Context) -> None:
        """`lang1:<locale>`: the greeting again, in the language chosen."""
        query = update.callback_query
        if query is None or query.message is None or query.data is None:
            return
        chat = await chat_of(update, self.services)
        locale = unpack(query.data)[1][0]
        if chat.kind is not ChatKind.PRIVATE or locale not in self.services.texts.locales:
            await close(query)
            return
        chat = replace(chat, locale=locale)
        await asyncio.to_thread(self.services.chats.save, chat)
        tongue = self.services.tongue(chat)
        await close(query, tongue.plain("frame.language_set"))
        rows = self._rows(chat, context.bot.username)
        await edit(context.bot, chat.chat_id, query.message.message_id, tongue.html("frame.start"), rows)

    async def _page(self, update: Update, context: Context, name: str) -> None:
        chat = await chat_of(update, self.services)
        await Spot.of(update).say(context.bot, self.services.tongue(chat).html(name))

    async def _greet(self, teller: Teller) -> None:
        name = "frame.start" if teller.chat.kind is ChatKind.PRIVATE else "frame.start_group"
        rows = self._rows(teller.chat, teller.bot.username)
        await teller.spot.say(teller.bot, teller.tongue.html(name), rows)

    def _rows(self, chat: Chat, username: str) -> Rows:
        tongue = self.services.tongue(chat)
        first = (
            Button(tongue.plain("frame.buttons.recap"), pack(TELL, "market", HOURS_A_DAY, 0)),
            Button(tongue.plain("frame.buttons.subscribe"), pack(SUBSCRIBE, "market", HOURS_A_DAY)),
        )
        if chat.kind is not ChatKind.PRIVATE:
            return (first,)
        group = Button(tongue.plain("frame.buttons.group"), url=f"https://t.me/{username}?startgroup=hello")
        return first, (group,), self._languages(tongue)

    def _languages(self, tongue: Tongue) -> tuple[Button, ...]:
        """The other languages, each in its own words."""
        others = (self.services.texts.of(name) for name in self.services.texts.locales if name != tongue.locale)
        return tuple(Button(other.plain("frame.buttons.language"), pack(LANGUAGE, other.locale)) for other in others)

    async def _followed(self, payload: str, teller: Teller) -> bool:
        """Answers a deep link: recap_eth, recap_eth_4h, why_<recap>, why_<recap>_2, tell_…, sources."""
        verb, *arguments = payload.split("_")
        if verb == "recap":
            return await self._recap(arguments, teller)
        if verb == "why" and arguments:
            cause = int(arguments[1]) if len(arguments) > 1 and re.fullmatch(r"\d", arguments[1]) else None
            await explain(teller, arguments[0], cause or None)
            return True
        if verb == "tell" and re.fullmatch(TELL_SHAPE, "".join(f":{argument}" for argument in arguments)):
            await teller.recap(ask_on(arguments, teller.chat))
            return True
        if verb == "sources":
            states = await self.services.newsroom.sources()
            await teller.spot.say(teller.bot, source_lines(states, self.services.clock.now(), teller.tongue))
        return verb == "sources"

    async def _recap(self, arguments: list[str], teller: Teller) -> bool:
        try:
            wanted = wish(" ".join(arguments), self.services.clock.now(), self.services.assets)
        except Misfit:
            return False
        await teller.recap(ask_of(wanted, teller.chat))
        return True


def register(application: App, services: Services) -> None:
    start = Start(services)
    application.add_handler(command("start", start.start))
    application.add_handler(command("help", start.help))
    application.add_handler(command("privacy", start.privacy))
    application.add_handler(CallbackQueryHandler(start.language, pattern(LANGUAGE, r":\w+")))
