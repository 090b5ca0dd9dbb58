"""A flash recap: what was just closed by force, what the last hours show of why, and what to watch."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from bot.domain.catalogue import publishers
from bot.domain.explanation import DayKind, Explanation, Role
from bot.domain.liquidations import Side
from bot.domain.readings import Unit
from bot.domain.thread import Thread
from bot.domain.waves import Wave
from bot.narrative.amounts import Amount, Moment
from bot.narrative.environment import SUFFIX, Templates
from bot.narrative.figures import Ledger, Printer
from bot.narrative.fit import fit
from bot.narrative.outline import Plan, Told, Watch
from bot.narrative.plan import plan
from bot.narrative.write import names_of, rendered

__all__ = ["STYLE", "Alarm", "flash"]

STYLE = "flash"
MOST_CAUSES, MOST_WATCHED = 2, 2
CIRCULAR = {"long_liquidation_cascade", "short_squeeze", "quiet_range"}
"""Causes that only say again that there was a wave, or that there was none."""

KINDS = {Side.LONG: (DayKind.SELLOFF, DayKind.WHIPSAW), Side.SHORT: (DayKind.RALLY, DayKind.WHIPSAW)}
"""Moves a wave of that side can belong to: what explains any other says nothing about it."""

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A wave as templates tell it, with what is known of why; `plan` is None where nothing could be measured.

    `causes` are those of the hours before that can lie behind it, none where nothing is likely.
    """

    asset: str
    long: bool
    usd: Amount
    line: Amount
    minutes: Amount
    start: Moment
    end: Moment
    venues: tuple[str, ...]
    plan: Plan | None
    causes: tuple[Told, ...]
    watch: tuple[Watch, ...]

    @property
    def moved(self) -> bool:
        """True where the price of the asset itself is known."""
        return self.plan is not None and self.plan.facts.has(f"price.return.{self.asset.lower()}")


def flash(wave: Wave, explanation: Explanation | None, locale: str, templates: Templates) -> Thread:
    """The alert in one language; a digit that is no figure raises TemplateFault, as in a recap."""
    outline = None if explanation is None else plan(explanation)
    printer = Printer(templates.words[locale], Ledger())
    alarm = _alarm(wave, outline)
    # Without a plan no template may ask for what only a plan holds.
    names = {"plan": None, "printer": printer} if outline is None else names_of(outline, printer)
    page, place = templates.page(locale, "flash"), f"{locale}/flash{SUFFIX}"
    blocks, figures = rendered(page, {**names, "alarm": alarm}, printer.ledger, place)
    return Thread(locale, STYLE, fit(blocks), figures)


def _alarm(wave: Wave, outline: Plan | None) -> Alarm:
    name = f"liquidations.wave.{wave.side}.{wave.asset.lower()}"
    minutes = max(1, ceil((wave.end - wave.start) / MINUTE))
    return Alarm(
        asset=wave.asset,
        long=wave.side is Side.LONG,
        usd=Amount(wave.usd, Unit.USD, name),
        line=Amount(wave.line_usd, Unit.USD, f"{name}.line"),
        minutes=Amount(minutes, Unit.COUNT, f"{name}.minutes"),
        start=Moment(wave.start, name),
        end=Moment(wave.end, name),
        venues=publishers(", ".join(f"funding.rate_8h.{venue}" for venue in wave.venues)),
        plan=outline,
        causes=() if outline is None else _causes(wave, outline),
        watch=() if outline is None else outline.watch[:MOST_WATCHED],
    )


def _causes(wave: Wave, outline: Plan) -> tuple[Told, ...]:
    """What started or carried the move of the hours before, where it is one that fits and is explained."""
    if not outline.clear or outline.day_kind not in KINDS[wave.side]:
        return ()
    fitting = [t for t in outline.causes if t.cause not in CIRCULAR and t.role is not Role.DIFFERENTIATION]
    return tuple([told for told in fitting if any(map(outline.facts.has, told.evidence))][:MOST_CAUSES])
