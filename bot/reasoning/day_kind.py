"""What kind of day a window was, by an ordered table of thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan

from bot.domain.explanation import DayKind
from bot.domain.readings import Missing, Reading
from bot.errors import OutsideData
from bot.reasoning.evidence import Sight
from bot.reasoning.schema import ConditionEntry, DayKindsFile

__all__ = ["Condition", "DayKindRule", "compile_day_kinds", "day_kind"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A reading's value lies between `low` and `high`, both included."""

    reading: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DayKindRule:
    """`kind` holds where every condition does, in the named scopes (in all where none is named)."""

    kind: DayKind
    when: tuple[Condition, ...]
    scopes: tuple[str, ...] = ()


def compile_day_kinds(file: DayKindsFile) -> tuple[DayKindRule, ...]:
    return tuple(DayKindRule(entry.kind, tuple(map(_condition, entry.when)), entry.scopes) for entry in file.kinds)


def day_kind(rules: Sequence[DayKindRule], sight: Sight) -> DayKind:
    """The first kind whose conditions hold.

    Raises OutsideData where a reading of the scope's own asset is missing: without it every cause would be judged for
    the wrong kind of day. A condition on another asset's reading doesn't hold where that is missing.
    """
    told = (rule for rule in rules if not rule.scopes or sight.scope.name in rule.scopes)
    return next(rule.kind for rule in told if all(_holds(condition, sight) for condition in rule.when))


def _condition(entry: ConditionEntry) -> Condition:
    low = -inf if entry.at_least is None else entry.at_least
    return Condition(entry.reading, low, inf if entry.at_most is None else entry.at_most)


def _holds(condition: Condition, sight: Sight) -> bool:
    name = condition.reading.replace("{asset}", sight.asset)
    found = sight.readings.items_by_name.get(name)
    if not isinstance(found, Reading) or found.known > sight.as_of or isnan(found.value):
        if name == condition.reading:
            return False
        reason = f": {found.reason}" if isinstance(found, Missing) else ""
        remedy = "Choose a time and a window that its bars fill; where they are daily, 24h or 7d"
        raise OutsideData(f"The kind of day can't be told without {name}{reason}. {remedy}.")
    return condition.low <= found.value <= condition.high
