"""The JSON form of a recap, for programs and for measuring."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.domain.explanation import Contribution, Explanation, Finding
from bot.domain.readings import Reading
from bot.domain.series import Headline
from bot.domain.thread import Post, Recap
from bot.reasoning.cause import Clause
from bot.reasoning.rulebook import Rulebook

__all__ = ["recap_form", "why_form"]

Form = dict[str, Any]


def recap_form(recap: Recap) -> Form:
    """Plain lists, dicts, numbers and strings; times in ISO 8601 with Z."""
    thread = recap.thread
    return {
        **_explanation(recap.explanation),
        "thread": {
            "locale": thread.locale,
            "style": thread.style,
            "posts": [{"text": post.text, "html": post.html} for post in thread.posts],
        },
        "figures": [{"text": f.text, "value": f.value, "unit": f.unit, "reading": f.reading} for f in thread.figures],
    }


def why_form(explanation: Explanation, rulebook: Rulebook, locale: str, posts: Iterable[Post]) -> Form:
    """The evidence for programs: each clause as the rules have it beside what came of it, and the same in words."""
    form = _explanation(explanation)
    for finding in form["findings"]:
        rules = rulebook.clauses(finding["cause"])
        for contribution in finding["contributions"]:
            contribution["rule"] = _rule(rules[contribution["clause"]])
    told = {"locale": locale, "posts": [{"text": post.text, "html": post.html} for post in posts]}
    return {**form, "temperature": rulebook.temperature, "why": told}


def _rule(clause: Clause) -> Form:
    """A clause as it is written: with it, grade and points can be worked out anew from value and z."""
    return {
        "need": clause.need,
        "on": "z" if clause.on_z else "value",
        "ramp": {"from": clause.start, "to": clause.end},
        "points": {"for": clause.favour, "against": clause.against},
        "group": clause.group or None,
    }


def _explanation(explanation: Explanation) -> Form:
    window = explanation.window
    return {
        "as_of": _time(window.as_of),
        "window": {"start": _time(window.start), "end": _time(window.end)},
        "scope": explanation.scope.name,
        "day_kind": explanation.day_kind.value,
        "explained": explanation.explained,
        "findings": [_finding(finding) for finding in explanation.findings],
        "ranking": [finding.cause for finding in explanation.ranking],
        "hypotheses": [finding.cause for finding in explanation.hypotheses],
        "readings": [_reading(reading) for reading in explanation.readings.measured()],
        "missing": [{"name": gap.name, "reason": gap.reason} for gap in explanation.readings.missing()],
    }


def _finding(finding: Finding) -> Form:
    return {
        "cause": finding.cause,
        "role": finding.role.value,
        "state": finding.state.value,
        "confidence": finding.confidence,
        "base_rate": finding.base_rate,
        "points": finding.points,
        "coverage": finding.coverage,
        "claims": list(finding.claims),
        "reason": finding.reason,
        "contributions": [_contribution(c) for c in finding.contributions],
    }


def _contribution(contribution: Contribution) -> Form:
    return {
        "clause": contribution.clause,
        "reading": contribution.reading,
        "counter": contribution.counter,
        "value": contribution.value,
        "unit": contribution.unit.value if contribution.unit else None,
        "z": contribution.z,
        "grade": contribution.grade,
        "points": contribution.points,
        "end": _time(contribution.end),
        "known": _time(contribution.known),
        "source": contribution.source,
        "reason": contribution.reason,
    }


def _reading(reading: Reading) -> Form:
    return {
        "name": reading.name,
        "asset": reading.asset,
        "value": reading.value,
        "unit": reading.unit.value,
        "z": reading.z,
        "percentile": reading.percentile,
        "baseline": _baseline(reading),
        "end": _time(reading.end),
        "known": _time(reading.known),
        "source": reading.source,
        "headline": _headline(reading.headline),
    }


def _headline(headline: Headline | None) -> Form | None:
    if headline is None:
        return None
    return {
        "time": _time(headline.time),
        "outlet": headline.outlet,
        "title": headline.title,
        "url": headline.url,
    }


def _baseline(reading: Reading) -> Form | None:
    held = reading.baseline
    return {"n": held.n, "median": held.median, "mad": held.mad, "span": held.span} if held else None


def _time(when: datetime | None) -> str | None:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}" if when is not None else None
