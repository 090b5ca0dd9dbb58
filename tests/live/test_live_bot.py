"""The running bot on live data: an empty store fills, and whoever asks gets a recap of now."""

import asyncio
import importlib.util
import signal
import sys
from pathlib import Path
from time import time

from bot.store import Store

_spec = importlib.util.spec_from_file_location("live_wire", Path(__file__).parents[1] / "chat" / "wire.py")
far_end = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(far_end)

PATIENCE_SECONDS = 90
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


async def filled(store):
    """Returns when what a recap needs has been collected."""
    while not {c.name for c in await asyncio.to_thread(store.coverage)} >= ENOUGH:
        await asyncio.to_thread(store.coverage)


def test_a_bot_with_an_empty_store_collects_and_tells_a_recap_of_now(world, variables, tmp_path):
    async def scene():
        async with far_end.serving() as wire:
            environ = variables | {
                "RECAP_VENUES": "binance,gate",
                "RECAP_ASSETS": "BTC,ETH",
                "RECAP_TELEGRAM_TOKEN": far_end.TOKEN,
                "RECAP_DATABASE_URL": f"sqlite:///{tmp_path / 'recap.sqlite3'}",
                "RECAP_ENDPOINTS": f"{variables['RECAP_ENDPOINTS']},"
                f"api.telegram.org={wire.base_url.removesuffix('/bot')}",
            }
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.app.cli", "run", env=environ, stderr=asyncio.subprocess.PIPE
            )
            try:
                with Store.open(environ["RECAP_DATABASE_URL"]) as store:
                    await asyncio.wait_for(filled(store), PATIENCE_SECONDS)
                await wire.push(asks("/recap", 1))
                return await answer(wire, "Sources: "), process
            finally:
                process.send_signal(signal.SIGTERM)
                error = (await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS))[1].decode()
                assert "Traceback" not in error, error

    text, process = asyncio.run(scene())
    assert "Binance" in text.rpartition("Sources: ")[2]
    assert process.returncode == 0
