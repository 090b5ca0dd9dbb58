"""A message of Telegram as lines of a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from rich.text import Text

from bot.emulator.entities import Formatted

__all__ = ["Line", "Shown", "button_rows", "lines_of"]

LINES_FOLDED = 3
"""As many lines of an expandable quote are shown before it is opened."""

STYLES = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strike",
    "spoiler": "dim",
    "code": "cyan",
    "pre": "cyan",
    "text_link": "underline",
    "bot_command": "cyan",
}
QUOTES = {"blockquote", "expandable_blockquote"}
CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: 0x2421}
"""What would move a terminal's cursor is shown as a picture of itself."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, however long; `quoted` lines stand behind a bar."""

    text: Text
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A message's lines, and how many more are folded away in its expandable quotes."""

    lines: tuple[Line, ...]
    folded: int = 0


@dataclass(frozen=True, slots=True)
class _Entity:
    """An entity by characters rather than UTF-16 units."""

    kind: str
    start: int
    end: int
    url: str = ""


def lines_of(content: Formatted, *, opened: bool = False) -> Shown:
    """The text with its formats; links are followed by their address, expandable quotes folded unless `opened`."""
    entities = list(_entities(content))
    text = _styled(content.text, entities)
    lines: list[Line] = []
    folded = 0
    for start, end, kind in _stretches(entities, len(content.text)):
        found = _split(_with_addresses(text, start, end, entities))
        kept = found if opened or kind != "expandable_blockquote" else found[:LINES_FOLDED]
        folded += len(found) - len(kept)
        lines += [Line(line, kind in QUOTES) for line in kept]
        if len(found) > len(kept):
            more = len(found) - len(kept)
            lines.append(Line(Text(f"… {more} more {'line' if more == 1 else 'lines'}: type more", "dim"), quoted=True))
    return Shown(tuple(lines), folded)


def button_rows(rows: Sequence[Sequence[dict[str, Any]]], first: int) -> list[Text]:
    """An inline keyboard, its buttons numbered from `first` on, those that lead elsewhere marked by an arrow."""
    ends = [first, *accumulate((len(row) for row in rows), initial=first)][1:]
    return [_button_row(row, start) for row, start in zip(rows, ends, strict=False)]


def _button_row(row: Sequence[dict[str, Any]], first: int) -> Text:
    shown = []
    for number, button in enumerate(row, start=first):
        away = " ↗" if "url" in button else ""
        shown.append(Text.assemble((f"[{number}]", "bold cyan"), f" {button['text']}{away}"))
    return Text("  ").join(shown)


def _entities(content: Formatted) -> Iterator[_Entity]:
    """What goes beyond the text is cut off."""
    places = [0, *accumulate(2 if character > "\uffff" else 1 for character in content.text)]
    index = {units: n for n, units in enumerate(places)}
    for entity in content.entities:
        start, end = index.get(entity["offset"]), index.get(entity["offset"] + entity["length"])
        if start is not None:
            yield _Entity(entity["type"], start, len(content.text) if end is None else end, entity.get("url", ""))


def _styled(text: str, entities: Sequence[_Entity]) -> Text:
    styled = Text(text.translate(CONTROLS))
    for entity in entities:
        if entity.kind in STYLES:
            styled.stylize(STYLES[entity.kind], entity.start, entity.end)
    return styled


def _stretches(entities: Sequence[_Entity], length: int) -> Iterator[tuple[int, int, str]]:
    """The quotes, and what stands between them."""
    place = 0
    for quote in (entity for entity in entities if entity.kind in QUOTES):
        if place < quote.start:
            yield place, quote.start, ""
        yield quote.start, quote.end, quote.kind
        place = quote.end
    if place < length:
        yield place, length, ""


def _with_addresses(text: Text, start: int, end: int, entities: Sequence[_Entity]) -> Text:
    pieces, place = [], start
    for link in (entity for entity in entities if entity.url and start < entity.end <= end):
        pieces.append(text[place : link.end])
        if text.plain[link.start : link.end] != link.url:
            pieces.append(Text(f" ({link.url})", "dim"))
        place = link.end
    return Text().join([*pieces, text[place:end]])


def _split(stretch: Text) -> list[Text]:
    """Lines; the breaks around a quote belong to neither side."""
    lines = list(stretch.split("\n", allow_blank=True))
    if len(lines) > 1 and not lines[0].plain:
        lines = lines[1:]
    if len(lines) > 1 and not lines[-1].plain:
        lines = lines[:-1]
    return lines
