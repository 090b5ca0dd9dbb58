"""Export, import and export again give the same, whatever an archive holds."""

from array import array
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.series import TIMEFRAMES, BarColumns, Headline, PointColumns, Release, moment, stamp
from bot.sources.archive import Archive, export_archive, import_archive, read_archive
from bot.store import Store

ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
STAMPS = st.integers(stamp(datetime(2015, 1, 1, tzinfo=UTC)), stamp(datetime(2035, 1, 1, tzinfo=UTC)))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
NAMES = TEXTS.filter(lambda text: bool(text.strip()))
NUMBERS = st.floats(1e-6, 1e6)


@st.composite
def point_columns(draw):
    rows = draw(st.dictionaries(st.tuples(STAMPS, st.integers(0, 10**9)), st.floats(-50, 50), min_size=1, max_size=8))
    times = sorted((time, time + lag, value) for (time, lag), value in rows.items())
    time, known, value = zip(*times, strict=True)
    name = draw(st.sampled_from(["rates.us2y", "rates.us10y", "premium.coinbase_okx.btc"]))
    return PointColumns(name, array("q", time), array("q", known), array("d", value))


@st.composite
def bar_columns(draw):
    timeframe = draw(st.sampled_from(list(TIMEFRAMES)))
    length = TIMEFRAMES[timeframe] // timedelta(milliseconds=1)
    times = sorted(draw(st.sets(STAMPS.map(lambda t: t // length * length), min_size=1, max_size=5)))
    prices = [sorted(draw(st.tuples(*[NUMBERS] * 4))) for _ in times]
    low, opened, close, high = (array("d", column) for column in zip(*prices, strict=True))
    volume = array("d", [draw(st.floats(0, 1e300)) for _ in times])
    return BarColumns("binance", "BTC-USDT", timeframe, array("q", times), opened, high, low, close, volume)


@st.composite
def release_lists(draw):
    keys = draw(st.sets(st.tuples(STAMPS, NAMES), max_size=4))
    found = []
    for time, event in sorted(keys):
        actual, lag = draw(TEXTS), draw(st.integers(0, 10**7))
        impact = draw(st.sampled_from(["low", "moderate", "high"]))
        known = moment(time + lag) if actual else None
        found.append(Release(moment(time), event, impact, draw(TEXTS), draw(TEXTS), actual, known))
    return tuple(found)


ARCHIVES = st.builds(
    Archive,
    st.lists(point_columns(), min_size=1, max_size=3, unique_by=lambda p: p.series).map(
        lambda found: tuple(sorted(found, key=lambda p: p.series))
    ),
    st.lists(bar_columns(), max_size=1).map(tuple),
    release_lists(),
    st.sets(st.tuples(STAMPS, TEXTS, NAMES), max_size=4).map(
        lambda keys: tuple(Headline(moment(time), outlet, title, "") for time, outlet, title in sorted(keys))
    ),
)


@given(archive=ARCHIVES, compact=st.booleans())
def test_export_import_and_export_give_the_same(archive, compact, tmp_path_factory):
    folder = tmp_path_factory.mktemp("round")
    export_archive(archive, folder / "first", compact=compact)
    with Store.open(f"sqlite:///{folder / 'recap.sqlite3'}") as store:
        import_archive(folder / "first", store)
        assert stored(store) == archive
        export_archive(store, folder / "second", compact=compact)
    assert read_archive(folder / "second") == archive


def stored(store):
    parts = (store.points, store.bars, store.releases, store.headlines)
    return Archive(*(tuple(part(*ALWAYS)) for part in parts))
