"""What is wrong in an archive is told all at once, each fault with its file, line and remedy."""

import gzip
import os
import zipfile

import pytest

from bot.errors import InputFaults, UsageError
from bot.sources.archive import read_archive

FLOW = """time,known,value
2025-02-24T21:00:00Z,2025-02-25T05:00:00Z,-539000000.0
2025-02-25T21:00:00Z,2025-02-26T05:00:00Z,-937900000.0
2025-02-25T21:00:00Z,2025-02-27T05:00:00Z,-1113700000.0
"""
BTC = """time,open,high,low,close,volume
2025-02-24T00:00:00Z,96258.0,96500.0,91349.2,91552.9,305117.9
"""
NEWS = """time,outlet,title,url
2025-02-24T22:01:00Z,The Block,"ETFs see outflows, again",https://example.org/a
"""


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def packed(folder, *, top=""):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, top + file.relative_to(folder).as_posix())
    return path


def faults(path):
    """What is wrong there, with places below `path`."""
    with pytest.raises(InputFaults) as caught:
        read_archive(path)
    return [str(fault).removeprefix(f"{path}{os.sep}") for fault in caught.value.faults]


def faults_of(tmp_path, name, content):
    put(tmp_path / name, content)
    return faults(tmp_path)


POINTS = "points/etf.net_flow.btc.csv"
BARS = "bars/binance.BTC-USDT.1h.csv"
HEADERS = {
    POINTS: "time,known,value",
    BARS: "time,open,high,low,close,volume",
    "points/funding.rate_8h.oi_weighted.btc.csv": "time,known,value",
    "points/rates.us10y.csv": "time,known,value",
    "points/sentiment.fear_greed.csv": "time,known,value",
    "points/long_short.accounts.binance.btc.csv": "time,known,value",
    "points/liquidations.long.btc.csv": "time,known,value",
    "releases.csv": "time,event,impact,forecast,previous,actual,actual_known",
    "headlines.csv": "time,outlet,title,url",
}
TIME = "2025-02-25T21:00:00Z"
CASES = [
    (POINTS, f"{TIME},{TIME}", "2 fields where the columns are time,known,value"),
    (POINTS, f"{TIME},{TIME},1e6,x", "4 fields where the columns are time,known,value"),
    (POINTS, f"25/02/2025,{TIME},1e6", "time '25/02/2025' is no time; write it like 2025-02-25T21:00:00Z"),
    (POINTS, f"{TIME},,1e6", "known '' is no time; write it like 2025-02-25T21:00:00Z"),
    (
        POINTS,
        f"2025-02-25T21:00:00,{TIME},1e6",
        "time '2025-02-25T21:00:00' isn't in UTC; write it like 2025-02-25T21:00:00Z",
    ),
    (
        POINTS,
        f"2025-02-25T16:00:00-05:00,{TIME},1e6",
        "time '2025-02-25T16:00:00-05:00' isn't in UTC; write it like 2025-02-25T21:00:00Z",
    ),
    (POINTS, f"{TIME},{TIME},-937.9m", "value '-937.9m' is no number"),
    (POINTS, f"{TIME},{TIME},", "value '' is no number"),
    (POINTS, f"{TIME},{TIME},nan", "value 'nan' is no number"),
    (POINTS, f"{TIME},{TIME},inf", "value 'inf' is no number"),
    (
        POINTS,
        f"{TIME},2025-02-25T20:59:59Z,1e6",
        f"known 2025-02-25T20:59:59Z lies before time {TIME}: nobody knows a thing before it happens",
    ),
    (
        POINTS,
        f"{TIME},{TIME},-937.9",
        (
            "value -937.9 can't be etf.net_flow: it is USD between -50,000,000,000 and 50,000,000,000, "
            "and zero or at least 10,000 in size"
        ),
    ),
    (
        "points/funding.rate_8h.oi_weighted.btc.csv",
        f"{TIME},{TIME},0.51",
        "value 0.51 can't be funding.rate_8h: it is a fraction per 8 hours between -0.05 and 0.05",
    ),
    (
        "points/rates.us10y.csv",
        f"{TIME},{TIME},430",
        "value 430 can't be rates: it is percent between -50 and 50",
    ),
    (
        "points/sentiment.fear_greed.csv",
        f"{TIME},{TIME},101",
        "value 101 can't be sentiment.fear_greed: it is points between 0 and 100",
    ),
    (
        "points/long_short.accounts.binance.btc.csv",
        f"{TIME},{TIME},-0.5",
        "value -0.5 can't be long_short.accounts: it is a ratio between 0 and 1,000",
    ),
    (
        "points/liquidations.long.btc.csv",
        f"{TIME},{TIME},-1",
        "value -1 can't be liquidations.long: it is USD between 0 and 1,000,000,000,000",
    ),
    (BARS, f"{TIME},5,4,6,5,1", "high 4.0 is below low 6.0"),
    (BARS, f"{TIME},3,6,4,5,1", "open 3.0 lies outside low 4.0 to high 6.0"),
    (BARS, f"{TIME},5,6,4,7,1", "close 7.0 lies outside low 4.0 to high 6.0"),
    (BARS, f"{TIME},5,6,0,5,1", "low 0.0 isn't above zero"),
    (BARS, f"{TIME},5,6,4,5,-1", "volume -1.0 is negative"),
    (BARS, f"{TIME},5,6,4,x,1", "close 'x' is no number"),
    (BARS, "2025-02-25T21:30:00Z,5,6,4,5,1", "time 2025-02-25T21:30:00Z is no start of a 1h bar"),
    ("releases.csv", f"{TIME},,high,,,,", "event is empty"),
    ("releases.csv", f"{TIME},CPI,medium,,,,", "impact 'medium' is none of low, moderate, high"),
    ("releases.csv", f"{TIME},CPI,high,,,3%,", "actual and actual_known belong together: give both or neither"),
    ("releases.csv", f"{TIME},CPI,high,,,,{TIME}", "actual and actual_known belong together: give both or neither"),
    (
        "releases.csv",
        f"{TIME},CPI,high,,,3%,2025-02-25T20:00:00Z",
        f"actual_known 2025-02-25T20:00:00Z lies before time {TIME}",
    ),
    ("headlines.csv", f"{TIME},CoinDesk, ,", "title is empty"),
    ("headlines.csv", f"{TIME},CoinDesk,{'a' * 501},", "title has 501 characters; the most is 500"),
    ("headlines.csv", "yesterday,CoinDesk,a,", "time 'yesterday' is no time; write it like 2025-02-25T21:00:00Z"),
]


