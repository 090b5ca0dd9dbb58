"""Texts of any length arrive whole, in messages Telegram takes, and as plain words where it takes no markup."""

from random import Random

import pytest

from bot.domain.thread import Post
from bot.emulator.entities import units
from bot.narrative.blocks import Block, Run
from bot.narrative.fit import fit

WORDS = ("liquidation", "ETF", "爆仓", "🇩🇪", "👩🏽‍🚀", "funding & basis", "<91,350>", "é", "\u202b64k\u202c")


def paragraphs(number, seed=1):
    random = Random(seed)
    texts = (" ".join(random.choices(WORDS, k=random.randint(1, 90))) for _ in range(number))
    return [Block("paragraph", (Run(text),)) for text in texts]


def squeezed(text):
    return "".join(text.split())


def told(living, posts, **options):
    """The messages of a recap of these posts."""

    async def story(house):
        house.newsroom.thread = tuple(posts)
        return await house.ask(house.emulator.person("Ann"), "/recap", **options)

    return living(story)


def test_a_recap_of_any_length_arrives_whole(living):
    blocks = paragraphs(60)
    messages = told(living, fit(blocks))
    assert len(messages) > 3
    assert all(units(message.text) <= 4096 for message in messages)
    assert squeezed("".join(m.text for m in messages)) == squeezed("".join(block.text for block in blocks))
    assert [message.reply_to for message in messages[1:]] == messages[:-1]


def test_a_post_too_long_for_a_message_is_sent_whole_by_schedule_too(living):
    blocks = paragraphs(60)

    async def story(house):
        house.newsroom.thread = fit(blocks)
        (confirmed,) = await house.ask(house.emulator.person("Ann"), "/subscribe 09:30")
        await house.tick(days=1)
        return house.after(confirmed)

    messages = living(story, sends=True)
    assert squeezed("".join(m.text for m in messages)) == squeezed("".join(block.text for block in blocks))


def test_what_is_bold_stays_bold_over_the_border_of_two_messages(living):
    runs = (Run("plain "), Run("b & b " * 1500, bold=True), Run(" plain"))
    messages = told(living, fit([Block("paragraph", runs)]))
    assert len(messages) > 2
    bold = [[e["offset"] for e in message.content.entities if e["type"] == "bold"] for message in messages]
    assert bold[1:] == [[0]] * (len(messages) - 1)


@pytest.mark.parametrize("sign", ["😀", "👩🏽‍🚀", "🇩🇪", "e\u0301"])
def test_no_sign_is_torn_apart_at_the_border_of_two_messages(living, sign):
    for lead in range(2):
        messages = told(living, fit([Block("paragraph", (Run("a" * lead + sign * 1400),))]))
        assert "".join(message.text for message in messages) == "a" * lead + sign * 1400
        assert all(message.text.lstrip("a").startswith(sign) for message in messages)


def test_markup_too_large_in_bytes_goes_out_in_more_messages(living):
    """Telegram reads no more than 32,768 bytes of markup, however short the text in it."""
    runs = tuple(Run("<&>"[n % 3], bold=True, link=f"https://example.org/{n:030}") for n in range(700))
    messages = told(living, fit([Block("paragraph", runs)]))
    assert len(messages) == 2
    assert "".join(message.text for message in messages) == "".join(run.text for run in runs)


@pytest.mark.parametrize("html", ["<b>Fed < 4 %", "a </i> b", "<unknown>x</unknown>", "<b><i>x</b></i>"])
def test_markup_that_telegram_refuses_is_told_in_plain_words_once(living, html):
    async def story(house):
        ann = house.emulator.person("Ann")
        house.newsroom.thread = (Post("Fed < 4 %", html),)
        (plain,) = await house.ask(ann, "/recap")
        assert (plain.text, plain.content.entities) == ("Fed < 4 %", ())
        (confirmed,) = await house.ask(ann, "/subscribe 09:30")
        for _ in range(2):
            await house.tick(days=1)
        assert [post.text for post in house.after(confirmed)] == ["Fed < 4 %"] * 2
        codes = [call.code for call in house.emulator.of("sendMessage")]
        assert codes == [400, 200, 200, 400, 200, 400, 200]

    living(story, sends=True)


def test_what_people_type_is_said_back_as_they_typed_it_and_never_as_markup(living):
    async def story(house):
        (answer,) = await house.ask(house.emulator.person("Ann <b>"), "/recap <b>_*[x](y)`")
        assert "“<b>_*[x](y)`”" in answer.text
        assert answer.content.entities == ()

    living(story)
