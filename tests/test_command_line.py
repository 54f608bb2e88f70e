"""The command line: the same verbs as in a notebook, an exit code, and words or JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from liqwidget import LiqHeatmap, SourceError, heatmap
from liqwidget.__main__ import DONE, UNREAD, UNUSABLE, UNWRITTEN, main

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-01-30T12:00"
SAMPLE = ["BTC", "--source", "sample"]


@pytest.mark.slow
def test_it_makes_what_the_notebook_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    png, table, page = tmp_path / "btc.png", tmp_path / "btc.csv", tmp_path / "btc.html"
    files = ["--png", str(png), "--clusters", str(table), "--html", str(page)]
    assert main([*SAMPLE, "--at", AT, "--side", "long", *files, "--json"]) == DONE
    made = json.loads(capsys.readouterr().out)
    heatmap = LiqHeatmap("BTC", "sample", as_of=AT, side="long")
    expected = heatmap.clusters_frame()
    assert [one["id"] for one in made["clusters"]] == expected["id"].tolist()
    assert made["clusters"][0]["age"] == expected["age"].iloc[0].total_seconds()
    assert made["simulated"]
    assert made["at"] == "2026-01-30T12:00:00+00:00"
    assert made["price"] == heatmap.ledger.last_price(pd.Timestamp(AT, tz="UTC").value)
    assert pd.read_csv(table)["size"].tolist() == pytest.approx(expected["size"].tolist())
    assert pd.read_csv(table)["simulated"].all()
    assert png.read_bytes()[:4] == b"\x89PNG"
    assert "<!doctype html>" in page.read_text(encoding="utf-8")[:50]
    heatmap.close()


def test_words_say_that_the_market_is_simulated_and_quiet_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(SAMPLE) == DONE
    said = capsys.readouterr().out
    assert "simulated market: prices and positions are not real" in said
    assert "est. $" in said
    table = tmp_path / "clusters.json"
    assert main([*SAMPLE, "--quiet", "--clusters", str(table)]) == DONE
    assert capsys.readouterr().out == ""
    listed = json.loads(table.read_text(encoding="utf-8"))
    assert listed[0]["leverage_mix"]
    assert all(one["simulated"] is True for one in listed)


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (["BTC", "--source", "nosuch"], UNUSABLE, "Expected source among"),
        (["BTC", "--source", "sample,binance"], UNUSABLE, "was 'sample' beside others: it stands alone"),
        (["DOGE", "--source", "sample"], UNUSABLE, "of the simulated market (BTC, ETH, SOL), was 'DOGE'. For your own"),
        (["", "--source", "sample"], UNUSABLE, "symbol"),
        ([*SAMPLE, "--clusters", "clusters.xls"], UNUSABLE, "ends in .csv or .json"),
        ([*SAMPLE, "--png", "nowhere/x.png"], UNUSABLE, "folder that is there"),
        ([*SAMPLE, "--side", "up"], UNUSABLE, "side: Expected one of 'both', 'long', 'short', was 'up'"),
        ([*SAMPLE, "--at", "1999-01-01"], UNUSABLE, "1999"),
    ],
)
def test_what_cannot_be_done_ends_with_a_code_and_a_sentence(
    given: list[str],
    code: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(given) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("liqwidget: ")
    assert said in told.err
    assert "Traceback" not in told.err


def test_a_market_that_cannot_be_read_has_a_code_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, **__: object) -> None:
        raise SourceError("BTC could not be read: binance: no answer", retryable=True)

    monkeypatch.setattr(heatmap, "read", silent)
    assert main(["BTC", "--source", "binance"]) == UNREAD
    assert capsys.readouterr().err == "liqwidget: BTC could not be read: binance: no answer\n"


def test_a_file_that_cannot_be_written_has_a_code_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    assert main([*SAMPLE, "--clusters", str(tmp_path / "x.csv")]) == UNWRITTEN
    assert "No space left" in capsys.readouterr().err


@pytest.mark.slow
def test_help_imports_nothing_heavy() -> None:
    script = "import sys; sys.argv = ['x', '--help']; import runpy; runpy.run_module('liqwidget', run_name='__main__')"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert told.returncode == 0
    assert "Exit codes: 0 done" in " ".join(told.stdout.split())
