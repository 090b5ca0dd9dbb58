"""When recaps come to a place: the screens of its subscriptions, and of the chat's time zone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from markupsafe import Markup

from bot.chat.answers import Rows
from bot.chat.callbacks import pack
from bot.chat.recap_buttons import length_name, scope_name
from bot.chat.settings_view import SETTINGS, Screen, View, endings, in_rows
from bot.chat.texts import Tongue
from bot.chat.timetable import MORNING, MOST_TIMES
from bot.chat.upcoming import said_times, upcoming
from bot.chat.weekdays import WORKDAYS, day_name, said_days
from bot.chat.zones import zone_of
from bot.domain.chats import EVERY_DAY, Schedule, Subscription, SubscriptionState
from bot.domain.delivery import Button

__all__ = [
    "hours_screen",
    "offsets_screen",
    "said_here",
    "said_zone",
    "subscription_screen",
    "times_screen",
    "with_change",
    "zone_button",
    "zone_screen",
]

SUGGESTED: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "Europe/London",
        "America/New_York",
        "America/Chicago",
        "America/Los_Angeles",
        "Europe/Berlin",
        "Asia/Dubai",
        "Asia/Kolkata",
        "Asia/Singapore",
        "Australia/Sydney",
    ),
    "zh": (
        "Asia/Shanghai",
        "Asia/Hong_Kong",
        "Asia/Taipei",
        "Asia/Singapore",
        "Asia/Kuala_Lumpur",
        "Asia/Tokyo",
        "America/New_York",
        "America/Los_Angeles",
        "Europe/London",
    ),
}
OFFSETS: Final = range(-11, 15)


def times_screen(view: View) -> Screen:
    """The subscriptions of the place, each a button; a place with none is offered one."""
    tongue = view.tongue
    lines = [upcoming(subscription, view.services, tongue) for subscription in view.here]
    buttons = [(Button(_title(each, tongue), pack(SETTINGS, "sub", each.id)),) for each in view.here]
    if not buttons:
        lines = [tongue.html("settings.no_times")]
        buttons = [(Button(tongue.plain("settings.new", time=f"{MORNING:%H:%M}"), pack(SETTINGS, "times", "new")),)]
    return Screen(Markup("\n").join([tongue.html("settings.ask.times"), *lines]), (*buttons, endings(tongue)))


def subscription_screen(subscription: Subscription, view: View) -> Screen:
    """Its times to take away, a way to add one, and its days."""
    tongue, number = view.tongue, subscription.id
    times = subscription.schedule.times
    taking = [
        Button(tongue.plain("settings.take", time=f"{clock:%H:%M}"), pack(SETTINGS, "sub", number, f"-{clock:%H%M}"))
        for clock in times
        if len(times) > 1
    ]
    adding = (Button(tongue.plain("settings.add_time"), pack(SETTINGS, "hours", number)),)
    paused = subscription.state is not SubscriptionState.ACTIVE
    running = "resume" if paused else "pause"
    ending = (
        Button(tongue.plain(f"settings.{running}"), pack(SETTINGS, "sub", number, running)),
        Button(tongue.plain("settings.end"), pack(SETTINGS, "sub", number, "end")),
    )
    rows = (
        *in_rows(taking, 3),
        *((adding,) if len(times) < MOST_TIMES else ()),
        *_day_rows(subscription, tongue),
        ending,
        endings(tongue, "times"),
    )
    html = Markup("\n").join([upcoming(subscription, view.services, tongue), tongue.html("settings.ask.sub")])
    return Screen(html, rows)


def hours_screen(subscription: Subscription, view: View) -> Screen:
    """Every full hour; other times are typed."""
    tongue, number = view.tongue, subscription.id
    free = [time(hour) for hour in range(24) if time(hour) not in subscription.schedule.times]
    buttons = [Button(f"{clock:%H:%M}", pack(SETTINGS, "sub", number, f"+{clock:%H%M}")) for clock in free]
    return Screen(tongue.html("settings.ask.hours"), (*in_rows(buttons, 6), endings(tongue, f"sub:{number}")))


def zone_screen(view: View) -> Screen:
    tongue = view.tongue
    buttons = [zone_button(zone, _city(zone, tongue)) for zone in SUGGESTED.get(tongue.locale, SUGGESTED["en"])]
    offsets = (Button(tongue.plain("settings.offset"), pack(SETTINGS, "offset")),)
    lines = [said_now(view), *(upcoming(each, view.services, tongue) for each in view.here)]
    html = Markup("\n").join([*lines, tongue.html("settings.ask.zone")])
    return Screen(html, (*in_rows(buttons, 3), offsets, endings(tongue)))


def offsets_screen(view: View) -> Screen:
    buttons = [zone_button(zone_of(f"UTC{hours:+d}") or "UTC", f"{hours:+d}") for hours in OFFSETS]
    return Screen(view.tongue.html("settings.ask.offset"), (*in_rows(buttons, 7), endings(view.tongue, "zone")))


def said_now(view: View) -> Markup:
    """The zone and the time it is there."""
    now: datetime = view.services.clock.now()
    clock = f"{now.astimezone(ZoneInfo(view.chat.zone)):%H:%M}"
    return view.tongue.html("settings.now", zone=said_zone(view), time=clock)


def said_zone(view: View) -> str:
    return _city(view.chat.zone, view.tongue)


def said_here(view: View) -> str:
    """The times of the place in short."""
    tongue = view.tongue
    said = [_title(each, tongue) for each in view.here]
    return " · ".join(said) if said else tongue.plain("settings.never")


def with_change(subscription: Subscription, change: str, now: datetime) -> Subscription | None:
    """`+0800` and `-0800` add and take a time, `d12345` sets the days; None for what can't be done."""
    schedule = _changed(subscription.schedule, change)
    return None if schedule is None else replace(subscription, schedule=schedule, starts=now)


