"""The buttons under a recap and under its evidence: what each carries, and what it is called."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from bot.chat.arguments import DAY, LONGEST
from bot.chat.callbacks import pack
from bot.chat.newsroom import Ask, Told
from bot.chat.texts import Tongue
from bot.domain.chats import Chat
from bot.domain.delivery import Button
from bot.domain.series import moment, stamp

__all__ = [
    "LANGUAGE",
    "SOURCES",
    "SUBSCRIBE",
    "TELL",
    "TELL_SHAPE",
    "WHY",
    "WHY_SHAPE",
    "ask_on",
    "length_name",
    "recap_rows",
    "scope_name",
    "why_rows",
]

WHY, TELL, SOURCES, SUBSCRIBE, LANGUAGE = "why1", "tell1", "src1", "sub1", "lang1"

WHY_SHAPE = r":\w{1,32}(?::\d)?"
TELL_SHAPE = r":[A-Za-z]{2,8}:\d{1,3}:\d{1,9}"
"""The arguments as they must look; anything else is a button of no version."""

MINUTE_MS = 60_000
MOST_CAUSES = 8
"""As many buttons as Telegram shows in one row."""

Rows = tuple[tuple[Button, ...], ...]


@lru_cache(256)
def recap_rows(told: Told, tongue: Tongue) -> Rows:
    """Why · the other scope · the other window, then sources and subscribe."""
    hours = told.length // timedelta(hours=1)
    other = "ETH" if told.scope == "market" else "market"
    length = DAY if told.length == LONGEST else LONGEST
    minute = stamp(told.as_of) // MINUTE_MS
    return (
        (
            Button(tongue.plain("recap.buttons.why"), pack(WHY, told.recap_id)),
            Button(scope_name(other, tongue), pack(TELL, other, hours, minute)),
            Button(length_name(length, tongue), pack(TELL, told.scope, length // timedelta(hours=1), minute)),
        ),
        (
            Button(tongue.plain("recap.buttons.sources"), pack(SOURCES)),
            Button(tongue.plain("recap.buttons.subscribe"), pack(SUBSCRIBE, told.scope, hours)),
        ),
    )


def why_rows(recap_id: str, causes: int, shown: int, tongue: Tongue) -> Rows:
    """One button a cause, and the way back from one; `shown` is the cause on view, 0 for all in short."""
    numbers = [n for n in range(1, min(causes, MOST_CAUSES) + 1) if n != shown]
    row = tuple(Button(tongue.plain("recap.buttons.cause", n=n), pack(WHY, recap_id, n)) for n in numbers)
    back = (Button(tongue.plain("recap.buttons.back"), pack(WHY, recap_id, 0)),) if shown else ()
    return tuple(filter(None, (row, back)))


def scope_name(scope: str, tongue: Tongue) -> str:
    return tongue.plain("recap.market") if scope == "market" else scope


def length_name(length: timedelta, tongue: Tongue) -> str:
    """24 hours, 7 days."""
    hours = length // timedelta(hours=1)
    if hours % 24 or hours <= 24:
        return tongue.plain("recap.hours", n=hours)
    return tongue.plain("recap.days", n=hours // 24)


def ask_on(arguments: Sequence[str], chat: Chat) -> Ask:
    """The recap a button of TELL asks for: scope, hours, and minutes since 1970, 0 for now."""
    scope, hours, minute = arguments
    length = min(max(timedelta(hours=int(hours)), timedelta(hours=1)), LONGEST)
    as_of = moment(int(minute) * MINUTE_MS) if int(minute) else None
    return Ask("market" if scope == "market" else scope.upper(), length, as_of, chat.locale, chat.style)
