"""What a subscription brings and when its next recap comes, in one line."""

from datetime import datetime

from markupsafe import Markup

from bot.chat.recap_buttons import length_name, scope_name
from bot.chat.services import Services
from bot.chat.texts import Tongue
from bot.chat.timetable import comes
from bot.chat.weekdays import said_days
from bot.domain.chats import Subscription

__all__ = ["next_moment", "said_times", "upcoming"]


def upcoming(subscription: Subscription, services: Services, tongue: Tongue) -> Markup:
    """`Market, 24 hours, Mon–Fri at 08:00. Next: Tue 08:00 CET, in 9 hours.`"""
    names = {
        "scope": scope_name(subscription.scope, tongue),
        "length": length_name(subscription.length, tongue),
        "days": said_days(subscription.schedule.weekdays, tongue),
        "times": said_times(subscription),
    }
    found = next_moment(subscription, services, tongue)
    if found is None:
        return tongue.html("places.paused_line", **names)
    return tongue.html("places.next_line", moment=found[0], rest=found[1], **names)


def next_moment(subscription: Subscription, services: Services, tongue: Tongue) -> tuple[str, str] | None:
    """`Tue 08:00 CET` and `in 9 hours`; None while it is paused."""
    now: datetime = services.clock.now()
    at = services.schedules.next_of(subscription, now)
    return None if at is None else comes(subscription.schedule, at, now, tongue.locale)


def said_times(subscription: Subscription) -> str:
    return ", ".join(f"{clock:%H:%M}" for clock in subscription.schedule.times)
