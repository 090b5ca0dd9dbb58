"""The line that marks a recap as corrected: what was told, and what is known now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.readings import Unit
from bot.domain.thread import Post
from bot.narrative.amounts import Amount, Moment
from bot.narrative.environment import SUFFIX, Templates
from bot.narrative.figures import Ledger, Printer
from bot.narrative.fit import fit
from bot.narrative.words import significant
from bot.narrative.write import rendered

__all__ = ["Revision", "correction", "matters"]

LEAST = 0.005
"""Part of the flow: a revision by less is one of rounding."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A session's net flow in USD as it was `told` and as it `became`; `funds` are btc, eth or btc_eth."""

    funds: str
    session: datetime
    told: float
    became: float

    @property
    def reading(self) -> str:
        return f"etf.net_flow.{self.funds}"

    @property
    def was(self) -> Amount:
        return Amount(self.told, Unit.USD, self.reading)

    @property
    def now(self) -> Amount:
        return Amount(self.became, Unit.USD, self.reading)

    @property
    def day(self) -> Moment:
        return Moment(self.session, self.reading)


@dataclass(frozen=True, slots=True)
class Account:
    """What the template may name."""

    when: Moment
    revisions: tuple[Revision, ...]


def matters(revision: Revision) -> bool:
    """True where the figure would be printed otherwise, and by more than rounding does."""
    told, became = (significant(Decimal(repr(value)), 3) for value in (revision.told, revision.became))
    return told != became and abs(revision.became - revision.told) > LEAST * abs(revision.told)


def correction(revisions: Sequence[Revision], now: datetime, locale: str, templates: Templates) -> Post:
    """One paragraph to stand above the recap."""
    printer = Printer(templates.words[locale], Ledger())
    names = {"printer": printer, "account": Account(Moment(now, "correction"), tuple(revisions))}
    page, place = templates.page(locale, "correction"), f"{locale}/correction{SUFFIX}"
    (post,) = fit(rendered(page, names, printer.ledger, place)[0])
    return post
