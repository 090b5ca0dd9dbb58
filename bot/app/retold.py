"""Past UTC days explained as they would have been told: for the market, five minutes after they ended."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.app.arguments import DAY_DELAY
from bot.app.recap import Request, Source, explain_at
from bot.domain.explanation import Explanation
from bot.errors import OutsideData
from bot.reasoning.rulebook import Rulebook

__all__ = ["Retold", "days_of", "retell", "retelling"]

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Retold:
    """What was explained, by day, and why the other days could not be."""

    explanations: dict[date, Explanation]
    gaps: dict[date, str]


def retell(
    days: Sequence[date], source: Source, rulebook: Rulebook, count: Callable[[int, int], None] = lambda *_: None
) -> Retold:
    """Every day explained; `count` is told how many are done of how many."""
    retold = Retold({}, {})
    for done, (day, told) in enumerate(retelling(days, source, rulebook), start=1):
        if isinstance(told, str):
            retold.gaps[day] = told
        else:
            retold.explanations[day] = told
        count(done, len(days))
    return retold


def retelling(days: Sequence[date], source: Source, rulebook: Rulebook) -> Iterator[tuple[date, Explanation | str]]:
    """Each day with its explanation, or with the reason why there is none."""
    for day in days:
        as_of = datetime.combine(day, time(), UTC) + DAY + DAY_DELAY
        try:
            yield day, explain_at(Request(as_of), source, rulebook)
        except OutsideData as reason:
            yield day, str(reason)


def days_of(source: Source) -> tuple[date, ...]:
    """Every UTC day that bitcoin's bars cover to its end."""
    reach = source.reach("BTC")
    if reach is None:
        return ()
    first, last = reach[0].date(), reach[1].date()
    return tuple(first + n * DAY for n in range((last - first).days))
