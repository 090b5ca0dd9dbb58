"""The running bot on live data: an empty store fills, and whoever asks gets a recap of now."""

import asyncio
import importlib.util
import json
import signal
import sys
from array import array
from contextlib import asynccontextmanager
from pathlib import Path
from time import time

from bot.domain.chats import Alerts, Chat, ChatKind
from bot.domain.series import PointColumns
from bot.store import Store
from bot.store.chats import Chats

_spec = importlib.util.spec_from_file_location("live_wire", Path(__file__).parents[1] / "chat" / "wire.py")
far_end = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(far_end)

PATIENCE_SECONDS = 90
MINUTE = 60_000
ENOUGH = {"binanceusdm.BTC-USDT-PERP.1h", "binanceusdm.ETH-USDT-PERP.1h", "etf.net_flow.btc"}


def asks(text, update_id):
    person = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    chat = {"id": 7, "type": "private", "first_name": "Ann"}
    entity = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
    message = {"message_id": update_id, "date": int(time()), "chat": chat, "from": person, "text": text}
    return {"update_id": update_id, "message": message | {"entities": [entity]}}


async def answer(wire, containing):
    """The first text with these words in it."""

    def found():
        texts = [call.text for call in wire.calls if call.method in {"sendMessage", "editMessageText"}]
        return next((text for text in texts if containing in text), None)

    async with wire.changed:
        await asyncio.wait_for(wire.changed.wait_for(found), PATIENCE_SECONDS)
    return found()


def sent(wire):
    return [call for call in wire.calls if call.method == "sendMessage"]


async def filled(store):
    """Returns when what a recap needs has been collected."""
    while not {c.name for c in await asyncio.to_thread(store.coverage)} >= ENOUGH:
        await asyncio.to_thread(store.coverage)


@asynccontextmanager
async def living(wire, variables, database):
    """`recap run` on this wire and the world of the variables, ended by SIGTERM."""
    environ = variables | {
        "RECAP_VENUES": "binance,gate",
        "RECAP_ASSETS": "BTC,ETH",
        "RECAP_TELEGRAM_TOKEN": far_end.TOKEN,
        "RECAP_DATABASE_URL": database,
        "RECAP_ENDPOINTS": f"{variables['RECAP_ENDPOINTS']},api.telegram.org={wire.base_url.removesuffix('/bot')}",
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
        async with far_end.serving() as wire, living(wire, variables, database) as process:
            with Store.open(database) as store:
                await asyncio.wait_for(filled(store), PATIENCE_SECONDS)
            await wire.push(asks("/recap", 1))
            return await answer(wire, "Sources: "), process

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
        async with far_end.serving() as wire, living(wire, variables, database):
            text = await answer(wire, "of BTC longs liquidated")
            took = time() - began[0]
            await wire.push(asks("/privacy", 1))
            async with wire.changed:
                await asyncio.wait_for(wire.changed.wait_for(lambda: len(sent(wire)) >= 2), PATIENCE_SECONDS)
            return text, took, sent(wire)

    text, took, calls = asyncio.run(scene())
    assert text.startswith("<b>Flash: at least $")
    assert took < 5
    assert sum("of BTC longs liquidated" in call.text for call in calls) == 1