@pytest.mark.parametrize(("name", "row", "said"), CASES, ids=range(len(CASES)))
def test_a_wrong_row_is_named_with_its_line(tmp_path, name, row, said):
    assert faults_of(tmp_path, name, f"{HEADERS[name]}\n{row}\n") == [f"{name}:2: {said}"]


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        (
            POINTS,
            (f"{TIME},{TIME},1e6", f"{TIME},{TIME},2e6"),
            f"a second value for time {TIME} and known {TIME}: 1000000.0 stands above",
        ),
        (
            BARS,
            (f"{TIME},5,6,4,5,1", f"{TIME},5,6,4,5,2"),
            f"a second bar for time {TIME}, with other numbers than the one above",
        ),
        (
            "releases.csv",
            (f"{TIME},CPI,high,,,,", f"{TIME},CPI,low,,,,"),
            f"a second release 'CPI' at {TIME}, with other content than the one above",
        ),
    ],
)
def test_two_rows_that_contradict_each_other_are_named(tmp_path, name, rows, said):
    assert faults_of(tmp_path, name, "\n".join([HEADERS[name], *rows])) == [f"{name}:3: {said}"]


def test_every_fault_of_every_file_is_told_at_once(folder):
    put(folder / POINTS, f"time,known,value\nx,{TIME},1e6\n{TIME},{TIME},1e6\n{TIME},y,z\n")
    put(folder / "bars/binance.BTC-USDT.1h.csv", f"{HEADERS[BARS]}\n{TIME},5,4,6,5,-1\n")
    assert [fault.partition(": ")[0] for fault in faults(folder)] == [f"{BARS}:2"] * 2 + [
        f"{POINTS}:2",
        f"{POINTS}:4",
        f"{POINTS}:4",
    ]


def test_a_file_wrong_in_every_row_is_cut_short(tmp_path):
    rows = [f"{TIME},{TIME},x"] * 250
    said = faults_of(tmp_path, POINTS, "\n".join([HEADERS[POINTS], *rows]))
    assert (len(said), said[-1]) == (101, f"{POINTS}: 150 more faults like these")


