"""The timeframe as a trait: of what is there every whole multiple, and back; what cannot be had is refused."""

from __future__ import annotations

import pytest
import traitlets

from liqwidget import LiqHeatmap
from liqwidget.domain.time import HOUR, MINUTE
from tests.ledgers import content


@pytest.mark.slow
def test_longer_candles_and_back() -> None:
    heatmap = LiqHeatmap("BTC", "sample")
    before = [content(part) for part in heatmap.ledger]
    end = heatmap.ledger.end
    heatmap.select(price=(1.0, 1e9))
    heatmap.venues = ("bybit",)
    assert heatmap.timeframe == "5m"
    heatmap.timeframe = "60m"
    assert (heatmap.timeframe, heatmap.ledger.timeframe) == ("1h", HOUR)
    state = heatmap._market
    assert (state["timeframe_ms"], state["reading"]) == (3_600_000, None)
    assert state["timeframes"] == ["5m", "15m", "30m", "1h", "2h", "4h", "8h", "12h", "1d"]
    assert state["arguments"] == 'source="sample", timeframe="1h"'
    assert heatmap.venues == ("bybit",)
    assert heatmap.selection is not None
    assert heatmap.selection.clusters == heatmap.clusters
    heatmap.as_of = end - 48 * HOUR
    with pytest.raises(traitlets.TraitError, match=r"whole 5m candles, was '7m'. Available: 5m, 15m, 30m"):
        heatmap.timeframe = "7m"
    with pytest.raises(traitlets.TraitError, match="Expected a positive duration"):
        heatmap.timeframe = "soon"
    assert heatmap.timeframe == "1h"
    heatmap.set_state({"timeframe": "5m"})
    assert [content(part) for part in heatmap.ledger] == before
    assert heatmap._market["arguments"] == 'source="sample"'
    assert heatmap.as_of is not None
    heatmap.close()


def test_own_data_have_their_own_length(heatmap: LiqHeatmap) -> None:
    own = heatmap.markets[0].coarser("15m")
    shown = LiqHeatmap("BTC", own)
    assert (shown.timeframe, shown._market["arguments"]) == ("15m", "source=market")
    assert shown._market["timeframes"][:3] == ["15m", "30m", "1h"]
    with pytest.raises(traitlets.TraitError, match="Available: 15m, 30m"):
        shown.timeframe = "5m"
    shown.close()
    shown = LiqHeatmap("BTC", own, timeframe="45m", prior="nominal")
    assert shown.timeframe == shown._market["timeframes"][2] == "45m"
    assert shown._market["arguments"] == 'source=market, timeframe="45m"'
    shown.timeframe = "15m"
    assert (shown.ledger.timeframe, shown.ledger.prior.name) == (15 * MINUTE, "nominal")
    assert shown.markets == (own,)
    shown.close()
