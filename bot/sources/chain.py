"""Several sources of the same thing: the first that answers is taken."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.sources.batch import Batch, Source, SourceFault

__all__ = ["Chain"]


class Chain:
    """Asks its sources in order; `answered` names the one that gave the last batch, None before the first."""

    def __init__(self, name: str, sources: Sequence[Source]) -> None:
        self.name, self.pace = name, sources[0].pace
        self.answered: str | None = None
        self._sources = tuple(sources)

    @property
    def fallback(self) -> bool:
        """Whether the last batch came from another source than the first."""
        return self.answered not in {None, self._sources[0].name}

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The first batch to be had, with a note for each source that failed before; raises SourceFault if all did."""
        faults: list[SourceFault] = []
        for source in self._sources:
            try:
                batch = await source.fetch(since, now)
            except SourceFault as fault:
                faults.append(fault)
                continue
            self.answered = source.name
            return replace(batch, notes=(*map(str, faults), *batch.notes))
        self.answered = None
        raise SourceFault(faults[0].kind, " ".join(map(str, faults)), faults[0].wait)
