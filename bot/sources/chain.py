"""Several sources as one: the first that answers is taken, or all of them together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeGuard

from bot.domain.series import PointColumns
from bot.sources.batch import Batch, Source, SourceFault
from bot.sources.payload import Revised

__all__ = ["Chain", "Together", "is_revised"]


class _Several:
    """Sources that share a name and a pace, the first one's."""

    def __init__(self, name: str, sources: Sequence[Source]) -> None:
        self.name, self.pace = name, sources[0].pace
        self._sources = tuple(sources)

    @property
    def revises(self) -> tuple[str, ...]:
        """Beginnings of the names of the series that come again and again."""
        return tuple(dict.fromkeys(name for s in self._sources if is_revised(s) for name in s.revises))

    def prime(self, stored: PointColumns) -> None:
        """Tells each source what is stored of its series."""
        for source in self._sources:
            if is_revised(source) and stored.series.startswith(tuple(source.revises)):
                source.prime(stored)


class Chain(_Several):
    """Asks its sources in order; `answered` names the one that gave the last batch, None before the first."""

    def __init__(self, name: str, sources: Sequence[Source]) -> None:
        super().__init__(name, sources)
        self.answered: str | None = None

    @property
    def answered_by(self) -> str:
        """The same, empty before the first."""
        return self.answered or ""

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


class Together(_Several):
    """Asks all of its sources: what some give is taken, and those that failed are notes."""

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """All batches as one; raises the first SourceFault where every source failed."""
        batches, faults = list[Batch](), list[SourceFault]()
        for source in self._sources:
            try:
                batches.append(await source.fetch(since, now))
            except SourceFault as fault:
                faults.append(fault)
        if not batches:
            raise faults[0]
        return Batch(
            points=tuple(points for batch in batches for points in batch.points),
            notes=(*map(str, faults), *(note for batch in batches for note in batch.notes)),
        )


def is_revised(source: object) -> "TypeGuard[Revised | _Several]":
    """Whether the source wants to be told what is stored of its series."""
    return isinstance(source, Revised | _Several)
