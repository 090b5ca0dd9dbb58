"""Blocks, their two forms, and posts that fit."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TemplateFault
from bot.narrative.blocks import Block, Run, as_html, as_text, parse
from bot.narrative.fit import fit, units

KINDS = st.sampled_from(["title", "heading", "paragraph", "item"])
TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=("Cs", "Cc")), st.sampled_from("👩\u200d🚀🇩🇪e\u0301<&> 。")), min_size=1
)
RUNS = st.builds(Run, TEXTS, st.booleans(), st.booleans())
BLOCKS = st.lists(st.builds(Block, KINDS, st.lists(RUNS, min_size=1, max_size=3).map(tuple)), min_size=1, max_size=8)


@given(blocks=BLOCKS, limit=st.integers(12, 80))
def test_no_post_is_longer_than_the_limit_and_nothing_is_lost(blocks, limit):
    posts = fit(blocks, limit)
    assert all(units(post.text) <= limit for post in posts)
    assert bare("".join(post.text for post in posts)) == bare(as_text(blocks))


@given(blocks=BLOCKS, limit=st.integers(12, 80))
def test_both_forms_of_a_post_hold_the_same_words_and_tags_are_whole(blocks, limit):
    for post in fit(blocks, limit):
        assert unescape(re.sub(r"</?[bi]>", "", post.html)) == post.text
        assert balanced(post.html)


@pytest.mark.parametrize("grapheme", ["👩\u200d🚀", "e\u0301", "🇩🇪", "👍🏽", "❤\ufe0f"])
def test_no_grapheme_is_cut(grapheme):
    posts = fit([Block("paragraph", (Run(grapheme * 40),))], 15)
    assert len(posts) > 1
    assert all(post.text == grapheme * (len(post.text) // len(grapheme)) for post in posts)


def test_a_heading_stays_with_what_follows():
    filler, heading, line = (
        Block(k, (Run(t),)) for k, t in (("paragraph", "x" * 30), ("heading", "Head"), ("paragraph", "y" * 10))
    )
    assert [post.text for post in fit([filler, heading, line], 42)] == ["x" * 30, "Head\n" + "y" * 10]


def test_one_post_is_enough_for_what_fits():
    assert [post.text for post in fit(parse("<h1>A</h1><p>b <b>c</b></p><ul><li>d</li></ul>"))] == ["A\n\nb c\n• d"]


def test_telegram_gets_only_tags_it_knows():
    html = as_html(parse("<h1>A &amp; B</h1><p>b <b>c</b> <i>d</i></p><ul><li>&lt;e&gt;</li></ul>"))
    assert html == "<b>A &amp; B</b>\n\nb <b>c</b> <i>d</i>\n• &lt;e&gt;"


def test_line_breaks_in_a_template_are_a_blank_or_nothing_beside_chinese():
    assert as_text(parse("<p>one\n  two</p><p>一\n  二。\n ETF</p><p>一\n + 二</p>")) == "one two\n一二。ETF\n一 + 二"


@pytest.mark.parametrize("html", ["<div>a</div>", '<p class="x">a</p>', "stray", "<p>a</p> stray", "<a href='x'>b</a>"])
def test_other_tags_and_stray_text_are_faults(html):
    with pytest.raises(TemplateFault):
        parse(html)


def bare(text):
    return re.sub(r"[\s•]", "", text)


def balanced(html):
    open_tags = []
    for close, tag in re.findall(r"<(/?)([bi])>", html):
        if not close:
            open_tags.append(tag)
        elif not open_tags or open_tags.pop() != tag:
            return False
    return not open_tags
