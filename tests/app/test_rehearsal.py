"""The famous days played fast: daily threads at each chat's local time, a wave that is told once, nothing twice."""

import asyncio
import os
import signal
import sys
import zipfile
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

from bot import resources
from bot.domain.chats import Alerts, Chat, ChatKind, Place, Schedule, Subscription
from bot.emulator import Emulator, emulating
from bot.emulator.accounts import Member
from bot.emulator.server import TOKEN
from bot.store import Store
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.subscriptions import Subscriptions

START = datetime(2025, 2, 24, 23, 30, tzinfo=UTC)
WAVE = datetime(2025, 2, 25, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATIENCE_SECONDS = 60
OK = 200

ANN, LI, BOB, GROUP = 1, 2, 3, -1001
CHATS = {
    ANN: Chat(ANN, ChatKind.PRIVATE, zone="Europe/Berlin", alerts=Alerts(on=True, least_usd=50e6)),
    LI: Chat(LI, ChatKind.PRIVATE, "zh", zone="Asia/Shanghai", alerts=Alerts(on=True, least_usd=20e6)),
    BOB: Chat(BOB, ChatKind.PRIVATE, zone="America/New_York"),
    GROUP: Chat(GROUP, ChatKind.SUPERGROUP, zone="UTC", alerts=Alerts(on=True, least_usd=900e6)),
}
TIMES = {ANN: ("Europe/Berlin", time(8)), LI: ("Asia/Shanghai", time(9)), BOB: ("America/New_York", time(20))}
DAILIES = {
    ANN: ["February 25, 07:00"],
    LI: ["2月25日01:00（UTC）", "2月26日01:00（UTC）"],
    BOB: ["February 25, 01:00", "February 26, 01:00"],
}
"""As of which moment (UTC) the footer of each chat's threads must say they are told: its local time."""


def minutes(series, usual, wave):
    """A day of a venue's minutes before the wave, its ten minutes, and the hours after."""
    yield "time,known,value"
    for n in range(-24 * 60, 14 * 60):
        end = WAVE + n * MINUTE
        usd = wave if 0 <= n < 10 else usual
        yield f"{end:%Y-%m-%dT%H:%M:%SZ},{end + timedelta(seconds=3):%Y-%m-%dT%H:%M:%SZ},{usd}"


def archive(folder):
    """The sample with the minutes of two venues, in which longs were closed for 160 million USD within ten minutes."""
    with zipfile.ZipFile(resources.sample_archive()) as sample:
        sample.extractall(folder)
    for venue in ("binance", "okx"):
        kinds = {
            f"seconds.{venue}": (60, 60),
            f"long.{venue}.btc": (20_000, 8e6),
            f"short.{venue}.btc": (15_000, 15_000),
        }
        for kind, (usual, wave) in kinds.items():
            series = f"liquidations.minute.{kind}"
            text = "\n".join(minutes(series, usual, wave))
            (folder / "points" / f"{series}.csv").write_text(text + "\n", encoding="utf-8")
    return folder


@asynccontextmanager
async def playing(emulator, home, database, folder):
    environ = {
        "PATH": os.environ["PATH"],
        "RECAP_HOME": str(home),
        "RECAP_DATABASE_URL": database,
        "RECAP_TELEGRAM_TOKEN": TOKEN,
        "RECAP_ENDPOINTS": f"api.telegram.org={emulator.address}",
        "RECAP_DELIVERY__CATCH_UP_MINUTES": "1440",
    }
    options = ("run", "--rehearse", f"{START:%Y-%m-%dT%H:%MZ}", "--archive", str(folder), "--speed", "7200")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.app.cli", *options, env=environ, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        error = (await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS))[1].decode()
        assert "Traceback" not in error, error


def inhabited(emulator):
    """All chats of the test, the bot known to each."""
    for person in (ANN, LI, BOB):
        emulator.person("Somebody", user_id=person).chat.started = True
    group = emulator.world.supergroup("Desk", chat_id=GROUP)
    group.members[emulator.world.bot.id] = Member("member")


def told(emulator):
    """Each chat's messages in their order."""
    found = {chat: [] for chat in CHATS}
    for call in emulator.of("sendMessage"):
        assert call.code == OK
        found[int(call.said["chat_id"])].append(call.said["text"])
    return found


def is_flash(text):
    return text.startswith(("<b>Flash: ", "<b>快讯："))


def complete(emulator):
    """The last day's threads of all are there."""
    return all(any(as_of in text for text in told(emulator)[chat]) for chat, days in DAILIES.items() for as_of in days)


def test_two_days_are_told_at_local_times_and_a_wave_once(tmp_path):
    database = f"sqlite:///{tmp_path / 'recap.sqlite3'}"
    with Store.open(database) as store:
        for chat in CHATS.values():
            Chats(store).save(chat)
        for chat_id, (zone, at) in TIMES.items():
            Subscriptions(store).save(Subscription(Place(chat_id), Schedule(zone, (at,)), START))

    async def scene():
        async with emulating(Emulator()) as emulator:
            inhabited(emulator)
            async with playing(emulator, tmp_path, database, archive(tmp_path / "archive")):
                await emulator.until(lambda: complete(emulator), PATIENCE_SECONDS)
            return told(emulator)

    messages = asyncio.run(scene())
    flashes = {chat: [text for text in texts if is_flash(text)] for chat, texts in messages.items()}
    dailies = {chat: [text for text in texts if not is_flash(text)] for chat, texts in messages.items()}

    assert {chat: len(texts) for chat, texts in flashes.items()} == {ANN: 1, LI: 1, BOB: 0, GROUP: 0}
    assert "of BTC longs liquidated" in flashes[ANN][0]
    assert "14:3" in flashes[ANN][0]
    assert "BTC多单爆仓至少" in flashes[LI][0]
    for chat, moments in DAILIES.items():
        assert [moment in text for moment, text in zip(moments, dailies[chat], strict=True)] == [True] * len(moments)
    assert dailies[GROUP] == []
    assert messages[ANN].index(flashes[ANN][0]) == 1
    assert messages[LI].index(flashes[LI][0]) == 1
    with Store.open(database) as store:
        assert {state.value for state in Outbox(store).counts()} == {"sent"}
