"""The little HTML a template writes, as a list of blocks, and the two forms a post has: plain text and Telegram's."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from unicodedata import east_asian_width

from bot.errors import TemplateFault

__all__ = ["WEB", "Block", "Run", "as_html", "as_text", "parse"]

KINDS = {"h1": "title", "h2": "heading", "p": "paragraph", "li": "item"}
WEIGHTS = {"b", "i"}
BULLET = "• "
SPACED = set("+=→")
"""Signs that keep their blanks in Chinese too."""

WEB = re.compile(r"https?://[^\s\"<>]{1,500}")
"""What a link may lead to."""

_BREAK = re.compile(r"[^\S\u00a0]*\n\s*")
_BLANKS = re.compile(r"[ \t\r\f\v]+")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one weight; `link` is where Telegram's form leads, "" for nowhere."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A title, heading, paragraph or item of a list."""

    kind: str
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        bullet = BULLET if self.kind == "item" else ""
        return bullet + "".join(run.text for run in self.runs)

    @property
    def html(self) -> str:
        inner = "".join(_tagged(run) for run in self.runs)
        return f"<b>{inner}</b>" if self.kind in ("title", "heading") else BULLET * (self.kind == "item") + inner

    @property
    def note(self) -> bool:
        """A paragraph in italics stands apart from what comes before."""
        return self.kind == "paragraph" and all(run.italic for run in self.runs)


def parse(html: str, fill: Callable[[str], str] = str) -> tuple[Block, ...]:
    """The blocks of a template's output; `fill` puts the figures into each stretch of text."""
    parser = _Blocks(fill)
    parser.feed(html)
    parser.close()
    return tuple(parser.blocks)


def as_text(blocks: Iterable[Block]) -> str:
    return _joined(list(blocks), lambda block: block.text)


def as_html(blocks: Iterable[Block]) -> str:
    """The same words in tags that Telegram knows."""
    return _joined(list(blocks), lambda block: block.html)


def _joined(blocks: Sequence[Block], form: Callable[[Block], str]) -> str:
    if not blocks:
        return ""
    rest = (gap(before, block) + form(block) for before, block in pairwise(blocks))
    return form(blocks[0]) + "".join(rest)


def gap(before: Block, block: Block) -> str:
    """Lines of a section stand close; titles, headings and notes have air around them."""
    apart = before.kind == "title" or block.kind in ("title", "heading") or block.note
    return "\n\n" if apart else "\n"


def _tagged(run: Run) -> str:
    text = escape(run.text, quote=False)
    text = f'<a href="{escape(run.link)}">{text}</a>' if run.link else text
    text = f"<i>{text}</i>" if run.italic else text
    return f"<b>{text}</b>" if run.bold else text


@dataclass
class _Blocks(HTMLParser):
    """Reads h1, h2, p, ul, li, b, i and links to the web; any other tag, and text outside a block, is a fault."""

    fill: Callable[[str], str]
    blocks: list[Block] = field(default_factory=list)
    kind: str = ""
    runs: list[Run] = field(default_factory=list)
    weights: list[str] = field(default_factory=list)
    link: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.link = _address(attrs)
        elif attrs or tag not in {*KINDS, *WEIGHTS, "ul"}:
            raise TemplateFault(f"Templates may not write <{tag}> with {len(attrs)} attributes.")
        if tag in KINDS:
            self.kind, self.runs, self.weights, self.link = KINDS[tag], [], [], ""
        elif tag in WEIGHTS:
            self.weights.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in KINDS:
            self._finish()
        elif tag == "a":
            self.link = ""
        elif tag in self.weights:
            self.weights.remove(tag)

    def handle_data(self, data: str) -> None:
        if self.kind:
            self.runs.append(Run(data, "b" in self.weights, "i" in self.weights, self.link))
        elif data.strip():
            raise TemplateFault(f"Text stands outside a block: {data.strip()[:60]!r}.")

    def _finish(self) -> None:
        runs = tidy([replace(run, text=self.fill(run.text)) for run in self.runs])
        if runs:
            self.blocks.append(Block(self.kind, runs))
        self.kind = ""


def _address(attrs: Sequence[tuple[str, str | None]]) -> str:
    """Where a link leads; one without an address of the web is a fault of the template."""
    address = dict(attrs).get("href") or ""
    if len(attrs) != 1 or not WEB.fullmatch(address):
        raise TemplateFault(f"Templates may not write <a> with the address {address[:60]!r}: only a link to the web.")
    return address


def tidy(runs: Sequence[Run]) -> tuple[Run, ...]:
    """White space squeezed: a line break in a template is a blank, or nothing beside Chinese."""
    squeezed = [replace(run, text=_squeezed(run.text)) for run in runs]
    kept: list[Run] = []
    for run in squeezed:
        after_blank = not kept or kept[-1].text.endswith(" ")
        text = run.text.lstrip(" ") if after_blank else run.text
        if text:
            kept.append(replace(run, text=text))
    while kept and not kept[-1].text.rstrip(" "):
        kept.pop()
    if kept:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(" "))
    return tuple(kept)


def _squeezed(text: str) -> str:
    def seam(match: re.Match[str]) -> str:
        beside = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
        wide = any(east_asian_width(c) in "WF" for c in beside)
        return "" if wide and not SPACED & set(beside) else " "

    return _BLANKS.sub(" ", _BREAK.sub(seam, text))
