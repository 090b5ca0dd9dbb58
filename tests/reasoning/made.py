"""A window, readings made for it, and the texts of a small rulebook."""

from datetime import UTC, datetime, timedelta

from bot.domain.catalogue import lookup
from bot.domain.readings import Reading, Readings
from bot.domain.window import Window

START = datetime(2026, 1, 14, 8, tzinfo=UTC)
END = START + timedelta(days=1)
WINDOW = Window(START, END, END + timedelta(minutes=5))

DAY_KINDS = """\
schema: 1
kinds:
  - kind: whipsaw
    when:
      - reading: price.range_over_atr.{asset}
        at_least: 1.3
      - reading: price.return_over_atr.{asset}
        at_least: -0.3
        at_most: 0.3
  - kind: selloff
    when:
      - reading: price.return_over_atr.{asset}
        at_most: -0.8
  - kind: rally
    when:
      - reading: price.return_over_atr.{asset}
        at_least: 0.8
  - kind: quiet
"""

CAUSE = """\
schema: 1
cause: plain
role: trigger
title: A plain cause
status: experimental
applies_to: [selloff]
base_rate: 0.30
evidence:
  - id: size
    reading: liquidations.long
    on: z
    ramp: {from: 1, to: 3}
    points: {for: 3.0, against: 2.0}
    timing: {ends: within_window, known_by: window_end, max_age: 12h}
claims:
  large: {needs: [size], at_least: 0.5}
"""

CASEBOOK = """\
rule: plain.yaml
window: {start: 2026-01-14T08:00Z, end: 2026-01-15T08:00Z, as_of: 2026-01-15T08:05Z}
tests:
  - name: a large one
    given:
      liquidations.long: {value: 4e8, z: 3.5, end: 2026-01-15T08:00Z}
    expect: {state: active, claims: [large]}
"""


def reading(name, value=0.0, z=None, end=END, known=None):
    return Reading(name, "", value, lookup(name).unit, end, known or end, "test", z)


def selloff(*more):
    """Readings of a day that fell by one average true range, with more beside."""
    moves = (reading("price.return_over_atr.btc", -1.0), reading("price.range_over_atr.btc", 1.2))
    return Readings({item.name: item for item in (*moves, *more)})
