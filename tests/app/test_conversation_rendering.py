"""Messages as lines of a terminal."""

import io

import pytest
from rich.console import Console

from bot.app.conversation.rendering import button_rows, lines_of
from bot.app.conversation.screen import NoButton, Screen
from bot.app.conversation.typed import Typed
from bot.emulator import Message
from bot.emulator.entities import parse
from bot.emulator.world import World


def shown(html, **how):
    found = lines_of(parse(html, "HTML"), **how)
    return [("▎ " if line.quoted else "") + line.text.plain for line in found.lines], found.folded


def styles(html):
    text = lines_of(parse(html, "HTML")).lines[0].text
    return [(text.plain[span.start : span.end], str(span.style)) for span in text.spans]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("a\n\nb", ["a", "", "b"]),
        ("see <a href='https://x.org/a'>here</a>, now", ["see here (https://x.org/a), now"]),
        ("<a href='https://x.org'>https://x.org</a>", ["https://x.org"]),
        ("a\n<blockquote>b\nc</blockquote>\nd", ["a", "▎ b", "▎ c", "d"]),
        ("a<blockquote>b</blockquote>c", ["a", "▎ b", "c"]),
        ("<blockquote>see <a href='https://x.org'>it</a></blockquote>", ["▎ see it (https://x.org)"]),
        ("a\x1b[2Jb\rc", ["a␛[2Jb␍c"]),
        ("[bold]a[/bold] :smile:", ["[bold]a[/bold] :smile:"]),
    ],
)
def test_text_reads_as_in_telegram(html, lines):
    assert shown(html) == (lines, 0)


def test_a_long_expandable_quote_is_folded_until_it_is_opened():
    html = "a<blockquote expandable>1\n2\n3\n4\n5</blockquote>b"
    assert shown(html) == (["a", "▎ 1", "▎ 2", "▎ 3", "▎ … 2 more lines: type more", "b"], 2)
    assert shown(html, opened=True) == (["a", "▎ 1", "▎ 2", "▎ 3", "▎ 4", "▎ 5", "b"], 0)
    assert shown("<blockquote expandable>1\n2\n3</blockquote>") == (["▎ 1", "▎ 2", "▎ 3"], 0)


def test_formats_stand_where_telegram_counts_them():
    assert styles("😀<b>價 <i>b</i></b> <u>u</u>") == [("價 b", "bold"), ("b", "italic"), ("u", "underline")]


def test_buttons_are_numbered_row_after_row():
    rows = [[{"text": "Why?", "callback_data": "a"}, {"text": "Site", "url": "https://x.org"}], [{"text": "ETH"}]]
    assert [row.plain for row in button_rows(rows, 4)] == ["[4] Why?  [5] Site ↗", "[6] ETH"]


class Sight:
    """A screen and the messages it shows."""

    def __init__(self, *, terminal=False, columns=40):
        self.out = io.StringIO()
        console = Console(file=self.out, force_terminal=terminal, color_system=None, width=columns)
        self.screen = Screen(console)
        self.world = World(None, lambda: 0.0)
        self.chat = self.world.supergroup("Desk")

    def message(self, html, *buttons) -> Message:
        keyboard = {"inline_keyboard": [[{"text": name, "callback_data": name} for name in buttons]]}
        return self.world.post(self.chat, None, parse(html, "HTML"), keyboard=keyboard)

    def told(self):
        text = self.out.getvalue()
        self.out.truncate(0)
        self.out.seek(0)
        return text


def test_numbers_go_on_and_those_of_a_changed_message_are_gone():
    sight = Sight()
    one, two = sight.message("a", "x", "y"), sight.message("b", "z")
    for message in (one, two, one):
        sight.screen.message(message)
    assert sight.screen.button(3).data["text"] == "z"
    assert sight.screen.button(5).data["text"] == "y"
    with pytest.raises(NoButton, match="Button 1 is gone"):
        sight.screen.button(1)
    with pytest.raises(NoButton, match="no button 6"):
        sight.screen.button(6)


def test_the_quote_folded_last_is_opened_first():
    sight = Sight()
    for letter in "ab":
        sight.screen.message(sight.message(f"<blockquote expandable>1\n2\n3\n{letter}</blockquote>"))
    sight.told()
    assert sight.screen.more()
    assert "▎ b\n" in sight.told()
    assert sight.screen.more()
    assert "▎ a\n" in sight.told()
    assert not sight.screen.more()


def test_a_terminal_breaks_quotes_behind_their_bar():
    sight = Sight(terminal=True, columns=22)
    sight.screen.message(sight.message("<blockquote>one two three four five six</blockquote>"))
    assert sight.told().splitlines()[1:4] == ["▎ one two three four", "▎ five six", ""]


def test_typing_is_a_sign_for_terminals_and_shown_once():
    sight, piped = Sight(terminal=True), Sight()
    for each in (sight, piped, sight):
        each.screen.typing()
    assert sight.told() == "typing …\n"
    assert piped.told() == ""


def test_lines_are_whole_however_they_arrive():
    typed = Typed()
    for read in (b"/re", b"cap\r\n\xe4\xbb", b"\xb7\nlast", b"\xff", b""):
        typed.feed(read)
    lines = [typed._lines.get_nowait() for _ in range(4)]
    assert lines == ["/recap", "价", "last�", None]
