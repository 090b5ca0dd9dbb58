"""An archive is read whole, taken into the store file by file, and written out as it was read."""

import zipfile
from datetime import UTC, datetime

import pytest

import bot.sources.archive_files
from bot.domain.series import Headline, Release, moment
from bot.errors import InputFaults, OutsideData, StoreError, UsageError
from bot.sources.archive import Archive, export_archive, import_archive, read_archive
from bot.store import Store, Written

ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
POINTS = "points/etf.net_flow.btc.csv"


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def packed(folder, *, top=""):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, top + file.relative_to(folder).as_posix())
    return path


def stored(store):
    parts = (store.points, store.bars, store.releases, store.headlines)
    return Archive(*(tuple(part(*ALWAYS)) for part in parts))


def test_an_archive_is_read_whole(folder):
    archive = read_archive(folder)
    assert [(p.series, list(p.value)) for p in archive.points] == [
        ("etf.net_flow.btc", [-539000000.0, -937900000.0, -1113700000.0])
    ]
    assert moment(archive.points[0].known[2]) == datetime(2025, 2, 27, 5, tzinfo=UTC)
    assert [(b.name, list(b.low)) for b in archive.bars] == [("binanceusdm.BTC-USDT-PERP.1d", [91349.2, 86050.9])]
    assert archive.releases[1] == Release(
        datetime(2025, 2, 26, 15, tzinfo=UTC), "New Home Sales (Jan), total", "moderate", "679K", "734K", "", None
    )
    assert archive.headlines[1] == Headline(datetime(2025, 2, 25, 8, 30, tzinfo=UTC), "", "Ein „Titel“ über 比特币", "")


def test_a_zip_of_the_folder_reads_the_same(folder):
    assert read_archive(packed(folder)) == read_archive(folder)


def test_headlines_can_be_left_out(folder):
    assert read_archive(folder, headlines=False).headlines == ()
    assert read_archive(folder, headlines=False).releases


def test_carriage_returns_and_a_byte_order_mark_are_tolerated(folder):
    expected = read_archive(folder)
    flow = (folder / POINTS).read_bytes()
    put(folder / POINTS, b"\xef\xbb\xbf" + flow.replace(b"\n", b"\r\n"))
    assert read_archive(folder) == expected


def test_rows_may_stand_in_any_order_and_twice(folder):
    expected = read_archive(folder)
    header, *rows = (folder / POINTS).read_text().splitlines()
    put(folder / POINTS, "\n".join([header, *reversed(rows), rows[0], "", ""]))
    assert read_archive(folder) == expected


def test_hidden_copies_of_the_operating_system_are_no_data(folder):
    put(folder / "points/._etf.net_flow.btc.csv", b"\0\5\26\7")
    put(folder / "__MACOSX/points/etf.net_flow.btc.csv", b"\0\5\26\7")
    assert len(read_archive(folder).points) == 1


def test_an_import_stores_what_the_archive_holds(folder, store):
    report = import_archive(folder, store)
    assert report.written == Written(added=9)
    assert stored(store) == read_archive(folder)


def test_a_second_import_changes_nothing(folder, store):
    import_archive(folder, store)
    assert import_archive(folder, store).written == Written(unchanged=9)


def test_a_corrected_file_is_counted_as_corrected(folder, store):
    import_archive(folder, store)
    put(folder / POINTS, (folder / POINTS).read_text().replace("-937900000.0", "-937900001.0"))
    assert import_archive(folder, store).written == Written(changed=1, unchanged=8)


def test_a_file_with_faults_is_left_out_and_the_others_stored(folder, store):
    put(folder / POINTS, (folder / POINTS).read_text() + "x,y,z\n")
    with pytest.raises(InputFaults) as caught:
        import_archive(folder, store)
    assert [(fault.path, fault.line) for fault in caught.value.faults] == [(folder / POINTS, 5)] * 3
    assert {c.name for c in store.coverage()} == {"binanceusdm.BTC-USDT-PERP.1d", "headlines", "releases"}


def test_progress_hears_of_every_file(folder, store):
    heard = []
    put(folder / POINTS, (folder / POINTS).read_text() + "x,y,z\n")
    with pytest.raises(InputFaults):
        import_archive(folder, store, lambda done, files, file: heard.append((done, files, file)))
    assert [(done, files) for done, files, _ in heard] == [(n, 4) for n in range(1, 5)]
    assert [file.written.added for _, _, file in heard] == [2, 2, 0, 2]
    assert [len(file.faults) for _, _, file in heard] == [0, 0, 3, 0]


def test_an_interrupted_import_leaves_whole_files(folder, store):
    def interrupt(done, files, file):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_archive(folder, store, interrupt)
    assert {c.name: c.rows for c in store.coverage()} == {"binanceusdm.BTC-USDT-PERP.1d": 2, "headlines": 2}


