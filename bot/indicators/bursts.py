"""How crowded into few minutes the forced closures were: a cascade bunches them, a slow decline does not.

From minute series, one row a minute and side in USD, stamped with the minute's end. Feeds that pass on one closure a
second understate bursts most of all, so the share is "at least".
"""

from datetime import timedelta
from math import ceil

import numpy as np

from bot.domain.catalogue import COVERED
from bot.domain.series import moment
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Track, Values, milliseconds
from bot.indicators.view import View, indicator, row_at

MINUTE = timedelta(minutes=1)
BUSIEST = 0.05
ENOUGH = 0.98
"""Of the window's minutes: silence can't be told from a feed that was down."""


@indicator("liquidations.burst_share")
def burst_share(view: View, _: str) -> Measured:
    """Share of the liquidated USD in the busiest 5 % of the window's minutes, a fraction, over the assets recorded.

    From `liquidations.minute.{long,short}.*`; 0.05 is flat, from 0.4 on it came in bursts.
    """
    assets = [asset.lower() for asset in COVERED if all(_tracks(view, asset.lower()))]
    if not assets:
        raise NoData("liquidations.minute.* holds nothing known by then")
    tracks = [track for asset in assets for track in _tracks(view, asset) if track is not None]
    minutes = np.sort(np.sum([_by_minute(view, track) for track in tracks], axis=0))
    if not minutes.sum() > 0:
        raise NoData("nothing was liquidated in the window")
    busiest = minutes[-ceil(BUSIEST * len(minutes)) :]
    known = max(moment(int(track.known[row_at(track, view.window.end)])) for track in tracks)
    source = f"liquidations.minute.{{long,short}}.{{{','.join(assets)}}}"
    return Measured(float(busiest.sum() / minutes.sum()), view.window.end, known, source)


def _tracks(view: View, asset: str) -> tuple[Track | None, Track | None]:
    long, short = (view.snapshot.track(f"liquidations.minute.{side}.{asset}") for side in ("long", "short"))
    return long, short


def _by_minute(view: View, track: Track) -> Values:
    """USD of each minute of the window; raises NoData where more than 2 % of them are absent."""
    first, last = row_at(track, view.window.start) + 1, row_at(track, view.window.end) + 1
    count = view.window.length // MINUTE
    if last - first < ENOUGH * count:
        raise NoData(f"{track.name} has {last - first} of the window's {count} minutes")
    place = (track.time[first:last] - milliseconds(view.window.start) - 1) // 60_000
    return np.asarray(np.bincount(place, weights=track.value[first:last], minlength=count)[:count], dtype=np.float64)
