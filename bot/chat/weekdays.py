"""Days of the week as people write them in either language, and as the bot says them back."""

import re
from collections.abc import Iterable
from functools import reduce
from itertools import pairwise
from typing import Final

from babel.dates import get_day_names

from bot.chat.texts import Tongue
from bot.domain.chats import EVERY_DAY

__all__ = ["WORKDAYS", "day_name", "said_days", "weekdays_in"]

WORKDAYS: Final = frozenset(range(1, 6))
WEEKEND: Final = EVERY_DAY - WORKDAYS

_GROUPS: Final = {
    **dict.fromkeys(("daily", "everyday", "每天", "每日", "天天"), EVERY_DAY),
    **dict.fromkeys(("weekdays", "weekday", "workdays", "workday", "工作日", "平日"), WORKDAYS),
    **dict.fromkeys(("weekend", "weekends", "周末", "双休日"), WEEKEND),
}
_ENGLISH: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT: Final = {"tues": 2, "weds": 3, "thur": 4, "thurs": 4}
_DAYS: Final = {
    **{name: n for n, name in enumerate(_ENGLISH, 1)},
    **{name[:3]: n for n, name in enumerate(_ENGLISH, 1)},
    **_SHORT,
    **{f"{week}{n}": day for week in ("周", "星期", "礼拜") for day, n in enumerate("一二三四五六日", 1)},
    **dict.fromkeys(("周天", "星期天", "礼拜天"), 7),
}
_RANGE: Final = re.compile(r"(.+?)\s*(?:-|–|—|~|至|到)\s*(.+)")
_WEEK: Final = re.compile(r"^(?:周|星期|礼拜)")
_RUN: Final = 3
"""So many days in a row are said as a range."""


def weekdays_in(word: str) -> frozenset[int] | None:
    """The ISO weekdays a word names: `mon`, `mon-fri`, `weekdays`, `周一至周五`, `工作日`; None for any other word."""
    small = word.casefold()
    if small in _GROUPS:
        return _GROUPS[small]
    if small in _DAYS:
        return frozenset({_DAYS[small]})
    found = _RANGE.fullmatch(small)
    if found is None or found[1] not in _DAYS:
        return None
    last = found[2] if found[2] in _DAYS else f"{_prefix(found[1])}{found[2]}"
    return None if last not in _DAYS else _between(_DAYS[found[1]], _DAYS[last])


def said_days(days: frozenset[int], tongue: Tongue) -> str:
    """`every day`, `Mon–Fri`, `Tue, Sat`."""
    if days == EVERY_DAY:
        return tongue.plain("places.every_day")
    return _joined([_said(run, tongue) for run in _runs(sorted(days))], tongue)


def day_name(day: int, tongue: Tongue) -> str:
    names = get_day_names("abbreviated", "stand-alone", locale=tongue.locale)
    return str(names[day - 1])


def _prefix(word: str) -> str:
    """周一至五 leaves out the second 周."""
    found = _WEEK.match(word)
    return found[0] if found else ""


def _between(first: int, last: int) -> frozenset[int]:
    """From the first day to the last, over the end of the week where need be."""
    return frozenset((first - 1 + n) % 7 + 1 for n in range((last - first) % 7 + 1))


def _runs(days: Iterable[int]) -> list[list[int]]:
    days = list(days)
    runs = [days[:1]]
    for before, day in pairwise(days):
        if day == before + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _said(run: list[int], tongue: Tongue) -> str:
    if len(run) >= _RUN:
        return tongue.plain("places.range", first=day_name(run[0], tongue), last=day_name(run[-1], tongue))
    return _joined([day_name(day, tongue) for day in run], tongue)


def _joined(names: Iterable[str], tongue: Tongue) -> str:
    return reduce(lambda first, last: tongue.plain("places.pair", first=first, last=last), names)
