"""A wave of liquidations told while it happens, in one language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.liquidations import Side
from bot.domain.readings import Unit
from bot.domain.thread import Post
from bot.narrative.amounts import Amount, Moment
from bot.narrative.environment import SUFFIX, Templates
from bot.narrative.figures import Ledger, Printer
from bot.narrative.fit import fit
from bot.narrative.write import rendered

__all__ = ["flash"]


class Wave(Protocol):
    """What is told: USD closed of one side from `start` to `end`, and what would already have been unusual."""

    @property
    def asset(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def usd(self) -> float: ...
    @property
    def line_usd(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Account:
    """What the template may name of a wave; `line` is what would already have been unusual."""

    longs: bool
    usd: Amount
    line: Amount
    start: Moment
    end: Moment
    venues: tuple[str, ...]
    explained: bool


def flash(wave: Wave, venues: tuple[str, ...], explained: bool, locale: str, templates: Templates) -> Post:
    """One short post; `venues` as readers know them, `explained` whether the hours before are told below it."""
    printer = Printer(templates.words[locale], Ledger())
    series = f"liquidations.minute.{wave.side.value}.{wave.asset.lower()}"
    account = Account(
        wave.side is Side.LONG,
        Amount(wave.usd, Unit.USD, series),
        Amount(wave.line_usd, Unit.USD, series),
        Moment(wave.start, series),
        Moment(wave.end, series),
        venues,
        explained,
    )
    names = {"printer": printer, "asset": wave.asset, "account": account}
    blocks, _ = rendered(templates.page(locale, "flash"), names, printer.ledger, f"{locale}/flash{SUFFIX}")
    (post,) = fit(blocks)
    return post
