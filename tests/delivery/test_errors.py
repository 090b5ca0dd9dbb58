"""Every way a call can fail means one thing, in Telegram's words and in the transport's."""

import asyncio
import json
import socket
import warnings
from datetime import timedelta

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.delivery.errors import Meaning, Verdict, classify

SAID = [
    (403, "Forbidden: bot was blocked by the user", "gone"),
    (403, "Forbidden: user is deactivated", "gone"),
    (403, "Forbidden: bot was kicked from the group chat", "gone"),
    (403, "Forbidden: bot was kicked from the supergroup chat", "gone"),
    (403, "Forbidden: bot was kicked from the channel chat", "gone"),
    (403, "Forbidden: bot is not a member of the supergroup chat", "gone"),
    (403, "Forbidden: bot is not a member of the channel chat", "gone"),
    (403, "Forbidden: the group chat was deleted", "gone"),
    (403, "Forbidden: bot can't initiate conversation with a user", "gone"),
    (403, "Forbidden: bot can't send messages to bots", "gone"),
    (400, "Bad Request: chat not found", "gone"),
    (400, "Bad Request: private chat not found", "gone"),
    (400, "Bad Request: group is deactivated", "gone"),
    (400, "Bad Request: PEER_ID_INVALID", "gone"),
    (400, "Bad Request: USER_ID_INVALID", "gone"),
    (400, "Bad Request: CHANNEL_PRIVATE", "gone"),
    (400, "Bad Request: not enough rights to send photos to the chat", "no_photo_right"),
    (400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", "no_photo_right"),
    (400, "Bad Request: not enough rights to send text messages to the chat", "rights"),
    (400, "Bad Request: have no rights to send a message", "rights"),
    (400, "Bad Request: need administrator rights in the channel chat", "rights"),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "rights"),
    (400, "Bad Request: CHAT_ADMIN_REQUIRED", "rights"),
    (400, "Bad Request: CHAT_RESTRICTED", "rights"),
    (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", "rights"),
    (403, "Forbidden: something new about rights", "rights"),
    (400, "Bad Request: message thread not found", "topic"),
    (400, "Bad Request: TOPIC_CLOSED", "topic"),
    (400, "Bad Request: TOPIC_DELETED", "topic"),
    (400, "Bad Request: message to be replied not found", "reply_gone"),
    (400, "Bad Request: wrong file_id or the file is temporarily unavailable", "photo"),
    (400, 'Bad Request: can\'t parse entities: Unsupported start tag "foo" at byte offset 12', "content"),
    (400, "Bad Request: message is too long", "content"),
    (400, "Bad Request: Text is too long", "content"),
    (400, "Bad Request: message caption is too long", "content"),
    (400, "Bad Request: message text is empty", "content"),
    (400, "Bad Request: entities too long", "content"),
    (400, "Bad Request: BUTTON_URL_INVALID", "content"),
    (400, "Bad Request: BUTTON_DATA_INVALID", "content"),
    (400, "Bad Request: reply markup is too long", "content"),
    (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", "content"),
    (400, "Bad Request: Wrong HTTP URL specified", "content"),
    (400, "Bad Request: something nobody has seen", "content"),
    (413, "Request Entity Too Large", "content"),
    (400, "Bad Request: message is not modified: specified new message content is the same", "noop"),
    (400, "Bad Request: query is too old and response timeout expired or query ID is invalid", "noop"),
    (400, "Bad Request: message to edit not found", "vanished"),
    (400, "Bad Request: message to delete not found", "vanished"),
    (401, "Unauthorized", "auth"),
    (404, "Not Found", "auth"),
    (406, "Not Acceptable: FROZEN_METHOD_INVALID", "auth"),
    (409, "Conflict: terminated by other getUpdates request", "conflict"),
    (429, "Too Many Requests: retry after 7", "hold"),
    (500, "Internal Server Error", "maybe_sent"),
    (502, "Bad Gateway", "maybe_sent"),
    (504, "Gateway Timeout", "maybe_sent"),
]


async def failure(answer, **timeouts):
    """What the library raises when a server does `answer` with a request."""
    app = web.Application()
    app.router.add_post("/bot1:x/sendMessage", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    try:
        return await _sending(f"http://127.0.0.1:{port}/bot", **timeouts)
    finally:
        await runner.cleanup()


async def _sending(base_url, **timeouts):
    request = HTTPXRequest(httpx_kwargs={"verify": False}, **timeouts)
    bot = Bot("1:x", base_url=base_url, request=request, get_updates_request=request)
    try:
        with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever comes is the test's result
            await bot.send_message(1, "text")
        return raised.value
    finally:
        await request.shutdown()


def answering(status, document):
    async def answer(_request):
        return web.Response(status=status, text=json.dumps(document), content_type="application/json")

    return answer


@pytest.mark.parametrize(("status", "text", "meaning"), SAID)
def test_what_telegram_says_over_the_wire(status, text, meaning):
    document = {"ok": False, "error_code": status, "description": text}
    verdict = classify(asyncio.run(failure(answering(status, document))))
    assert verdict.meaning == meaning


def test_a_wait_is_told_in_seconds():
    document = {"ok": False, "description": "Too Many Requests: retry after 7", "parameters": {"retry_after": 7}}
    verdict = classify(asyncio.run(failure(answering(429, document))))
    assert (verdict.meaning, verdict.seconds) == (Meaning.HOLD, 7)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("Too Many Requests: retry after 31 (429)", 31), ("Too Many Requests", 5), ("FLOOD_WAIT_12", 12)],
)
def test_a_wait_is_read_from_the_text_where_parameters_are_missing(text, seconds):
    assert classify(NetworkError(text)).seconds == seconds


@pytest.mark.parametrize("told", ["true", "false"])
def test_a_wait_is_read_from_either_kind_of_number(monkeypatch, told):
    monkeypatch.setenv("PTB_TIMEDELTA", told)
    with warnings.catch_warnings(action="ignore"):
        error = RetryAfter(timedelta(seconds=9))
        assert classify(error) == Verdict(Meaning.HOLD, str(error), 9.0)


def test_a_migration_names_the_new_chat():
    document = {
        "ok": False,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -1009},
    }
    verdict = classify(asyncio.run(failure(answering(400, document))))
    assert (verdict.meaning, verdict.new_id) == (Meaning.MIGRATED, -1009)


