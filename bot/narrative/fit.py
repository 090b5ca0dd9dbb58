"""Blocks put into as few posts as hold them: cut between blocks, and inside one only where it is too long alone."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from unicodedata import category

from bot.domain.thread import Post
from bot.narrative.blocks import Block, Run, as_html, as_text

__all__ = ["LIMIT", "fit", "units"]

LIMIT = 4096
"""UTF-16 units Telegram takes in one message, counted after its tags are read."""

MOST_BYTES = 32_768
"""Bytes Telegram reads of one message, tags and all."""

JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def fit(blocks: Iterable[Block], limit: int = LIMIT) -> tuple[Post, ...]:
    """Posts in order, none longer than `limit`; a heading stays with what follows it."""
    whole = list(blocks)
    if _fits(whole, limit):  # nearly every recap: spare the search
        return (Post(as_text(whole), as_html(whole)),) if whole else ()
    pages: list[list[Block]] = [[]]
    for group in _groups([piece for block in whole for piece in _pieces(block, limit)], limit):
        if pages[-1] and not _fits([*pages[-1], *group], limit):
            pages.append([])
        pages[-1].extend(group)
    return tuple(Post(as_text(page), as_html(page)) for page in pages if page)


def _fits(blocks: Sequence[Block], limit: int) -> bool:
    return units(as_text(blocks)) <= limit and len(as_html(blocks).encode()) <= MOST_BYTES


def _groups(blocks: Sequence[Block], limit: int) -> list[list[Block]]:
    """Headings tied to their next block where both fit into one post."""
    groups: list[list[Block]] = []
    for block in blocks:
        heads = bool(groups) and groups[-1][-1].kind in ("title", "heading")
        if heads and _fits([*groups[-1], block], limit):
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _pieces(block: Block, limit: int) -> list[Block]:
    if _fits([block], limit):
        return [block]
    room = limit - 2  # the bullet
    pieces: list[list[Run]] = [[]]
    for run in block.runs:
        for part in _cut(run, room):
            if not _fits([Block(block.kind, (*pieces[-1], part))], limit):
                pieces.append([])
            pieces[-1].append(part)
    return [Block(block.kind, tuple(runs)) for runs in pieces if runs]


def _cut(run: Run, room: int) -> list[Run]:
    """A run in parts that fit, cut after a blank or a full stop where there is one, never inside a grapheme."""
    parts, rest = [], run.text
    while units(rest) > room:
        at = _cut_at(rest, room)
        parts.append(rest[:at])
        rest = rest[at:]
    return [replace(run, text=text) for text in [*parts, rest] if text]


def _cut_at(text: str, room: int) -> int:
    most = _fitting(text, room)
    soft = max(text.rfind(mark, 0, most) for mark in " 。；，")
    return soft + 1 if soft > most // 2 else _border(text, most)


def _fitting(text: str, room: int) -> int:
    """How many characters fit into so many units."""
    used = 0
    for n, char in enumerate(text):
        used += 2 if ord(char) > 0xFFFF else 1
        if used > room:
            return n
    return len(text)


def _border(text: str, most: int) -> int:
    """The last border between graphemes at or before `most`; `most` itself where a single one is too long."""
    return next((at for at in range(most, 0, -1) if not _joined(text, at)), most)


def _joined(text: str, at: int) -> bool:
    """True when the characters either side of `at` make one grapheme."""
    before, after = text[at - 1], text[at]
    if category(after) in ("Mn", "Me", "Mc") or after in JOINERS or before == "\u200d" or _skin(after):
        return True
    return _flag(before) and _flag(after) and _flags_before(text, at) % 2 == 1


def _skin(char: str) -> bool:
    return 0x1F3FB <= ord(char) <= 0x1F3FF


def _flag(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _flags_before(text: str, at: int) -> int:
    start = at
    while start and _flag(text[start - 1]):
        start -= 1
    return at - start
