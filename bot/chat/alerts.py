"""Whether a chat hears of waves of liquidations at once, from what size on, and how often: /alerts."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from babel import Locale
from babel.numbers import format_compact_decimal
from markupsafe import Markup
from telegram import Update

from bot.chat.answers import Spot, command
from bot.chat.recap_buttons import length_name
from bot.chat.rights import may_change
from bot.chat.services import App, Context, Services, chat_of
from bot.chat.texts import Tongue
from bot.domain.chats import Alerts, Chat

__all__ = ["Alerting", "Unclear", "register", "wanted"]

LEAST_USD, MOST_USD = 3e6, 10e9
"""Below the smallest wave every chat would hear of all of them; no wave is larger."""

LONGEST_REST = timedelta(days=7)
HOUR = timedelta(hours=1)

_ON: Final = {"on", "开", "开启", "打开"}
_OFF: Final = {"off", "关", "关闭"}
_SIZE = re.compile(r"\$?(\d+(?:[.,]\d+)?)(k|m|mn|million|b|bn|billion|万|亿)?(?:usd|美元)?", re.IGNORECASE)
_REST = re.compile(r"(\d{1,3})(h|小时|d|天)", re.IGNORECASE)
_MAGNITUDES: Final = {"k": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9}
_CHINESE: Final = {"万": 1e4, "亿": 1e8}


class Unclear(Exception):
    """A word that can't be taken: `trouble` names the text to say, `word` or `size` or `rest`."""

    def __init__(self, trouble: str, word: str) -> None:
        super().__init__(f"{trouble}: {word}")
        self.trouble, self.word = trouble, word


def wanted(words: Sequence[str], before: Alerts) -> Alerts:
    """What the words ask for: `on`, `off`, a size such as `100m` or `1亿`, a rest such as `2h`; raises Unclear.

    A size or a rest turns alerts on.
    """
    alerts = before
    for word in words:
        small = word.casefold()
        if small in _OFF:
            alerts = replace(alerts, on=False)
        elif small in _ON:
            alerts = replace(alerts, on=True)
        elif rest := _REST.fullmatch(small):
            alerts = replace(alerts, on=True, cooldown=_rest(rest, word))
        elif size := _SIZE.fullmatch(small):
            alerts = replace(alerts, on=True, least_usd=_size(size, word))
        else:
            raise Unclear("word", word)
    return alerts


def _rest(found: re.Match[str], word: str) -> timedelta:
    rest = int(found[1]) * (HOUR if found[2] in {"h", "小时"} else timedelta(days=1))
    if not HOUR <= rest <= LONGEST_REST:
        raise Unclear("rest", word)
    return rest


def _size(found: re.Match[str], word: str) -> float:
    usd = float(found[1].replace(",", ".")) * (_MAGNITUDES | _CHINESE).get(found[2] or "", 1.0)
    if not LEAST_USD <= usd <= MOST_USD:
        raise Unclear("size", word)
    return usd


@dataclass(frozen=True, eq=False)
class Alerting:
    services: Services

    async def alerts(self, update: Update, context: Context) -> None:
        """Without words how things stand; with words they change, where whoever asks may change them."""
        chat = await chat_of(update, self.services)
        tongue, words = self.services.tongue(chat), context.args or ()
        await Spot.of(update).say(context.bot, await self._answer(update, context, chat, tongue, words))

    async def _answer(
        self, update: Update, context: Context, chat: Chat, tongue: Tongue, words: Sequence[str]
    ) -> Markup:
        if not words:
            return _state(chat.alerts, tongue)
        if not await may_change(update, chat, context.bot):
            return tongue.html("places.admins_only")
        try:
            alerts = wanted(words, chat.alerts)
        except Unclear as unclear:
            return tongue.html(f"alerts.unclear.{unclear.trouble}", word=unclear.word)
        await asyncio.to_thread(self.services.chats.save, replace(chat, alerts=alerts))
        return _state(alerts, tongue)


def _state(alerts: Alerts, tongue: Tongue) -> Markup:
    if not alerts.on:
        return tongue.html("alerts.off")
    return tongue.html(
        "alerts.on", size=_said_size(alerts.least_usd, tongue), rest=length_name(alerts.cooldown, tongue)
    )


def _said_size(usd: float, tongue: Tongue) -> str:
    """`120 million`, `1.2亿`: written out where the locale does so."""
    forms = Locale.parse(tongue.locale).compact_decimal_formats
    form: Literal["long", "short"] = "long" if "long" in forms else "short"
    return format_compact_decimal(usd, format_type=form, fraction_digits=1, locale=tongue.locale)


def register(application: App, services: Services) -> None:
    application.add_handler(command("alerts", Alerting(services).alerts))
