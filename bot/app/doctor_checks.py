"""What a machine must have beside sources: a store, a right clock, room, rules, time zones, a bot's token."""

import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import text

from bot.app.doctor_report import Check, Health
from bot.app.wiring import rules_of
from bot.errors import RecapError
from bot.reasoning.rulebook import load_rulebook
from bot.settings import Settings
from bot.sources.batch import SourceFault
from bot.sources.http import Client
from bot.store import Store
from bot.store.schema import HEAD

__all__ = ["clock_check", "disk_check", "rules_check", "store_check", "telegram_check", "zones_check"]

GIGABYTE = 1e9
LITTLE = 2 * GIGABYTE
"""What a year of everything takes."""

ZONES = ("America/New_York", "Europe/Berlin", "Asia/Shanghai")
TELEGRAM = "https://api.telegram.org"


def store_check(store: Store) -> Check:
    """Kind, size and version of the open store, and whether it can be written to."""
    try:
        with store.writing() as connection:
            kind = connection.dialect.name
            connection.execute(text("DELETE FROM visits WHERE name = ''"))
            size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            size = size if kind == "sqlite" else "SELECT pg_database_size(current_database())"
            used = float(connection.scalar(text(size)) or 0)
    except RecapError as error:
        return Check("store", Health.DEGRADED, "it can't be written to", str(error))
    named = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[kind]
    return Check("store", Health.WELL, f"{named}, {used / 1e6:,.1f} MB, schema {HEAD}, writable")


def clock_check(client: Client, *, asked: bool) -> Check:
    """This machine's clock against those of the hosts that answered."""
    if not asked:
        return Check("clock", Health.ASLEEP, "not held against the world's without asking it")
    fault = client.clock_fault()
    said = f"{abs(client.ahead.total_seconds()):,.1f} s away from the world's"
    return Check("clock", Health.DEGRADED if fault else Health.WELL, said, str(fault or ""))


def disk_check(folder: Path) -> Check:
    """Room where the data folder is, or will be."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    said = f"{free / GIGABYTE:,.1f} GB free at {place}"
    if free >= LITTLE:
        return Check("disk", Health.WELL, said)
    return Check("disk", Health.DEGRADED, said, f"Make room: a year of data takes up to {LITTLE / GIGABYTE:.0f} GB.")


def rules_check(settings: Settings) -> Check:
    """Whether the rules load, and whether their confidences were fitted to them."""
    try:
        rulebook = load_rulebook(rules_of(settings))
    except RecapError as error:
        return Check("rules", Health.BROKEN, "they can't be loaded", f"{str(error).splitlines()[0]} See recap check.")
    said = f"{len(rulebook.causes)} causes"
    if rulebook.stale and not rulebook.borrowed:
        return Check("rules", Health.DEGRADED, f"{said}, calibrated for other rules", str(rulebook.stale))
    return Check("rules", Health.WELL, said)


def zones_check() -> Check:
    """Whether time zones are known, and in which edition."""
    try:
        for zone in ZONES:
            ZoneInfo(zone)
    except ZoneInfoNotFoundError as error:
        return Check("time zones", Health.BROKEN, str(error), "Install the package tzdata.")
    try:
        return Check("time zones", Health.WELL, f"tzdata {version('tzdata')}")
    except PackageNotFoundError:
        return Check("time zones", Health.WELL, "the system's")


async def telegram_check(settings: Settings, client: Client | None) -> Check:
    """Whether the token is a bot's, and whether messages reach it the way the settings want."""
    if settings.telegram_token is None:
        return Check("telegram", Health.ASLEEP, "no token is set: recap write works, recap run needs one")
    if client is None:
        return Check("telegram", Health.ASLEEP, "a token is set; it isn't tried without asking Telegram")
    token = settings.telegram_token.get_secret_value()
    try:
        bot = await _told(client, token, "getMe")
        hook = await _told(client, token, "getWebhookInfo")
    except SourceFault as fault:
        remedy = str(fault).replace(token, "…")
        return Check("telegram", Health.DEGRADED, "the token could not be tried", remedy)
    except (LookupError, TypeError):
        remedy = "Look at the address set for api.telegram.org in [endpoints]."
        return Check("telegram", Health.DEGRADED, "the answer isn't Telegram's", remedy)
    conflict = " ".join(_conflicts(settings, str(hook.get("url") or "")))
    said = f"@{bot['username']}, {settings.telegram_mode}"
    return Check("telegram", Health.DEGRADED if conflict else Health.WELL, said, conflict)


async def _told(client: Client, token: str, method: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (await client.json(f"{TELEGRAM}/bot{token}/{method}"))["result"]
    return found


def _conflicts(settings: Settings, hook: str) -> Iterator[str]:
    if settings.telegram_mode == "polling" and hook:
        yield "A webhook is set, so polling gets nothing: recap run removes it, or set the mode webhook."
    if settings.telegram_mode == "webhook" and not hook:
        yield "No webhook is set yet: recap run sets it."
    wanted = settings.webhook_url or ""
    if settings.telegram_mode == "webhook" and hook and not hook.startswith(wanted.rstrip("/")):
        yield "The webhook points elsewhere: another program uses this token, or recap run must set it anew."