def test_an_answer_that_takes_too_long_may_have_been_sent():
    async def silence(_request):
        await asyncio.Event().wait()

    assert classify(asyncio.run(failure(silence, read_timeout=0.05))).meaning == "maybe_sent"


def test_a_connection_closed_without_answer_may_have_been_sent():
    async def hang_up(request):
        request.transport.close()
        return web.Response()

    assert classify(asyncio.run(failure(hang_up))).meaning == "maybe_sent"


@pytest.mark.parametrize("text", ['{"ok":true,"result":{"mess', "<html>Bad</html>", '{"ok":false}'])
def test_an_answer_that_is_none_may_have_been_sent(text):
    async def answer(_request):
        return web.Response(text=text, content_type="application/json")

    assert classify(asyncio.run(failure(answer))).meaning == "maybe_sent"


def test_an_html_page_of_a_gateway_may_have_been_sent():
    async def page(_request):
        return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")

    assert classify(asyncio.run(failure(page))).meaning == "maybe_sent"


def test_a_refused_connection_was_surely_not_sent():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert classify(asyncio.run(_sending(f"http://127.0.0.1:{port}/bot"))).meaning == "not_sent"


def test_a_full_pool_was_surely_not_sent():
    async def crowd():
        arrived, leave = asyncio.Event(), asyncio.Event()

        async def wait(_request):
            arrived.set()
            await leave.wait()
            return web.json_response({"ok": True, "result": True})

        app = web.Application()
        app.router.add_post("/bot1:x/sendMessage", wait)
        runner = web.AppRunner(app, shutdown_timeout=0.01)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/bot"
        request = HTTPXRequest(connection_pool_size=1, pool_timeout=0.05)
        first = asyncio.create_task(request.post(f"{url}1:x/sendMessage"))
        await arrived.wait()
        try:
            with pytest.raises(TelegramError) as raised:
                await request.post(f"{url}1:x/sendMessage")
        finally:
            leave.set()
            await first
            await request.shutdown()
            await runner.cleanup()
        return classify(raised.value)

    assert asyncio.run(crowd()).meaning == "not_sent"


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (BadRequest("message to be replied not found"), "reply_gone"),
        (Forbidden("bot was blocked by the user"), "gone"),
        (InvalidToken("Unauthorized"), "auth"),
        (Conflict("terminated"), "conflict"),
        (KeyError("result"), "maybe_sent"),
        (ValueError("no JSON"), "maybe_sent"),
    ],
)
def test_any_error_is_judged(error, meaning):
    assert classify(error).meaning == meaning


def test_every_error_has_a_reason():
    assert classify(TimeoutError()).reason == "TimeoutError"
