"""What the sender counted since it started, for metrics and for operators."""

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Meter"]


@dataclass(slots=True)
class Meter:
    """`refused`: answers 429, with the seconds they asked to wait; `dead` by meaning; the rest are parcels.

    `latency_seconds` is a call's, smoothed; `lag_seconds` the age of what has waited longest.
    """

    sent: int = 0
    edited: int = 0
    refused: int = 0
    held_seconds: float = 0.0
    retried: int = 0
    uncertain: int = 0
    expired: int = 0
    dead: Counter[str] = field(default_factory=Counter)
    latency_seconds: float = 0.1
    lag_seconds: float = 0.0

    def took(self, seconds: float) -> None:
        """A call's latency, the last twenty or so counting."""
        self.latency_seconds += (seconds - self.latency_seconds) / 20
