"""How updates of Telegram arrive: asked for, or called in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import web

from bot.chat.polling import ALLOWED_UPDATES, polling
from bot.chat.redaction import redact_logs
from bot.chat.services import App
from bot.chat.webhook import webhook
from bot.domain.clock import Clock
from bot.errors import SettingsError, UsageError
from bot.settings import Settings

__all__ = ["updates"]


async def updates(application: App, settings: Settings, clock: Clock, stop: asyncio.Event) -> None:
    """Takes updates in until `stop`, by polling or webhook as the settings say."""
    if settings.telegram_mode == "polling":
        await polling(application, clock, stop)
    else:
        async with _called(application, settings):
            await stop.wait()


@asynccontextmanager
async def _called(application: App, settings: Settings) -> AsyncIterator[None]:
    """Listens for Telegram's calls at the path of the webhook's address."""
    if settings.webhook_url is None or settings.webhook_secret is None:
        raise SettingsError("The webhook needs RECAP_WEBHOOK_URL and RECAP_WEBHOOK_SECRET. Set both, or use polling.")
    secret = settings.webhook_secret.get_secret_value()
    redact_logs(secret)
    site = web.Application()
    site.router.add_post(urlsplit(settings.webhook_url).path or "/", webhook(application, secret))
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    try:
        await _listen(runner, settings.listen)
        await application.bot.set_webhook(
            settings.webhook_url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES)
        )
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except OSError as error:
        raise UsageError(
            f"The bot can't listen at {address} ({error.strerror}). Choose another address with RECAP_LISTEN."
        ) from error
