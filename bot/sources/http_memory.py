"""Answers kept for a host that can say "nothing new", so that it needn't send them twice."""

from collections import OrderedDict
from collections.abc import Mapping

__all__ = ["Memory"]

MOST_ADDRESSES = 64
LONGEST = 2_000_000
"""Characters of a text that is kept."""


class Memory:
    """The newest text of each address, with what a conditional request (RFC 9110, 13.1) asks by."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[dict[str, str], str]] = OrderedDict()

    def conditions(self, address: str) -> dict[str, str]:
        """Headers that ask for the address's text only if it has changed."""
        return dict(self._kept[address][0]) if address in self._kept else {}

    def keep(self, address: str, headers: Mapping[str, str], text: str) -> None:
        """Remembers an answer that told how to ask for changes of it."""
        names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
        conditions = {asked: headers[told] for told, asked in names.items() if told in headers}
        self._kept.pop(address, None)
        if conditions and len(text) <= LONGEST:
            self._kept[address] = (conditions, text)
        while len(self._kept) > MOST_ADDRESSES:
            self._kept.popitem(last=False)

    def text(self, address: str) -> str | None:
        """The text as it was sent last, None where it isn't kept any more."""
        return self._kept[address][1] if address in self._kept else None
