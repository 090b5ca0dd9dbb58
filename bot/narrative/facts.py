"""The readings of one recap, asked for by the names the templates use."""

from dataclasses import dataclass

from bot.domain.readings import Reading, Readings
from bot.domain.window import Scope
from bot.errors import TemplateFault
from bot.narrative.amounts import Amount

__all__ = ["Facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Readings by pattern: `{asset}` is the scope's asset, `{funds}` the funds that hold it, `{of}` its suffix.

    For the market those are `btc`, `btc_eth` and nothing; for ETH alone `eth`, `eth` and `.eth`.
    """

    readings: Readings
    scope: Scope

    def name(self, pattern: str) -> str:
        """The catalogue name a pattern stands for in this scope."""
        if "{" not in pattern:
            return pattern
        asset = self.scope.asset.lower()
        funds, of = ("btc_eth", "") if self.scope.is_market else (asset, f".{asset}")
        return pattern.replace("{asset}", asset).replace("{funds}", funds).replace("{of}", of)

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

    def rank(self, pattern: str) -> float | None:
        """The percentile of a reading within its history."""
        found = self.find(pattern)
        return None if found is None else found.percentile
