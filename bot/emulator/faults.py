"""What can go wrong on the way: answers that don't come, come late, broken, or though nothing was refused."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web

from bot.emulator.accounts import Json
from bot.emulator.refusals import Refused

__all__ = ["Fault", "Faults"]


class Fault(StrEnum):
    """How the wire fails; `ANSWER_LOST` is done and not told, `REFUSED` is told and not done."""

    BAD_GATEWAY = "502 with a page of HTML"
    SERVER_ERROR = "500"
    DROPPED = "the connection ends before anything is done"
    ANSWER_LOST = "all is done, then the connection ends"
    ANSWER_HANGS = "all is done, then there is no answer until the fault is lifted, nor afterwards"
    TRUNCATED = "half an answer"
    NOT_OK = "200, and yet ok: false without a reason"
    HANGS = "no answer until the fault is lifted"
    REFUSED = "an error of the caller's choice"


@dataclass(slots=True)
class _Rule:
    fault: Fault
    methods: tuple[str, ...]
    chat_id: int
    times: int
    refusal: Refused | None
    when: Callable[[Json], bool]

    def meets(self, method: str, said: Json) -> bool:
        """Who the bot is is asked at its start: only a fault of getMe itself meets that."""
        named = method in self.methods if self.methods else method != "getMe"
        return self.times > 0 and named and self.chat_id in {0, _chat_id(said)} and self.when(said)


@dataclass(slots=True)
class Faults:
    """Rules in order; the first that meets a call is used up once."""

    _rules: list[_Rule] = field(default_factory=list)
    _lifted: asyncio.Event = field(default_factory=asyncio.Event)

    def add(
        self,
        fault: Fault,
        *methods: str,
        chat_id: int = 0,
        times: int = 1,
        refusal: Refused | None = None,
        when: Callable[[Json], bool] = lambda _: True,
    ) -> None:
        """No method and `chat_id` 0 meet all, `when` looks at a call's arguments; `refusal` belongs to REFUSED."""
        self._rules.append(_Rule(fault, methods, chat_id, times, refusal, when))

    def lift(self) -> None:
        """No more faults; what hung goes on."""
        self._rules.clear()
        self._lifted.set()
        self._lifted = asyncio.Event()

    def meet(self, method: str, said: Json) -> Fault | None:
        """The fault of this call; raises the refusal of one that has it."""
        for rule in self._rules:
            if rule.meets(method, said):
                rule.times -= 1
                if rule.refusal is not None:
                    raise rule.refusal
                return rule.fault
        return None

    async def before(self, fault: Fault | None, request: web.Request) -> web.Response | None:
        """What is answered without doing anything; None to go on."""
        if fault is Fault.BAD_GATEWAY:
            return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
        if fault is Fault.SERVER_ERROR:
            return web.json_response(Refused(500, "Internal Server Error").body, status=500)
        if fault is Fault.NOT_OK:
            return web.json_response({"ok": False})
        if fault is Fault.DROPPED:
            return _dropped(request)
        if fault is Fault.HANGS:
            await self._lifted.wait()
        return None

    async def after(self, fault: Fault | None, request: web.Request, answer: web.Response) -> web.Response:
        """What becomes of an answer."""
        if fault is Fault.ANSWER_HANGS:
            await self._lifted.wait()
        if fault in {Fault.ANSWER_HANGS, Fault.ANSWER_LOST}:
            return _dropped(request)
        if fault is Fault.TRUNCATED:
            body = answer.body if isinstance(answer.body, bytes) else b""
            return web.Response(body=body[: len(body) // 2], content_type="application/json")
        return answer


def _dropped(request: web.Request) -> web.Response:
    """An answer that nobody gets: the connection is gone."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _chat_id(said: Json) -> int:
    text = str(said.get("chat_id", ""))
    return int(text) if text.lstrip("-").isdigit() else 0
