"""The handlers' bot on the same pace as the sender: python-telegram-bot asks here before each of its calls."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from telegram._utils.types import JSONDict
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.delivery.errors import classify
from bot.delivery.pacing import Pacer

__all__ = ["PATIENCE_SECONDS", "POST", "PacedRequests", "cost"]

PATIENCE_SECONDS = 5.0
"""A person waits that long for an answer; who is told to wait longer is told so."""

POST = "post"
Result = bool | JSONDict | list[JSONDict]
COUNTED = ("send", "copy", "forward", "edit")
FREE = frozenset({"sendChatAction", "sendMessageDraft", "editForumTopic", "editGeneralForumTopic"})


def cost(endpoint: str, data: Mapping[str, Any]) -> int:
    """How many messages a call counts as: albums and copies as many as they hold; looking and answering none."""
    if not endpoint.startswith(COUNTED) or endpoint in FREE or "chat_id" not in data:
        return 0
    several = data.get("media") if endpoint == "sendMediaGroup" else data.get("message_ids")
    return len(several) if isinstance(several, list | tuple) else 1


class PacedRequests(BaseRateLimiter[str]):
    """Answers to people in turns of `pacer`; `rate_limit_args=POST` marks a call that may wait like one."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(  # noqa: PLR0917 - the library's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Result:
        """Calls in its turn; told to wait for a short while it does, once. Raises RetryAfter where it is longer."""
        messages, answer = cost(endpoint, data), rate_limit_args != POST
        if messages:
            await self._turn(data, messages, answer=answer)
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as refusal:
            seconds = classify(refusal).seconds
            if messages:
                self._pacer.refused(_chat(data), seconds)
            if seconds > PATIENCE_SECONDS:
                raise
        if messages:
            await self._turn(data, messages, answer=answer)
        else:
            await self._pacer.pause(seconds)
        return await callback(*args, **kwargs)

    async def _turn(self, data: Mapping[str, Any], messages: int, *, answer: bool) -> None:
        await self._pacer.take(_chat(data), messages, answer=answer)
        await self._pacer.depart(messages)


def _chat(data: Mapping[str, Any]) -> int | str:
    """A number even where it came as text, so that a chat has one budget."""
    chat = data["chat_id"]
    return int(chat) if isinstance(chat, str) and chat.lstrip("-").isdigit() else chat
