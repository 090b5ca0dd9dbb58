"""The real websocket client against a venue on loopback, through everything a venue does on a bad day."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.domain.liquidations import Side
from bot.sources.batch import FaultKind
from bot.sources.streams_dialects import Binance, Bybit, Okx, dialects

BYBIT_ACK = '{"success":true,"ret_msg":"","conn_id":"a","req_id":"0","op":"subscribe"}'
T0 = 1_795_521_600_000  # 2026-11-24 12:00 UTC


def forced(second=0, quantity="1", side="SELL", symbol="BTCUSDT"):
    order = {"s": symbol, "S": side, "p": "90000", "ap": "90000", "l": "0", "z": quantity, "T": T0 + 1000 * second}
    return json.dumps({"e": "forceOrder", "E": T0, "o": order})


def bybit(rows, ts=T0):
    data = [{"T": T0 + n, "s": "BTCUSDT", "S": side, "v": "1", "p": "90000"} for n, side in rows]
    return json.dumps({"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": ts, "data": data})


def okx(*details, instrument="BTC-USDT-SWAP"):
    rows = [{"posSide": "long", "side": "sell", "bkPx": "90000", "sz": "100", "ts": str(T0 + n)} for n in details]
    arg = {"channel": "liquidation-orders", "instType": "SWAP"}
    return json.dumps({"arg": arg, "data": [{"instId": instrument, "instType": "SWAP", "details": rows}]})


def says(venue, *frames, hold=True):
    """A far end that says these frames on each connection, then listens or closes."""

    async def talk(socket, _):
        for frame in frames:
            await socket.send_str(frame)
        if hold:
            await venue.listen(socket)
        else:
            await socket.close()

    return talk


def heard_by(bench, dialect, *frames, enough):
    """What the listener got of these frames."""

    async def run():
        bench.venue.talk = says(bench.venue, *frames)
        async with bench.listening(dialect, bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: enough(bench.ear))
        return bench.ear

    return asyncio.run(run())


def test_every_closure_of_a_burst_arrives_in_order(bench):
    frames = [bybit([(500 * f + n, "Buy") for n in range(500)]) for f in range(40)]
    ear = heard_by(bench, Bybit(["BTC"]), BYBIT_ACK, *frames, enough=lambda e: len(e.events) >= 20_000)
    assert len(ear.events) == 20_000
    assert [e.time for e in ear.events] == sorted(e.time for e in ear.events)
    assert {e.side for e in ear.events} == {Side.LONG}


def test_every_entry_of_okxs_details_counts(bench, okx_sizes):
    async def sizes():
        return okx_sizes

    ear = heard_by(bench, Okx(sizes), '{"event":"subscribe"}', okx(1, 2, 3), enough=lambda e: e.events)
    assert [e.usd for e in ear.events] == [pytest.approx(90_000)] * 3


def test_binance_tells_one_closure_or_many_in_a_frame(bench):
    many = json.dumps([json.loads(forced(1)), json.loads(forced(2))])
    wrapped = json.dumps({"stream": "!forceOrder@arr", "data": json.loads(forced(3))})
    ear = heard_by(
        bench, Binance(), '{"result":null,"id":1}', forced(0), many, wrapped, enough=lambda e: len(e.events) == 4
    )
    assert [e.time.second for e in ear.events] == [0, 1, 2, 3]


def test_garbage_between_closures_loses_none(bench):
    garbage = ["{", "[]", "null", "17", '"x"', '{"topic":"allLiquidation.BTCUSDT"}', "[" * 5000]
    garbage += [json.dumps({"topic": "allLiquidation.X", "data": [{"s": "BTCUSDT"}, None, 3]})]
    frames = [frame for n, bad in enumerate(garbage) for frame in (bad, bybit([(n, "Sell")]))]
    ear = heard_by(bench, Bybit(["BTC"]), *frames, enough=lambda e: len(e.events) == len(garbage))
    assert {e.side for e in ear.events} == {Side.SHORT}
    assert "Bybit sent 3 rows that can't be read" in ear.notes
    assert len(ear.log) == 1


def test_a_bad_row_spoils_no_other(bench):
    frame = json.loads(bybit([(0, "Buy"), (1, "Buy"), (2, "Buy")]))
    frame["data"][1]["v"] = "many"
    ear = heard_by(bench, Bybit(["BTC"]), json.dumps(frame), enough=lambda e: e.notes)
    assert len(ear.events) == 2


def test_binary_frames_are_noted(bench):
    async def talk(socket, _):
        await socket.send_bytes(b"\x00")
        await socket.send_str(bybit([(0, "Buy")]))
        await bench.venue.listen(socket)

    async def run():
        bench.venue.talk = talk
        async with bench.listening(Bybit(["BTC"]), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.events)

    asyncio.run(run())
    assert bench.ear.notes == ["bybit sent a binary frame"]


def test_two_closures_alike_in_one_frame_are_two_and_a_frame_told_again_is_none(bench):
    twins = bybit([(5, "Buy"), (5, "Buy")])
    ear = heard_by(
        bench,
        Bybit(["BTC"]),
        twins,
        twins,
        bybit([(6, "Buy")]),
        enough=lambda e: any(v.time.microsecond == 6000 for v in e.events),
    )
    assert len(ear.events) == 3


def test_a_backlog_after_reconnecting_tells_only_what_was_missed(bench, okx_sizes):
    async def sizes():
        return okx_sizes

    async def talk(socket, n):
        await socket.send_str('{"event":"subscribe"}')
        await socket.send_str(okx(1, 2) if n == 1 else okx(1, 2, 3, 4))
        if n == 1:
            await socket.close()
        else:
            await bench.venue.listen(socket)

    async def run():
        bench.venue.talk = talk
        async with bench.listening(Okx(sizes), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.faults)
            await bench.clock.pass_by(seconds=2)
            await bench.until(lambda: len(bench.ear.events) >= 4)

    asyncio.run(run())
    assert [e.time.microsecond // 1000 for e in bench.ear.events] == [1, 2, 3, 4]
    assert [what for what, *_ in bench.ear.log] == ["connected", "lost", "connected"]


def test_a_venue_that_hangs_up_mid_burst_is_asked_again_ever_more_slowly(bench):
    pauses = []

    async def run():
        bench.venue.talk = says(bench.venue, BYBIT_ACK, bybit([(0, "Buy")]), hold=False)
        async with bench.listening(Bybit(["BTC"]), bench.venue, bench.ear, bench.clock):
            for n in range(9):
                await bench.until(lambda n=n: len(bench.ear.faults) == n + 1)
                await bench.settle()
                pauses.append(bench.clock.waits[0] - bench.clock.now())
                await bench.clock.pass_to(bench.clock.waits[0])

    asyncio.run(run())
    seconds = [pause.total_seconds() for pause in pauses]
    assert all(2**n / 2 <= pause <= 2**n for n, pause in zip(range(1, 6), seconds, strict=False))
    assert all(30 <= pause <= 60 for pause in seconds[6:])
    assert len(bench.ear.events) == 1
    assert "code 1000" in str(bench.ear.faults[0])


def test_a_connection_that_stood_for_a_minute_is_followed_by_a_short_pause(bench):
    async def talk(socket, n):
        await socket.send_str(BYBIT_ACK)
        if n == 3:
            await bench.venue.listen(socket, lambda text: '{"op":"pong"}' if "ping" in text else None)

    async def run():
        bench.venue.talk = talk
        async with bench.listening(Bybit(["BTC"]), bench.venue, bench.ear, bench.clock):
            for n in range(2):
                await bench.until(lambda n=n: len(bench.ear.faults) == n + 1)
                await bench.settle()
                await bench.clock.pass_to(bench.clock.waits[0])
            await bench.until(lambda: len(bench.ear.log) == 5)
            for n in range(3):
                await bench.clock.pass_by(seconds=20)
                await bench.until(lambda n=n: sum("ping" in said for said in bench.venue.said) == n + 1)
            bench.venue.talk = says(bench.venue, BYBIT_ACK)
            await bench.venue.close()
            await bench.until(lambda: len(bench.ear.faults) == 3)
            await bench.settle()
            return bench.clock.waits[0] - bench.clock.now()

    assert asyncio.run(run()) <= timedelta(seconds=1)


def test_half_a_frame_is_no_closure(bench):
    async def talk(socket, n):
        whole = bybit([(n, "Buy")]).encode()
        await socket.send_str(bybit([(0, "Buy")]))
        transport = bench.venue.transports[-1]
        # The frame's header promises all of its bytes; the line breaks in the middle of them.
        transport.write(bytes([0x81, 126, len(whole) >> 8, len(whole) & 255]) + whole[: len(whole) // 2])
        transport.close()

    async def run():
        bench.venue.talk = talk
        async with bench.listening(Bybit(["BTC"]), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.faults)

    asyncio.run(run())
    assert [e.time.microsecond for e in bench.ear.events] == [0]
    assert bench.ear.faults[0].kind is FaultKind.UNREACHABLE


def test_a_frame_in_pieces_is_one_frame(bench):
    async def talk(socket, _):
        whole = bybit([(0, "Buy")]).encode()
        transport, half = bench.venue.transports[-1], len(whole) // 2
        first, rest = whole[:half], whole[half:]
        transport.write(bytes([0x01, len(first)]) + first)
        await bench.settle()
        transport.write(bytes([0x80, len(rest)]) + rest)
        await bench.venue.listen(socket)

    async def run():
        bench.venue.talk = talk
        async with bench.listening(Bybit(["BTC"]), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.events)

    asyncio.run(run())
    assert len(bench.ear.events) == 1


def test_acknowledged_and_then_silent_is_connected_to_nothing(bench):
    async def run():
        bench.venue.talk = says(bench.venue, '{"result":null,"id":1}', forced())
        async with bench.listening(Binance(), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.events)
            begun = bench.clock.now()
            await bench.clock.pass_by(minutes=9)
            assert not bench.ear.faults
            await bench.clock.pass_by(minutes=1)
            await bench.until(lambda: bench.ear.faults)
        return begun

    begun = asyncio.run(run())
    # Nothing is sure since the last closure: the ten minutes after it are a gap.
    assert bench.ear.log[-1] == ("lost", "binance", begun)
    assert bench.ear.faults[0].kind is FaultKind.STALE
    assert json.loads(bench.venue.said[0])["params"] == ["!forceOrder@arr"]


def test_a_quiet_venue_that_answers_pings_is_left_connected(bench):
    async def talk(socket, _):
        await socket.send_str(BYBIT_ACK)
        await bench.venue.listen(socket, lambda text: '{"op":"pong"}' if "ping" in text else None)

    async def run():
        bench.venue.talk = talk
        async with bench.listening(Bybit(["BTC"]), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.log)
            for n in range(30):
                await bench.clock.pass_by(seconds=20)
                await bench.until(lambda n=n: bench.venue.said.count('{"op":"ping"}') == n + 1)
                await bench.settle()

    asyncio.run(run())
    assert not bench.ear.faults


def test_a_venue_that_answers_no_ping_is_gone(bench):
    async def run():
        bench.venue.talk = says(bench.venue, BYBIT_ACK)
        async with bench.listening(Bybit(["BTC"]), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.log)
            await bench.clock.pass_by(seconds=61)
            await bench.until(lambda: bench.ear.faults)

    asyncio.run(run())
    assert "answers no more" in str(bench.ear.faults[0])


@pytest.mark.parametrize("status", [403, 451])
def test_a_venue_that_blocks_is_left_alone_for_a_day(bench, status):
    async def run():
        bench.venue.status = status
        async with bench.listening(Binance(), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.faults)
            await bench.clock.pass_by(hours=23)
            assert bench.venue.connections == 1
            await bench.clock.pass_by(hours=1)
            await bench.until(lambda: bench.venue.connections == 2)

    asyncio.run(run())
    assert bench.ear.faults[0].kind is FaultKind.BLOCKED
    assert f"binance: refused the stream with HTTP {status}" in str(bench.ear.faults[0])


@pytest.mark.parametrize(("status", "kind"), [(429, FaultKind.LIMITED), (503, FaultKind.UNREACHABLE)])
def test_other_refusals_are_tried_again(bench, status, kind):
    async def run():
        bench.venue.status = status
        async with bench.listening(Binance(), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.faults)
            await bench.settle()
            await bench.clock.pass_to(bench.clock.waits[0])
            await bench.until(lambda: bench.venue.connections == 2)

    asyncio.run(run())
    assert bench.ear.faults[0].kind is kind


def test_nobody_there_is_a_fault_and_no_end(bench):
    async def run():
        async with bench.serving(bench.venue):
            pass
        async with bench.listening(Binance(), bench.venue, bench.ear, bench.clock) as task:
            bench.venue.status = 500
            await bench.until(lambda: bench.ear.faults)
            assert not task.done()

    asyncio.run(run())


def test_an_unknown_symbol_is_left_out_and_the_others_are_asked_for_again(bench):
    def answers(text):
        asked = json.loads(text)
        if asked["op"] != "subscribe":
            return None
        fine = "allLiquidation.NOPEUSDT" not in asked["args"]
        said = {"success": fine, "ret_msg": "" if fine else "Invalid symbol", "req_id": asked["req_id"]}
        return json.dumps(said | {"op": "subscribe"})

    async def talk(socket, _):
        await bench.venue.listen(socket, answers)

    async def run():
        bench.venue.talk = talk
        async with bench.listening(Bybit(["BTC", "NOPE", "ETH"]), bench.venue, bench.ear, bench.clock):
            await bench.until(lambda: bench.ear.notes and bench.ear.log and len(bench.venue.said) == 4)

    asyncio.run(run())
    assert bench.ear.notes == ["Bybit says: Invalid symbol"]
    assert [json.loads(said)["args"] for said in bench.venue.said[1:]] == [
        ["allLiquidation.BTCUSDT"],
        ["allLiquidation.NOPEUSDT"],
        ["allLiquidation.ETHUSDT"],
    ]


def test_many_symbols_are_asked_for_in_chunks():
    topics = [json.loads(line)["args"] for line in Bybit([f"A{n}" for n in range(23)]).hello()]
    assert [len(chunk) for chunk in topics] == [10, 10, 3]


def test_venues_without_a_stream_are_left_out():
    async def sizes():
        return {}

    chosen = dialects(("binance", "kraken", "okx"), ["BTC"], sizes)
    assert [dialect.venue for dialect in chosen] == ["binance", "okx"]