def test_a_full_disk_leaves_whole_files(tmp_path, sqlite_url):
    rows = [f"{moment(n * 3_600_000):%Y-%m-%dT%H:%M:%SZ},5,6,4,5,1" for n in range(3000)]
    for asset in ("BTC", "ETH", "SOL"):
        put(
            tmp_path / f"archive/bars/binance.{asset}-USDT.1h.csv",
            "\n".join(["time,open,high,low,close,volume", *rows]),
        )
    with Store.open(sqlite_url) as store:
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 120")
        with pytest.raises(StoreError, match="no space is left"):
            import_archive(tmp_path / "archive", store)
        assert {c.rows for c in store.coverage()} == {3000}


@pytest.mark.parametrize("compact", [False, True])
def test_an_exported_store_reads_back_the_same(folder, store, tmp_path, compact):
    import_archive(folder, store)
    assert export_archive(store, tmp_path / "out", compact=compact) == 4
    assert read_archive(tmp_path / "out") == read_archive(folder)


def test_a_compact_export_has_the_same_bytes_each_time(folder, tmp_path):
    for name in ("a.zip", "b.zip"):
        export_archive(read_archive(folder), tmp_path / name, compact=True)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_folder_is_written_with_the_same_bytes_each_time(folder, tmp_path):
    for name in ("a", "b"):
        export_archive(read_archive(folder), tmp_path / name)
    assert (tmp_path / "a" / "headlines.csv.gz").read_bytes()[4:8] == bytes(4), "a time of packing"
    first = {file.relative_to(tmp_path / "a"): file.read_bytes() for file in (tmp_path / "a").rglob("*.*")}
    assert first == {file.relative_to(tmp_path / "b"): file.read_bytes() for file in (tmp_path / "b").rglob("*.*")}


def test_an_export_can_be_cut_by_time(folder, store, tmp_path):
    import_archive(folder, store)
    since, until = datetime(2025, 2, 25, tzinfo=UTC), datetime(2025, 2, 26, 5, tzinfo=UTC)
    export_archive(store, tmp_path / "from_store", since=since, until=until)
    export_archive(read_archive(folder), tmp_path / "from_archive", since=since, until=until)
    cut = read_archive(tmp_path / "from_store")
    assert cut == read_archive(tmp_path / "from_archive")
    assert [list(p.value) for p in cut.points] == [[-937900000.0]]
    assert [list(b.close) for b in cut.bars] == [[88680.4]]
    assert (len(cut.releases), len(cut.headlines)) == (1, 1)


def test_a_bar_that_is_open_at_the_end_is_not_exported(folder, store, tmp_path):
    import_archive(folder, store)
    until = datetime(2025, 2, 25, 23, 59, tzinfo=UTC)
    for name, source in (("from_store", store), ("from_archive", read_archive(folder))):
        export_archive(source, tmp_path / name, until=until)
        assert [list(b.close) for b in read_archive(tmp_path / name).bars] == [[91552.9]]


def test_an_export_can_be_cut_by_name(folder, tmp_path):
    archive = read_archive(folder)
    export_archive(archive, tmp_path / "out", names=["etf.*", "releases"])
    assert read_archive(tmp_path / "out") == Archive(points=archive.points, releases=archive.releases)


def test_an_export_of_nothing_is_a_wrong_request(folder, tmp_path):
    with pytest.raises(OutsideData, match="no data of these names and times"):
        export_archive(read_archive(folder), tmp_path / "out", names=["oil.*"])
    assert not (tmp_path / "out").exists()


def test_an_export_does_not_mix_with_what_stands_there(folder, tmp_path):
    archive = read_archive(folder)
    put(tmp_path / "file", "x")
    for place, compact in ((folder, False), (folder, True), (tmp_path / "file", False)):
        with pytest.raises(UsageError, match=r"stands there already. Name a new place"):
            export_archive(archive, place, compact=compact)
    assert read_archive(folder) == archive


def test_an_empty_folder_and_an_older_zip_may_be_written_over(folder, tmp_path):
    archive = read_archive(folder)
    (tmp_path / "out").mkdir()
    put(tmp_path / "out.zip", "old")
    export_archive(archive, tmp_path / "out")
    export_archive(archive, tmp_path / "out.zip", compact=True)
    assert read_archive(tmp_path / "out") == read_archive(tmp_path / "out.zip") == archive


@pytest.mark.parametrize("compact", [False, True])
def test_a_place_that_cannot_be_written_is_told(folder, tmp_path, compact):
    put(tmp_path / "file", "x")
    with pytest.raises(UsageError, match=r"file/out: can't be written \((Not a directory|File exists)\)"):
        export_archive(read_archive(folder), tmp_path / "file" / "out", compact=compact)


@pytest.mark.parametrize(("compact", "writer"), [(False, "_write_folder"), (True, "_write_zip")])
def test_a_full_disk_leaves_no_half_archive(folder, tmp_path, monkeypatch, compact, writer):
    write = getattr(bot.sources.archive_files, writer)

    def fill(place, contents):
        write(place, contents)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bot.sources.archive_files, writer, fill)
    before = set(tmp_path.iterdir())
    with pytest.raises(UsageError, match=r"can't be written \(No space left on device\)"):
        export_archive(read_archive(folder), tmp_path / "out", compact=compact)
    assert set(tmp_path.iterdir()) == before
