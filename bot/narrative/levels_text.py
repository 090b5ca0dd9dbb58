"""Prices that matter now: each level with how far the market stands from it, from the highest to the lowest."""

from dataclasses import dataclass

from bot.domain.explanation import Explanation
from bot.domain.readings import Reading, Unit
from bot.domain.thread import Post
from bot.narrative.amounts import Amount
from bot.narrative.environment import SUFFIX, Templates
from bot.narrative.facts import Facts
from bot.narrative.figures import Ledger, Printer
from bot.narrative.fit import fit
from bot.narrative.plan import plan
from bot.narrative.write import names_of, rendered

__all__ = ["Level", "levels"]

CLOSE = "price.close.{asset}"
KINDS = (
    "high_20d",
    "high_50d",
    "low_20d",
    "low_50d",
    "mean_200d",
    "value_area_high",
    "value_area_low",
    "point_of_control",
)


@dataclass(frozen=True, slots=True)
class Level:
    """One price, the kinds of level that meet there, and how far it lies from the close, in percent."""

    kinds: tuple[str, ...]
    price: Reading
    distance: Amount


@dataclass(frozen=True, slots=True)
class Ladder:
    """Levels above the close and below it, from the highest price to the lowest."""

    close: Reading
    above: tuple[Level, ...]
    below: tuple[Level, ...]


def levels(explanation: Explanation, locale: str, templates: Templates) -> tuple[Post, ...]:
    """The levels told in one language; nothing where no close or no level is known."""
    ladder = _ladder(Facts(explanation.readings, explanation.scope))
    if ladder is None:
        return ()
    printer = Printer(templates.words[locale], Ledger())
    names = {**names_of(plan(explanation), printer), "account": ladder}
    blocks, _ = rendered(templates.page(locale, "levels"), names, printer.ledger, f"{locale}/levels{SUFFIX}")
    return fit(blocks)


def _ladder(facts: Facts) -> Ladder | None:
    close = facts.find(CLOSE)
    if close is None or close.value <= 0:
        return None
    known = [(kind, found) for kind in KINDS if (found := facts.find(f"level.{kind}.{{asset}}")) is not None]
    prices = sorted({found.value for _, found in known}, reverse=True)
    rungs = [_level([pair for pair in known if pair[1].value == price], close) for price in prices]
    above = tuple(rung for rung in rungs if rung.price.value > close.value)
    below = tuple(rung for rung in rungs if rung.price.value <= close.value)
    return Ladder(close, above, below) if rungs else None


def _level(meeting: list[tuple[str, Reading]], close: Reading) -> Level:
    price = meeting[0][1]
    distance = 100 * (price.value / close.value - 1)
    return Level(tuple(kind for kind, _ in meeting), price, Amount(distance, Unit.PERCENT, price.name))
