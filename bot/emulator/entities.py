"""Telegram's HTML: text and its entities, refused where Telegram refuses it."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import Any

from bot.emulator.refusals import Refused, bad_request

__all__ = ["Formatted", "parse", "units"]

MOST_BYTES = 32_768
MOST_ENTITIES = 100
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
PIECE = re.compile(r"<[^>]*>?|&(?:lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});|[^<&]+|&")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)\s*(.*?)>", re.DOTALL)
ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?\s*""")


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, their offsets and lengths in UTF-16 units, as Telegram counts."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()


def units(text: str) -> int:
    """How long Telegram finds a text: UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Parser:
    text: list[str] = field(default_factory=list)
    length: int = 0
    bytes_read: int = 0
    open: list[_Open] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def piece(self, piece: str) -> None:
        if piece.startswith("<"):
            self._tag(piece)
        else:
            shown = unescape(piece) if piece.startswith("&") and len(piece) > 1 else piece
            self.text.append(shown)
            self.length += units(shown)
        self.bytes_read += len(piece.encode())

    def _tag(self, piece: str) -> None:
        found = TAG.fullmatch(piece)
        if found is None:
            empty = not piece.endswith(">")
            raise _wrong(f"{'Unclosed' if empty else 'Unsupported'} start tag{self._named(piece, empty=empty)}")
        closes, tag, rest = found.group(1), found.group(2).lower(), found.group(3)
        if closes:
            self._close(tag)
            return
        if tag not in TAGS:
            raise _wrong(f'Unsupported start tag "{tag}" at byte offset {self.bytes_read}')
        attributes = {name.lower(): value.strip("\"'") for name, value in ATTRIBUTE.findall(rest)}
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {self.bytes_read}')
        if tag == "blockquote" and any(each.tag == "blockquote" for each in self.open):
            raise _wrong(f"Blockquotes can't be nested at byte offset {self.bytes_read}")
        self.open.append(_Open(tag, self.length, attributes))

    def _named(self, piece: str, *, empty: bool) -> str:
        name = "" if empty else f' "{piece.strip("</> ")}"'
        return f"{name} at byte offset {self.bytes_read}"

    def _close(self, tag: str) -> None:
        if not self.open:
            raise _wrong(f"Unexpected end tag at byte offset {self.bytes_read}")
        opened = self.open.pop()
        if opened.tag != tag:
            raise _wrong(
                f'Unmatched end tag at byte offset {self.bytes_read}, expected "</{opened.tag}>", found "</{tag}>"'
            )
        length = self.length - opened.offset
        if length:
            self._keep(opened, length)

    def _keep(self, opened: _Open, length: int) -> None:
        entity: dict[str, Any] = {"type": TAGS[opened.tag], "offset": opened.offset, "length": length}
        if opened.tag == "a":
            url = unescape(opened.attributes.get("href", ""))
            if not re.match(r"(https?|tg|tonsite)://|mailto:", url):
                return
            entity["url"] = url
        elif opened.tag == "blockquote" and "expandable" in opened.attributes:
            entity["type"] = "expandable_blockquote"
        elif opened.tag == "tg-emoji":
            entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
        elif opened.tag == "code" and self.open and self.open[-1].tag == "pre":
            language = opened.attributes.get("class", "").removeprefix("language-")
            self.open[-1].attributes["language"] = language
            return
        elif opened.tag == "pre" and opened.attributes.get("language"):
            entity["language"] = opened.attributes["language"]
        self.entities.append(entity)


@lru_cache(256)  # one post goes to many chats
def parse(text: str, parse_mode: str = "", longest: int = 4096) -> Formatted:
    """What Telegram makes of a text; the modes are "" and "HTML".

    Raises Refused where the markup is broken or the text is longer than `longest` units without it.
    """
    if _bytes(text) > MOST_BYTES:
        raise bad_request("text is too long")
    if parse_mode and parse_mode.upper() != "HTML":
        raise bad_request("unsupported parse_mode")
    parser = _Parser()
    for piece in PIECE.findall(text) if parse_mode else [text]:
        parser.piece(piece) if parse_mode else parser.text.append(piece)
    if parser.open:
        raise _wrong(f'Can\'t find end tag corresponding to start tag "{parser.open[-1].tag}"')
    shown = "".join(parser.text)
    if units(shown.strip()) > longest:
        raise bad_request("message is too long" if longest > 1024 else "message caption is too long")
    outer_first = reversed(parser.entities)
    found = sorted(outer_first, key=lambda entity: (entity["offset"], -entity["length"]))
    return _trimmed(shown, _bare(found)[:MOST_ENTITIES])


def _bytes(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _bare(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without entities inside of code, which Telegram leaves out."""
    kept, code_ends = [], 0
    for entity in found:
        if entity["offset"] >= code_ends:
            kept.append(entity)
        if entity["type"] in {"code", "pre"}:
            code_ends = max(code_ends, entity["offset"] + entity["length"])
    return kept


def _wrong(reason: str) -> Refused:
    return bad_request(f"can't parse entities: {reason}")


def _trimmed(shown: str, found: list[dict[str, Any]]) -> Formatted:
    """Without white space around it, which Telegram takes off."""
    text = shown.strip()
    lead, end = units(shown[: len(shown) - len(shown.lstrip())]), units(text)
    kept = []
    for entity in found:
        start, stop = max(0, entity["offset"] - lead), min(end, entity["offset"] - lead + entity["length"])
        if stop > start:
            kept.append(entity | {"offset": start, "length": stop - start})
    return Formatted(text, tuple(kept))
