"""What keeps the bot as a whole from sending, and when to ask again whether it still does."""

from datetime import datetime, timedelta

from bot.delivery.errors import Meaning, Verdict
from bot.domain.clock import Clock

__all__ = ["Trouble"]

FATAL = {Meaning.AUTH, Meaning.CONFLICT}
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(minutes=1)
FATAL_SHORTEST, FATAL_LONGEST = timedelta(minutes=1), timedelta(minutes=15)


class Trouble:
    """Asked twice as late each time, until a message gets through."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._again: datetime | None = None
        self._times = 0
        self.verdict: Verdict | None = None

    def __bool__(self) -> bool:
        return self.verdict is not None

    @property
    def fatal(self) -> bool:
        """Only an operator can help."""
        return self.verdict is not None and self.verdict.meaning in FATAL

    def arise(self, verdict: Verdict) -> None:
        """Calls that were under way together count as one."""
        if self.verdict is None:
            self.persist(verdict)

    def persist(self, verdict: Verdict) -> None:
        self.verdict = verdict
        shortest, longest = (FATAL_SHORTEST, FATAL_LONGEST) if self.fatal else (SHORTEST, LONGEST)
        self._again = self._clock.now() + min(longest, shortest * 2 ** min(self._times, 10))
        self._times += 1

    def due(self) -> bool:
        """Time to ask."""
        return self._again is not None and self._clock.now() >= self._again

    def answered(self) -> None:
        """Telegram answers again; whether messages get through is to be seen."""
        self.verdict = None

    def delivered(self) -> None:
        self._times = 0
