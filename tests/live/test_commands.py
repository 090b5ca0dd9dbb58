"""What brings live data in, as people run it: `recap write` of now, `recap backfill`, `recap collect`."""

import json
import signal
import subprocess
import sys
import threading

import pytest
from loopback import Reply

from bot.store import Store


@pytest.fixture
def recap(tmp_path, variables):
    def run(*arguments, **more):
        command = [sys.executable, "-m", "bot.app.cli", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=variables | more, timeout=120, check=False
        )

    return run


@pytest.fixture
def stored(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'home' / 'recap.sqlite3'}") as store:
        yield store


FEW = {"RECAP_VENUES": "binance,gate", "RECAP_ASSETS": "BTC,ETH"}
"""So that the hosts' paces don't make tests wait."""


def test_a_recap_of_now_is_written_from_live_data_into_an_empty_store(recap):
    done = recap("write", "--within", "60", **FEW)
    assert done.returncode == 0, done.stderr
    assert "Binance" in done.stdout.rpartition("Sources: ")[2]
    assert "recap backfill" in done.stderr
    assert " UTC, where this recap ends, BTC has moved " in done.stdout


def test_what_did_not_arrive_is_named_and_the_rest_is_told(recap, world):
    world.answers["api.alternative.me"] = Reply("<html>no</html>", 503)
    world.answers["stablecoins.llama.fi"] = Reply(silent=True)
    done = recap("write", "--within", "6", **FEW)
    assert done.returncode == 0, done.stderr
    assert "stablecoins.supply" in done.stderr
    assert "sentiment.fear_greed" in done.stderr
    assert "Traceback" not in done.stderr


def test_where_nothing_can_be_reached_one_sentence_says_so(recap, variables):
    hosts = variables["RECAP_ENDPOINTS"].split(",")
    nowhere = ",".join(f"{pair.partition('=')[0]}=http://127.0.0.1:9" for pair in hosts)
    done = recap("write", "--within", "2", RECAP_ENDPOINTS=nowhere, RECAP_VENUES="binance")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("No source of market data could be reached.")
    assert "Traceback" not in done.stderr


def test_a_backfill_goes_on_where_it_stopped(recap, world, stored):
    first = recap("backfill", "--days", "40", **FEW)
    assert first.returncode == 0, first.stderr
    assert "binance.bars.spot.1h" in first.stdout
    asked = len(world.of("api.binance.com/api/v3/klines"))
    before = stored.coverage()
    again = recap("backfill", "--days", "40", **FEW)
    assert again.returncode == 0, again.stderr
    reach = {c.name: c.first for c in stored.coverage()}
    assert all(reach[c.name] == c.first for c in before)
    # Each asset's hours and days once more, but not their past.
    assert len(world.of("api.binance.com/api/v3/klines")) - asked <= asked


def test_ctrl_c_in_a_backfill_keeps_what_came(variables, world, stored, tmp_path):
    asked = threading.Event()

    def never(_):
        asked.set()
        return Reply(silent=True)

    world.answers["stablecoins.llama.fi"] = never
    command = [sys.executable, "-m", "bot.app.cli", "backfill", "--days", "40"]
    with subprocess.Popen(command, env=variables | FEW, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as running:
        assert asked.wait(60)
        while not stored.coverage():
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        error = running.communicate(timeout=60)[1]
    assert running.returncode == 1
    assert "run the command again to go on" in error
    assert stored.coverage()


def test_a_collector_visits_once_and_tells_each_fault_once(recap, world, stored):
    world.answers["api.alternative.me"] = 403
    done = recap("collect", "--once", **FEW)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("api.alternative.me") == 1
    names = {c.name for c in stored.coverage()}
    assert {"open_interest.usd.total.btc", "funding.rate_8h.oi_weighted.btc", "etf.net_flow.btc"} <= names


def test_a_collector_ends_when_asked_to(variables, world, tmp_path, stored):
    command = [sys.executable, "-m", "bot.app.cli", "collect"]
    with subprocess.Popen(command, env=variables | FEW, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as running:
        while not stored.coverage():
            assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        error = running.communicate(timeout=60)[1]
    assert running.returncode == 0
    assert "Traceback" not in error


def test_a_recap_of_now_as_json_holds_the_readings_of_live_sources(recap):
    done = recap("write", "--within", "60", "--format", "json", **FEW)
    readings = json.dumps(json.loads(done.stdout))
    assert "etf.net_flow.btc" in readings
