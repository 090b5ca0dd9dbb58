"""Settings come from the environment over one file; a slip in either is named with its place."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import SettingsError
from bot.settings import Settings, load_settings
from bot.settings_text import default_home

EXAMPLE = Path(__file__).parent.parent / "deploy" / "settings.example.toml"


@pytest.fixture
def environ(tmp_path):
    """An environment whose data folder is a folder of the test."""
    return {"RECAP_HOME": str(tmp_path)}


@pytest.fixture
def write(tmp_path):
    """Writes `settings.toml` into the data folder."""
    path = tmp_path / "settings.toml"

    def write(*lines):
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def refusal(environ):
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    assert "hunter2" not in str(caught.value)
    return str(caught.value)


def test_nothing_has_to_be_set(environ, tmp_path):
    assert load_settings(environ) == Settings(
        home=tmp_path, database_url=SecretStr(f"sqlite:///{tmp_path}/recap.sqlite3"), locale="en"
    )


def test_the_file_in_the_data_folder_is_read(environ, write):
    write('locale = "zh"')
    assert load_settings(environ).locale == "zh"


def test_the_environment_counts_over_the_file(environ, write):
    write('locale = "zh"')
    assert load_settings(environ | {"RECAP_LOCALE": "en"}).locale == "en"


def test_an_empty_variable_counts_as_not_set(environ, write):
    write('locale = "zh"')
    assert load_settings(environ | {"RECAP_LOCALE": "", "RECAP_CONFIG": ""}).locale == "zh"


def test_another_file_can_be_named(environ, tmp_path):
    (tmp_path / "other.toml").write_text('locale = "zh"')
    assert load_settings(environ | {"RECAP_CONFIG": str(tmp_path / "other.toml")}).locale == "zh"


def test_variables_of_other_programs_are_left_alone(environ):
    assert load_settings(environ | {"LOCALE": "xx", "RECAPITULATE": "1"}).locale == "en"


def test_folders_in_the_file_start_at_its_folder(environ, write, tmp_path):
    (tmp_path / "rules").mkdir()
    write('rules = "rules"')
    assert load_settings(environ).rules == tmp_path / "rules"


def test_folders_in_the_environment_start_at_the_current_one(environ, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    assert load_settings(environ | {"RECAP_TEMPLATES": "own"}).templates == tmp_path / "own"
    assert load_settings({"RECAP_HOME": "data"}).home == tmp_path / "data"


def test_the_database_lies_in_the_data_folder_the_file_names(tmp_path):
    (tmp_path / "settings.toml").write_text('home = "data"')
    settings = load_settings({"RECAP_CONFIG": str(tmp_path / "settings.toml")})
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/data/recap.sqlite3"


@pytest.mark.parametrize(
    ("platform", "environ", "home"),
    [
        ("linux", {"HOME": "/home/ann"}, "/home/ann/.local/share/market-recap-bot"),
        ("linux", {"HOME": "/home/ann", "XDG_DATA_HOME": "/data"}, "/data/market-recap-bot"),
        ("darwin", {"HOME": "/Users/ann"}, "/Users/ann/Library/Application Support/market-recap-bot"),
        ("win32", {"LOCALAPPDATA": "C:/Users/ann/AppData/Local"}, "C:/Users/ann/AppData/Local/market-recap-bot"),
    ],
)
def test_the_data_folder_is_where_the_platform_keeps_data(platform, environ, home):
    assert default_home(environ, platform) == Path(home)


def test_a_password_is_never_shown(environ):
    settings = load_settings(environ | {"RECAP_DATABASE_URL": "postgresql://bot:hunter2@host/recap"})
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_an_unknown_name_in_the_file_is_told_with_its_line_and_the_nearest_name(environ, write):
    path = write("# mine", "", 'databse_url = "postgresql://bot:hunter2@host/recap"')
    assert refusal(environ) == f"{path}:3: unknown setting 'databse_url'; did you mean 'database_url'?"


def test_a_name_unlike_any_is_told_what_there_is(environ, write):
    path = write("frobnicate = 1")
    assert refusal(environ) == (
        f"{path}:1: unknown setting 'frobnicate'; there are assets, database_url, delivery, endpoints, feeds, home, "
        "keys, listen, locale, rules, telegram_mode, telegram_operators, telegram_token, templates, venues, "
        "webhook_secret, webhook_url"
    )


def test_an_unknown_table_is_told_with_its_line(environ, write):
    path = write('locale = "en"', "[local]", 'home = "x"')
    assert refusal(environ) == f"{path}:2: unknown setting 'local'; did you mean 'locale'?"


def test_all_unknown_names_are_told_at_once(environ, write):
    path = write("hom = 1", 'locale = "en"', "rule = 2")
    assert refusal(environ).splitlines() == [
        f"{path}:1: unknown setting 'hom'; did you mean 'home'?",
        f"{path}:3: unknown setting 'rule'; did you mean 'rules'?",
    ]


def test_an_unknown_variable_is_told_with_the_nearest_name(environ):
    assert refusal(environ | {"RECAP_DATABASE": "postgresql://bot:hunter2@host/recap"}) == (
        "RECAP_DATABASE: unknown setting 'RECAP_DATABASE'; did you mean 'RECAP_DATABASE_URL'?"
    )


def test_a_bad_value_in_the_file_is_told_with_its_line(environ, write):
    path = write("", 'locale = "fr"')
    assert refusal(environ) == f"{path}:2: bad value for 'locale': input should be 'en' or 'zh'"


def test_a_bad_value_in_the_environment_is_told_with_its_variable(environ, write):
    write("", 'locale = "zh"')
    assert refusal(environ | {"RECAP_LOCALE": "fr"}) == (
        "RECAP_LOCALE: bad value for 'locale': input should be 'en' or 'zh'"
    )


@pytest.mark.parametrize("value", ['"mysql://bot:hunter2@host/recap"', '"hunter2"', "2", "{ hunter2 = 1 }"])
def test_a_database_of_an_unknown_kind_is_refused_without_showing_it(environ, write, value):
    path = write(f"database_url = {value}")
    assert refusal(environ).startswith(f"{path}:1: bad value for 'database_url': ")


def test_own_rules_must_be_a_folder(environ, tmp_path):
    assert refusal(environ | {"RECAP_RULES": str(tmp_path / "none")}) == (
        f"RECAP_RULES: bad value for 'rules': {tmp_path}/none is no folder"
    )


def test_all_bad_values_are_told_at_once(environ, write):
    path = write('locale = "fr"', "home = 3")
    assert set(refusal({"RECAP_CONFIG": str(path)}).splitlines()) == {
        f"{path}:2: bad value for 'home': input is not a valid path for <class 'pathlib.Path'>",
        f"{path}:1: bad value for 'locale': input should be 'en' or 'zh'",
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [('locale = "en', "1:13"), ('locale = "en"\nhome =', "2:7"), ('locale = "en"\nlocale = "zh"\n', "2:14")],
)
def test_broken_toml_is_told_with_its_place(environ, write, text, place):
    path = write(text)
    assert refusal(environ).startswith(f"{path}:{place}: no valid TOML: ")


def test_a_file_that_is_not_there_is_told(environ, tmp_path):
    assert refusal(environ | {"RECAP_CONFIG": str(tmp_path / "none.toml")}) == (
        f"{tmp_path}/none.toml: the settings can't be read (No such file or directory). "
        "Correct RECAP_CONFIG or make the file."
    )


def test_a_folder_in_place_of_the_file_is_told(environ, tmp_path):
    (tmp_path / "settings.toml").mkdir()
    assert refusal(environ) == f"{tmp_path}/settings.toml: the settings can't be read (Is a directory)."


def test_a_file_that_is_not_utf_8_is_told(environ, tmp_path):
    (tmp_path / "settings.toml").write_bytes(b'locale = "\xff"')
    assert refusal(environ) == f"{tmp_path}/settings.toml: not UTF-8 text; save the settings as UTF-8"


def test_the_example_names_every_setting_and_can_be_used_as_it_is(tmp_path):
    example = EXAMPLE.read_text(encoding="utf-8")
    assert re.findall(r"^# (\w+) = ", example, re.MULTILINE) == list(Settings.model_fields)
    (tmp_path / "settings.toml").write_text(re.sub(r"^# (\w+ = )", r"\1", example, flags=re.MULTILINE))
    for folder in ("my-rules", "my-templates"):
        (tmp_path / folder).mkdir()
    assert load_settings({"RECAP_CONFIG": str(tmp_path / "settings.toml")}).model_fields_set == set(
        Settings.model_fields
    )


def test_a_setting_inside_a_table_has_a_variable_of_its_own(environ, write):
    write("[delivery]", "per_second = 10", "[keys]", 'fred = "hunter2"')
    settings = load_settings(environ | {"RECAP_DELIVERY__PER_CHAT_SECOND": "2", "RECAP_KEYS__COINALYZE": "hunter2"})
    assert (settings.delivery.per_second, settings.delivery.per_chat_second) == (10, 2)
    assert settings.keys.fred is not None
    assert settings.keys.coinalyze is not None
    assert "hunter2" not in repr(settings)


def test_a_list_and_a_table_can_be_written_in_a_variable(environ):
    settings = load_settings(
        environ
        | {
            "RECAP_VENUES": "okx, Gate",
            "RECAP_TELEGRAM_OPERATORS": "1,22",
            "RECAP_ENDPOINTS": "api.telegram.org=http://127.0.0.1:9, www.okx.com=http://127.0.0.1:9/okx",
        }
    )
    assert settings.venues == ("okx", "gate")
    assert settings.telegram_operators == (1, 22)
    assert settings.endpoints["www.okx.com"] == "http://127.0.0.1:9/okx"


def test_an_unknown_name_inside_a_table_is_told_with_its_line(environ, write):
    path = write('locale = "en"', "[delivery]", "", "per_secnd = 3")
    assert refusal(environ) == f"{path}:4: unknown setting 'per_secnd'; did you mean 'per_second'?"


def test_a_bad_value_inside_a_table_is_told_with_its_line(environ, write):
    path = write("[delivery]", "per_second = -3")
    assert refusal(environ) == (f"{path}:2: bad value for 'delivery.per_second': input should be greater than 0")


def test_a_bad_value_inside_a_table_is_told_with_its_variable(environ):
    assert refusal(environ | {"RECAP_DELIVERY__PER_SECOND": "fast"}).startswith("RECAP_DELIVERY__PER_SECOND: bad value")


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("VENUES", "binanse", "binanse is no venue known here; did you mean binance?"),
        ("ASSETS", "BTC,ETHH", "ETHH is no asset known here; did you mean ETH?"),
        ("TELEGRAM_TOKEN", "hunter2", "a token is a number, a colon and letters, as @BotFather gives it"),
        ("WEBHOOK_URL", "http://x.org", "Telegram calls addresses that begin with https:// only"),
        ("WEBHOOK_SECRET", "hunter2!", "use 1 to 256 letters, digits, _ and -"),
        ("LISTEN", "8080", "write a host and a port, such as 0.0.0.0:8080"),
        ("ENDPOINTS", "api.telegram.org", "write it as name=value, name=value"),
        ("ENDPOINTS", "api.telegram.org=localhost", "api.telegram.org needs an address such as http://127.0.0.1:9000"),
    ],
)
def test_what_a_setting_can_not_be_is_told_with_the_remedy(environ, variable, value, reason):
    told = refusal(environ | {f"RECAP_{variable}": value})
    assert told.startswith(f"RECAP_{variable}: bad value for '{variable.lower()}': ")
    assert told.lower().endswith(reason.lower())
