"""The days on which the Fed announces its decisions.

From federalreserve.gov/monetarypolicy/fomccalendars.htm; those of 2027 and 2028 are tentative.
"""

from datetime import date

__all__ = ["DECISIONS"]

_DAYS = {
    2024: "01-31 03-20 05-01 06-12 07-31 09-18 11-07 12-18",
    2025: "01-29 03-19 05-07 06-18 07-30 09-17 10-29 12-10",
    2026: "01-28 03-18 04-29 06-17 07-29 09-16 10-28 12-09",
    2027: "01-27 03-17 04-28 06-09 07-28 09-15 10-27 12-08",
    2028: "01-26",
}
DECISIONS = tuple(date.fromisoformat(f"{year}-{day}") for year, days in _DAYS.items() for day in days.split())
"""The days on which decisions are announced, at 14:00 in New York."""
