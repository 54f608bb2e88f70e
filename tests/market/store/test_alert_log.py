"""What alerts have told is kept whole or not shown: rot, other programs' lines and what is no file are passed over."""

from __future__ import annotations

import math
import os
import random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget.market.store import alert_log
from liqwidget.market.store.days import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FLIPS, SOAK_FLIPS = 100, 2000


def alert(text: str = "swept", **other: Any) -> dict[str, Any]:
    row = {
        "time": pd.Timestamp("2026-01-01", tz="UTC"), "symbol": "BTC", "rule": "PriceNear(1.0)", "name": "low",
        "text": text, "price": 60_000.5, "price_low": math.nan, "price_high": math.inf, "amount": 1e6, "cluster": "a",
    }  # fmt: skip
    return row | other


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def log_of(store: Store) -> Path:
    return store.root / "alerts" / "alerts.jsonl"


def flipped(store: Store, flips: int, seed: int) -> int:
    """Return how many flipped bits show another alert than was kept."""
    alert_log.keep([alert(), alert("near")], store)
    whole, before, draw = log_of(store).read_bytes(), alert_log.known(store), random.Random(seed)  # noqa: S311
    told = {repr(row) for row in before}
    silent = 0
    for _ in range(flips):
        bit = draw.randrange(len(whole) * 8)
        log_of(store).write_bytes(whole[: bit // 8] + bytes([whole[bit // 8] ^ 1 << bit % 8]) + whole[bit // 8 + 1 :])
        silent += any(repr(row) not in told for row in alert_log.known(store))
    return silent


def test_no_flipped_bit_shows_another_alert(store: Store) -> None:
    assert flipped(store, FLIPS, 1) == 0
    assert alert_log.known(store)


@pytest.mark.soak
def test_none_of_many_flipped_bits_shows_another_alert(store: Store) -> None:
    assert flipped(store, SOAK_FLIPS, 2) == 0


def test_what_is_no_number_is_kept_as_none_and_each_once(store: Store) -> None:
    for _ in range(2):
        alert_log.keep([alert(), alert("near")], store)
    (first, _) = alert_log.known(store)
    assert (first["price"], math.isnan(first["price_high"]), first["text"]) == (60_000.5, True, "swept")


LINES = [
    '{"time":"2026-01-01T00:00:00+00:00","symbol":"B","rule":"r","text":"t","price":1e400}',
    '{"time":"2026-01-01T00:00:00+00:00","symbol":"B","rule":"r","text":"t","price":NaN}',
    '{"time":"2026-01-01T00:00:00+00:00","symbol":"B","rule":"r","text":"t","seal": "00"}',
    "[" * 100_000, "null", '"', "9" * 5000, "\x00",
]  # fmt: skip


def test_lines_of_others_are_left_and_not_shown(store: Store) -> None:
    alert_log.keep([alert()], store)
    with log_of(store).open("a", encoding="utf-8") as file:
        file.write("\n".join(LINES) + "\n")
    alert_log.keep([alert("near")], store)
    assert [row["text"] for row in alert_log.known(store)] == ["swept", "near"]
    assert LINES[0] in log_of(store).read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name")
@pytest.mark.parametrize("odd", ["pipe", "large"])
def test_what_is_no_file_of_ours_is_never_waited_for_and_set_aside(store: Store, odd: str) -> None:
    path = log_of(store)
    path.parent.mkdir(parents=True)
    make: dict[str, Callable[[], None]] = {"pipe": lambda: os.mkfifo(path), "large": path.touch}
    make[odd]()
    if odd == "large":
        os.truncate(path, 4 * 2**30)
    assert alert_log.known(store) == []
    alert_log.keep([alert()], store)
    assert len(alert_log.known(store)) == 1
    assert [one.name for one in path.parent.glob("*.corrupt-*")] == ["alerts.jsonl.corrupt-1"]


def test_no_link_is_written_through_and_no_draft_stays(store: Store, tmp_path: Path) -> None:
    log_of(store).parent.mkdir(parents=True)
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    for place in (log_of(store), log_of(store).with_suffix(".tmp")):
        place.symlink_to(victim)
    alert_log.keep([alert()], store)
    assert victim.read_text(encoding="utf-8") == "mine"
    assert len(alert_log.known(store)) == 1
    assert not list(log_of(store).parent.glob(".*.tmp"))


def test_it_stays_within_its_room(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_log, "LARGEST", 5000)
    for number in range(40):
        alert_log.keep([alert(f"{number}")], store)
    assert log_of(store).stat().st_size <= 5000
    assert [row["text"] for row in alert_log.known(store)][-3:] == ["37", "38", "39"]
