"""Days on which there is little to explain, and what was explained all the same."""

from collections.abc import Collection

from bot.domain.explanation import Explanation, Finding, Role

__all__ = ["moved_little", "overdone"]

MOVE = "price.return_over_atr.btc"
LITTLE = 0.5
STORIES = (Role.TRIGGER, Role.MECHANISM, Role.AMPLIFIER, Role.BACKDROP)
NO_STORY = ("quiet_range", "liquidity_thin")
"""Causes that say themselves that nothing much happened."""


def moved_little(explanation: Explanation) -> bool:
    """Whether bitcoin moved by less than half its usual daily range."""
    reading = explanation.readings.known(MOVE)
    return reading is not None and abs(reading.value) < LITTLE


def overdone(explanation: Explanation, least: float, besides: Collection[str] = ()) -> tuple[Finding, ...]:
    """The causes of a move that are claimed with at least that confidence, other than those in `besides`."""
    return tuple(
        finding
        for finding in explanation.ranking
        if finding.role in STORIES and finding.confidence >= least and finding.cause not in (*NO_STORY, *besides)
    )
