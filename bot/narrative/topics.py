"""What a missing reading was about, for the sentences that say what could not be judged."""

from collections.abc import Iterable

from bot.domain.explanation import Finding, State

__all__ = ["TOPICS", "gaps_of", "missing_topics", "topic", "topics_of", "unassessed_topics"]

TOPICS = {
    "price": "price",
    "volume": "volume",
    "volatility": "volatility",
    "level": "price",
    "relative": "price",
    "breadth": "price",
    "funding": "funding",
    "open_interest": "open_interest",
    "long_short": "long_short",
    "liquidations": "liquidations",
    "etf": "etf",
    "premium": "premium",
    "stablecoins": "stablecoins",
    "rates": "rates",
    "dollar": "dollar",
    "equities": "equities",
    "oil": "oil",
    "credit": "credit",
    "fed": "fed",
    "sentiment": "sentiment",
    "news": "news",
    "calendar": "calendar",
    "options": "options",
    "depth": "depth",
    "taker": "volume",
}
"""First word of a reading's name: topic. A reading of somebody's own falls under "other"."""

MATTERS = (
    "etf",
    "liquidations",
    "funding",
    "open_interest",
    "rates",
    "dollar",
    "equities",
    "fed",
    "long_short",
    "news",
)
"""Topics whose absence a reader should know of, the weightiest first."""


def topic(reading: str) -> str:
    return TOPICS.get(reading.partition(".")[0], "other")


def gaps_of(finding: Finding) -> tuple[str, ...]:
    """The topics of a finding's evidence of which no usable reading was left; prices every recap has."""
    used = {"price"} | {topic(c.reading) for c in finding.contributions if c.grade is not None}
    return _distinct(t for c in finding.contributions if (t := topic(c.reading)) not in used)


def unassessed_topics(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The topics for lack of which causes could not be judged at all."""
    unknown = [f for f in findings if f.state is State.UNKNOWN]
    needed = (c for f in unknown for c in f.contributions if c.grade is None and c.need in ("required", "one_of"))
    return topics_of(c.reading for c in needed)


def missing_topics(findings: Iterable[Finding], measured: Iterable[str]) -> tuple[str, ...]:
    """The topics that were wanted somewhere and known nowhere, neither as evidence nor as a reading."""
    contributions = [c for f in findings if f.state is not State.NOT_APPLICABLE for c in f.contributions]
    known = {topic(name) for name in measured}
    wanted = _distinct(topic(c.reading) for c in contributions if c.grade is None)
    return tuple(t for t in _ordered(wanted) if t not in known and t in MATTERS)


def topics_of(readings: Iterable[str]) -> tuple[str, ...]:
    """The topics of readings, each once, the weightiest first; prices every recap has."""
    return tuple(t for t in _ordered(_distinct(topic(name) for name in readings)) if t != "price")


def _distinct(topics: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(topics))


def _ordered(topics: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(topics, key=lambda t: MATTERS.index(t) if t in MATTERS else len(MATTERS)))
