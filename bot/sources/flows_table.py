"""ETF flows typed or pasted by the operator: a table in million USD as Farside prints it, or one figure. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.errors import UsageError
from bot.sources.etf import FlowDay, FlowTable
from bot.sources.etf_consensus import is_partial
from bot.sources.payload import close, is_session

__all__ = ["PUBLISHER", "Pasted", "amount", "day_of", "flow_entry", "flows_table"]

PUBLISHER = "pasted"
MILLION = 1e6
MOST_MILLIONS = 25_000
UNUSUAL_MILLIONS = 2_500
ROUNDING_MILLIONS = 1.0
"""By which a total of rounded figures may miss their sum."""

_ASSETS = ("BTC", "ETH")
_FORMATS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d.%m.%Y")
_DATE = re.compile(
    r"\s*(\d{4}-\d\d-\d\d|\d{1,2} [A-Za-z]{3,9} \d{4}|[A-Za-z]{3,9} \d{1,2}, \d{4}|\d{1,2}\.\d{1,2}\.\d{4})(?=\s|$)"
)
_FOOTNOTE = re.compile(r"(?:\[\w+\]|[*†‡¹²³])+$")
_GROUPED = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_NO_FIGURE = {"-", "–", "—", ""}
_TICKER = re.compile(r"[A-Z]{3,5}")
_EXAMPLE = "write it as BTC 2026-11-20 -123.4, in million USD"


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was understood, in USD; `notes` say what was left out, `questions` what looks wrong."""

    asset: str
    days: dict[date, FlowDay]
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def needs_confirmation(self) -> bool:
        """Whether a person should look at the questions before anything is stored."""
        return bool(self.questions)


def amount(text: str) -> float | None:
    """A printed figure: `(123.4)` and `−123.4` are negative, `-` is none; `1,234.5` and `1.234,5` are the same.

    Raises UsageError for anything else.
    """
    bare = _FOOTNOTE.sub("", text.strip()).replace("−", "-").replace("$", "").strip()
    if bare in _NO_FIGURE:
        return None
    inside = bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare
    sign = -1.0 if inside != bare or bare.startswith("-") else 1.0
    digits = inside.lstrip("+") if inside == bare and not bare.startswith("-") else inside.removeprefix("-")
    if inside != bare and inside.startswith("-"):
        raise UsageError(f"{text.strip()!r} is negative twice: write (123.4) or -123.4.")
    return sign * _unsigned(digits, text)


def _unsigned(digits: str, text: str) -> float:
    whole, point, decimals = _parts(digits)
    if not whole or (point and not decimals.isdigit()):
        raise UsageError(f"{text.strip()!r} is no amount: {_EXAMPLE}.")
    return float(f"{whole}.{decimals or 0}")


def _parts(digits: str) -> tuple[str, str, str]:
    """Whole part without separators, decimal sign, decimals; an empty whole part where it is no number."""
    signs = [sign for sign in digits if sign in ".,"]
    if len(set(signs)) == 2:
        head, point, decimals = digits.rpartition(signs[-1])
        grouped = _GROUPED.fullmatch(head)
        return ("".join(filter(str.isdigit, head)) if grouped and grouped[1] != point else "", point, decimals)
    grouped = _GROUPED.fullmatch(digits)
    if grouped and (grouped[1] != "." or len(signs) > 1):
        return "".join(filter(str.isdigit, digits)), "", ""
    if _PLAIN.fullmatch(digits):
        whole, point, decimals = digits.replace(",", ".").partition(".")
        return whole, point, decimals
    return "", "", ""


def day_of(text: str) -> date:
    """The day; raises UsageError."""
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise UsageError(f"{text!r} is no date: write it as 2026-11-20.")


def flow_entry(text: str, now: datetime) -> Pasted:
    """One figure, `BTC 2026-11-20 -123.4`; raises UsageError where it can't be what it says."""
    words = text.split(maxsplit=1)
    asset = _asset(words[0] if words else "")
    found = _DATE.match(words[1]) if len(words) > 1 else None
    if not found:
        raise UsageError(f"{text.strip()!r} names no date: {_EXAMPLE}.")
    day, value = (
        day_of(found[1]),
        amount(re.sub(r"(?i)\s*(?:m|mn|million)(?:\s*usd)?\s*$", "", words[1][found.end() :])),
    )
    if value is None:
        raise UsageError(f"{text.strip()!r} has no amount: {_EXAMPLE}.")
    _possible(asset, day, value, now)
    questions = (*_doubts(asset, day, value), *_ambiguous(words[1][found.end() :]))
    return Pasted(asset.lower(), {day: FlowDay(value * MILLION)}, (), questions)


