"""Public sources through the real client, and what an operator may count on whatever a host does."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sources.batch import FaultKind, SourceFault
from bot.sources.endpoints import Endpoints, host_of
from bot.sources.feeds import Feed
from bot.sources.http_memory import LONGEST, MOST_ADDRESSES, Memory
from bot.sources.sentiment import FearGreed

HOST = "data.example.org"
URL, PATH = f"https://{HOST}/v1/rows", f"{HOST}/v1/rows"
SHORT = timedelta(seconds=0.05)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOODS, NEWS = "api.alternative.me/fng/", "news.example.org/rss"
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><item><title>Bitcoin falls</title>'
    "<link>https://news.example.org/a</link><pubDate>Tue, 24 Nov 2026 11:30:00 GMT</pubDate></item></channel></rss>"
)


def mood(value="21", day=datetime(2026, 11, 24, tzinfo=UTC)):
    return {"metadata": {"error": None}, "data": [{"timestamp": str(int(day.timestamp())), "value": value}]}


def visit_moods(client):
    return FearGreed(client).fetch(NOW - timedelta(days=2), NOW)


def visit_news(client):
    return Feed(client, "Outlet", f"https://{NEWS}").fetch(NOW, NOW)


def fault_of(asking, work, **options):
    with pytest.raises(SourceFault) as caught:
        asking(work, **options)
    return caught.value


@pytest.mark.parametrize("asked", ["https://a.example.org/v1/x?n=1", "http://A.example.org/v1/x?n=1"])
def test_the_path_of_a_base_stands_before_the_path_asked_for(asked):
    assert Endpoints({"a.example.org": "http://127.0.0.1:9/base/"}).http(asked) == "http://127.0.0.1:9/base/v1/x?n=1"


@pytest.mark.parametrize(
    ("base", "moved"),
    [
        ("http://127.0.0.1:9/p", "ws://127.0.0.1:9/p/ws?s=1"),
        ("https://relay.example.org", "wss://relay.example.org/ws?s=1"),
        ("ws://127.0.0.1:9", "ws://127.0.0.1:9/ws?s=1"),
    ],
)
def test_a_websocket_is_as_secure_as_the_address_in_its_place(base, moved):
    assert Endpoints({"a.example.org": base}).websocket("wss://a.example.org/ws?s=1") == moved


def test_a_host_that_has_no_other_address_stays_where_it_is():
    endpoints = Endpoints({"a.example.org": "http://127.0.0.1:9"})
    assert endpoints.http("https://www.a.example.org/x?n=1") == "https://www.a.example.org/x?n=1"
    assert host_of("https://a.example.org:8443/x") == "a.example.org"


def test_moods_come_through_the_real_client(far_end, asking):
    far_end.answers[MOODS] = mood()
    (found,) = asking(visit_moods).points
    assert list(found.columns.value) == [21.0]
    assert far_end.asked[0].query == {"limit": "4"}


def test_headlines_come_through_the_real_client(far_end, asking):
    far_end.answers[NEWS] = RSS
    assert [headline.title for headline in asking(visit_news).headlines] == ["Bitcoin falls"]


def test_a_feed_unchanged_since_its_date_is_told_again(far_end, asking, reply):
    date = "Tue, 24 Nov 2026 11:30:00 GMT"
    far_end.answers[NEWS] = lambda asked: (
        reply(status=304)
        if asked.headers.get("If-Modified-Since") == date
        else reply(RSS, 200, {"Last-Modified": date})
    )

    async def twice(client):
        feed = Feed(client, "Outlet", f"https://{NEWS}")
        return [await feed.fetch(NOW, NOW) for _ in range(2)]

    first, second = asking(twice)
    assert first == second
    assert first.headlines
    assert far_end.asked[1].headers["If-Modified-Since"] == date


@pytest.mark.parametrize("visit", [visit_moods, visit_news])
@pytest.mark.parametrize(
    ("status", "kind", "wait"),
    [
        (403, FaultKind.BLOCKED, timedelta(days=1)),
        (418, FaultKind.LIMITED, timedelta(hours=1)),
        (429, FaultKind.LIMITED, timedelta(hours=1)),
        (451, FaultKind.BLOCKED, timedelta(days=1)),
    ],
)
def test_a_source_hands_on_how_long_its_host_is_left_alone(far_end, asking, reply, visit, status, kind, wait):
    refusal = reply("<html>no</html>", status, {"Retry-After": "3600"})
    far_end.answers |= {MOODS: refusal, NEWS: refusal}
    fault = fault_of(asking, visit)
    assert (fault.kind, fault.wait) == (kind, wait)
    assert len(far_end.asked) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 520])
def test_a_source_notices_nothing_of_a_server_that_recovers(far_end, asking, in_turn, reply, status):
    far_end.answers[MOODS] = in_turn(reply("<html>oops</html>", status), mood("33"))
    (found,) = asking(visit_moods).points
    assert list(found.columns.value) == [33.0]


@pytest.mark.parametrize("text", ["<html><body>are you human?</body></html>", '{"metadata": {"error": null}, "da'])
def test_a_source_takes_nothing_of_a_page_or_half_an_answer(far_end, asking, reply, text):
    far_end.answers[MOODS] = reply(text)
    fault = fault_of(asking, visit_moods)
    assert fault.kind is FaultKind.GARBLED
    assert "api.alternative.me" in str(fault)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 400},
        {"status": 401},
        {"status": 403},
        {"status": 418},
        {"status": 429},
        {"status": 451},
        {"status": 500},
        {"content": "<html>"},
        {"content": "{"},
        {"silent": True},
        {"content": "{", "torn": True},
    ],
    ids=str,
)
def test_every_fault_names_the_host_asked_for_and_nothing_of_the_question(far_end, asking, reply, answer):
    far_end.answers[PATH] = reply(**answer)
    question = {"params": {"symbol": "s3cret"}, "headers": {"x-api-key": "s3cret"}}
    told = str(fault_of(asking, lambda client: client.json(f"{URL}?token=s3cret", **question), timeout=SHORT))
    assert HOST in told
    assert not [word for word in ("s3cret", "symbol", "token", "127.0.0.1", "/v1") if word in told]


def test_a_feed_s_faults_are_unreachable_after_all_tries(far_end, asking, reply):
    far_end.answers[NEWS] = reply("<rss>", torn=True)
    assert fault_of(asking, visit_news).kind is FaultKind.UNREACHABLE
    assert len(far_end.asked) > 1


def test_the_memory_of_answers_is_bounded():
    memory, etag = Memory(), {"ETag": '"1"'}
    for n in range(MOST_ADDRESSES + 1):
        memory.keep(str(n), etag, "text")
    memory.keep("long", etag, "x" * (LONGEST + 1))
    assert memory.text("0") is None
    assert memory.text("long") is None
    assert memory.text(str(MOST_ADDRESSES)) == "text"


def test_an_answer_that_can_t_be_asked_for_again_is_forgotten():
    memory = Memory()
    memory.keep("a", {"ETag": '"1"'}, "old")
    memory.keep("a", {}, "new")
    assert (memory.conditions("a"), memory.text("a")) == ({}, None)
