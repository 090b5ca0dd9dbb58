"""What operators see and do in chats, over the store; and what they are told of their own accord."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.app.flows import points_of
from bot.app.notices import Notices
from bot.chat.operations import Condition, Entered, Operations, troubles
from bot.chat.texts import Tongue
from bot.delivery.books import Books
from bot.domain.clock import Clock
from bot.sources.flows_table import Pasted, flow_entry, flows_table
from bot.store import Store
from bot.store.flags import SENDING_PAUSED
from bot.store.visits import Visits

__all__ = ["StoreOperations", "self_report"]

OFTEN = 3
"""So many failures of a source in a row are told; fewer are everyday."""
LATELY = timedelta(days=1)
ERRORS = 5


class StoreOperations:
    """The Operations of the chats."""

    def __init__(self, store: Store, books: Books, clock: Clock) -> None:
        self._store, self._books, self._clock = store, books, clock
        self._visits = Visits(store)

    async def condition(self) -> Condition:
        return await asyncio.to_thread(self._condition)

    async def pause(self, who: str) -> None:
        await asyncio.to_thread(self._books.flags.set, SENDING_PAUSED, who)

    async def resume(self) -> None:
        await asyncio.to_thread(self._books.flags.set, SENDING_PAUSED, "")

    async def flows(self, text: str, *, sure: bool) -> Entered:
        return await asyncio.to_thread(self._flows, text, sure)

    def _condition(self) -> Condition:
        books, now = self._books, self._clock.now()
        return Condition(
            chats=books.chats.count(),
            subscriptions=books.subscriptions.count(),
            queue=books.outbox.counts(),
            oldest=books.outbox.oldest_ready(),
            paused=books.flags.get(SENDING_PAUSED),
            faults=self._faults(),
            errors=books.outbox.notices(now - LATELY, ERRORS),
        )

    def _faults(self) -> Mapping[str, str]:
        failing = [visit for visit in self._visits.all() if visit.failures >= OFTEN or visit.fault == "blocked"]
        return {visit.name: visit.sentence or visit.fault for visit in failing}

    def _flows(self, text: str, sure: bool) -> Entered:
        now = self._clock.now()
        pasted = _read(text, now)
        totals = {day: flow.total for day, flow in pasted.days.items() if flow.total is not None}
        if pasted.questions and not sure:
            return Entered(pasted.asset.upper(), totals, pasted.notes, pasted.questions)
        with self._store.transaction() as transaction:
            for found in points_of(pasted, now):
                transaction.write_points(found.columns, found.publisher)
        return Entered(pasted.asset.upper(), totals, pasted.notes)


def _read(text: str, now: datetime) -> Pasted:
    """One figure in a line, or an asset and a table below it; raises UsageError."""
    if "\n" not in text.strip():
        return flow_entry(text, now)
    asset, table = text.split(maxsplit=1)
    return flows_table(asset, table, now)


async def self_report(operations: Operations, notices: Notices, tongue: Tongue, clock: Clock) -> None:
    """Tells operators what is wrong; nothing when all is well."""
    found = troubles(await operations.condition(), clock.now(), tongue)
    if found:
        await notices(tongue.plain("admin.report", troubles="\n".join(found)))
