"""A small archive without a fault, and the far end of the wire."""

import asyncio
import gzip
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from loopback import FarEnd, HurriedClock, Reply, Turns

FLOW = """time,known,value
2025-02-24T21:00:00Z,2025-02-25T05:00:00Z,-539000000.0
2025-02-25T21:00:00Z,2025-02-26T05:00:00Z,-937900000.0
2025-02-25T21:00:00Z,2025-02-27T05:00:00Z,-1113700000.0
"""
BTC = """time,open,high,low,close,volume
2025-02-24T00:00:00Z,96258.0,96500.0,91349.2,91552.9,305117.9
2025-02-25T00:00:00Z,91552.9,92540.7,86050.9,88680.4,508017.1
"""
CALENDAR = """time,event,impact,forecast,previous,actual,actual_known
2025-02-25T15:00:00Z,CB Consumer Confidence (Feb),high,102.7,105.3,98.3,2025-02-25T15:01:00Z
2025-02-26T15:00:00Z,"New Home Sales (Jan), total",moderate,679K,734K,,
"""
NEWS = """time,outlet,title,url
2025-02-24T22:01:00Z,The Block,"ETFs see outflows, again",https://example.org/a
2025-02-25T08:30:00Z,,Ein „Titel“ über 比特币,
"""


@pytest.fixture
def folder(tmp_path):
    """A small archive without a fault."""
    root = tmp_path / "archive"
    contents = {
        "points/etf.net_flow.btc.csv": FLOW.encode(),
        "bars/binanceusdm.BTC-USDT-PERP.1d.csv": BTC.encode(),
        "releases.csv": CALENDAR.encode(),
        "headlines.csv.gz": gzip.compress(NEWS.encode()),
        "README.md": b"not data",
    }
    for name, content in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


@pytest.fixture
def clock():
    return HurriedClock()


@pytest.fixture
def far_end(clock):
    return FarEnd(clock)


@pytest.fixture
def asking(far_end):
    """Runs what a function makes of a client, against the far end."""
    return lambda work, **options: asyncio.run(far_end.run(work, **options))


@pytest.fixture
def reply():
    """Makes a Reply."""
    return Reply


@pytest.fixture
def in_turn():
    """Makes answers that are given one after the other."""
    return Turns