def flows_table(asset: str, text: str, now: datetime) -> Pasted:
    """A pasted table, a session a line, funds in columns and the total in the last one; raises UsageError for none.

    A partial session and a day without trading are left out with a note.
    """
    asset = _asset(asset)
    funds, lines = _header(text), list(_lines(text))
    if not lines:
        raise UsageError("No line of the table begins with a date such as 18 May 2026: paste it with its dates.")
    days, questions = dict[date, FlowDay](), list[str]()
    for day, cells in lines:
        if day in days:
            raise UsageError(f"The table has two lines of {day}: paste each session once.")
        values = [amount(cell) for cell in cells]
        questions += [said for cell in cells for said in _ambiguous(cell)]
        columns = funds or tuple(f"column {n}" for n in range(1, len(values)))
        days[day], doubts = _flow_day(asset, day, values, columns, now)
        questions += doubts
    kept, notes = _kept(asset, dict(sorted(days.items())))
    if not funds:
        kept = {day: FlowDay(flows.total) for day, flows in kept.items()}
    return Pasted(asset.lower(), kept, tuple(notes), tuple(dict.fromkeys(questions)))


def _asset(text: str) -> str:
    if text.upper() not in _ASSETS:
        raise UsageError(f"{text!r} has no US spot funds here: {' and '.join(_ASSETS)} have; {_EXAMPLE}.")
    return text.upper()


def _header(text: str) -> tuple[str, ...]:
    """Tickers of the columns, small; empty where the table has no such line."""
    rows = (_TICKER.findall(line) for line in text.splitlines() if not _DATE.match(line))
    return tuple(name.lower() for name in max(rows, key=len, default=[]) if name not in {"TOTAL", "DATE", "FEE", "USD"})


def _lines(text: str) -> Iterator[tuple[date, list[str]]]:
    for line in text.splitlines():
        if found := _DATE.match(line):
            rest = line[found.end() :].strip("\n")
            cells = [cell.strip() for cell in rest.strip(" ").removeprefix("\t").split("\t")]
            yield day_of(found[1]), cells if len(cells) > 1 else rest.split()


def _flow_day(
    asset: str, day: date, values: list[float | None], funds: tuple[str, ...], now: datetime
) -> tuple[FlowDay, list[str]]:
    """The line in USD and what looks wrong with it; raises UsageError for what can't be."""
    if not values:
        raise UsageError(f"The line of {day} has no figures: paste whole lines.")
    total, parts = values[-1], values[:-1]
    if len(parts) != len(funds):
        raise UsageError(
            f"The line of {day} has {len(values)} figures for {len(funds)} funds and a total: write - where none is."
        )
    named = {fund: value * MILLION for fund, value in zip(funds, parts, strict=True) if value is not None}
    if total is None:
        return FlowDay(None, named), []
    _possible(asset, day, total, now)
    whole = [value for value in parts if value is not None]
    doubts = list(_doubts(asset, day, total)) if is_session(day) or any(values) else []
    if len(whole) == len(parts) and whole and abs(sum(whole) - total) > ROUNDING_MILLIONS:
        doubts.append(f"The funds of {day} add up to {sum(whole):,.1f}, the total says {total:,.1f}: is it right?")
    return FlowDay(total * MILLION, named), doubts


def _kept(asset: str, days: dict[date, FlowDay]) -> tuple[dict[date, FlowDay], list[str]]:
    """The whole sessions, and notes on the others and on those that are missing in between."""
    open_days = {day: flows for day, flows in days.items() if is_session(day) or flows.total}
    table = FlowTable(PUBLISHER, open_days, frozenset({PUBLISHER}))
    partial = [day for day in open_days if is_partial(table, day)]
    notes = [f"{asset} of {day}: not every fund has reported, so it was left out." for day in partial]
    notes += [f"{asset} of {day}: no line in the table." for day in _missing(days)]
    return {day: flows for day, flows in open_days.items() if day not in partial}, notes


def _missing(days: Iterable[date]) -> list[date]:
    first, last = min(days), max(days)
    between = (first + timedelta(days=n) for n in range((last - first).days))
    return [day for day in between if is_session(day) and day not in set(days)]


def _possible(asset: str, day: date, millions: float, now: datetime) -> None:
    if close(day) > now:
        raise UsageError(f"The session of {day} hasn't closed yet: its flows can't be known.")
    if abs(millions) > MOST_MILLIONS:
        raise UsageError(
            f"{asset} of {day}: {millions:,.1f} million USD can't be a day's flow. Is it in USD? {_EXAMPLE}."
        )


def _doubts(asset: str, day: date, millions: float) -> Iterator[str]:
    if not is_session(day):
        yield f"{asset} of {day}: US markets were shut that day; is the date right?"
    if abs(millions) > UNUSUAL_MILLIONS:
        yield f"{asset} of {day}: {millions:,.1f} million USD would be the largest on record; is it right?"


def _ambiguous(text: str) -> Iterator[str]:
    bare = text.strip(" ()-+−$")
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", bare):
        yield f"{bare} is read as {float(bare):g}, not as a thousand and more; is that right?"
