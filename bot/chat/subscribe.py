"""Daily recaps for a place: /subscribe, /unsubscribe, /next, and /forget."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from markupsafe import Markup
from telegram import Update
from telegram.ext import CallbackQueryHandler

from bot.chat.answers import Spot, close, command, edit, is_placeless
from bot.chat.callbacks import pack, pattern, unpack
from bot.chat.elsewhere import Elsewhere, Refused, elsewhere, named_in
from bot.chat.limits import Cooldown
from bot.chat.recap_buttons import SUBSCRIBE
from bot.chat.rights import may_change
from bot.chat.services import App, Context, Services, chat_of, first_locale
from bot.chat.texts import Tongue
from bot.chat.timetable import MORNING, Order, Unclear, order
from bot.chat.towns import TOWN, TOWN_SHAPE, order_on, town_rows
from bot.chat.upcoming import upcoming
from bot.domain.chats import Chat, ChatKind, Place, Schedule, Subscription
from bot.domain.delivery import Button
from bot.errors import UsageError

__all__ = ["Subscribing", "register"]

FORGET = "forget1"
DAY = timedelta(days=1)
ONCE_IN = timedelta(minutes=1)
"""The same button under the same message is answered once in this time."""


@dataclass(frozen=True, eq=False)
class Subscribing:
    services: Services
    answered: Cooldown = field(default_factory=lambda: Cooldown(ONCE_IN))

    async def subscribe(self, update: Update, context: Context) -> None:
        """Here, or from a private chat in the channel or group that is named."""
        chat, tongue = await self._chat(update)
        name, words = named_in(list(context.args or ()))
        if not await self._allowed(update, chat, context):
            return
        try:
            ordered = order(words, self.services.clock.now(), self.services.assets)
            if name:
                await _say(update, context, await self._subscribed_elsewhere(update, context, chat, name, ordered))
            elif ordered.cities:
                rows = town_rows(ordered, chat.locale)
                await Spot.of(update).say(context.bot, tongue.html("places.which_city"), rows)
            else:
                await _say(update, context, await self._subscribed(chat, Spot.of(update).place, ordered, DAY))
        except Unclear as unclear:
            await _say(update, context, tongue.html(f"places.unclear.{unclear.trouble}", word=unclear.word))
        except Refused as refused:
            await _say(update, context, tongue.html(f"places.elsewhere.{refused.trouble}", name=name))

    async def town(self, update: Update, context: Context) -> None:
        """`twn1:<zone>:…`: the city that was meant, with the rest of the order."""
        query = update.callback_query
        if query is None or query.data is None or query.message is None:
            return
        chat, tongue = await self._chat(update)
        ordered = None if is_placeless(query) else order_on(unpack(query.data)[1], self.services.assets)
        if not await may_change(update, chat, context.bot):
            await close(query, tongue.plain("places.admins_only"), alert=True)
        elif ordered is None:
            await close(query, tongue.plain("frame.old_button"), alert=True)
        else:
            await close(query)
            said = await self._subscribed(chat, Spot.of(update).place, ordered, DAY)
            await edit(context.bot, chat.chat_id, query.message.message_id, said)

    async def pressed(self, update: Update, context: Context) -> None:
        """`sub1:<scope>:<hours>`: every morning, in the place of the message."""
        query = update.callback_query
        if query is None or query.data is None or query.message is None:
            return
        chat, tongue = await self._chat(update)
        key = (chat.chat_id, query.message.message_id, query.data)
        if is_placeless(query):
            await close(query, tongue.plain("frame.old_button"), alert=True)
        elif not await may_change(update, chat, context.bot):
            await close(query, tongue.plain("places.admins_only"), alert=True)
        elif self.answered.hot(key, self.services.clock.now()):
            await close(query, tongue.plain("recap.already"))
        else:
            await close(query)
            said = await self._subscribed(chat, Spot.of(update).place, *_ordered_on(query.data))
            await _say(update, context, said)

    async def unsubscribe(self, update: Update, context: Context) -> None:
        """This place's subscriptions, or those of a channel or group that is named; all of them."""
        chat, tongue = await self._chat(update)
        name, _ = named_in(list(context.args or ()))
        if not await self._allowed(update, chat, context):
            return
        place = Spot.of(update).place
        try:
            if name:
                place = Place((await self._elsewhere(update, context, chat, name, to_post=False)).chat_id)
        except Refused as refused:
            await _say(update, context, tongue.html(f"places.elsewhere.{refused.trouble}", name=name))
            return
        removed = await asyncio.to_thread(self.services.subscriptions.remove_all, place)
        text = ("unsubscribed" if removed else "none") + ("_there" if name else "")
        await _say(update, context, tongue.html(f"places.{text}", name=name))

    async def next(self, update: Update, context: Context) -> None:
        chat, tongue = await self._chat(update)
        place = Spot.of(update).place
        held = await asyncio.to_thread(self.services.subscriptions.of, chat.chat_id)
        lines = [upcoming(s, self.services, tongue) for s in held if s.place == place]
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
        if query is None or query.message is None:
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
        stored = await self._stored(chat, place, ordered, length)
        if stored is None:
            return tongue.html("places.too_many")
        lines = [tongue.html("places.subscribed"), upcoming(stored, self.services, tongue)]
        if stored.schedule.zone == "UTC" and ordered.zone is None:
            lines.append(tongue.html("places.zone_hint"))
        return Markup("\n").join(lines)

    async def _subscribed_elsewhere(
        self, update: Update, context: Context, mine: Chat, name: str, ordered: Order
    ) -> Markup:
        """The confirmation in the private chat; the time is that chat's own where none is named."""
        tongue = self.services.tongue(mine)
        if ordered.cities:
            return tongue.html("places.which_zone", zones=", ".join(city.zone for city in ordered.cities))
        there = await self._elsewhere(update, context, mine, name, to_post=True)
        known = await asyncio.to_thread(self.services.chats.get, there.chat_id)
        locale = first_locale(update, self.services)
        chat = await asyncio.to_thread(self.services.chats.touch, there.chat_id, there.kind, locale)
        if known is None:
            chat = replace(chat, zone=mine.zone)
            await asyncio.to_thread(self.services.chats.save, chat)
        stored = await self._stored(chat, Place(there.chat_id), ordered, DAY)
        if stored is None:
            return tongue.html("places.too_many")
        return Markup("\n").join(
            [tongue.html("places.subscribed_there", name=name), upcoming(stored, self.services, tongue)]
        )

    async def _elsewhere(self, update: Update, context: Context, mine: Chat, name: str, *, to_post: bool) -> Elsewhere:
        if mine.kind is not ChatKind.PRIVATE or update.effective_user is None:
            raise Refused("in_private")
        return await elsewhere(context.bot, name, update.effective_user.id, to_post=to_post)

    async def _stored(self, chat: Chat, place: Place, ordered: Order, length: timedelta) -> Subscription | None:
        """The subscription as it is kept, the chat's zone set where the order names one; None for one too many."""
        if ordered.zone is not None and ordered.zone != chat.zone:
            chat = replace(chat, zone=ordered.zone)
            await asyncio.to_thread(self.services.chats.save, chat)
        schedule = Schedule(chat.zone, ordered.times, ordered.weekdays)
        wanted = Subscription(place, schedule, self.services.clock.now(), ordered.scope or chat.scope, length)
        try:
            return await asyncio.to_thread(self.services.subscriptions.save, wanted)
        except UsageError:
            return None

    async def _allowed(self, update: Update, chat: Chat, context: Context) -> bool:
        if await may_change(update, chat, context.bot):
            return True
        await _say(update, context, self.services.tongue(chat).html("places.admins_only"))
        return False

    async def _chat(self, update: Update) -> tuple[Chat, Tongue]:
        chat = await chat_of(update, self.services)
        return chat, self.services.tongue(chat)


def _ordered_on(data: str) -> tuple[Order, timedelta]:
    """Every morning, and the length of the recap: what a button of SUBSCRIBE carries."""
    scope, hours = unpack(data)[1]
    length = timedelta(hours=max(1, min(int(hours), 168)))
    return Order(scope if scope == "market" else scope.upper(), (MORNING,), None), length


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
    application.add_handler(CallbackQueryHandler(subscribing.town, pattern(TOWN, TOWN_SHAPE)))
    application.add_handler(CallbackQueryHandler(subscribing.forgotten, pattern(FORGET)))
