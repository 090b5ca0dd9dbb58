"""`recap chat` as people use it: lines typed into a pipe, on the sample."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def turns(out):
    """What was shown after each line that was typed, without its first line, the greeting."""
    _, *told = re.split(r"^\w+(?: in [\w ›]+)?> ", out, flags=re.MULTILINE)
    return [turn.partition("\n")[::2] for turn in told]


def number_of(shown, button):
    return re.search(rf"\[(\d+)\] {re.escape(button)}", shown)[1]


def test_a_recap_its_evidence_and_settings_by_the_numbers_of_buttons(recap):
    typed = "/recap\n1\n/settings\n77\n10\n:nonsense\nhello\n/quit\n/never\n"
    # Nothing goes by a proxy.
    answer = recap("chat", "--sample", typed=typed, HTTP_PROXY="http://127.0.0.1:9", ALL_PROXY="http://127.0.0.1:9")
    assert (answer.code, answer.err) == (0, "")
    told = turns(answer.out)
    assert [line for line, _ in told] == typed.split("\n")[:8]
    shown = [text for _, text in told]
    assert shown[0].startswith("Recap · Feb 26, 00:0")
    assert "BTC slid 3.2% to $88,609" in shown[0]
    assert number_of(shown[0], "Why?") == "1"
    assert "the evidence behind this recap" in shown[1]
    assert number_of(shown[2], "⏰ Times") == "10"
    assert shown[3] == "There is no button 77. Buttons stand below messages, numbered in brackets.\n"
    assert "edited" in shown[4].splitlines()[0]
    assert ":nonsense is no word of this terminal" in shown[5]
    assert "/help" in shown[6]
    assert shown[7] == ""


def test_a_long_script_gets_all_its_answers(recap):
    answer = recap("chat", "--sample", typed="/privacy\n" * 60)
    assert (answer.code, answer.err) == (0, "")
    shown = [text.partition("\n")[2] for _, text in turns(answer.out)[:60]]
    assert len(shown) == 60
    assert len(set(shown)) == 1, "each is answered alike"
    assert shown[0].startswith("I keep this chat's number")


def test_over_the_sample_no_source_is_said_to_be_read_soon(recap):
    answer = recap("chat", "--sample", typed="/sources\n")
    assert (answer.code, answer.err) == (0, "")
    assert "told from recorded data; no source is read" in answer.out


def test_scheduled_recaps_arrive_when_the_clock_is_put_forward(recap):
    typed = (
        "/subscribe 08:00 Berlin\n:group\n:as bob\n/subscribe 08:00\n:as ann\n/subscribe 07:30 UTC\n"
        ":time +8h\n/next\n:bot muted\n/privacy\n"
    )
    answer = recap("chat", "--sample", typed=typed)
    assert (answer.code, answer.err) == (0, "")
    shown = [text for _, text in turns(answer.out)]
    assert "Wed 08:00 CET" in shown[0]
    assert "Only administrators" in shown[3]
    recaps = re.findall(r"^Recap · (Feb 26, 0\d:\d\d)(?: · in (.*))?$", shown[6], flags=re.MULTILINE)
    assert recaps == [("Feb 26, 07:00", "Ann's chat"), ("Feb 26, 07:30", "")]
    assert shown[6].endswith("It is 2025-02-26 08:05 UTC.\n")
    assert "Thu 07:30" in shown[7]
    assert shown[8:] == ["", "", ""]


def test_a_button_in_a_channel_leads_to_the_private_chat(recap):
    answer = recap("chat", "--sample", "--locale", "zh", typed=":channel\n/recap\n1\n:as bob\n:inline eth\n10\n6\n")
    assert (answer.code, answer.err) == (0, "")
    shown = [text for _, text in turns(answer.out)]
    assert shown[1].startswith("Signals · Feb 26, 00:0")
    assert "[1] 为什么" in shown[1]
    assert re.match(r"→ https://t\.me/recapbot\?start=why_\w+\n", shown[2])
    assert "这份复盘的证据" in shown[2]
    assert number_of(shown[4], "ETH") == "10"
    assert "via @recapbot" in shown[5].splitlines()[0]
    assert "[11] 为什么？ ↗" in shown[5]
    assert "Only Ann can press that" in shown[6]


def test_the_readme_shows_a_real_conversation(recap):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- conversation -->\n```text\n(.*?)```", readme, re.DOTALL)[1]
    answer = recap("chat", "--sample", typed="\n".join(line for line, _ in turns(shown)))
    clock = re.compile(r"(?<=^Recap · Feb 26, )\d\d:\d\d", re.MULTILINE)
    assert clock.sub("", shown) in clock.sub("", answer.out)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_is_ended_without_a_trace_at_a_terminal(tmp_path, ending):
    ours, theirs = pty.openpty()
    environ = {"PATH": os.environ["PATH"], "RECAP_HOME": str(tmp_path), "TMPDIR": str(tmp_path), "TERM": "xterm"}
    command = [sys.executable, "-m", "bot.app.cli", "chat", "--sample"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
    os.close(theirs)
    os.write(ours, b"/privacy\n")
    shown = b""
    while b"\x1b[1mAnn> \x1b[0m" not in shown.partition(b"Recap")[2]:
        shown += os.read(ours, 65_536)
    process.send_signal(ending)
    assert process.wait(30) == 0
    os.close(ours)
    assert b"\x1b[1;32mRecap" in shown
    assert list(tmp_path.iterdir()) == []


def test_nobody_reads_on(recap):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        answer = recap("chat", "--sample", typed="/recap\n", out=gone)
    assert (answer.code, answer.err) == (1, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "The store holds no market data yet: bring some with recap backfill or recap import, or add --sample."),
        (["--archive", "x"], "An archive has no now. Say when to begin: --at 2025-02-26T00:05Z."),
    ],
)
def test_what_is_missing_is_told_in_one_line(recap, arguments, sentence):
    answer = recap("chat", *arguments)
    assert (answer.code, answer.err) == (2, f"{sentence}\n")
