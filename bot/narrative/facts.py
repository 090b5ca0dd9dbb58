"""The readings of one recap, asked for by the names the templates use."""

from dataclasses import dataclass

from bot.domain.explanation import DayKind
from bot.domain.readings import Reading, Readings, Unit
from bot.domain.window import Scope
from bot.errors import TemplateFault
from bot.narrative.amounts import Amount

__all__ = ["Facts"]

BOTH = "btc_eth"
"""The funds that hold BTC and those that hold ETH; of other coins no flows are counted."""

UNUSUAL = 0.5
"""A reading so many deviations above its median is on the high side."""

MOVED, STILL = 1.0, 0.5
"""Average true ranges: what makes a market's day a move, and what is hardly one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Readings by pattern: `{asset}` is the scope's asset, `{of}` its suffix, `{funds}` the funds told of.

    `{run}` are those of them whose sessions in a row are counted. For the market the four are `btc`, nothing,
    `btc_eth` and `btc`; for ETH alone `eth`, `.eth`, `eth` and `eth`; for SOL `sol`, `.sol`, `btc_eth` and `btc`.
    """

    readings: Readings
    scope: Scope

    def name(self, pattern: str) -> str:
        """The catalogue name a pattern stands for in this scope."""
        if "{" not in pattern:
            return pattern
        asset = self.scope.asset.lower()
        of = "" if self.scope.is_market else f".{asset}"
        run = "btc" if self.funds == BOTH else self.funds
        pattern = pattern.replace("{funds}", self.funds).replace("{run}", run)
        return pattern.replace("{asset}", asset).replace("{of}", of)

    @property
    def funds(self) -> str:
        """The asset's own funds where they moved the way both kinds did together, by which the rules judge a flow."""
        asset = self.scope.asset.lower()
        own, both = (self.readings.known(f"etf.net_flow.{funds}") for funds in (asset, BOTH))
        if self.scope.is_market or own is None:
            return BOTH
        return asset if both is None or own.value * both.value >= 0 else BOTH

    @property
    def held(self) -> bool:
        """True where the funds told of hold just what the recap is about, so that their flow is trade in it."""
        return self.scope.is_market or self.funds != BOTH

    def find(self, pattern: str) -> Reading | None:
        return self.readings.known(self.name(pattern))

    def the(self, pattern: str) -> Reading:
        """The reading of that name; a template that asks for one that is missing is at fault."""
        found = self.find(pattern)
        if found is None:
            raise TemplateFault(f"The template prints {self.name(pattern)}, which was not measured: guard it by has().")
        return found

    def rest(self, pattern: str) -> Amount:
        """What a share leaves: where so much of the majors fell, the rest held or rose."""
        reading = self.the(pattern)
        return Amount(1 - reading.value, reading.unit, reading.name)

    def has(self, *patterns: str) -> bool:
        return all(self.find(pattern) is not None for pattern in patterns)

    def value(self, pattern: str) -> float | None:
        found = self.find(pattern)
        return None if found is None else found.value

    @property
    def ether_led(self) -> bool:
        """True where the market's recap is about a move of ETH in which BTC hardly took part."""
        btc, eth = self.value("price.return_over_atr.btc"), self.value("price.return_over_atr.eth")
        return self.scope.is_market and None not in (btc, eth) and abs(btc or 0.0) < STILL and abs(eth or 0.0) >= MOVED

    def up(self, pattern: str) -> bool:
        """Known and above zero."""
        return self.above(pattern, 0.0)

    def down(self, pattern: str) -> bool:
        """Known and below zero."""
        return self.below(pattern, 0.0)

    def above(self, pattern: str, limit: float) -> bool:
        found = self.find(pattern)
        return found is not None and found.value > limit

    def below(self, pattern: str, limit: float) -> bool:
        found = self.find(pattern)
        return found is not None and found.value < limit

    def high(self, pattern: str) -> bool:
        """Known, and higher than its history makes one expect."""
        found = self.find(pattern)
        return found is not None and found.z is not None and found.z > UNUSUAL

    def points(self, pattern: str) -> Amount:
        """The difference of two yearly rates, which are ratios, in percentage points."""
        reading = self.the(pattern)
        return Amount(reading.value * 100, Unit.PERCENTAGE_POINTS, reading.name)

    def sales(self, pattern: str) -> Amount:
        """What sales are of both sides, where the reading is purchases minus sales over both."""
        reading = self.the(pattern)
        return Amount((1 - reading.value) / 2, Unit.RATIO, reading.name)

    def purchases(self, pattern: str) -> Amount:
        """The same of purchases."""
        reading = self.the(pattern)
        return Amount((1 + reading.value) / 2, Unit.RATIO, reading.name)

    def quoted(self, topic: str) -> Reading | None:
        """The count of a topic's headlines, when it has one of them to show."""
        found = self.find(f"news.count.{topic}")
        return found if found is not None and found.headline is not None else None

    def attention(self, topic: str) -> str:
        """Whether headlines on a topic were more than usual in the "window" or over "days"; the stronger of the two."""
        now, days = (self.value(f"news.{kind}.{topic}") or 0.0 for kind in ("intensity", "intensity_3d"))
        if max(now, days) <= 1.0:
            return ""
        return (
            "window" if now >= days and self.has(f"news.count.{topic}", f"news.usual.{topic}") else "days" * (days > 1)
        )

    def tied(self, topic: str, kind: DayKind) -> str:
        """Whether headlines tie a topic to a "move" like the day's, or name it beside the "market"."""
        names = {DayKind.SELLOFF: ("fall_tied",), DayKind.RALLY: ("rise_tied",)}.get(kind, ("fall_tied", "rise_tied"))
        if self.up(f"news.tied_share.{topic}") or any(self.above(f"news.{n}.{topic}", 1.0) for n in names):
            return "move"
        both = (f"news.market_tied.{topic}", f"news.market_tied_3d.{topic}")
        return "market" if any(self.above(name, 1.0) for name in both) else ""

    def rank(self, pattern: str) -> float | None:
        """The percentile of a reading within its history."""
        found = self.find(pattern)
        return None if found is None else found.percentile