def zone_button(zone: str, name: str) -> Button:
    return Button(name, pack(SETTINGS, "zone", "zone", zone))


def _changed(schedule: Schedule, change: str) -> Schedule | None:
    if change.startswith("d"):
        return replace(schedule, weekdays=frozenset(map(int, change[1:])) & EVERY_DAY or schedule.weekdays)
    hour, minute = int(change[1:3]), int(change[3:])
    if hour >= 24 or minute >= 60:
        return None
    clock, times = {time(hour, minute)}, set(schedule.times)
    times = times | clock if change[0] == "+" else (times - clock) or times
    return replace(schedule, times=tuple(sorted(times))) if len(times) <= MOST_TIMES else None


def _day_rows(subscription: Subscription, tongue: Tongue) -> Rows:
    """One button a day, carrying all days as they are after the press: pressed twice it does no more than once."""
    days, mark = subscription.schedule.weekdays, tongue.plain("settings.chosen")
    each = [
        _days_button(
            subscription, days ^ {day}, f"{mark}{day_name(day, tongue)}" if day in days else day_name(day, tongue)
        )
        for day in sorted(EVERY_DAY)
        if days != {day}
    ]
    groups = [_days_button(subscription, group, said_days(group, tongue)) for group in (EVERY_DAY, WORKDAYS)]
    return (*in_rows(each, 4), tuple(groups))


def _days_button(subscription: Subscription, days: frozenset[int], name: str) -> Button:
    return Button(name, pack(SETTINGS, "sub", subscription.id, "d" + "".join(map(str, sorted(days)))))


def _title(subscription: Subscription, tongue: Tongue) -> str:
    scope, length = scope_name(subscription.scope, tongue), length_name(subscription.length, tongue)
    return f"{scope} {length}: {said_days(subscription.schedule.weekdays, tongue)} {said_times(subscription)}"


def _city(zone: str, tongue: Tongue) -> str:
    if zone == "UTC" or zone.startswith("Etc/"):
        return "UTC" if zone == "UTC" else f"UTC{-int(zone.removeprefix('Etc/GMT')):+d}"
    return str(get_timezone_location(zone, locale=tongue.locale, return_city=True))
