"""Headlines that are quoted: their digits are theirs, their tags are text, their length is limited."""

from dataclasses import replace
from html import escape, unescape

import pytest

from bot.domain.readings import Reading, Readings
from bot.errors import TemplateFault
from bot.narrative.figures import LONGEST_TITLE, Ledger, Printer
from bot.narrative.plan import plan
from bot.narrative.write import write


def quoting(cases, title="Bitcoin falls 5%", outlet="CoinDesk", url="https://a.example/x", time="2025-02-02T02:02"):
    day = cases.tariff_day()
    items = dict(day.readings.items_by_name)
    name = "news.count.geopolitics"
    items[name] = replace(items[name], headline=cases.headline(time, outlet, title, url))
    return replace(day, readings=Readings(items))


def post(explanation, templates, locale="en"):
    return write(plan(explanation), locale, "thread", templates).posts[0]


def test_a_title_is_text_and_no_tag(cases, templates):
    title = 'War <b>& "peace"</b> <a href="https://x.example">7</a> \ue0000\ue001'
    for locale in ("en", "zh"):
        found = post(quoting(cases, title), templates, locale)
        shown = 'War <b>& "peace"</b> <a href="https://x.example">7</a> 0'
        assert f"“{shown}”" in found.text
        assert f"“{escape(shown, quote=False)}”" in found.html
        assert 'x.example">' not in found.html


def test_a_quotation_is_one_figure_that_remembers_reading_and_headline(cases, templates):
    thread = write(plan(quoting(cases)), "zh", "thread", templates)
    figure = next(f for f in thread.figures if f.unit == "quotation")
    assert (figure.text, figure.value, figure.reading) == (
        "Bitcoin falls 5%",
        "Bitcoin falls 5%",
        "news.count.geopolitics",
    )


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("word " * 40, "word " * 27 + "…"),
        ("词" * 200, "词" * 139 + "…"),
        ("two\nlines\tand “marks”", "two lines and ‘marks’"),
        ("x" * 140, "x" * 140),
    ],
)
def test_long_titles_are_cut_at_a_word(title, shown, cases, templates):
    reading = next(r for n, r in quoting(cases, title).readings.items() if n == "news.count.geopolitics")
    printer = Printer(templates.words["en"], Ledger())
    printer.quote(reading)
    assert printer.ledger.figures[0].text == shown
    assert len(shown) <= LONGEST_TITLE


@pytest.mark.parametrize(
    "url", ["", "ftp://a.example", "javascript:alert(1)", "https://a.example/ b", 'https://a"onclick=']
)
def test_only_addresses_of_the_web_are_linked(url, cases, templates):
    found = post(quoting(cases, url=url), templates)
    assert "<a " not in found.html.partition("Reuters")[0]
    assert "CoinDesk at 02:02 UTC: “Bitcoin falls 5%”." in found.text


def test_the_outlet_is_linked_in_telegrams_form_only(cases, templates):
    found = post(quoting(cases, url="https://a.example/2025?x=1&y='2'"), templates)
    assert '<a href="https://a.example/2025?x=1&amp;y=&#x27;2&#x27;">CoinDesk</a> at 02:02 UTC' in found.html
    assert "a.example" not in found.text
    assert "CoinDesk at 02:02 UTC" in unescape(found.text)


def test_an_older_headline_has_its_date(cases, templates):
    older = quoting(cases, time="2025-02-01T23:59")
    assert "CoinDesk, February 1, 23:59 UTC: “" in post(older, templates).text
    assert "CoinDesk（2月1日23:59 UTC）：“" in post(older, templates, "zh").text


def test_no_title_is_quoted_twice(cases, templates):
    day = cases.tariff_day()
    same = cases.headline("2025-02-02T02:02", "CoinDesk", "The same title")
    items = {
        name: replace(r, headline=same) if isinstance(r, Reading) and name.startswith("news.count.") else r
        for name, r in day.readings.items_by_name.items()
    }
    assert post(replace(day, readings=Readings(items)), templates).text.count("The same title") == 1


def test_without_a_headline_nothing_is_quoted(cases, templates):
    day = cases.tariff_day()
    items = {
        n: replace(r, headline=None) if isinstance(r, Reading) else r for n, r in day.readings.items_by_name.items()
    }
    bare = replace(day, readings=Readings(items))
    assert "“" not in post(bare, templates).text
    reading = items["news.count.geopolitics"]
    with pytest.raises(TemplateFault, match="headline of a reading that has one"):
        Printer(templates.words["en"], Ledger()).quote(reading)


def test_an_outlet_without_a_name_is_a_headline(cases, templates):
    assert "A headline at 02:02 UTC: “" in post(quoting(cases, outlet=""), templates).text


def test_headlines_that_name_the_market_alone_tie_nothing(cases, templates):
    day = cases.tariff_day()
    gone = {"news.tied_share.geopolitics", "news.fall_tied.geopolitics"}
    items = {n: r for n, r in day.readings.items_by_name.items() if n not in gone}
    text = post(replace(day, readings=Readings(items)), templates).text
    assert "Headlines name war, threats or trade together with the market." in text
    assert "tie the fall to war" not in text


def test_attention_over_days_is_told_where_the_window_had_no_more_than_usual(cases, templates):
    day = cases.slow_fall()
    assert "Over 3 days, headlines that spoke of a hack" in post(day, templates).text
    assert plan(day).facts.attention("supply") == "window"
    assert not plan(day).facts.attention("macro")


def test_the_footer_says_what_headlines_are_worth(cases, templates):
    for locale, words in (("en", "no proof of what moved the price"), ("zh", "不能证明是它推动了价格")):
        assert words in post(cases.tariff_day(), templates, locale).text
        assert words not in post(cases.source_day(), templates, locale).text
