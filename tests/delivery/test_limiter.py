"""The handlers' bot keeps the sender's pace, and answers to people come first."""

import asyncio

import pytest
from telegram.error import RetryAfter
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.delivery.limiter import POST, PacedRequests, cost
from bot.delivery.pacing import Pacer, Rates

ANN = 11


class Line:
    """The far end: answers, or refuses as often as it was told."""

    def __init__(self, clock, *refusals):
        self.clock, self.refusals, self.calls = clock, list(refusals), []

    async def __call__(self, *_args, **_kwargs):
        self.calls.append(round(self.clock.seconds(), 2))
        if self.refusals:
            raise RetryAfter(self.refusals.pop(0))
        return True


def asked(clock, line, *endpoints, chat_id=ANN, seconds=120, pacer=None):
    async def run():
        limiter = PacedRequests(pacer or Pacer(Rates(), clock))
        await limiter.initialize()
        tasks = [
            asyncio.create_task(limiter.process_request(line, (), {}, endpoint, {"chat_id": chat_id}, None))
            for endpoint in endpoints
        ]
        await clock.advance(seconds)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await limiter.shutdown()
        return results

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("endpoint", "data", "messages"),
    [
        ("sendMessage", {"chat_id": 1}, 1),
        ("editMessageText", {"chat_id": 1}, 1),
        ("sendMediaGroup", {"chat_id": 1, "media": [1, 2, 3]}, 3),
        ("copyMessages", {"chat_id": 1, "message_ids": [1, 2]}, 2),
        ("forwardMessage", {"chat_id": 1}, 1),
        ("getChatMember", {"chat_id": 1}, 0),
        ("getChatAdministrators", {"chat_id": 1}, 0),
        ("answerCallbackQuery", {"callback_query_id": "1"}, 0),
        ("answerInlineQuery", {"inline_query_id": "1"}, 0),
        ("sendChatAction", {"chat_id": 1}, 0),
        ("editMessageText", {"inline_message_id": "1"}, 0),
        ("setMyCommands", {}, 0),
    ],
)
def test_a_call_counts_as_many_messages_as_it_makes(endpoint, data, messages):
    assert cost(endpoint, data) == messages


def test_answers_to_one_person_are_spaced(clock):
    line = Line(clock)
    asked(clock, line, *["sendMessage"] * 4)
    assert line.calls == [0, 0, 1, 2]


def test_looking_up_costs_no_message(clock):
    line = Line(clock)
    asked(clock, line, *["getChatMember"] * 50)
    assert line.calls == [0] * 50


def test_a_chat_named_by_text_has_the_same_budget(clock):
    line, pacer = Line(clock), Pacer(Rates(), clock)
    asked(clock, line, *["sendMessage"] * 2, pacer=pacer)
    assert pacer.wait(ANN).total_seconds() == 0
    asked(clock, line, "sendMessage", "sendMessage", "sendMessage", chat_id=str(ANN), pacer=pacer)
    assert line.calls == [0, 0, 120, 120, 121]


def test_a_short_wait_is_waited_and_the_call_made_once_more(clock):
    line = Line(clock, 3)
    assert asked(clock, line, "sendMessage") == [True]
    assert line.calls == [0, 3]


def test_a_short_wait_is_waited_for_calls_without_a_budget_too(clock):
    line = Line(clock, 2)
    assert asked(clock, line, "getChatMember") == [True]
    assert line.calls == [0, 2]


def test_a_second_refusal_is_told(clock):
    line = Line(clock, 3, 3)
    assert isinstance(asked(clock, line, "sendMessage")[0], RetryAfter)
    assert len(line.calls) == 2


def test_a_long_wait_is_told_at_once_and_kept_by_posts(clock):
    line, pacer = Line(clock, 60), Pacer(Rates(), clock)
    result = asked(clock, line, "sendMessage", seconds=1, pacer=pacer)
    assert isinstance(result[0], RetryAfter)
    assert (len(line.calls), round(pacer.wait(ANN).total_seconds())) == (1, 59)


def test_the_librarys_bot_asks_before_its_calls(works):
    async def body(office):
        pacer = Pacer(Rates(per_chat_second=1), office.clock)
        request = HTTPXRequest(httpx_kwargs={"verify": False})
        bot = ExtBot("1:x", office.far.base_url, request=request, rate_limiter=PacedRequests(pacer))
        office.far.waits(3)
        async with bot:
            begun = office.clock.seconds()
            await bot.send_message(ANN, "text")
            await bot.send_message(ANN, "text", rate_limit_args=POST)
            await bot.edit_message_text("other", chat_id=ANN, message_id=1)
        return [message.at - begun for message in office.far.messages], office.far.texts()

    arrived, texts = works(body)
    assert arrived[0] >= 3
    assert arrived[1] - arrived[0] >= 0.5
    assert texts == ["other", "text"]
