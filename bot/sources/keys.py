"""How public sources are asked: through a client, and with a key where the operator has one."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from bot.sources.batch import FaultKind, SourceFault

__all__ = ["Client", "ask_with_key"]

T = TypeVar("T")
_NO_ENTRY = {FaultKind.REFUSED, FaultKind.BLOCKED}


class Client(Protocol):
    """What asks a host over HTTP; raises SourceFault where that fails, and never shows headers or params."""

    async def json(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        """The answer, read; with a body it is a POST."""

    async def text(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> str:
        """The answer as it is."""


async def ask_with_key(
    key: str, setting: str, keyed: Callable[[str], Awaitable[T]], keyless: Callable[[], Awaitable[T]]
) -> tuple[T, tuple[str, ...]]:
    """The keyed answer, else the keyless one with a note that names the setting; never the key. Raises SourceFault."""
    if not key:
        return await keyless(), ()
    try:
        return await keyed(key), ()
    except SourceFault as fault:
        if fault.kind not in _NO_ENTRY:
            raise
    return await keyless(), (f"The key in the setting {setting} was refused: renew or remove it. Asked without it.",)
