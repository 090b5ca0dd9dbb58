"""The running bot on live data: an empty store fills, and whoever asks gets a recap of now."""

import asyncio
import json
import signal
import sys
from array import array
from contextlib import asynccontextmanager
from time import time

from bot.domain.chats import Alerts, Chat, ChatKind
from bot.domain.series import PointColumns
from bot.emulator import Emulator, emulating
from bot.emulator.server import TOKEN
from bot.store import Store
from bot.store.chats import Chats

PATIENCE_SECONDS = 90
MINUTE = 60_000
ENOUGH = {"binanceusdm.BTC-USDT-PERP.1h", "binanceusdm.ETH-USDT-PERP.1h", "etf.net_flow.btc"}


@asynccontextmanager
async def telegram():
    """Telegram, and two people who have spoken to the bot before, of whom the first acts."""
    async with emulating(Emulator()) as emulator:
        ann, bob = (emulator.person(name, user_id=number) for name, number in (("Ann", 7), ("Bob", 8)))
        ann.chat.started = bob.chat.started = True
        yield emulator, ann


async def answer(emulator, containing):
    """The first text with these words in it."""

    def found():
        texts = [call.said["text"] for call in emulator.of("sendMessage", "editMessageText")]
        return next((text for text in texts if containing in text), None)

    await emulator.until(found, PATIENCE_SECONDS)
    return found()


def sent(emulator):
    return emulator.of("sendMessage")


async def filled(store):
    """Returns when what a recap needs has been collected."""
    while not {c.name for c in await asyncio.to_thread(store.coverage)} >= ENOUGH:
        await asyncio.to_thread(store.coverage)


@asynccontextmanager
async def living(emulator, variables, database):
    """`recap run` on this emulator and the world of the variables, ended by SIGTERM."""
    environ = variables | {
        "RECAP_VENUES": "binance,gate",
        "RECAP_ASSETS": "BTC,ETH",
        "RECAP_TELEGRAM_TOKEN": TOKEN,
        "RECAP_DATABASE_URL": database,
        "RECAP_ENDPOINTS": f"{variables['RECAP_ENDPOINTS']},api.telegram.org={emulator.address}",
    }
    command = (sys.executable, "-m", "bot.app.cli", "run")
    process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.PIPE)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        error = (await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS))[1].decode()
        assert "Traceback" not in error, error


def test_a_bot_with_an_empty_store_collects_and_tells_a_recap_of_now(world, variables, tmp_path):
    database = f"sqlite:///{tmp_path / 'recap.sqlite3'}"

    async def scene():
        async with telegram() as (emulator, ann), living(emulator, variables, database) as process:
            with Store.open(database) as store:
                await asyncio.wait_for(filled(store), PATIENCE_SECONDS)
            await ann.says("/recap")
            return await answer(emulator, "Sources: "), process

    text, process = asyncio.run(scene())
    assert "Binance" in text.rpartition("Sources: ")[2]
    assert process.returncode == 0


def quiet_hours_of(venue, now):
    """Minutes of three hours in which next to nothing was closed."""
    last = now // MINUTE * MINUTE
    times = array("q", range(last - 180 * MINUTE, last + 1, MINUTE))
    kinds = {f"seconds.{venue}": 60.0, f"long.{venue}.btc": 1e4, f"short.{venue}.btc": 1e4}
    for kind, value in kinds.items():
        yield PointColumns(f"liquidations.minute.{kind}", times, times, array("d", [value] * len(times)))


def closures(count):
    """Frames of longs closed by force right now, a million USD each."""
    now = int(time() * 1000)
    order = {"s": "BTCUSDT", "S": "SELL", "p": "90000", "ap": "90000", "z": str(1e6 / 90_000)}
    return [json.dumps({"e": "forceOrder", "E": now, "o": order | {"T": now + n}}) for n in range(count)]


def test_a_wave_on_a_stream_is_told_within_seconds_and_once(world, variables, tmp_path):
    database = f"sqlite:///{tmp_path / 'recap.sqlite3'}"
    began = []

    async def storm(socket):
        await socket.send_str('{"result":null,"id":1}')
        while not await asyncio.to_thread(ready):
            pass
        began.append(time())
        for frame in closures(120):
            await socket.send_str(frame)
        async for _ in socket:
            pass

    def ready():
        with Store.open(database) as store:
            return {c.name for c in store.coverage()} >= ENOUGH

    world.sockets["fstream.binance.com/market/ws"] = storm
    with Store.open(database) as store:
        Chats(store).save(Chat(7, ChatKind.PRIVATE, alerts=Alerts(on=True, least_usd=5e6)))
        Chats(store).save(Chat(8, ChatKind.PRIVATE))
        with store.transaction() as transaction:
            for columns in quiet_hours_of("binance", int(time() * 1000)):
                transaction.write_points(columns, "Binance")

    async def scene():
        async with telegram() as (emulator, ann), living(emulator, variables, database):
            text = await answer(emulator, "of BTC longs liquidated")
            took = time() - began[0]
            await ann.says("/privacy")
            await emulator.until(lambda: len(sent(emulator)) >= 2, PATIENCE_SECONDS)
            return text, took, sent(emulator)

    text, took, calls = asyncio.run(scene())
    assert text.startswith("<b>Flash: at least $")
    assert took < 5
    assert sum("of BTC longs liquidated" in call.said["text"] for call in calls) == 1
