"""Time as an argument: a rehearsal and a test run it at their own pace."""

from datetime import datetime
from typing import Protocol

__all__ = ["Clock"]


class Clock(Protocol):
    """What tells the time to a part that runs for long."""

    def now(self) -> datetime:
        """The present moment (aware, UTC)."""

    async def wait_until(self, moment: datetime) -> None:
        """Returns at `moment`, at once where it has passed; cancelling it is safe."""
