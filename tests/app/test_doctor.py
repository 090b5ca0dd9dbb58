"""The doctor: what it says of a world that is well, of each fault there is, and of its healing."""

import asyncio
import json
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
sys.path.insert(0, str(Path(__file__).parents[1] / "live"))

from loopback import FarEnd, HurriedClock, Reply
from rich.console import Console
from world import World

from bot.app.doctor_report import Health, as_json, as_table
from bot.app.doctor_sources import asked
from bot.app.doctor_verdict import examine
from bot.app.roster import Listed
from bot.settings import Settings
from bot.sources.sentiment import FearGreed
from bot.store import Store
from bot.store.visits import Visit, Visits

HOUR = timedelta(hours=1)
TOKEN = "123456:" + "Secret-token_" * 2
TELEGRAM = "api.telegram.org"


class Clinic:
    """A world, and the doctor's report on it."""

    def __init__(self, folder):
        self.clock, self.folder = HurriedClock(), folder
        self.far_end = FarEnd(self.clock)
        self.far_end.answers |= World(self.clock).answers()
        self.settings = {}

    def replace(self, beginning, answer):
        """Answers of the hosts that begin so become this one; what they were."""
        before = {path: a for path, a in self.far_end.answers.items() if path.startswith(beginning)}
        self.far_end.answers |= dict.fromkeys(before, answer)
        return before

    def report(self, *, offline=False):
        async def work(_):
            settings = Settings(home=self.folder, endpoints=self.far_end.endpoints, **self.settings)
            return await examine(settings, self.clock, offline=offline)

        return asyncio.run(self.far_end.run(work))


@pytest.fixture
def clinic(tmp_path):
    return Clinic(tmp_path)


def state_of(report, name):
    return next(state for state in report.sources if state.name == name)


def check_of(report, name):
    return next(check for check in report.checks if check.name == name)


def test_where_all_is_well_every_source_shows_its_newest_value_with_its_unit_and_age(clinic):
    report = clinic.report()
    assert (report.code, report.lacking) == (0, ())
    assert [s.name for s in report.sources if s.health(report.now) is not Health.WELL] == []
    funding = state_of(report, "okx.funding")
    assert "a fraction per 8 hours" in funding.value
    assert timedelta(0) <= funding.age(report.now) <= funding.limit
    assert state_of(report, "etf.btc").answered_by == "SoSoValue, The Block"
    assert "SQLite" in check_of(report, "store").said


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (403, "blocked"),
        (451, "blocked"),
        (418, "limited"),
        (Reply("slow down", 429, {"Retry-After": "7200"}), "limited"),
        (Reply("<html>Bad gateway</html>", 502), "unreachable"),
        (Reply({"broken": "off"}, torn=True), "unreachable"),
        ('{"data": [1, 2', "garbled"),
        (Reply("<html>consent</html>"), "garbled"),
        ({"code": "50011", "msg": "Too Many Requests", "data": []}, "limited"),
        ({"code": "51001", "msg": "Instrument ID doesn't exist", "data": []}, "refused"),
    ],
)
def test_each_fault_is_named_and_healed_by_the_next_good_answer(clinic, answer, kind):
    before = clinic.replace("www.okx.com/api/v5/public/funding-rate-history", answer)
    ill = clinic.report()
    found = state_of(ill, "okx.funding")
    assert (found.fault, found.reachable, found.health(ill.now)) == (kind, False, Health.BROKEN)
    assert found.remedy
    assert ill.code == 0  # other venues go on
    clinic.far_end.answers |= before
    well = clinic.report()
    assert state_of(well, "okx.funding").health(well.now) is Health.WELL


def test_a_host_that_never_answers_is_given_up(clinic):
    clinic.replace("api.alternative.me", Reply(silent=True))

    async def work(client):
        fear = Listed(FearGreed(client), "mood and liquidity", timedelta(days=1))
        return await asked([fear], {}, clinic.clock, timedelta(milliseconds=20))

    (found,) = asyncio.run(clinic.far_end.run(work))
    assert (found.fault, found.reachable) == ("unreachable", False)
    assert "didn't answer within" in found.remedy


def test_a_source_that_only_one_can_give_makes_the_verdict_worse(clinic):
    before = clinic.replace("api.alternative.me", 503)
    ill = clinic.report()
    assert ill.code == 1
    assert "Without sentiment.fear_greed." in ill.verdict
    clinic.far_end.answers |= before
    assert clinic.report().code == 0


def test_a_stale_quote_is_named(clinic):
    world = World(clinic.clock)

    def old(asked):
        chart = world.yahoo(asked)
        chart["chart"]["result"][0]["meta"]["regularMarketTime"] -= 8 * 86_400
        return chart

    before = clinic.replace("query1.finance.yahoo.com", old) | clinic.replace("fred.stlouisfed.org", 404)
    ill = clinic.report()
    assert state_of(ill, "yahoo.dollar.dxy").fault == "stale"
    assert ill.code == 1
    clinic.far_end.answers |= before
    assert clinic.report().code == 0


