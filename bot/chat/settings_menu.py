"""/settings: one message whose buttons change it in place, and the answers that are typed or sent to it."""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from markupsafe import Markup
from telegram import CallbackQuery, Message, Update
from telegram.ext import CallbackQueryHandler, MessageHandler, filters
from tzfpy import get_tz

from bot.chat.answers import NEW_POSTS, Spot, close, command, edit
from bot.chat.arguments import shown
from bot.chat.callbacks import unpack
from bot.chat.cities import cities_named
from bot.chat.rights import may_change
from bot.chat.services import App, Context, Services, chat_of
from bot.chat.settings_choices import CHOICES, SCREENS
from bot.chat.settings_screens import main_screen, screen, summary
from bot.chat.settings_times import subscription_screen, with_change, zone_button, zone_screen
from bot.chat.settings_view import DONE, SETTINGS, Screen, View, endings
from bot.chat.timetable import MORNING, Unclear, clock_in
from bot.chat.weekdays import weekdays_in
from bot.chat.zones import is_zone, zone_of
from bot.domain.chats import Chat, Place, Schedule, Subscription
from bot.errors import UsageError

__all__ = ["Settings", "asked_by", "register"]

DAY = timedelta(days=1)
CHANGE = re.compile(r"[+-]\d{4}|d[1-7]{1,7}")
MOST_CHARACTERS = 200


@dataclass(frozen=True, eq=False)
class Settings:
    services: Services

    async def open(self, update: Update, context: Context) -> None:
        chat = await chat_of(update, self.services)
        spot = Spot.of(update)
        if not await may_change(update, chat, context.bot):
            await spot.say(context.bot, self.services.tongue(chat).html("places.admins_only"))
            return
        first = main_screen(await self._view(chat, spot.place))
        await spot.say(context.bot, first.html, first.rows)

    async def pressed(self, update: Update, context: Context) -> None:
        """`set1:…`: changes what it says and shows the screen it names; a button of another version shows the first."""
        query = update.callback_query
        if query is None or query.message is None or query.data is None:
            return
        chat = await chat_of(update, self.services)
        tongue = self.services.tongue(chat)
        if not await may_change(update, chat, context.bot):
            await close(query, tongue.plain("places.admins_only"), alert=True)
            return
        verb, arguments = unpack(query.data)
        arguments = arguments if verb == SETTINGS else ()
        view = await self._view(chat, _place_of(query))
        changed = await self._changed(view, arguments)
        view = await self._view(changed or chat, view.place)
        await close(query, view.tongue.plain("settings.saved") if changed else "")
        await self._show(query, context, view, arguments)

    async def typed(self, update: Update, context: Context) -> None:
        """An answer to the screen of the zone or of a subscription's times."""
        message = update.effective_message
        asked = asked_by(message.reply_to_message) if message is not None else ""
        if message is None or not asked:
            return
        view = await self._answered(update, context)
        if view is None:
            return
        text = (message.text or "")[:MOST_CHARACTERS]
        if asked == "zone":
            await self._zone_typed(view, text, update, context)
        else:
            await self._times_typed(view, asked, text, update, context)

    async def located(self, update: Update, context: Context) -> None:
        """A location shared in private, or in answer to the screen of the zone."""
        message = update.effective_message
        if message is None or message.location is None:
            return
        if message.chat.type != "private" and asked_by(message.reply_to_message) != "zone":
            return
        zone = get_tz(message.location.longitude, message.location.latitude)
        view = await self._answered(update, context)
        if view is not None and is_zone(zone):
            await self._rezoned(view, zone, update, context)

    async def _show(self, query: CallbackQuery, context: Context, view: View, arguments: tuple[str, ...]) -> None:
        """In the message that was pressed, or below where that one is gone or too old to change."""
        found = Screen(summary(view), ()) if arguments == (DONE,) else screen(view, arguments)
        number = query.message.message_id if query.message is not None else 0
        if not await edit(context.bot, view.chat.chat_id, number, found.html, found.rows):
            await Spot(view.place).say(context.bot, found.html, found.rows)

    async def _changed(self, view: View, arguments: tuple[str, ...]) -> Chat | None:
        """The chat after what a button asks for; None where it asks for nothing, or nothing that can be done."""
        match arguments:
            case ("zone", "zone", zone) if is_zone(zone):
                return await self._with_zone(view, zone)
            case ("times", "new") if not view.here:
                schedule, now = Schedule(view.chat.zone, (MORNING,)), self.services.clock.now()
                return await self._keep(view, Subscription(view.place, schedule, now, view.chat.scope, DAY))
            case ("sub", number, change):
                return await self._with_subscription(view, number, change)
            case (name, choice, value) if choice in SCREENS.get(name, ()) and value in CHOICES[choice].values(view):
                return await self._chosen(view, choice, value)
        return None

    async def _chosen(self, view: View, choice: str, value: str) -> Chat:
        """A new scope is also that of the place's subscriptions that had the old one."""
        chat = CHOICES[choice].chosen(view.chat, value)
        await asyncio.to_thread(self.services.chats.save, chat)
        for each in view.here if chat.scope != view.chat.scope else ():
            if each.scope == view.chat.scope:
                await asyncio.to_thread(self.services.subscriptions.remove, each.id)
                await self._keep(view, replace(each, scope=chat.scope))
        return chat

    async def _with_subscription(self, view: View, number: str, change: str) -> Chat | None:
        subscription, now = view.subscription(number), self.services.clock.now()
        if subscription is None:
            return None
        if change == "end":
            await asyncio.to_thread(self.services.subscriptions.remove, subscription.id)
        elif change == "pause":
            await asyncio.to_thread(self.services.subscriptions.pause, subscription.id, "settings")
        elif change == "resume":
            await asyncio.to_thread(self.services.subscriptions.resume, subscription.id, now)
        elif not CHANGE.fullmatch(change) or (other := with_change(subscription, change, now)) is None:
            return None
        elif other.schedule != subscription.schedule:
            return await self._keep(view, other)
        return view.chat

    async def _with_zone(self, view: View, zone: str) -> Chat:
        """The chat in that zone, with all its subscriptions that were in its old one."""
        chat, now = replace(view.chat, zone=zone), self.services.clock.now()
        await asyncio.to_thread(self.services.chats.save, chat)
        for each in view.held:
            if each.schedule.zone == view.chat.zone and zone != view.chat.zone:
                await self._keep(view, replace(each, schedule=replace(each.schedule, zone=zone), starts=now))
        return chat

    async def _keep(self, view: View, subscription: Subscription) -> Chat | None:
        try:
            await asyncio.to_thread(self.services.subscriptions.save, subscription)
        except UsageError:
            return None
        return view.chat

    async def _zone_typed(self, view: View, text: str, update: Update, context: Context) -> None:
        zone, cities = zone_of(text), cities_named(text)
        if zone is not None or len(cities) == 1:
            await self._rezoned(view, zone or cities[0].zone, update, context)
        elif cities:
            rows = tuple((zone_button(city.zone, city.said(view.chat.locale)),) for city in cities)
            html = view.tongue.html("places.which_city")
            await Spot.of(update).say(context.bot, html, (*rows, endings(view.tongue, "zone")))
        else:
            await _say(update, context, view.tongue.html("settings.no_place", word=shown(text)))

    async def _rezoned(self, view: View, zone: str, update: Update, context: Context) -> None:
        chat = await self._with_zone(view, zone)
        found = zone_screen(await self._view(chat, view.place))
        await Spot.of(update).say(context.bot, found.html, found.rows)

    async def _times_typed(self, view: View, number: str, text: str, update: Update, context: Context) -> None:
        """Times to add and days to keep to: `07:45 mon-fri`."""
        subscription = view.subscription(number)
        if subscription is None:
            await _say(update, context, view.tongue.html("places.none"))
            return
        changed = _with_words(subscription, text, self.services.clock.now())
        if changed is None:
            await _say(update, context, view.tongue.html("settings.no_time", word=shown(text)))
            return
        await self._keep(view, changed)
        found = subscription_screen(changed, await self._view(view.chat, view.place))
        await Spot.of(update).say(context.bot, found.html, found.rows)

    async def _answered(self, update: Update, context: Context) -> View | None:
        chat = await chat_of(update, self.services)
        if await may_change(update, chat, context.bot):
            return await self._view(chat, Spot.of(update).place)
        await _say(update, context, self.services.tongue(chat).html("places.admins_only"))
        return None

    async def _view(self, chat: Chat, place: Place) -> View:
        return View(self.services, chat, place, await asyncio.to_thread(self.services.subscriptions.of, chat.chat_id))


