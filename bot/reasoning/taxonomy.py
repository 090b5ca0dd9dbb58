"""The causes that people who label days choose from, and how they are grouped when the rules are scored.

A code names a mechanism; a day labelled with it may have had the mechanism or its reversal. A rulebook may hold other
causes too: they are told like any other, but no label can ever confirm them.
"""

__all__ = ["AMPLIFIERS", "CODES", "FAMILIES", "NEWS", "OPPOSITE", "TRIGGERS"]

CODES = (
    "etf_outflow",
    "etf_inflow",
    "spot_selling",
    "spot_buying",
    "long_crowding",
    "short_crowding",
    "long_liquidation_cascade",
    "short_squeeze",
    "deleveraging",
    "options_expiry",
    "macro_headwind",
    "macro_tailwind",
    "equity_risk_off",
    "geopolitics_or_tariffs",
    "support_break",
    "resistance_breakout",
    "liquidity_thin",
    "stablecoin_drain",
    "eth_weakness",
    "eth_strength",
    "alt_weakness",
    "supply_overhang",
    "security_incident",
    "regulation",
    "profit_taking",
    "sentiment_extreme",
    "quiet_range",
)

FAMILIES = {
    "FLOW": CODES[0:4],
    "LEVERAGE": CODES[4:10],
    "MACRO": CODES[10:14],
    "TECHNICAL": CODES[14:16],
    "LIQUIDITY": CODES[16:18],
    "ROTATION": CODES[18:21],
    "EVENT": CODES[21:25],
    "MOOD": ("sentiment_extreme", "quiet_range", "profit_taking"),
}
"""Codes that are near one another; profit_taking is both an event and a mood."""

TRIGGERS = frozenset({*FAMILIES["FLOW"], *FAMILIES["MACRO"], "supply_overhang", "security_incident", "regulation"})
"""What can set a move off."""

AMPLIFIERS = frozenset({*FAMILIES["LEVERAGE"], *FAMILIES["TECHNICAL"], *FAMILIES["LIQUIDITY"]})
"""What feeds on a move or lets it run."""

NEWS = frozenset({"geopolitics_or_tariffs", "regulation", "security_incident", "supply_overhang", "profit_taking"})
"""What numbers alone can't show."""

_PAIRS = (
    ("etf_outflow", "etf_inflow"),
    ("spot_selling", "spot_buying"),
    ("long_crowding", "short_crowding"),
    ("long_liquidation_cascade", "short_squeeze"),
    ("macro_headwind", "macro_tailwind"),
    ("support_break", "resistance_breakout"),
    ("eth_weakness", "eth_strength"),
)
OPPOSITE = {**dict(_PAIRS), **{second: first for first, second in _PAIRS}}
"""Naming one where the other is labelled is an error of sign."""
