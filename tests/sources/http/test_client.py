"""Asking a host politely, and what every way of failing is called."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.batch import FaultKind, SourceFault
from bot.sources.hosts import Pace, Turns

URL, PATH = "https://data.example.org/v1/rows", "data.example.org/v1/rows"
SHORT = timedelta(seconds=0.05)
START = datetime(2026, 11, 24, 12, tzinfo=UTC)


def fault_of(asking, work, **options):
    with pytest.raises(SourceFault) as caught:
        asking(work, **options)
    return caught.value


def ask(client):
    return client.json(URL)


def test_an_answer_comes_from_the_address_set_in_the_host_s_place(far_end, asking):
    far_end.answers[PATH] = {"rows": [1, 2.5]}
    assert asking(lambda client: client.json(URL, params={"symbol": "BTC USDT", "n": "2"})) == {"rows": [1, 2.5]}
    assert far_end.asked[0].query == {"symbol": "BTC USDT", "n": "2"}


def test_a_body_is_sent_as_a_post_of_json(far_end, asking):
    far_end.answers[PATH] = lambda asked: asked.json
    assert asking(lambda client: client.json(URL, body={"type": "meta"})) == {"type": "meta"}
    assert far_end.asked[0].headers["Content-Type"] == "application/json"


def test_a_websocket_goes_where_its_host_was_moved(far_end, asking):
    async def greet(socket):
        await socket.send_str("hello")

    async def listen(client):
        async with ClientSession() as session, session.ws_connect(client.ws_url("wss://data.example.org/ws")) as socket:
            return (await socket.receive()).data

    far_end.sockets["data.example.org/ws"] = greet
    assert asking(listen) == "hello"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, FaultKind.REFUSED),
        (401, FaultKind.REFUSED),
        (403, FaultKind.BLOCKED),
        (404, FaultKind.REFUSED),
        (418, FaultKind.LIMITED),
        (429, FaultKind.LIMITED),
        (451, FaultKind.BLOCKED),
        (500, FaultKind.UNREACHABLE),
        (503, FaultKind.UNREACHABLE),
        (520, FaultKind.UNREACHABLE),
    ],
)
def test_a_status_is_named_and_healed_by_the_next_good_answer(far_end, asking, clock, in_turn, status, kind):
    far_end.answers[PATH] = status

    async def twice(client):
        with pytest.raises(SourceFault) as caught:
            await client.json(URL)
        far_end.answers[PATH] = {"rows": []}
        clock.set(clock.now() + (caught.value.wait or timedelta(0)))
        return caught.value, await client.json(URL)

    fault, healed = asking(twice)
    assert fault.kind == kind
    assert "data.example.org" in str(fault)
    assert healed == {"rows": []}


@pytest.mark.parametrize("status", [403, 451])
def test_a_host_that_is_closed_to_us_is_left_alone_for_a_day(far_end, asking, clock, status):
    far_end.answers[PATH] = status

    async def insist(client):
        waits = []
        for _ in range(3):
            with pytest.raises(SourceFault) as caught:
                await client.json(URL)
            assert caught.value.kind == FaultKind.BLOCKED
            waits.append(caught.value.wait)
            clock.set(clock.now() + timedelta(hours=8))
        return waits

    assert asking(insist) == [timedelta(hours=hours) for hours in (24, 16, 8)]
    assert len(far_end.asked) == 1


@pytest.mark.parametrize("status", [418, 429])
def test_a_short_retry_after_is_waited_for(far_end, asking, clock, in_turn, reply, status):
    far_end.answers[PATH] = in_turn(reply(status=status, headers={"Retry-After": "7"}), {"rows": []})
    assert asking(ask) == {"rows": []}
    assert clock.passed == 7


def test_a_long_retry_after_is_handed_on_and_the_host_left_alone(far_end, asking, reply):
    far_end.answers[PATH] = reply(status=418, headers={"Retry-After": "7200"})

    async def insist(client):
        for _ in range(2):
            with pytest.raises(
                SourceFault, match=r"asked too often \(status 418\); it is left alone for 2 hours"
            ) as no:
                await client.json(URL)
        return no.value.wait

    assert asking(insist) == timedelta(hours=2)
    assert len(far_end.asked) == 1


def test_a_retry_after_may_be_a_date(far_end, asking, reply):
    date = "Tue, 24 Nov 2026 14:00:00 GMT"
    far_end.answers[PATH] = reply(status=429, headers={"Retry-After": date})
    assert fault_of(asking, ask).wait == timedelta(hours=2)


@pytest.mark.parametrize("text", ["soon", "-5", "1e400", ""])
def test_a_retry_after_that_is_none_means_a_minute(far_end, asking, reply, text):
    far_end.answers[PATH] = reply(status=429, headers={"Retry-After": text})
    assert timedelta(seconds=1) <= fault_of(asking, ask).wait <= timedelta(days=3)


def test_a_fault_that_passes_is_tried_again_with_growing_pauses(far_end, asking, clock, in_turn, reply):
    far_end.answers[PATH] = in_turn(502, reply("half", torn=True), reply(silent=True), {"rows": [1]})
    assert asking(ask, timeout=SHORT) == {"rows": [1]}
    pauses = [wait.total_seconds() for wait in clock.waits]
    assert len(pauses) == 3
    assert all(longest / 2 <= pause <= longest for pause, longest in zip(pauses, (1, 2, 4), strict=True))


def test_trying_again_has_an_end(far_end, asking, clock):
    far_end.answers[PATH] = 502
    assert fault_of(asking, ask).kind == FaultKind.UNREACHABLE
    assert len(far_end.asked) == 4
    assert clock.passed <= 30


@pytest.mark.parametrize(
    ("torn", "silent", "words"), [(True, False, "broke off in the middle"), (False, True, "didn't answer in time")]
)
def test_what_happened_to_the_connection_is_told(far_end, asking, reply, torn, silent, words):
    far_end.answers[PATH] = reply("{", torn=torn, silent=silent)
    assert words in str(fault_of(asking, ask, timeout=SHORT))


def test_a_host_that_isn_t_there_can_t_be_reached(asking, far_end):
    far_end.answers["other.example.org/"] = {}

    async def nowhere(client):
        return await client.json("http://127.0.0.1:9/rows")

    assert fault_of(asking, nowhere).kind == FaultKind.UNREACHABLE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE html><html>Get your apikey</html>", "a web page instead of data"),
        ('{"rows": [1, 2', "broken JSON"),
        ("", "answered with nothing"),
        ('{"price": NaN}', "no numbers"),
        ("[" * 100_000, "no numbers"),
    ],
)
def test_a_text_that_is_no_json_is_garbled_at_once(far_end, asking, reply, text, words):
    far_end.answers[PATH] = reply(text)
    fault = fault_of(asking, ask)
    assert fault.kind == FaultKind.GARBLED
    assert words in str(fault)
    assert len(far_end.asked) == 1


def test_an_answer_without_end_is_cut_off(far_end, asking, monkeypatch):
    monkeypatch.setattr("bot.sources.http.LARGEST", 1000)
    far_end.answers[PATH] = ["x" * 1001]
    assert fault_of(asking, ask).kind == FaultKind.GARBLED


def test_a_text_unchanged_isn_t_sent_twice(far_end, asking, reply):
    def feed(asked):
        if asked.headers.get("If-None-Match") == '"v1"':
            return reply(status=304)
        return reply("<rss/>", headers={"ETag": '"v1"'})

    async def twice(client):
        return [await client.text(URL) for _ in range(2)]

    far_end.answers[PATH] = feed
    assert asking(twice) == ["<rss/>", "<rss/>"]
    assert "If-None-Match" not in far_end.asked[0].headers
    assert far_end.asked[1].headers["If-None-Match"] == '"v1"'


def test_questions_to_one_host_are_evenly_spaced(far_end, asking, clock):
    far_end.answers[PATH], pace = {}, Pace(4, timedelta(seconds=1))

    async def five(client):
        await asyncio.gather(*(client.json(URL, pace=pace) for _ in range(5)))

    asking(five)
    assert clock.passed == 1


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=60), st.integers(1, 20), st.integers(100, 5000))
def test_no_window_ever_holds_more_questions_than_allowed(arrivals, questions, window_ms):
    window = timedelta(milliseconds=window_ms)
    turns, pace, now, taken = Turns(), Pace(questions, window), START, []
    for gap in arrivals:
        now += timedelta(milliseconds=gap)
        taken.append(turns.take("a", pace, now))
    rounding = timedelta(microseconds=questions)
    assert all(taken[i + questions] - taken[i] >= window - rounding for i in range(len(taken) - questions))


@pytest.mark.parametrize(("hours", "way"), [(1, "behind"), (-1, "ahead")])
def test_a_clock_an_hour_off_is_named_and_nothing_is_believed(far_end, asking, hours, way):
    far_end.answers[PATH], far_end.ahead = {"rows": [1]}, timedelta(hours=hours)
    fault = fault_of(asking, ask)
    assert fault.kind == FaultKind.CLOCK
    assert f"3,600 seconds {way}" in str(fault)


def test_a_clock_set_right_heals_and_can_be_asked_about(far_end, asking):
    far_end.answers[PATH], far_end.ahead = {"rows": [1]}, timedelta(hours=1)

    async def set_right(client):
        with pytest.raises(SourceFault):
            await client.json(URL)
        assert client.clock_fault().kind == FaultKind.CLOCK
        far_end.ahead = timedelta(seconds=5)
        return await client.json(URL), client.clock_fault()

    assert asking(set_right) == ({"rows": [1]}, None)


def test_one_host_with_a_wrong_clock_of_its_own_accuses_nobody(far_end, asking, reply):
    far_end.answers |= {"a.example.org/": {}, "b.example.org/": {}}
    far_end.answers["odd.example.org/"] = reply({}, headers={"Date": "Tue, 24 Nov 2026 03:00:00 GMT"})

    async def all_three(client):
        return [await client.json(f"https://{name}.example.org/") for name in ("a", "odd", "b")]

    assert asking(all_three) == [{}, {}, {}]


def test_an_answer_from_a_cache_is_as_old_as_it_says(far_end, asking, reply):
    far_end.answers[PATH] = reply({}, headers={"Date": "Tue, 24 Nov 2026 11:00:00 GMT", "Age": "3600"})
    assert asking(ask) == {}


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
def test_a_key_is_never_told(far_end, asking, status):
    far_end.answers[PATH] = status

    async def with_keys(client):
        await client.json(URL, params={"api_key": "s3cret"}, headers={"x-api-key": "s3cret"})

    fault = fault_of(asking, with_keys)
    assert "s3cret" not in f"{fault} {fault!r} {fault.__cause__}"
    assert fault.__suppress_context__ or fault.__context__ is None


def test_a_key_refused_closes_the_host_for_that_key_alone(far_end, asking):
    far_end.answers[PATH] = lambda asked: 403 if "api_key" in asked.query else {"rows": []}

    async def with_and_without(client):
        with pytest.raises(SourceFault, match="doesn't accept the key") as caught:
            await client.json(URL, params={"api_key": "wrong"})
        assert caught.value.kind == FaultKind.REFUSED
        return await client.json(URL)

    assert asking(with_and_without) == {"rows": []}


def test_a_key_goes_to_nobody_else(far_end, asking, reply):
    far_end.answers[PATH] = reply(status=302, headers={"Location": "https://elsewhere.example.org/"})
    far_end.answers["elsewhere.example.org/"] = {"rows": []}
    assert asking(ask) == {"rows": []}
    fault = fault_of(asking, lambda client: client.json(URL, params={"api_key": "s3cret"}))
    assert fault.kind == FaultKind.REFUSED
    assert not any("api_key" in asked.query for asked in far_end.of("elsewhere"))


def test_whoever_sends_on_in_circles_is_no_answer(far_end, asking, reply):
    far_end.answers[PATH] = reply(status=302, headers={"Location": URL})
    assert fault_of(asking, ask).kind == FaultKind.GARBLED
    assert len(far_end.of(PATH)) <= 6
