"""Where Telegram calls: one aiohttp handler that takes updates in."""

import hmac
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.chat.services import App
from bot.chat.turns import waiting
from bot.chat.unreadable import read

__all__ = ["Handler", "webhook"]

Handler = Callable[[web.Request], Awaitable[web.Response]]

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name, no secret
MOST_WAITING = 10_000
"""Updates; beyond that Telegram keeps them and calls again."""


def webhook(application: App, secret: str) -> Handler:
    """The handler for POST requests: 403 without the secret, 400 for no update, 503 when too much waits.

    It answers 200 once the update is queued, or can't be read and would only come again; a repeated call is told
    apart when the update is handled.
    """

    async def take(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return web.Response(status=403, text="The secret token is missing or wrong.")
        if waiting(application) >= MOST_WAITING:
            return web.Response(status=503, text="Too many updates wait; call again.")
        try:
            update = read(json.loads(await request.read()), application.bot)
        except ValueError:
            return web.Response(status=400, text="This is no update.")
        if update is not None:
            await application.update_queue.put(update)
        return web.Response()

    return take
