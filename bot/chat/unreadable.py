"""Updates that can't be read: the Bot API grows faster than the library, and none of them may hold up the others."""

import logging
from typing import Any

from telegram import Bot, Update

__all__ = ["passed_over", "read"]

log = logging.getLogger(__name__)

BY_ANY_NAME = "getupdates"
"""Telegram takes names in any case; under the usual one the library reads what it gets, and fails as a whole."""


def read(document: Any, bot: Bot) -> Update | None:
    """The update of a JSON document; None, with a line in the log, for one that holds what the library can't take.

    Raises ValueError where it has no number: that is no update.
    """
    number = document.get("update_id") if isinstance(document, dict) else None
    if not isinstance(number, int):
        raise ValueError("An update is numbered.")  # noqa: TRY004 - whatever is wrong with it, callers catch one kind
    try:
        return Update.de_json(document, bot)
    except Exception as error:  # noqa: BLE001 - whatever the library makes of it
        log.error("Update %d can't be read and is passed over: %s", number, type(error).__name__)  # noqa: TRY400
        return None


async def passed_over(bot: Bot, offset: int) -> tuple[Update, ...]:
    """The first update from `offset` on that can be read, if any waits; Telegram forgets those before it.

    Raises telegram.error.TelegramError as fetching does.
    """
    while found := await bot.do_api_request(BY_ANY_NAME, api_kwargs={"offset": offset, "limit": 1, "timeout": 0}):
        update = read(found[0], bot)
        if update is not None:
            return (update,)
        offset = found[0]["update_id"] + 1
    return ()