def test_a_row_over_several_lines_is_named_by_its_first(tmp_path):
    text = f'time,outlet,title,url\n{TIME},a,"two\nlines",\nx,a,"two\nlines",\ny,a,b,\n'
    assert [fault.partition(": ")[0] for fault in faults_of(tmp_path, "headlines.csv", text)] == [
        "headlines.csv:4",
        "headlines.csv:6",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (POINTS, "", ": the file is empty"),
        (POINTS, "time,known,value\n", ": no rows below the columns' names"),
        (POINTS, f"time,value\n{TIME},1\n", ":1: the columns must be time,known,value, not time,value"),
        (POINTS, f"{TIME},{TIME},1e6\n", f":1: the columns must be time,known,value, not {TIME},{TIME},1e6"),
        (BARS, FLOW, ":1: the columns must be time,open,high,low,close,volume, not time,known,value"),
        (POINTS, FLOW.encode() + b"Z\xfcrich\n", ":5: not UTF-8 text; save it as UTF-8"),
        (POINTS, FLOW.encode() + b"\0\0", ":5: not a text file; save it as UTF-8 text"),
        (POINTS, FLOW.encode("utf-16-le"), ":1: not a text file; save it as UTF-8 text"),
        (
            "headlines.csv",
            f'time,outlet,title,url\n{TIME},a,"never closed,\n',
            ":2: no readable CSV from here on (unexpected end of data)",
        ),
        (
            "headlines.csv.gz",
            gzip.compress(NEWS.encode(), mtime=0)[:-20],
            (
                ": the file can't be read (Compressed file ended before the end-of-stream marker was reached); "
                "copy or export it again"
            ),
        ),
        (
            "headlines.csv.gz",
            NEWS,
            ": the file can't be read (Not a gzipped file (b'ti')); copy or export it again",
        ),
        (
            "bars/binance.BTC-USDT.1w.csv",
            BTC,
            ": unknown timeframe '1w'; There are 1m, 5m, 15m, 1h, 4h, 1d",
        ),
        (
            "bars/binance.BTC-USDT.10m.csv",
            BTC,
            ": unknown timeframe '10m'; did you mean 1m? There are 1m, 5m, 15m, 1h, 4h, 1d",
        ),
        (
            "bars/BTC.csv",
            BTC,
            ": the file's name must be <venue>.<SYMBOL>.<timeframe>.csv, like binance.BTC-USDT.1d.csv",
        ),
    ],
)
def test_a_wrong_file_is_named(tmp_path, name, content, said):
    assert faults_of(tmp_path, name, content) == [f"{name}{said}"]


def test_an_unknown_series_is_told_with_the_nearest_name(tmp_path):
    (said,) = faults_of(tmp_path, "points/etf.netflow.btc.csv", FLOW)
    assert said.startswith(
        "points/etf.netflow.btc.csv: unknown series 'etf.netflow.btc'; did you mean etf.net_flow? "
        "A series' name begins with one of credit, depth_1pct.asks,"
    )


def test_a_series_unlike_any_is_told_what_there_is(tmp_path):
    (said,) = faults_of(tmp_path, "points/Quux.csv", FLOW)
    assert "unknown series 'Quux'; a series' name begins with one of credit" in said


def test_a_table_in_the_wrong_place_is_told(folder):
    put(folder / "point/etf.net_flow.eth.csv", FLOW)
    (said,) = faults(folder)
    assert said.startswith("point/etf.net_flow.eth.csv: no file of an archive. An archive holds bars/<venue>.<SYMBOL>.")


def test_an_archive_that_is_not_there_is_a_wrong_request(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere: there is no such folder or file. An archive holds"):
        read_archive(tmp_path / "nowhere")


def test_a_folder_without_data_is_a_wrong_request(tmp_path):
    put(tmp_path / "notes.txt", "nothing")
    with pytest.raises(UsageError, match=r"nothing to read there. An archive holds"):
        read_archive(tmp_path)


def test_a_cut_off_zip_is_told(folder):
    path = packed(folder)
    path.write_bytes(path.read_bytes()[:-100])
    assert faults(path) == [f"{path}: no complete .zip file; copy or export it again, or name a folder"]


def test_a_damaged_file_in_a_zip_is_told(folder):
    path = packed(folder)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"-937900000.0", b"-937900001.0"))
    (said,) = faults(path)
    assert said.startswith(f"{POINTS}: the file can't be read (Bad CRC-32 for file")
