"""When the bot has done all it has to do for now."""

import asyncio
from datetime import timedelta

from bot.app.clock import WallClock
from bot.app.serve import House
from bot.delivery.waiting import passed
from bot.domain.delivery import DeliveryState
from bot.emulator.mailbox import Mailbox
from bot.store.flags import SENDING_PAUSED

__all__ = ["settled"]

UNDER_WAY = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING)
LOOK = timedelta(seconds=0.02)


async def settled(house: House, mailbox: Mailbox) -> None:
    """Returns when every update is taken in and handled, every wave told, and every message sent that may go now."""
    await mailbox.settled()
    await house.application.update_queue.join()
    await house.flash.settled()
    while await asyncio.to_thread(_sends, house):
        house.sender.nudge()
        await passed(WallClock(), LOOK)


def _sends(house: House) -> bool:
    counts = house.books.outbox.counts()
    return any(counts.get(state, 0) for state in UNDER_WAY) and not house.books.flags.get(SENDING_PAUSED)
