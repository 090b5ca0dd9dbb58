"""What people type after a command, in any order and either language, as values or as the nearest right form."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum

from bot.domain.catalogue import ASSETS

__all__ = ["DAY", "Misfit", "Trouble", "Wish", "number_in", "said_length", "shown", "wish"]

DAY = timedelta(days=1)
LONGEST = timedelta(days=7)
TOLD_AFTER = timedelta(minutes=5)
"""A day is told five minutes after it ended, when its last bars are in."""
FIRST_DAY = date(2010, 7, 18)
"""The first day with a price of bitcoin."""

MOST_CHARACTERS = 200
"""Nobody means more than that."""
SHOWN_CHARACTERS = 24

NAMES = {
    "market": "market,all,crypto,市场,大盘,全市场,加密市场,整体",
    "BTC": "btc,bitcoin,xbt,比特币,大饼",
    "ETH": "eth,ethereum,ether,以太坊,以太,姨太",
    "SOL": "sol,solana,索拉纳",
    "XRP": "xrp,ripple,瑞波,瑞波币",
    "BNB": "bnb,币安币",
    "DOGE": "doge,dogecoin,狗狗币,狗币",
    "ADA": "ada,cardano,艾达币,卡尔达诺",
    "AVAX": "avax,avalanche,雪崩",
    "LINK": "link,chainlink",
    "LTC": "ltc,litecoin,莱特币",
    "SUI": "sui",
    "TRX": "trx,tron,波场",
    "HYPE": "hype,hyperliquid",
}
SCOPES = {word: scope for scope, words in NAMES.items() for word in words.split(",")}
HOURS = "h,hr,hrs,hour,hours,小时,个小时,时"
DAYS = "d,day,days,天,日"
WEEKS = "w,wk,week,weeks,周,星期,个星期"
UNITS = {word: unit for words, unit in ((HOURS, DAY / 24), (DAYS, DAY), (WEEKS, 7 * DAY)) for word in words.split(",")}
LENGTHS = {
    **dict.fromkeys(("day", "daily", "today", "now", "latest", "今天", "今日", "一天", "日", "现在", "最新"), DAY),
    **dict.fromkeys(("week", "weekly", "一周", "本周", "这周", "周", "近一周", "一星期"), LONGEST),
}
DAYS_AGO = {"yesterday": 1, "昨天": 1, "昨日": 1, "前天": 2, "tomorrow": -1, "明天": -1}
NUMERALS = {char: str(n) for n, char in enumerate("〇一二三四五六七八九")} | {"两": "2"}
SEPARATORS = re.compile(r"[\s,;、，；/|+&]+")


class Trouble(StrEnum):
    """What didn't fit; each has its line at `recap.misfit.<trouble>`."""

    UNCLEAR = "unclear"
    NEAR = "near"
    NOT_COVERED = "not_covered"
    WINDOW = "window"
    FUTURE = "future"
    TOO_EARLY = "too_early"
    TWICE = "twice"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which recap somebody means; None where they left it open."""

    scope: str | None = None
    length: timedelta | None = None
    as_of: datetime | None = None


class Misfit(Exception):
    """Words that say nothing: `word` is shortened for showing, `example` the nearest right form of the arguments."""

    def __init__(self, trouble: Trouble, word: str, example: str) -> None:
        super().__init__(trouble, word, example)
        self.trouble, self.word, self.example = trouble, word, example


def wish(text: str, now: datetime, assets: Sequence[str] = ASSETS) -> Wish:
    """Scope, window or date, in any order; raises Misfit."""
    found = Wish()
    for word in _words(text):
        part = _part(word, now, assets)
        if _twice(found, part):
            raise Misfit(Trouble.TWICE, shown(word), _example(found))
        found = Wish(part.scope or found.scope, part.length or found.length, part.as_of or found.as_of)
    return found


def number_in(text: str) -> int | None:
    """The only number in the text, None for no text; raises Misfit."""
    words = list(_words(text))
    if not words:
        return None
    digits = words[0].removeprefix("#")
    if len(words) == 1 and re.fullmatch(r"\d{1,2}", digits) and int(digits) > 0:
        return int(digits)
    raise Misfit(Trouble.NUMBER, shown(text), "2")


def shown(text: str) -> str:
    """A short, harmless form of what was typed, to say back."""
    plain = " ".join(_clean(text).split())
    return plain if len(plain) <= SHOWN_CHARACTERS else f"{plain[:SHOWN_CHARACTERS]}…"


def said_length(length: timedelta) -> str:
    """A window as it is typed: 4h, 24h, 7d."""
    hours = round(length / timedelta(hours=1))
    return f"{hours}h" if hours % 24 or hours <= 24 else f"{hours // 24}d"


def _words(text: str) -> Iterator[str]:
    joined = re.sub(r"(\d{4})/(\d{1,2})/(\d{1,2})", r"\1-\2-\3", _clean(text[: 4 * MOST_CHARACTERS])[:MOST_CHARACTERS])
    joined = re.sub(rf"(\d)\s+(?=(?:{'|'.join(UNITS)})\b)", r"\1", joined.casefold())
    for word in filter(None, SEPARATORS.split(joined)):
        yield from _apart(word)


def _clean(text: str) -> str:
    """Compatibility forms unified; marks of direction, joiners and controls gone."""
    unified = unicodedata.normalize("NFKC", text)
    return "".join(" " if char.isspace() else char for char in unified if _printed(char))


def _printed(char: str) -> bool:
    return char.isspace() or not unicodedata.category(char).startswith("C")


def _apart(word: str) -> Iterator[str]:
    """Chinese is written without blanks: 以太坊7天 is two words."""
    if word.isascii():
        yield word
        return
    head = next((name for name in sorted(_CHINESE, key=len, reverse=True) if word.startswith(name)), "")
    if head and head != word and len(word) > len(head) and _meant(word[len(head) :]):
        yield head
        yield from _apart(word[len(head) :].removeprefix("的"))
    else:
        yield word.removesuffix("的") or word


_CHINESE = [word for word in (*SCOPES, *LENGTHS, *DAYS_AGO) if not word.isascii()]


def _meant(rest: str) -> bool:
    """True where the rest begins a word of its own rather than ends this one."""
    return rest[0].isdigit() or rest[0] in NUMERALS or rest.startswith(("的", "近", *_CHINESE))


def _part(word: str, now: datetime, assets: Sequence[str]) -> Wish:
    if word in SCOPES:
        return Wish(scope=_covered(word, assets))
    if word in LENGTHS:
        return Wish(length=LENGTHS[word])
    day = _day(word, now)
    if day is not None:
        return _of_day(day, word, now)
    return Wish(length=_length(word, assets))


def _covered(word: str, assets: Sequence[str]) -> str:
    scope = SCOPES[word]
    if scope != "market" and scope not in assets:
        raise Misfit(Trouble.NOT_COVERED, shown(scope), "market")
    return scope


def _length(word: str, assets: Sequence[str]) -> timedelta:
    number, unit = _measured(word)
    if not unit:
        raise _misfit(word, assets)
    hours = number * unit // timedelta(hours=1)
    if not 1 <= hours <= LONGEST // timedelta(hours=1):
        raise Misfit(Trouble.WINDOW, shown(word), "7d" if hours else "1h")
    return timedelta(hours=hours)


def _measured(word: str) -> tuple[int, timedelta]:
    """Number and unit of a window; no unit for anything else."""
    spelled = "".join(NUMERALS.get(char, char) for char in word.removeprefix("近").removeprefix("过去"))
    found = re.fullmatch(r"(\d{1,4})\s*(\D{1,5})", spelled)
    if found is None or found[2] not in UNITS:
        return 0, timedelta(0)
    return int(found[1]), UNITS[found[2]]


def _day(word: str, now: datetime) -> date | None:
    """The date a word names; raises Misfit for one no calendar has."""
    if word in DAYS_AGO:
        return now.date() - timedelta(days=DAYS_AGO[word])
    found = re.fullmatch(r"(?:(\d{4})[-.年])?(\d{1,2})[-.月](\d{1,2})日?", word) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", word
    )
    if found is None:
        return None
    try:
        year = int(found[1]) if found[1] else now.year
        day = date(year, int(found[2]), int(found[3]))
        return day if found[1] or day <= now.date() else day.replace(year=year - 1)
    except ValueError:
        raise Misfit(Trouble.UNCLEAR, shown(word), f"{now.date() - DAY:%Y-%m-%d}") from None


def _of_day(day: date, word: str, now: datetime) -> Wish:
    """A whole day in UTC; what there is of today is the recap of now."""
    if day > now.date():
        raise Misfit(Trouble.FUTURE, shown(word), f"{now.date() - DAY:%Y-%m-%d}")
    if day < FIRST_DAY:
        raise Misfit(Trouble.TOO_EARLY, shown(word), f"{FIRST_DAY:%Y-%m-%d}")
    as_of = datetime.combine(day + DAY, time(), UTC) + TOLD_AFTER
    return Wish(length=DAY, as_of=as_of) if as_of <= now else Wish(length=DAY)


def _misfit(word: str, assets: Sequence[str]) -> Misfit:
    """The nearest right form, where one is near."""
    offered = [name for name, scope in SCOPES.items() if scope == "market" or scope in assets]
    near = get_close_matches(word, [*offered, *LENGTHS, *DAYS_AGO], n=1, cutoff=0.7)
    if near:
        return Misfit(Trouble.NEAR, shown(word), SCOPES.get(near[0], near[0]).lower())
    if re.fullmatch(r"\d{1,3}", word):
        return Misfit(Trouble.WINDOW, shown(word), f"{max(1, min(int(word), 168))}h")
    return Misfit(Trouble.UNCLEAR, shown(word), "eth 4h")


def _twice(found: Wish, part: Wish) -> bool:
    pairs = ((found.scope, part.scope), (found.length, part.length))
    return any(before and after and before != after for before, after in pairs)


def _example(found: Wish) -> str:
    words = [(found.scope or "").lower(), said_length(found.length) if found.length and not found.as_of else ""]
    day = f"{found.as_of - TOLD_AFTER - DAY:%Y-%m-%d}" if found.as_of else ""
    return " ".join(filter(None, [*words, day]))
