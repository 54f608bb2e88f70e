"""`ledger.save` and `Ledger.load`: what comes back is equal to the byte, and no other file is taken for a ledger."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liqwidget import LiqHeatmap
from liqwidget.domain.in_file import InFile
from liqwidget.domain.ledger import Ledger, RowKind
from liqwidget.domain.retold import market_of
from liqwidget.domain.validation import DataWarning
from liqwidget.domain.viewport import Viewport
from liqwidget.errors import DataError
from liqwidget.estimate import books
from liqwidget.estimate.estimator import Rules, advance, estimate, estimated
from liqwidget.field.density import Prior
from liqwidget.raster.grid import rasterise
from liqwidget.run import ledger_bytes
from liqwidget.run.ledger_bytes import encoded_ledger
from tests.ledgers import content
from tests.markets import Frames, candles_of, frames, interest_of, two_venues, walk

if TYPE_CHECKING:
    from pathlib import Path

    from liqwidget.domain.frames import MarketData

laws = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
priors = st.sampled_from(["effective", "isolated", "nominal", (3.1, 0.7), {10: 0.3, 20: 0.25}])


def again(ledger: Ledger, folder: Path) -> Ledger:
    """Return a ledger that was saved and loaded."""
    return Ledger.load(ledger.save(folder / "ledger.parquet"))


@laws
@given(
    drawn=frames(), prior=priors, near=st.sampled_from([0.0, 0.0002, 0.01]), share=st.floats(0, 1),
    provisional=st.booleans(),
)  # fmt: skip
def test_what_was_saved_comes_back_to_the_byte(
    tmp_path: Path, drawn: Frames, prior: Any, near: float, share: float, *, provisional: bool
) -> None:
    """Amounts and heat, states, checkpoints, passages, notes: cut anywhere, with an unfinished candle or without."""
    market = drawn.market()
    ledger = estimate(market.until(int(market.close_time[int(share * (len(market.time) - 1))])), prior, near=near)
    last = int(market.close_time[-1])
    ledger = advance(ledger, replace(market, complete_until=last - market.timeframe // 3 if provisional else last))
    found = again(ledger, tmp_path)
    assert content(found) == content(ledger)
    assert found.prior == ledger.prior
    assert found.venues[0].near == near


def late_and_gone() -> list[MarketData]:
    """Return venues of which one begins late, one has a long gap and one has ended, in hours."""
    whole = walk(3, 420, "1h").market(venue="binance")
    late = walk(4, 400, "1h").market(venue="bybit")
    gone = walk(5, 400, "1h").market(venue="okx")
    drawn = walk(6, 400, "1h")
    gap = Frames(drawn.candles.drop(drawn.candles.index[100:160]), drawn.open_interest, "1h").market(venue="gate")
    return [whole, late.since(int(late.time[200])), gone.until(int(gone.time[300])), gap]


def test_venues_that_came_late_left_or_were_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "CHECKPOINT_ROWS", 64)
    markets = late_and_gone()
    first = [part.until(int(markets[0].time[250])) for part in markets]
    ledger = advance(estimate(first), [markets[0].until(int(markets[0].close_time[399])), *markets[1:]])
    gone, gap = ledger.venue("okx"), ledger.venue("gate")
    assert gone.ended is not None
    assert gap.absent
    assert len(gap.checkpoints) == 5
    assert gap.passages.rows > 0
    found = again(ledger, tmp_path)
    assert content(found) == content(ledger)
    assert content(advance(found, markets[0])) == content(advance(ledger, markets[0]))
    alone = ledger.only(["okx"])
    assert alone.venues[0].ended == gone.ended
    assert content(again(alone, tmp_path)) == content(alone)


def test_inverse_relative_settled_and_of_another_quote(tmp_path: Path) -> None:
    drawn = walk(8, 120)
    settled = candles_of(
        [(90.0, 91.0, 89.0, 90.0)] * 60 + [(90.0, 90.0, 90.0, 90.0)] * 60, "1h", [10.0] * 60 + [0.0] * 60
    )
    cases = [
        drawn.market(symbol="BTC/USD:BTC", venue="okx"),
        walk(8, 120, interest="none").market(),
        walk(8, 120, interest="drops").market(symbol="BTC/EUR"),
        Frames(settled, interest_of([5.0] * 61, "1h"), "1h").market(),
    ]
    made = [estimate(case) for case in cases]
    assert [part.venues[0].contract for part in made] == ["inverse", "linear", "linear", "linear"]
    assert made[1].venues[0].relative
    assert made[2].quote == "EUR"
    for ledger in made:
        assert content(again(ledger, tmp_path)) == content(ledger)
    assert "nothing stands" in made[3].venues[0].notes[-1]


def test_an_outlier_of_an_unfinished_candle_that_was_taken_back_is_still_noted(tmp_path: Path) -> None:
    prices = [(100.0, 101.0, 99.0, 100.0)] * 6
    market = Frames(candles_of(prices), interest_of([100.0] * 6 + [10.0]), "5m").market()
    until, now = market.until(int(market.close_time[4])), int(market.close_time[5]) - 1
    unfinished = advance(estimate(until), replace(market, complete_until=now))
    assert content(again(unfinished, tmp_path)) == content(unfinished)
    back = advance(unfinished, until)
    assert back.venues[0].notes
    assert content(again(back, tmp_path)) == content(back)


def test_amounts_alone_come_back_without_heat(tmp_path: Path) -> None:
    ledger = estimated(walk(1, 50).market(), Prior.parse("effective"), Rules())
    found = again(ledger, tmp_path)
    assert found.heat is None
    assert content(found) == content(ledger)
    assert LiqHeatmap.from_ledger(ledger).ledger.heat is not None


def test_pictures_and_what_is_shared_are_those_before(tmp_path: Path) -> None:
    ledger = estimate(two_venues(6))
    found = again(ledger, tmp_path)
    assert found.heat is not None
    assert all(hot.inputs is main.inputs for main, hot in zip(found, found.heat, strict=True))
    view = Viewport((ledger.start, ledger.end), (60.0, 160.0), width=40, height=30)
    for measure in ("size", "expected", "heat"):
        assert content(rasterise(found, view, measure)) == content(rasterise(ledger, view, measure))


def test_parts_in_a_folder_are_joined(tmp_path: Path) -> None:
    """As `liqwidget.batch` leaves them: venues side by side, each cut in time, in the order of their names."""
    markets = two_venues(6)
    for market in markets:
        folder, begun = tmp_path / f"venue={market.venue}", 0
        folder.mkdir()
        for number, row in enumerate((40, 90, len(market.time) - 1)):
            piece = estimate(market.until(int(market.close_time[row])))
            (folder / f"{number}.parquet").write_bytes(encoded_ledger(piece, begin=begun))
            begun = len(piece.venues[0].time)
    assert content(Ledger.load(tmp_path)) == content(estimate(markets))
    (tmp_path / "venue=bybit" / "1.parquet").unlink()
    with pytest.raises(DataError, match="parts of bybit that follow each other, was one missing"):
        Ledger.load(tmp_path)


def test_a_folder_of_several_coins_or_priors_is_refused(tmp_path: Path) -> None:
    estimate(walk(1, 20).market()).save(tmp_path / "a.parquet")
    estimate(walk(1, 20).market(symbol="ETH")).save(tmp_path / "b.parquet")
    with pytest.raises(DataError, match="of one symbol, were BTC, ETH"):
        Ledger.load(tmp_path)
    estimate(walk(1, 20).market(venue="bybit"), "nominal").save(tmp_path / "b.parquet")
    with pytest.raises(DataError, match="of one prior, were several"):
        Ledger.load(tmp_path)


# ------------------------------------------------------------------ files that are none


def test_a_newer_version_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(ledger_bytes, "VERSION", 7)
        later.setattr(ledger_bytes, "own_version", lambda: "9.1")
        path = estimate(walk(1, 20).market()).save(tmp_path / "l.parquet")
    with pytest.raises(DataError, match=r"version 1 or before, was one of version 7, written by liqwidget 9\.1"):
        Ledger.load(path)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255), short=st.booleans())
def test_a_damaged_file_is_a_sentence(tmp_path: Path, share: float, change: int, *, short: bool) -> None:
    path = estimate(walk(1, 20).market()).save(tmp_path / "l.parquet")
    damaged = bytearray(path.read_bytes())
    at = int(share * len(damaged))
    damaged[at] ^= change
    path.write_bytes(damaged[:at] if short else damaged)
    with pytest.raises(DataError, match=r"Expected a ledger .* l\.parquet|l\.parquet"):
        Ledger.load(path)


def test_other_files_are_sentences(tmp_path: Path) -> None:
    other = io.BytesIO()
    pd.DataFrame({"a": [1.0]}).to_parquet(other)
    for made in (b"PAR1", other.getvalue(), b""):
        (tmp_path / "x.parquet").write_bytes(made)
        with pytest.raises(DataError, match="broken or other file"):
            Ledger.load(tmp_path / "x.parquet")
    with pytest.raises(DataError, match="there is none"):
        Ledger.load(tmp_path / "nowhere.parquet")
    for wrong in (None, 3, ""):
        with pytest.raises(DataError, match="Expected a path, or an address"):
            Ledger.load(wrong)  # type: ignore[arg-type]


def test_where_a_ledger_cannot_be_written(tmp_path: Path) -> None:
    ledger = estimate(walk(1, 20).market())
    with pytest.raises(DataError, match=r"ends in \.parquet"):
        ledger.save(tmp_path / "l.csv")
    with pytest.raises(DataError, match="folder that is there"):
        ledger.save(tmp_path / "none" / "l.parquet")
    wrong = replace(ledger, heat=estimate(walk(2, 20).market()).heat)
    with pytest.raises(DataError, match="heat of the same rows"):
        wrong.save(tmp_path / "l.parquet")
    with pytest.raises(DataError, match="with venues"):
        replace(ledger, venues=(), heat=None).save(tmp_path / "l.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_writer_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = estimate(walk(1, 20).market())
    path = ledger.save(tmp_path / "l.parquet")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            estimate(walk(2, 20).market()).save(path)
    assert content(Ledger.load(path)) == content(ledger)


@pytest.mark.parametrize(
    ("name", "row", "value"), [("low", 5, 1e9), ("close", 5, np.nan), ("high", 5, 1e18), ("kind", 5, 0), ("time", 5, 0)]
)
def test_rows_that_no_market_has_never_reach_the_kernels(tmp_path: Path, name: str, row: int, value: float) -> None:
    ledger = estimate(walk(1, 20).market())
    column = getattr(ledger.venues[0].inputs, name).copy()
    column[row] = value
    parts = (replace(ledger.venues[0], inputs=ledger.venues[0].inputs._replace(**{name: column})),)
    path = replace(ledger, venues=parts, heat=None).save(tmp_path / "l.parquet")
    with pytest.raises(DataError, match="rows that no market has"):
        Ledger.load(path)


def test_numbers_that_the_fold_does_not_make_are_warned_of(tmp_path: Path) -> None:
    ledger = estimate(walk(1, 20).market())
    other = replace(ledger.venues[0], opened=ledger.venues[0].opened * 1.1)
    path = replace(ledger, venues=(other,)).save(tmp_path / "l.parquet")
    with pytest.warns(DataWarning, match="its ledger has other numbers than were saved"):
        found = Ledger.load(path)
    assert content(found) == content(ledger)


def test_any_reader_of_parquet_opens_it(tmp_path: Path) -> None:
    ledger = estimate(two_venues(6))
    frame = pd.read_parquet(ledger.save(tmp_path / "l.parquet"))
    assert list(frame.columns) == [
        "venue", "time", "kind", "low", "high", "close", "volume", "open_interest", "interest_time",
    ]  # fmt: skip
    assert frame.groupby("venue").size().to_dict() == {part.venue: len(part.time) for part in ledger}
    assert frame["close"].tolist() == [price for part in ledger for price in part.close]


def test_a_year_of_minutes_takes_at_most_twenty_megabytes() -> None:
    """A tenth of it, of numbers with all their digits; of a venue's own there are fewer."""
    count = 52_560
    ledger = estimate(walk(2, count, "1m", volatility=0.0005).market())
    assert len(encoded_ledger(ledger)) < 20e6 * count / 525_600


