"""What a phrase finds in a title, and that many phrases at once find what each finds alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.phrases import PhraseBook, same_phrase, words_of


def found(phrase, title):
    return bool(PhraseBook(((phrase,),)).found(words_of(title)))


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("fed", "FED: no hurry"),
        ("sell off", "A Sell-off, again"),
        ("liquidat*", "Longs liquidated"),
        ("rate cut*", "Two rate cuts priced in"),
        ("rate* cut", "Rates cut"),
        ("mt gox", "Mt. Gox moves"),
        ("fed's", "The Fed’s choice"),
        ("s&p 500", "S&P 500 closes flat"),
        ("approv* + etf", "ETF: an approval nears"),
        ("approv* + spot etf", "Approved at last, a spot ETF"),
        ("$trump", "Holders of $TRUMP dine"),
        ("war", "War, war, war"),
    ],
)
def test_a_phrase_is_found(phrase, title):
    assert found(phrase, title)


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("fed", "Federal court"),
        ("sell off", "Sell it off"),
        ("sell off", "They sell"),
        ("liquidat*", "Illiquidated"),
        ("approv* + etf", "Approved"),
        ("approv* + etf", "An ETF"),
        ("approv* + spot etf", "Approved: ETF spot"),
        ("trump", "Holders of $TRUMP dine"),
        ("war", ""),
    ],
)
def test_a_phrase_is_not_found(phrase, title):
    assert not found(phrase, title)


PHRASES = ("ab", "ab cd", "cd ab ef", "c*", "ab c*", "e* ab", "ab + ef", "cd ab + e*", "c* + ab ef", "ef ef")


def plainly(phrase, words):
    """The same, looked for word by word."""
    return all(any(stands(part.split(), words[at:]) for at in range(len(words))) for part in phrase.split(" + "))


def stands(part, words):
    fits = [w.startswith(p[:-1]) if p.endswith("*") else w == p for p, w in zip(part, words, strict=False)]
    return len(words) >= len(part) and all(fits)


@given(st.lists(st.sampled_from(["ab", "cd", "ef", "cde", "e", "xx"]), max_size=8))
def test_phrases_together_find_what_each_finds_alone(words):
    bits = PhraseBook(tuple((phrase,) for phrase in PHRASES)).found(words)
    assert [bool(bits >> n & 1) for n in range(len(PHRASES))] == [plainly(phrase, words) for phrase in PHRASES]


def test_one_spelling_for_all_ways_to_write_a_phrase():
    assert same_phrase("Sell-Off") == same_phrase("sell off") == "sell off"
    assert same_phrase("Approv*  +  ETF") != same_phrase("approv* etf")
