"""Liquidations as they happen: the venues' streams, told to the intake that keeps them by the minute."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from random import Random

from aiohttp import ClientSession

from bot.domain.clock import Clock
from bot.domain.waves import Wave, Waves
from bot.settings import Settings
from bot.sources.backfill_liquidations import contracts_of_okx
from bot.sources.batch import Batch
from bot.sources.http import Client
from bot.sources.liquidations_contracts import Contracts
from bot.sources.liquidations_intake import Intake
from bot.sources.minutes import Minutes
from bot.sources.streams import Stream
from bot.sources.streams_dialects import Dialect, dialects
from bot.store import Store

__all__ = ["Listening"]

PAST = timedelta(days=1)
"""What a wave stands out from."""


class Listening:
    """Keeps each venue's closures, and calls `alarm` for every wave of them."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        store: Store,
        clock: Clock,
        *,
        keep: Callable[[Batch], Awaitable[object]],
        alarm: Callable[[Wave], object],
        note: Callable[[str], object],
        rng: Random,
    ) -> None:
        self._settings, self._client, self._store, self._clock = settings, client, store, clock
        self._keep, self._alarm, self._note, self._rng = keep, alarm, note, rng

    async def run(self, stop: asyncio.Event) -> None:
        """Listens until `stop`; the minutes that are over are written then."""
        now = self._clock.now()
        waves = Waves()
        waves.learn(await asyncio.to_thread(self._store.points, now - PAST, now, ("liquidations.minute.",)), now)
        minutes = Minutes(self._settings.assets, now)
        intake = Intake(minutes, waves, self._clock, keep=self._keep, alarm=self._alarm, note=self._note)
        async with ClientSession() as session:
            await intake.run(self._streams(session, intake), stop)

    def _streams(self, session: ClientSession, intake: Intake) -> Sequence[Stream]:
        spoken = dialects(self._settings.venues, self._settings.assets, self._contracts)
        return [self._stream(dialect, session, intake) for dialect in spoken]

    def _stream(self, dialect: Dialect, session: ClientSession, intake: Intake) -> Stream:
        url = self._client.ws_url(dialect.url)
        return Stream(dialect, url, session, clock=self._clock, listener=intake, rng=self._rng)

    async def _contracts(self) -> Contracts:
        return await contracts_of_okx(self._client)
