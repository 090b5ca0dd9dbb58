"""Updates that Telegram brings itself."""

import asyncio
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.chat import webhook as webhook_module
from bot.chat.webhook import SECRET_HEADER, webhook

SECRET = "right_secret-1"


@asynccontextmanager
async def called(talk):
    """A session and the address Telegram would call."""
    app = web.Application()
    app.router.add_post("/hook", webhook(talk.application, SECRET))
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield session, f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/hook"
    finally:
        await runner.cleanup()


async def post(session, url, body, secret=SECRET, content_type="application/json"):
    headers = {"Content-Type": content_type} | ({SECRET_HEADER: secret} if secret is not None else {})
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with session.post(url, data=data, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "text/plain"])
def test_an_update_is_taken_whatever_a_proxy_made_of_its_content_type(talking, content_type):
    async def story():
        async with talking() as talk, called(talk) as (session, url):
            update = talk.update(message=talk.message("/recap"))
            assert await post(session, url, update, content_type=content_type) == 200
            await talk.emulator.until(lambda: talk.messages)

    asyncio.run(story())


def test_an_update_called_twice_is_handled_once(talking):
    async def story():
        async with talking() as talk, called(talk) as (session, url):
            update = talk.update(message=talk.message("/recap"))
            assert [await post(session, url, update) for _ in range(3)] == [200] * 3
            assert await post(session, url, talk.update(message=talk.message("/help"))) == 200
            await talk.emulator.until(lambda: any("Recaps" in call.text for call in talk.messages))
            assert len(talk.messages) == 2

    asyncio.run(story())


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", "ünïcode"])
def test_without_the_right_secret_nothing_is_taken(talking, secret):
    async def story():
        async with talking() as talk, called(talk) as (session, url):
            assert await post(session, url, talk.update(message=talk.message("/recap")), secret) == 403
            assert talk.application.update_queue.empty()

    asyncio.run(story())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"3", b"{}", b'{"update_id": "x"}', b"\xff\xfe"])
def test_what_is_no_update_is_refused_without_a_fault(talking, body):
    async def story():
        async with talking() as talk, called(talk) as (session, url):
            assert await post(session, url, body) == 400

    asyncio.run(story())


def test_an_update_the_library_cannot_read_is_taken_and_passed_over(talking):
    async def story():
        async with talking() as talk, called(talk) as (session, url):
            assert await post(session, url, {"update_id": 1, "message": 7}) == 200
            assert talk.application.update_queue.empty()

    asyncio.run(story())


def test_telegram_is_asked_to_call_again_when_too_much_waits(talking, monkeypatch):
    async def story():
        async with talking() as talk, called(talk) as (session, url):
            monkeypatch.setattr(webhook_module, "MOST_WAITING", 0)
            assert await post(session, url, talk.update(message=talk.message("/recap"))) == 503

    asyncio.run(story())
