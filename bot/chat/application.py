"""The bot as python-telegram-bot runs it: one application, its features, and the order updates are handled in."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from telegram.error import TelegramError
from telegram.ext import Application, BaseRateLimiter

from bot.chat import faults, gate, menu
from bot.chat.redaction import redact_logs
from bot.chat.requests import AiohttpRequest
from bot.chat.services import App, Context, Register, Services
from bot.chat.turns import Turns

__all__ = ["Context", "Services", "build_application", "started"]

AT_ONCE = 1024
CONNECTIONS = 128


def build_application(
    token: str,
    services: Services,
    features: Iterable[Register],
    *,
    base_url: str | None = None,
    rate_limiter: "BaseRateLimiter[Any] | None" = None,
) -> App:
    """The application with its features, their handlers tried in the order given; nothing is started yet.

    `base_url` ends in "/bot", as "http://127.0.0.1:8081/bot" of an emulator or a local server.
    """
    redact_logs(token)
    builder = Application.builder().token(token).updater(None).job_queue(None).concurrent_updates(Turns(AT_ONCE))
    builder = builder.request(AiohttpRequest(CONNECTIONS)).get_updates_request(AiohttpRequest(1))
    if base_url is not None:
        builder = builder.base_url(base_url)
    if rate_limiter is not None:
        builder = builder.rate_limiter(rate_limiter)
    application: App = builder.build()
    gate.register(application, services)
    for register in features:
        register(application, services)
    faults.register(application, services)
    return application


@asynccontextmanager
async def started(application: App, services: Services) -> AsyncIterator[None]:
    """Handles whatever is put into `application.update_queue`; what is under way is finished at the end.

    Raises telegram.error.InvalidToken for a wrong or revoked token.
    """
    try:
        await application.initialize()
    except TelegramError:
        await application.bot.shutdown()
        raise
    try:
        await menu.publish(application.bot, services.texts)
        await application.start()
        try:
            yield
        finally:
            await application.stop()
    finally:
        await application.shutdown()
