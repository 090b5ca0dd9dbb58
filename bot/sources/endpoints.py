"""Where a host's questions go: to the host itself, or to the address the operator set in its place."""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

__all__ = ["Endpoints", "host_of"]

_SECURE = {"https", "wss"}


def host_of(url: str) -> str:
    """The host a URL names, without its port."""
    return urlsplit(url).hostname or url


class Endpoints:
    """Maps hosts to base addresses: `{"fapi.binance.com": "http://127.0.0.1:9000/binance"}`.

    A host may be written with its port; path and query of a question stay what they are.
    """

    def __init__(self, bases: Mapping[str, str]) -> None:
        self._bases = {host.lower(): base for host, base in bases.items()}

    def http(self, url: str) -> str:
        """Where a question for `url` goes."""
        return self._moved(url, "https", "http")

    def websocket(self, url: str) -> str:
        """The same for a websocket's address; a base of http:// stands for ws://."""
        return self._moved(url, "wss", "ws")

    def _moved(self, url: str, secure: str, plain: str) -> str:
        asked = urlsplit(url)
        base = self._bases.get(asked.netloc.lower()) or self._bases.get(asked.hostname or "")
        if base is None:
            return url
        given = urlsplit(base)
        scheme = secure if given.scheme in _SECURE else plain
        return urlunsplit((scheme, given.netloc, given.path.rstrip("/") + asked.path, asked.query, ""))