def test_a_clock_an_hour_off_is_said_and_no_figure_is_trusted(clinic):
    clinic.far_end.ahead = HOUR
    ill = clinic.report()
    clock = check_of(ill, "clock")
    assert clock.health is Health.DEGRADED
    assert "NTP" in clock.remedy
    assert ill.code == 2
    clinic.far_end.ahead = timedelta(0)
    assert clinic.report().code == 0


def test_two_venues_suffice_and_one_is_too_few_but_can_tell(clinic):
    for host in (
        "api.binance.com",
        "fapi.binance.com",
        "api.bybit.com",
        "api.kraken.com",
        "www.deribit.com/api/v2/public/get_t",
    ):
        clinic.replace(host, 451)
    clinic.replace("api.coinbase.com", 503)
    clinic.replace("api.hyperliquid.xyz", 503)
    assert clinic.report().code == 0
    clinic.replace("api.gateio.ws/api/v4/spot", 503)
    clinic.replace("api.gateio.ws/api/v4/futures/usdt/candlesticks", 503)
    few = clinic.report()
    assert few.code == 1
    assert "1 of the 2 venues" in few.verdict
    clinic.replace("www.okx.com/api/v5/market", 503)
    assert clinic.report().code == 2


def test_a_source_to_be_left_alone_is_not_asked(clinic):
    until = clinic.clock.now() + timedelta(hours=20)
    visit = Visit("okx.funding", clinic.clock.now(), None, "blocked", "OKX doesn't serve this address.", 1, until)
    with Store.open(f"sqlite:///{clinic.folder / 'recap.sqlite3'}") as store:
        Visits(store).save(visit)
    report = clinic.report()
    assert "It is asked again at 2026-11-25 08:00 UTC." in state_of(report, "okx.funding").remedy
    assert clinic.far_end.of("www.okx.com/api/v5/public/funding-rate-history") == []


def test_offline_nobody_is_asked_and_the_last_visits_are_told(clinic):
    now = clinic.clock.now()
    visit = Visit("okx.funding", now, now, newest=now - HOUR, value="funding.rate_8h.okx.btc 0.0001")
    with Store.open(f"sqlite:///{clinic.folder / 'recap.sqlite3'}") as store:
        Visits(store).save(visit)
    report = clinic.report(offline=True)
    assert clinic.far_end.asked == []
    assert state_of(report, "okx.funding").health(now) is Health.WELL
    assert state_of(report, "okx.bars.spot.1h").health(now) is Health.ASLEEP
    assert report.code == 2


def printed(report):
    console = Console(width=300, file=StringIO())
    console.print(as_table(report))
    return console.file.getvalue()


def telegram(clinic, *, hook="", mode="polling"):
    bot = {"ok": True, "result": {"id": 1, "is_bot": True, "username": "recap_bot"}}
    clinic.far_end.answers |= {
        f"{TELEGRAM}/bot{TOKEN}/getMe": bot,
        f"{TELEGRAM}/bot{TOKEN}/getWebhookInfo": {"ok": True, "result": {"url": hook}},
    }
    clinic.settings = {"telegram_token": TOKEN, "telegram_mode": mode}
    return check_of(clinic.report(), "telegram")


def test_a_token_that_is_a_bots(clinic):
    assert (telegram(clinic).health, telegram(clinic).said) == (Health.WELL, "@recap_bot, polling")


def test_a_webhook_in_the_way_of_polling(clinic):
    found = telegram(clinic, hook="https://elsewhere.example/hook")
    assert found.health is Health.DEGRADED
    assert "webhook is set" in found.remedy


def test_a_wrong_token_is_told_without_showing_it(clinic):
    clinic.settings = {"telegram_token": TOKEN}
    clinic.far_end.answers[f"{TELEGRAM}/"] = Reply({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
    report = clinic.report()
    assert check_of(report, "telegram").health is Health.DEGRADED
    assert "Secret" not in printed(report) + json.dumps(as_json(report))


def test_a_store_that_cannot_be_opened_makes_no_recap(clinic):
    (clinic.folder / "recap.sqlite3").write_text("this is no database, and long enough to be looked at as one" * 20)
    report = clinic.report()
    assert (check_of(report, "store").health, report.code) == (Health.BROKEN, 2)


def test_the_table_and_the_json_say_the_same(clinic):
    report = clinic.report(offline=True)
    text = printed(report)
    found = json.loads(json.dumps(as_json(report)))
    assert found["code"] == 2
    assert {source["name"] for source in found["sources"]} <= set(text.split())
    assert found["verdict"] in " ".join(text.split())


def test_the_command_exits_with_its_verdict(recap):
    answer = recap("doctor", "--offline", "--json")
    assert answer.code == json.loads(answer.out)["code"] == 2