def test_a_part_of_the_package_alone_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InFile, "files", "")
    with pytest.raises(RuntimeError, match="imported whole"):
        Ledger.load("l.parquet")


# ------------------------------------------------------------------ shown again


@laws
@given(drawn=frames(), provisional=st.booleans())
def test_the_market_that_a_ledger_tells_of_makes_it_again(drawn: Frames, *, provisional: bool) -> None:
    market = drawn.market()
    limit = int(market.close_time[-1]) - (market.timeframe // 3 if provisional else 0)
    ledger = estimate(replace(market, complete_until=limit))
    retold = market_of(ledger.venues[0])
    assert content(replace(estimate(retold), heat=None)) == content(replace(ledger, heat=None))
    assert np.array_equal(retold.time, market.time)
    assert np.array_equal(retold.volume, market.volume, equal_nan=True)
    assert ((retold.open >= retold.low) & (retold.open <= retold.high)).all()


def test_a_heatmap_of_a_file(tmp_path: Path) -> None:
    ledger = estimate(two_venues(6), {10: 0.3, 20: 0.25}, churn=0.7)
    heatmap = LiqHeatmap.from_ledger(str(ledger.save(tmp_path / "l.parquet")), measure="size")
    assert content(heatmap.ledger) == content(ledger)
    assert heatmap.prior == {10: 0.3, 20: 0.25}
    assert set(heatmap.status["state"]) == {"own frames"}
    heatmap.prior = "isolated"
    assert [part.churn for part in heatmap.ledger] == [0.7, 0.7]
    assert LiqHeatmap.from_ledger(ledger).ledger is ledger
    with pytest.raises(DataError, match="ledger of ETH"):
        LiqHeatmap("ETH", source=ledger)
    heatmap.timeframe = "15m"
    assert heatmap.ledger.timeframe == 3 * ledger.timeframe


@pytest.mark.slow
def test_the_simulated_market_is_called_so_out_of_a_file(tmp_path: Path) -> None:
    sample = LiqHeatmap("BTC", source="sample")
    heatmap = LiqHeatmap.from_ledger(sample.ledger.save(tmp_path / "l.parquet"))
    assert set(heatmap.status["state"]) == {"simulated"}
    assert heatmap.clusters == sample.clusters
    assert heatmap.ledger.venues[0].inputs.kind[0] == RowKind.START
