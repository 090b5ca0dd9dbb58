"""The texts: the same in every locale, well-formed, and harmless with whatever is put into them."""

import re
import string
from html.parser import HTMLParser

import pytest

from bot.chat.arguments import Trouble
from bot.chat.newsroom import RefusalCode, SourceStatus
from bot.chat.texts import Texts
from bot.errors import TemplateFault

TEXTS = Texts.load()
LATIN_WORDS_IN_CHINESE = {
    "API", "BTC", "ETF", "ETH", "GeoNames", "HTML", "ID", "IANA", "Telegram", "UTC", "USD", "English", "CC", "BY",
}  # fmt: skip
TAGS = re.compile(r"<[^>]+>|\{[^}]*\}|/\w+|@\w+")


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("locale", TEXTS.locales)
def test_every_locale_has_the_same_texts_with_the_same_placeholders(locale):
    mine, english = TEXTS.of(locale).texts, TEXTS.of("en").texts
    assert mine.keys() == english.keys()
    for name, forms in mine.items():
        expected = set.union(*(placeholders(form) for form in english[name].values()))
        assert set.union(*(placeholders(form) for form in forms.values())) == expected, name


@pytest.mark.parametrize("locale", TEXTS.locales)
def test_no_text_is_empty_and_every_tag_closes(locale):
    for name, forms in TEXTS.of(locale).texts.items():
        for form in forms.values():
            assert form, name
            parser = Balanced()
            parser.feed(form)
            assert not parser.open, name


def test_chinese_texts_hold_no_english_words():
    for name, forms in TEXTS.of("zh").texts.items():
        words = set(re.findall(r"[A-Za-z]{2,}", TAGS.sub(" ", " ".join(forms.values()))))
        assert words <= LATIN_WORDS_IN_CHINESE, name


@pytest.mark.parametrize("locale", TEXTS.locales)
def test_every_code_that_is_said_has_its_text(locale):
    tongue = TEXTS.of(locale)
    names = [f"recap.refused.{code}" for code in RefusalCode]
    names += [f"recap.misfit.{trouble}" for trouble in Trouble]
    names += [f"recap.source.{status}" for status in SourceStatus]
    assert [name for name in names if not tongue.has(name)] == []


def test_values_are_escaped_in_html_and_left_alone_on_buttons():
    tongue = TEXTS.of("en")
    said = tongue.html("recap.misfit.unclear", word="<b>&", example="/recap")
    assert "&lt;b&gt;&amp;" in said
    assert "<b>" in tongue.plain("recap.misfit.unclear", word="<b>", example="")


def test_a_value_that_looks_like_a_placeholder_stays_as_typed():
    assert "{example}" in TEXTS.of("en").html("recap.misfit.unclear", word="{example}", example="/recap")


def test_plural_forms_follow_the_language():
    assert TEXTS.of("en").plain("recap.hours", n=1) == "1 hour"
    assert TEXTS.of("en").plain("recap.hours", n=4) == "4 hours"
    assert TEXTS.of("zh").plain("recap.hours", n=1) == "1小时"


@pytest.mark.parametrize(
    ("code", "locale"),
    [("zh", "zh"), ("zh-hans", "zh"), ("zh_TW", "zh"), ("en-GB", "en"), ("ar", "en"), ("", "en"), (None, "en")],
)
def test_a_client_is_spoken_to_in_its_language_or_else_in_english(code, locale):
    assert TEXTS.locale_for(code) == locale


def test_a_text_that_is_missing_or_no_text_is_named(tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "frame.toml").write_text("a = 3\n")
    with pytest.raises(TemplateFault, match=r"frame\.a is no text"):
        Texts.load(tmp_path)
    with pytest.raises(TemplateFault, match=r"no text 'frame\.b'"):
        TEXTS.of("en").html("frame.b")
