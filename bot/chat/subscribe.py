"""Daily recaps for a place: /subscribe, /unsubscribe, /next, and /forget."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from markupsafe import Markup
from telegram import Message, Update
from telegram.ext import CallbackQueryHandler

from bot.chat.answers import Spot, close, command, edit
from bot.chat.callbacks import pack, pattern, unpack
from bot.chat.recap_buttons import SUBSCRIBE, length_name, scope_name
from bot.chat.rights import may_change
from bot.chat.services import App, Context, Services, chat_of
from bot.chat.texts import Tongue
from bot.chat.timetable import MORNING, Order, Unclear, comes, order
from bot.domain.chats import Chat, Place, Schedule, Subscription
from bot.domain.delivery import Button
from bot.errors import UsageError

__all__ = ["Subscribing", "register"]

FORGET = "forget1"
DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Subscribing:
    services: Services

    async def subscribe(self, update: Update, context: Context) -> None:
        chat, tongue = await self._chat(update)
        if not await self._allowed(update, chat, context):
            return
        try:
            ordered = order(context.args or (), self.services.clock.now(), self.services.assets)
        except Unclear as unclear:
            await _say(update, context, tongue.html(f"places.unclear.{unclear.trouble}", word=unclear.word))
            return
        await _say(update, context, await self._subscribed(chat, Spot.of(update).place, ordered, DAY))

    async def pressed(self, update: Update, context: Context) -> None:
        """`sub1:<scope>:<hours>`: every morning, in the place of the message."""
        query = update.callback_query
        if query is None or query.data is None or not isinstance(query.message, Message):
            return
        chat, tongue = await self._chat(update)
        if not await may_change(update, chat, context.bot):
            await close(query, tongue.plain("places.admins_only"), alert=True)
            return
        await close(query)
        scope, hours = unpack(query.data)[1]
        ordered = Order(scope if scope == "market" else scope.upper(), (MORNING,), None)
        length = timedelta(hours=max(1, min(int(hours), 168)))
        await _say(update, context, await self._subscribed(chat, Spot.of(update).place, ordered, length))

    async def unsubscribe(self, update: Update, context: Context) -> None:
        """This place's subscriptions, all of them."""
        chat, tongue = await self._chat(update)
        if await self._allowed(update, chat, context):
            place = Spot.of(update).place
            removed = await asyncio.to_thread(self.services.subscriptions.remove_all, place)
            name = "places.unsubscribed" if removed else "places.none"
            await _say(update, context, tongue.html(name))

    async def next(self, update: Update, context: Context) -> None:
        chat, tongue = await self._chat(update)
        place = Spot.of(update).place
        held = await asyncio.to_thread(self.services.subscriptions.of, chat.chat_id)
        lines = [self._line(s, tongue) for s in held if s.place == place]
        skipped = await asyncio.to_thread(self.services.schedules.last_skipped, place)
        if skipped is not None:
            lines.append(tongue.html("places.skipped", time=f"{skipped.at:%Y-%m-%d %H:%M} UTC"))
        await _say(update, context, Markup("\n").join(lines) if lines else tongue.html("places.none"))

    async def forget(self, update: Update, context: Context) -> None:
        """Asks once: what is deleted can't be brought back."""
        chat, tongue = await self._chat(update)
        if await self._allowed(update, chat, context):
            button = Button(tongue.plain("places.forget_button"), pack(FORGET))
            await Spot.of(update).say(context.bot, tongue.html("places.forget_ask"), ((button,),))

    async def forgotten(self, update: Update, context: Context) -> None:
        query = update.callback_query
        if query is None or not isinstance(query.message, Message):
            return
        chat, tongue = await self._chat(update)
        if not await may_change(update, chat, context.bot):
            await close(query, tongue.plain("places.admins_only"), alert=True)
            return
        await asyncio.to_thread(self.services.chats.forget, chat.chat_id)
        await close(query)
        await edit(context.bot, chat.chat_id, query.message.message_id, tongue.html("places.forgotten"))

    async def _subscribed(self, chat: Chat, place: Place, ordered: Order, length: timedelta) -> Markup:
        tongue = self.services.tongue(chat)
        if ordered.zone is not None and ordered.zone != chat.zone:
            chat = replace(chat, zone=ordered.zone)
            await asyncio.to_thread(self.services.chats.save, chat)
        schedule = Schedule(chat.zone, ordered.times)
        now = self.services.clock.now()
        wanted = Subscription(place, schedule, now, ordered.scope or chat.scope, length)
        try:
            stored = await asyncio.to_thread(self.services.subscriptions.save, wanted)
        except UsageError:
            return tongue.html("places.too_many")
        lines = [tongue.html("places.subscribed"), self._line(stored, tongue)]
        if chat.zone == "UTC" and ordered.zone is None:
            lines.append(tongue.html("places.zone_hint"))
        return Markup("\n").join(lines)

    def _line(self, subscription: Subscription, tongue: Tongue) -> Markup:
        now = self.services.clock.now()
        at = self.services.schedules.next_of(subscription, now)
        names = {
            "scope": scope_name(subscription.scope, tongue),
            "length": length_name(subscription.length, tongue),
            "times": ", ".join(f"{clock:%H:%M}" for clock in subscription.schedule.times),
        }
        if at is None:
            return tongue.html("places.paused_line", **names)
        moment, rest = comes(subscription.schedule, at, now, tongue.locale)
        return tongue.html("places.next_line", moment=moment, rest=rest, **names)

    async def _allowed(self, update: Update, chat: Chat, context: Context) -> bool:
        if await may_change(update, chat, context.bot):
            return True
        await _say(update, context, self.services.tongue(chat).html("places.admins_only"))
        return False

    async def _chat(self, update: Update) -> tuple[Chat, Tongue]:
        chat = await chat_of(update, self.services)
        return chat, self.services.tongue(chat)


async def _say(update: Update, context: Context, html: Markup) -> None:
    await Spot.of(update).say(context.bot, html)


def register(application: App, services: Services) -> None:
    subscribing = Subscribing(services)
    names: Sequence[str] = ("subscribe", "unsubscribe", "next", "forget")
    for name in names:
        application.add_handler(command(name, getattr(subscribing, name)))
    application.add_handler(command("stop", subscribing.unsubscribe))
    shape = r":[A-Za-z]{2,8}:\d{1,3}"
    application.add_handler(CallbackQueryHandler(subscribing.pressed, pattern(SUBSCRIBE, shape)))
    application.add_handler(CallbackQueryHandler(subscribing.forgotten, pattern(FORGET)))
