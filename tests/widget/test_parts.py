"""One base, and parts that need no widget: each is made of plain functions and values here."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import liqwidget
from liqwidget import DataError, LiqHeatmap, estimate
from liqwidget.domain.status import About
from liqwidget.market.source import Source
from liqwidget.run.following import Following
from liqwidget.widget import protocol
from liqwidget.widget.answers import Answers
from liqwidget.widget.display import Display, Shown
from liqwidget.widget.document import FigureDocument
from liqwidget.widget.live import FAILED, Live
from liqwidget.widget.selection import Selecting
from liqwidget.widget.session import Session, Settings
from liqwidget.widget.trust import Trust
from liqwidget.widget.uncertainty_ranges import UncertaintyRanges
from tests.fake_feed import FakeFeed, asked

if TYPE_CHECKING:
    from liqwidget import MarketData
    from liqwidget.run.live import Update

ASKED = {"type": "viewport", "view": "v", "id": 1, "time": [0, 1.8e12], "price": [1.0, 1e5], "width": 8, "height": 8}


class Desk:
    """What parts are given in place of a widget: settings that stay, and traits in a dict."""

    def __init__(self, markets: tuple[MarketData, ...]) -> None:
        self.settings, self.lock = Settings(), threading.RLock()
        self.traits: dict[str, Any] = {}
        self.said: list[str] = []
        session = Session(estimate(markets), markets)
        about = About("BTC · here", arguments="source=market")
        self.display = Display(session, lambda: self.settings, lambda: about, self.traits.update, self.lock)
        self.display.whole()

    def shown(self) -> Shown:
        return self.display.shown


@pytest.fixture
def desk(markets: tuple[MarketData, ...]) -> Desk:
    return Desk(markets)


def test_a_heatmap_has_one_base_of_ours() -> None:
    ours = [kind for kind in LiqHeatmap.__mro__ if kind.__module__.split(".")[0] == liqwidget.__name__]
    assert [kind.__name__ for kind in ours] == ["LiqHeatmap", "HeatmapWidget"]


def test_a_display_shares_what_a_session_answers(desk: Desk) -> None:
    assert desk.traits["_market"]["label"] == "BTC · here"
    assert desk.traits["_market"]["arguments"] == "source=market"
    assert [state["id"] for state in desk.traits["_clusters"]] == [one.id for one in desk.shown().clusters]
    assert len(desk.traits["_frames"]) == 1
    assert "_live" not in desk.traits


def test_a_selection_is_of_what_is_shown(desk: Desk) -> None:
    selecting = Selecting(desk.shown)
    first, second = desk.shown().clusters[:2]
    box = selecting.box_state((1.0, first.peak_price), None, None)
    found = selecting.followed("_selection", box, ())["selection"]
    assert first in found.clusters
    assert selecting.followed("_selected", [second.id, "gone"], ()) == {"selected_clusters": (second,)}
    assert selecting.followed("selected_clusters", (second,), [second.id]) == {}
    assert selecting.followed("selected_clusters", (second,), [first.id]) == {"_selected": [second.id]}
    assert selecting.renewed(None, ["gone", second.id]) == {"_selected": [second.id]}
    assert selecting.provenance(None, "candle", None, [first]).total == pytest.approx(first.size, rel=1e-6)
    with pytest.raises(DataError, match="2 ticked clusters"):
        selecting.provenance(None, "candle", None, [first, second])


def test_trust_is_of_what_is_shown(desk: Desk) -> None:
    trust = Trust(desk.shown)
    assert trust.grade().letter == desk.traits["_market"]["grade"]["letter"]
    desk.settings = Settings(venues=("bybit",))
    assert [market.venue for market in trust.markets] == ["bybit"]


def test_ranges_come_once_somebody_looks(desk: Desk) -> None:
    shared: list[Any] = []
    ranges = UncertaintyRanges(desk.shown, shared.append, desk.lock)
    ranges.renew()
    assert shared == []
    ranges.watch()
    for thread in threading.enumerate():
        if thread.name == "liqwidget-uncertainty":
            thread.join(60)
    ranges.close()
    assert shared[0] == {"_cluster_ranges": None}
    assert set(shared[1]["_cluster_ranges"]["of"]) == {cluster.id for cluster in desk.shown().clusters}


def test_live_updates_reach_a_display(markets: tuple[MarketData, ...]) -> None:
    feed = FakeFeed(markets, int(markets[0].time[-40]))
    desk = Desk(feed.markets)
    told: list[bool] = []

    def take(update: Update) -> None:
        session = desk.display.session
        desk.display.take(session.advanced(update.ledger, update.markets), live=True)

    def calmed(closed: bool) -> bool:  # noqa: FBT001
        return closed

    live: Live[Update] = Live(
        desk.display, take, calmed=calmed, tell=lambda: told.append(True), say=desk.said.append, unwatched=lambda: None
    )
    end = feed.ledger.end + 2 * markets[0].timeframe
    live.offer(asked(feed.at(end)))
    live.rest()
    assert desk.traits["_live"]["number"] == 1
    assert desk.traits["_market"]["time"][1] == end / 1e6
    assert told == [True]
    live.offer(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    live.rest()
    live.close()
    assert desk.said == ["", f"{FAILED}: division by zero"]


def test_a_message_goes_to_the_part_that_its_kind_names() -> None:
    heard: list[Any] = []

    def answered(request: protocol.ViewportRequest) -> tuple[dict[str, Any], list[bytes]]:
        heard.append(request)
        return {"type": "frame"}, []

    answers = Answers({protocol.ViewportRequest: answered, protocol.TakenNote: heard.append})
    assert answers.to(ASKED) == ({"type": "frame"}, [])
    assert answers.to({"type": "taken", "view": "v", "id": 3}) is None
    assert [type(request).__name__ for request in heard] == ["ViewportRequest", "TakenNote"]
    reply = answers.to({"type": "nonsense", "view": "v", "id": 4})
    assert reply is not None
    assert (reply[0]["type"], reply[0]["id"]) == ("error", 4)


def test_a_heatmap_answers_every_kind_of_message(heatmap: LiqHeatmap) -> None:
    assert set(heatmap._answers._table) == set(protocol._KINDS.values())


def test_what_is_followed_says_when_it_is_another(markets: tuple[MarketData, ...]) -> None:
    changed: list[int] = []
    said: list[str] = []
    following = Following(
        "BTC", Source(markets, "mine", finest=markets), "effective", changed=lambda: changed.append(1),
        offer=lambda _: None, say=said.append, lock=threading.RLock(),
    )  # fmt: skip
    before = following.ledger
    following.choose_prior("nominal")
    assert following.ledger.prior.name == "nominal"
    assert following.ledger is not before
    assert following.checked("60m") == "1h"
    following.choose_timeframe("1h")
    assert following.timeframe == "1h"
    assert following.ledger.timeframe == 3_600_000_000_000
    assert (following.about().label, following.about().reading) == ("BTC · mine", "")
    with pytest.raises(DataError, match="Available: 15m"):
        following.checked("7m")
    following.close()


def test_a_document_tells_of_its_changes() -> None:
    changes: list[tuple[dict[str, Any], str]] = []
    document = FigureDocument(lambda patch, whole: changes.append((patch, whole)))
    document.figure.line([1, 2], [3, 4], name="overlay")
    assert changes
    assert "overlay" in changes[-1][1]
