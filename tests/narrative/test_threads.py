"""Whole threads, word for word: RECAP_UPDATE_THREADS=1 writes the files anew, to be read before they are committed."""

import os
from pathlib import Path

import pytest

from bot.narrative.plan import plan
from bot.narrative.write import write

FOLDER = Path(__file__).parent / "threads"


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_thread_reads_as_it_did(case, locale, templates):
    told = write(plan(case()), locale, "thread", templates)
    path = FOLDER / f"{case.__name__}.{locale}.txt"
    text = "\n\n———\n\n".join(post.text for post in told.posts) + "\n"
    if os.environ.get("RECAP_UPDATE_THREADS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_recap_is_one_post(case, locale, templates):
    assert len(write(plan(case()), locale, "thread", templates).posts) == 1


def test_the_model_text_has_its_sections_in_order_and_the_loop_as_a_list(cases, templates):
    text = write(plan(cases.source_day()), "en", "thread", templates).posts[0].text
    marks = [
        "1. The main culprit",
        "2. The direct cause",
        "• High-leverage longs",
        "3. The likely backdrop",
        "4. Among",
    ]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
    assert "$469 million pulled out of US spot ETFs + crowded long leverage = a chain of liquidations" in text


def test_the_brief_style_is_shorter(case, templates):
    told = plan(case())
    long, short = (write(told, "en", style, templates).posts[0].text for style in ("thread", "brief"))
    assert len(short) < len(long)
    assert long.splitlines()[0] == short.splitlines()[0]
