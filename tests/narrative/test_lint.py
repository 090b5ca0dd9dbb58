"""The check of a folder of templates, and what rendering refuses by itself."""

import re
import shutil

import pytest

from bot.domain.catalogue import CATALOGUE
from bot.errors import TemplateFault, UsageError
from bot.narrative.environment import Templates
from bot.narrative.lint import check_templates
from bot.narrative.plan import plan
from bot.narrative.write import write
from bot.resources import templates_folder


@pytest.fixture(name="folder")
def folder_fixture(tmp_path):
    return shutil.copytree(templates_folder(), tmp_path / "templates")


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def messages(folder):
    return [str(fault).removeprefix(f"{folder}/") for fault in check_templates(folder)]


def test_the_projects_own_templates_have_no_fault():
    assert check_templates(templates_folder()) == ()


FAULTS = [
    ("en/watch.html.j2", "What to watch", "3 things to watch", "en/watch.html.j2:2: the number '3' stands"),
    ("en/watch.html.j2", "What to watch", "Three things to watch", "en/watch.html.j2:2: the numeral 'Three' stands"),
    ("zh/watch.html.j2", "接下来看什么", "连续三天看什么", "zh/watch.html.j2:2: the numeral"),
    (
        "en/watch.html.j2",
        "{% macro lines() %}",
        "{% macro lines() %}{{ nobody }}",
        "en/watch.html.j2:1: the name nobody",
    ),
    ("en/watch.html.j2", "{% endfor %}", "{% endfro %}", "en/watch.html.j2:10: "),
    ("en/watch.html.j2", "|price", "|prize", "en/watch.html.j2:4: there is no filter prize"),
    (
        "en/causes/etf_outflow.html.j2",
        'the("premium.coinbase.btc")',
        'the("premium.coinbase.eth")',
        "en/causes/etf_outflow.html.j2:32: there is no reading premium.coinbase.eth",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), FAULTS)
def test_a_planted_fault_is_found_in_its_place(name, old, new, message, folder):
    edit(folder, name, old, new)
    found = messages(folder)
    assert any(m.startswith(message) for m in found), found


def test_a_file_missing_in_one_locale_is_named(folder):
    (folder / "zh" / "footer.html.j2").unlink()
    assert messages(folder) == ["zh/footer.html.j2: is missing; others have it"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("footer.html.j2", "brief.html.j2 imports it|thread.html.j2 imports it"),
        ("labels.html.j2", "[a-z_/.0-9]+ imports it"),
        ("causes/any.html.j2", "causes without a file of their own need it"),
    ],
)
def test_a_file_missing_in_every_locale_is_named(name, why, folder):
    for locale in ("en", "zh"):
        (folder / locale / name).unlink()
    found = messages(folder)
    assert len(found) == 2
    assert all(re.fullmatch(f"(en|zh)/{name}: is missing: ({why})", m) for m in found), found


def test_a_locale_that_tells_other_things_is_named(folder):
    edit(folder, "zh/causes/support_break.html.j2", 'licences("deep_break")', 'licences("closed_below")')
    assert messages(folder) == ["zh/causes/support_break.html.j2: tells other things than en: claim deep_break"]


def test_all_faults_come_at_once(folder):
    edit(folder, "en/watch.html.j2", "What to watch", "3 things")
    edit(folder, "zh/footer.html.j2", "不构成投资建议", "99%")
    (folder / "en" / "hook.html.j2").write_text("{% if %}", encoding="utf-8")
    assert len(messages(folder)) == 3


def test_a_digit_that_is_no_figure_is_refused_when_rendered(folder, cases):
    edit(folder, "en/watch.html.j2", "What to watch", "3 things")
    with pytest.raises(TemplateFault, match="digit outside a figure: '3 things'"):
        write(plan(cases.quiet()), "en", "thread", Templates.load(folder))


@pytest.mark.parametrize(
    ("planted", "message"),
    [
        ("{{ plan.sections|length }}", r"en/watch.html.j2:2: .*bare number"),
        ("{{ nobody }}", r"en/watch.html.j2:2: 'nobody' is undefined"),
        ('{{ the("oil.wti.change")|percent }}', r"en/watch.html.j2:2: .*oil.wti.change, which was not measured"),
        ('{{ the("price.close.{asset}")|usd }}', r"en/watch.html.j2:2: .*usd does not print USD per coin"),
        ("{{ plan.__class__.__mro__ }}", r"en/watch.html.j2:2: .*unsafe"),
        ("<a>x</a>", "may not write <a>"),
    ],
)
def test_what_rendering_refuses_names_its_place(planted, message, folder, cases):
    edit(folder, "en/watch.html.j2", "<h2>What to watch</h2>", f"<h2>{planted}</h2>")
    with pytest.raises(TemplateFault, match=message):
        write(plan(cases.quiet()), "en", "thread", Templates.load(folder))


def test_unknown_locales_and_styles_are_the_callers_mistake(templates, cases):
    with pytest.raises(UsageError, match="en, zh"):
        write(plan(cases.quiet()), "xx", "thread", templates)
    with pytest.raises(UsageError, match="thread, brief"):
        write(plan(cases.quiet()), "en", "haiku", templates)


def test_a_folder_without_locales_is_named(tmp_path):
    with pytest.raises(TemplateFault, match="no templates"):
        Templates.load(tmp_path)
    assert len(check_templates(tmp_path)) == 1


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_reading_of_the_catalogue_has_a_label(locale, templates):
    module = templates.environments[locale].get_template("labels.html.j2").module
    kinds = {name.rpartition(".")[0] for name in CATALOGUE if name not in module.whole}
    assert kinds <= set(module.each)
