"""A recap, from what was known to what is said: gather, measure, explain, plan, write."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.explanation import Explanation
from bot.domain.thread import Recap
from bot.domain.window import MARKET, Scope
from bot.errors import OutsideData
from bot.indicators.measure import measure, window_until
from bot.indicators.robust import NoData
from bot.indicators.snapshot import Snapshot
from bot.narrative.environment import Templates
from bot.narrative.outline import Plan
from bot.narrative.plan import plan
from bot.narrative.write import write
from bot.reasoning.evaluate import explain
from bot.reasoning.rulebook import Rulebook

__all__ = ["Request", "Source", "Story", "explain_at", "make_recap", "make_story"]


class Source(Protocol):
    """Where snapshots come from: the only part of a recap that differs between a store and an archive."""

    def at(self, as_of: datetime) -> Snapshot:
        """What was known then."""

    def reach(self, asset: str) -> tuple[datetime, datetime] | None:
        """From the first to the last moment the asset's bars cover, None without any."""


DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """Which recap: told as of `as_of` (UTC), about the `length` before it."""

    as_of: datetime
    length: timedelta = DAY
    scope: Scope = MARKET
    locale: str = "en"
    style: str = "thread"


@dataclass(frozen=True, slots=True)
class Story:
    """What is to be told, before it has a language: the explanation, and the facts in their order."""

    explanation: Explanation
    plan: Plan

    def tell(self, locale: str, style: str, templates: Templates) -> Recap:
        """The recap in one language and style."""
        return Recap(self.explanation, write(self.plan, locale, style, templates))


def make_recap(
    request: Request, source: Source, rulebook: Rulebook, templates: Templates, before: Explanation | None = None
) -> Recap:
    """The recap asked for; raises OutsideData where the data can't tell what kind of move there was."""
    return make_story(request, source, rulebook, before).tell(request.locale, request.style, templates)


def make_story(request: Request, source: Source, rulebook: Rulebook, before: Explanation | None = None) -> Story:
    """Gathered, measured, explained and planned; raises OutsideData likewise.

    The day before is explained too, so that a cause that led yesterday reads as "still" and openers don't repeat;
    who has that explanation at hand gives it as `before`.
    """
    snapshot = source.at(request.as_of)
    explanation = explain_at(request, source, rulebook, snapshot)
    before = before or _day_before(request, snapshot, rulebook)
    return Story(explanation, plan(explanation, (plan(before),) if before else ()))


def explain_at(request: Request, source: Source, rulebook: Rulebook, snapshot: Snapshot | None = None) -> Explanation:
    """The explanation alone, from the source's snapshot; raises OutsideData with what the data does reach."""
    try:
        return _explain(request, snapshot or source.at(request.as_of), rulebook)
    except OutsideData as reason:
        raise OutsideData(f"{reason} {_reach(source, request.scope)}") from None


def _explain(request: Request, snapshot: Snapshot, rulebook: Rulebook) -> Explanation:
    try:
        window = window_until(snapshot, request.length, request.scope)
    except NoData as reason:
        sentence = str(reason)
        raise OutsideData(f"{sentence[0].upper()}{sentence[1:]}.") from None
    return explain(rulebook, measure(snapshot, window, request.scope), window, request.scope)


def _day_before(request: Request, snapshot: Snapshot, rulebook: Rulebook) -> Explanation | None:
    try:
        return _explain(request, snapshot.history.at(request.as_of - DAY), rulebook)
    except OutsideData:
        return None


def _reach(source: Source, scope: Scope) -> str:
    reach = source.reach(scope.asset)
    if reach is None:
        return f"The data holds no bars of {scope.asset}: choose another scope, or import some."
    first, last = (f"{edge:%Y-%m-%d %H:%M}" for edge in reach)
    return f"The bars of {scope.asset} reach from {first} to {last} UTC: choose a time in there, or import more."
