"""Settings that are one of a few values: what there is to choose, what it is called, and the chat with it chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Final

from babel.numbers import format_compact_decimal

from bot.chat.callbacks import pack
from bot.chat.recap_buttons import length_name, scope_name
from bot.chat.settings_view import SETTINGS, Screen, View, endings, in_rows
from bot.chat.texts import Tongue
from bot.domain.chats import Access, Chat, QuietHours, Silence
from bot.domain.delivery import Button

__all__ = ["CHOICES", "SCREENS", "Choice", "choice_screen", "said_choice"]

HOUR: Final = timedelta(hours=1)
SIZES: Final = ("10", "50", "100", "250", "500", "1000")
"""Million USD."""
RESTS: Final = ("1", "4", "12", "24")
"""Hours."""
QUIET: Final = ("2100-0700", "2200-0800", "2300-0700", "0000-0900")
ON, OFF = "on", "off"


@dataclass(frozen=True, slots=True)
class Choice:
    """`values` of a view, `said` in words, `now` of a chat, and `chosen` in a chat."""

    values: Callable[[View], Sequence[str]]
    said: Callable[[str, View], str]
    now: Callable[[Chat], str]
    chosen: Callable[[Chat, str], Chat]
    columns: int = 2


def choice_screen(name: str, view: View) -> Screen:
    """The choices of a screen, what is chosen marked."""
    rows = [row for choice in SCREENS[name] for row in in_rows(_buttons(name, choice, view), CHOICES[choice].columns)]
    return Screen(view.tongue.html(f"settings.ask.{name}"), (*rows, endings(view.tongue)))


def said_choice(name: str, view: View) -> str:
    """What is chosen, in words."""
    return CHOICES[name].said(CHOICES[name].now(view.chat), view)


def _buttons(screen: str, name: str, view: View) -> list[Button]:
    choice = CHOICES[name]
    mark, chosen = view.tongue.plain("settings.chosen"), choice.now(view.chat)
    return [
        Button(
            f"{mark} {choice.said(value, view)}" if value == chosen else choice.said(value, view),
            pack(SETTINGS, screen, name, value),
        )
        for value in choice.values(view)
    ]


def _named(table: str) -> Callable[[str, View], str]:
    """Values whose words are texts at `settings.<table>.<value>`."""
    return lambda value, view: view.tongue.plain(f"settings.{table}.{value}")


def _switch(table: str, now: Callable[[Chat], bool], chosen: Callable[[Chat, bool], Chat]) -> Choice:
    return Choice(
        lambda _: (ON, OFF),
        _named(table),
        lambda chat: ON if now(chat) else OFF,
        lambda chat, value: chosen(chat, value == ON),
    )


def _usd(millions: str, tongue: Tongue) -> str:
    size = format_compact_decimal(float(millions) * 1e6, format_type="short", locale=tongue.locale)
    return tongue.plain("settings.usd", size=size)


def _hours_said(value: str) -> str:
    first, last = value.split("-")
    return f"{first[:2]}:{first[2:]}–{last[:2]}:{last[2:]}"


def _quiet(value: str) -> QuietHours:
    first, last = (time(int(text[:2]), int(text[2:])) for text in value.split("-"))
    return QuietHours(first, last)


CHOICES: Final[Mapping[str, Choice]] = {
    "lang": Choice(
        lambda view: view.services.texts.locales,
        lambda value, view: view.services.texts.of(value).plain("settings.own_name"),
        lambda chat: chat.locale,
        lambda chat, value: replace(chat, locale=value),
    ),
    "style": Choice(
        lambda _: ("thread", "brief"),
        _named("styles"),
        lambda chat: chat.style,
        lambda chat, value: replace(chat, style=value),
        columns=1,
    ),
    "scope": Choice(
        lambda view: ("market", *view.services.assets),
        lambda value, view: scope_name(value, view.tongue),
        lambda chat: chat.scope,
        lambda chat, value: replace(chat, scope=value),
        columns=4,
    ),
    "silent": Choice(
        lambda _: tuple(Silence),
        _named("silence"),
        lambda chat: chat.silence,
        lambda chat, value: replace(chat, silence=Silence(value)),
        columns=1,
    ),
    "quiet": Choice(
        lambda _: QUIET,
        lambda value, _: _hours_said(value),
        lambda chat: f"{chat.quiet.start:%H%M}-{chat.quiet.end:%H%M}",
        lambda chat, value: replace(chat, silence=Silence.QUIET_HOURS, quiet=_quiet(value)),
    ),
    "alert": _switch(
        "alerts",
        lambda chat: chat.alerts.on,
        lambda chat, on: replace(chat, alerts=replace(chat.alerts, on=on)),
    ),
    "size": Choice(
        lambda _: SIZES,
        lambda value, view: _usd(value, view.tongue),
        lambda chat: f"{chat.alerts.least_usd / 1e6:g}",
        lambda chat, value: replace(chat, alerts=replace(chat.alerts, on=True, least_usd=float(value) * 1e6)),
        columns=3,
    ),
    "rest": Choice(
        lambda _: RESTS,
        lambda value, view: view.tongue.plain("settings.rest", length=length_name(int(value) * HOUR, view.tongue)),
        lambda chat: f"{chat.alerts.cooldown // HOUR}",
        lambda chat, value: replace(chat, alerts=replace(chat.alerts, on=True, cooldown=int(value) * HOUR)),
    ),
    "who": Choice(
        lambda _: tuple(Access),
        _named("access"),
        lambda chat: chat.access,
        lambda chat, value: replace(chat, access=Access(value)),
        columns=1,
    ),
    "anon": _switch(
        "anonymous", lambda chat: chat.trusts_anonymous, lambda chat, on: replace(chat, trusts_anonymous=on)
    ),
    "tidy": _switch("tidying", lambda chat: chat.deletes_commands, lambda chat, on: replace(chat, deletes_commands=on)),
    "links": _switch("links", lambda chat: chat.previews_links, lambda chat, on: replace(chat, previews_links=on)),
}

SCREENS: Final[Mapping[str, tuple[str, ...]]] = {
    "lang": ("lang",),
    "style": ("style",),
    "scope": ("scope",),
    "silent": ("silent", "quiet"),
    "alert": ("alert", "size", "rest"),
    "who": ("who",),
    "anon": ("anon",),
    "tidy": ("tidy",),
    "links": ("links",),
}
"""The choices on each screen; its first one is told on the first screen."""