class Answers(filters.MessageFilter):
    """Replies to a screen that can be answered in words."""

    def filter(self, message: Message) -> bool:
        return bool(asked_by(message.reply_to_message))


def asked_by(message: Message | None) -> str:
    """What a screen asks for: `zone`, or the number of the subscription whose times it shows; "" for any other."""
    rows = message.reply_markup.inline_keyboard if message is not None and message.reply_markup else ()
    for button in (button for row in rows for button in row):
        match unpack(str(button.callback_data or "")):
            case (verb, ("zone", "zone", _)) if verb == SETTINGS:
                return "zone"
            case (verb, ("sub", number, _)) if verb == SETTINGS:
                return number
    return ""


def _with_words(subscription: Subscription, text: str, now: datetime) -> Subscription | None:
    """With the times and days of the text; None where a word is neither."""
    changes = _changes(text)
    changed: Subscription | None = subscription if changes else None
    for change in changes:
        if changed is not None:
            changed = with_change(changed, change, now)
    return changed


def _changes(text: str) -> list[str]:
    """Times to add, then the days to keep to; none at all where a word is neither."""
    words = text.split()
    try:
        clocks = {word: clock for word in words if (clock := clock_in(word)) is not None}
    except Unclear:
        return []
    days = {word: named for word in words if (named := weekdays_in(word)) is not None}
    if not all(word in clocks or word in days for word in words):
        return []
    every = "".join(map(str, sorted(frozenset[int]().union(*days.values()))))
    return [*(f"+{clock:%H%M}" for clock in clocks.values()), *([f"d{every}"] if every else [])]


def _place_of(query: CallbackQuery) -> Place:
    """The place of a message that may be too old to be seen."""
    message = query.message
    if isinstance(message, Message) and message.is_topic_message:
        return Place(message.chat.id, message.message_thread_id or 0)
    return Place(message.chat.id if message is not None else 0)


async def _say(update: Update, context: Context, html: Markup) -> None:
    await Spot.of(update).say(context.bot, html)


def register(application: App, services: Services) -> None:
    settings = Settings(services)
    application.add_handler(command("settings", settings.open))
    application.add_handler(CallbackQueryHandler(settings.pressed, r"^set\d+(:|$)"))
    application.add_handler(MessageHandler(NEW_POSTS & filters.TEXT & ~filters.COMMAND & Answers(), settings.typed))
    application.add_handler(MessageHandler(NEW_POSTS & filters.LOCATION, settings.located))
