"""Which screen of the settings a button leads to."""

from markupsafe import Markup

from bot.chat.callbacks import pack
from bot.chat.settings_choices import SCREENS, choice_screen, said_choice
from bot.chat.settings_times import (
    hours_screen,
    offsets_screen,
    said_here,
    said_zone,
    subscription_screen,
    times_screen,
    zone_screen,
)
from bot.chat.settings_view import DONE, SETTINGS, Screen, View, in_rows
from bot.chat.upcoming import upcoming
from bot.domain.chats import ChatKind
from bot.domain.delivery import Button

__all__ = ["main_screen", "screen", "summary"]

GROUPS_ONLY = ("who", "anon", "tidy")


def screen(view: View, arguments: tuple[str, ...]) -> Screen:
    """The screen named by a button's arguments; whatever names none leads to the first."""
    name, number = (*arguments, "", "")[:2]
    if name in {"sub", "hours"}:
        subscription = view.subscription(number)
        if subscription is None:
            return times_screen(view)
        change = (*arguments, "", "", "")[2]
        return (hours_screen if name == "hours" and not change else subscription_screen)(subscription, view)
    if name in SCREENS:
        return choice_screen(name, view)
    plain = {"times": times_screen, "zone": zone_screen, "offset": offsets_screen}
    return plain.get(name, main_screen)(view)


def main_screen(view: View) -> Screen:
    """Everything as it stands, and a button for each."""
    tongue = view.tongue
    buttons = [Button(tongue.plain(f"settings.names.{name}"), pack(SETTINGS, name)) for name in _offered(view)]
    done = (Button(tongue.plain("settings.done"), pack(SETTINGS, DONE)),)
    return Screen(Markup("\n").join(_lines(view)), (*in_rows(buttons, 2), done))


def summary(view: View) -> Markup:
    """What is said when somebody is done: when recaps come here."""
    lines = [upcoming(each, view.services, view.tongue) for each in view.here]
    return Markup("\n").join([view.tongue.html("settings.closed"), *lines])


def _offered(view: View) -> list[str]:
    names = ["times", "zone", "scope", "style", "lang", "silent", "alert", "links"]
    return names + [name for name in GROUPS_ONLY if view.is_group]


def _lines(view: View) -> list[Markup]:
    tongue = view.tongue
    said = {"times": said_here(view), "zone": said_zone(view)}
    lines = [tongue.html("settings.title")]
    for name in _offered(view):
        value = said[name] if name in said else said_choice(name, view)
        lines.append(tongue.html("settings.line", name=tongue.plain(f"settings.names.{name}"), value=value))
    if view.place.thread_id:
        lines.append(tongue.html("settings.topic"))
    others = {each.place for each in view.held if each.place != view.place}
    if others and view.chat.kind is not ChatKind.PRIVATE:
        lines.append(tongue.html("settings.other_topics", n=len(others)))
    return lines
