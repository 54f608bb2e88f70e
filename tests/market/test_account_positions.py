"""Positions of public accounts: gone on with, kept here, and never with an address that nobody asked for."""

from __future__ import annotations

import asyncio
import contextlib
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import liqwidget
from liqwidget.errors import DataError, SourceError
from liqwidget.market import account_sweep
from liqwidget.market.bulk.leaderboard import largest_accounts
from liqwidget.market.store.account_log import AccountLog
from liqwidget.market.store.days import Store
from liqwidget.market.venue.accounts import coin_of, held_of, markets_of
from liqwidget.market.venue.answer import UnusableError
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.venues import venue as venue_named
from tests.loops import run
from tests.market.public_accounts import FORTY, MARKETS, MINUTE, NOW, position, read, state, three

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_what_the_accounts_hold_with_its_share_of_open_interest(venue: Any) -> None:
    found = read(venue, accounts=[*three(venue), FORTY[0].upper().replace("0X", "0x")])
    frame = found.to_frame().set_index("size")
    assert found.symbol == "BTC"
    assert found.venues == ("hyperliquid",)
    assert frame["side"].to_dict() == {2.0: "long", 1.0: "short", 4.0: "long"}
    assert frame["liquidation_price"].loc[[2.0, 1.0]].tolist() == [80.0, 120.0]
    assert np.isnan(frame["liquidation_price"].loc[4.0])
    assert frame["entry_price"].loc[2.0] == 110.0
    assert (frame["leverage"].loc[2.0], set(frame["mark_price"])) == (5.0, {100.0})
    assert found.snapshots.tolist() == [NOW]
    assert any("15.0% of long and 2.5% of short open interest" in note for note in found.notes)
    assert sorted(venue.asked) == sorted([*FORTY[:3], "metaAndAssetCtxs"])


def test_another_coin_of_it_asks_nothing_and_is_counted_as_it_was_asked_for(venue: Any) -> None:
    accounts = three(venue)
    read(venue, accounts=accounts)
    asked = len(venue.asked)
    single = read(venue, "PEPE", accounts=accounts)
    assert len(venue.asked) == asked
    assert single.size.tolist() == [500_000.0]
    assert single.liquidation_price.tolist() == [pytest.approx(0.00001)]
    assert any("50.0% of long" in note for note in single.notes)
    assert read(venue, "kPEPE", accounts=accounts).size.tolist() == [500.0]


def test_a_refusal_keeps_what_was_read_and_it_goes_on_there(venue: Any) -> None:
    venue.answers = {one: state(position("BTC", "1.0", "100.0", "80.0")) for one in FORTY}
    venue.refuse_after = 25
    with pytest.raises(SourceError, match=r"hyperliquid refuses .* of 40 accounts are kept: call it again") as caught:
        read(venue, accounts=FORTY)
    assert not names_an_address(str(caught.value))
    assert not names_an_address(repr(caught.value.__cause__))
    assert len(venue.asked) < 25 + 5  # who refuses is not asked on
    assert len(AccountLog("hyperliquid").begun()) == 25
    venue.refuse_after = 10**6
    venue.asked.clear()
    assert len(read(venue, accounts=FORTY)) == 40
    assert len([one for one in venue.asked if one.startswith("0x")]) == 15
    assert not AccountLog("hyperliquid").begun()


@pytest.mark.parametrize("status", [400, 418, 422, 429, 500])
def test_words_of_a_refusal_hold_no_address(venue: Any, status: int) -> None:
    venue.refuse_after, venue.refusal = 0, status
    with pytest.raises(SourceError, match="hyperliquid ") as caught:
        read(venue, accounts=FORTY[:1])
    assert not names_an_address(str(caught.value))


def test_accounts_are_asked_no_closer_than_the_venue_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_sweep, "SPACING", 0.02)
    times: list[float] = []

    async def call(_method: str, body: dict[str, str]) -> Any:
        if body["type"] == "metaAndAssetCtxs":
            return MARKETS
        times.append(asyncio.get_running_loop().time())
        return state()

    client: Any = SimpleNamespace(paced=True, now=NOW.value, call=call, api=object())
    found = venue_named("hyperliquid")
    sweep = account_sweep.Sweep(found, AccountLog(found.name), FORTY[:8], 8, MINUTE)
    begun = time.monotonic()
    snapshot = run(sweep.read(client, None, {}))
    assert len(snapshot.accounts) == len(times) == 8
    assert times[-1] - begun >= 7 * 0.02 - 0.001
    assert sweep.progress == (8, 8)


def test_a_broken_answer_costs_one_account_and_is_said(venue: Any) -> None:
    accounts = three(venue)
    venue.answers[FORTY[1]] = {"assetPositions": "none"}
    found = read(venue, accounts=accounts)
    assert len(found) == 2
    assert any("1 accounts could not be read" in note for note in found.notes)
    venue.answers[FORTY[1]] = state(position("BTC", "-1.0", "90.0", "120.0"))
    assert len(read(venue, accounts=accounts)) == 3
    venue.answers = {one: [] for one in FORTY}
    with pytest.raises(SourceError, match="hyperliquid sent"):
        read(venue, accounts=FORTY[5:25])


def test_snapshots_are_kept_and_read_without_the_venue(venue: Any) -> None:
    accounts = three(venue)
    read(venue, accounts=accounts)
    venue.now += 60 * MINUTE
    venue.answers[FORTY[0]] = state(position("BTC", "3.0", "110.0", "80.0"))
    both = read(venue, accounts=accounts, since=NOW)
    assert len(both.snapshots) == 2
    assert len(read(venue, accounts=accounts).snapshots) == 1
    venue.asked.clear()
    kept = read(venue, accounts="kept")
    assert kept.to_frame().equals(both.to_frame())
    assert not venue.asked
    by_account = kept.to_frame().groupby("account").size()
    assert by_account.tolist() == [2, 2, 2]


def test_the_leaderboard_is_asked_once_a_day_for_the_largest(venue: Any) -> None:
    three(venue)
    rows = [
        {"ethAddress": FORTY[place], "accountValue": value, "prize": 0, "displayName": None,
         "windowPerformances": [[span, {"pnl": "1.0", "roi": "0.1", "vlm": "9.0"}] for span in ("day", "week")]}
        for place, value in enumerate(["5.0", "7.5", "6.0", "1.0"])
    ]  # fmt: skip
    venue.board = {"leaderboardRows": [*rows, {"ethAddress": "nobody", "accountValue": "99"}, None]}
    # addresses that end as numbers do
    venue.board["leaderboardRows"] += [{"ethAddress": f"0x{n:035x}e1234", "accountValue": "0.5"} for n in range(1100)]
    assert len(read(venue, most=2)) == 2
    assert {one for one in venue.asked if one.startswith("0x")} == {FORTY[1], FORTY[2]}
    assert len(read(venue, most=3)) == 3
    assert venue.asked.count("leaderboard") == 1
    assert venue.asked.count(FORTY[1]) == 1


def test_a_leaderboard_that_is_none_is_said_and_asked_again(venue: Any) -> None:
    venue.board = {"leaderboardRows": []}
    with pytest.raises(SourceError, match="list of accounts that cannot be read: none"):
        read(venue)
    with pytest.raises(SourceError, match="list of accounts"):
        read(venue)
    assert venue.asked == ["leaderboard"] * 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"accounts": [FORTY[0], FORTY[1][:-1]]}, r"accounts\[1\], was a text of 41 letters"),
        ({"accounts": []}, "at least one address"),
        ({"accounts": FORTY[0]}, "as a list of addresses"),
        ({"most": 0}, "1 to 100,000"),
        ({"accounts": "kept"}, "was none: name accounts"),
    ],
)
def test_what_cannot_be_used_is_said_without_an_address(given: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        liqwidget.positions("hyperliquid", **given)
    assert not names_an_address(str(caught.value))
    with pytest.raises(DataError, match=r"shows accounts to everyone \(hyperliquid\), was 'binance'"):
        liqwidget.positions("binance")


def test_accounts_without_the_coin_are_said(venue: Any) -> None:
    with pytest.raises(DataError, match="a position in ETH, was 3 without; they hold BTC, kPEPE"):
        read(venue, "ETH", accounts=three(venue))


# ------------------------------------------------------------------ addresses


def names_an_address(text: str | bytes) -> bool:
    plain = text.decode(errors="replace") if isinstance(text, bytes) else text
    return any(one[2:-1].lower() in plain.lower() for one in FORTY)


@pytest.mark.slow
def test_no_address_stands_where_nobody_asked_for_it(venue: Any, tmp_path: Path) -> None:
    accounts = three(venue)
    found = read(venue, accounts=accounts)
    times = pd.date_range(NOW - pd.Timedelta("12h"), NOW, freq="5min", inclusive="left")
    price = 100 + np.sin(np.arange(len(times)) / 50)
    candles = pd.DataFrame(
        {"open": price, "high": price + 0.3, "low": price - 0.3, "close": price, "volume": 10.0}, index=times
    )
    interest = pd.DataFrame({"open_interest": 40 + np.arange(len(times)) / 100}, index=times)
    h = liqwidget.LiqHeatmap.from_frames(candles, interest, symbol="BTC", venue="hyperliquid")
    asked = read(venue, accounts=accounts, addresses=True)
    assert set(asked.account) == set(accounts)
    assert names_an_address(asked.to_frame().to_csv())
    compared = h.compare(asked, draws=0)  # not even what holds addresses shows them
    assert compared.accounts == 3
    h.to_html(tmp_path / "h.html")
    h.to_png(tmp_path / "h.png")
    compared.to_png(tmp_path / "compared.png")
    shown = [
        repr(found), found.to_frame().to_csv(), " ".join(found.notes), repr(asked), repr(compared),
        compared.to_frame().to_csv(),
        compared._repr_html_(), repr(h.get_state()), (tmp_path / "h.html").read_bytes(),
        (tmp_path / "h.png").read_bytes(), (tmp_path / "compared.png").read_bytes(),
    ]  # fmt: skip
    assert not any(map(names_an_address, shown))
    h.close()


def test_kept_files_are_this_users_and_a_name_is_no_digest_of_an_address_alone(venue: Any, tmp_path: Path) -> None:
    read(venue, accounts=three(venue))
    log = AccountLog("hyperliquid")
    files = [path for path in log.folder.iterdir() if path.name != ".lock"]
    assert len(files) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in [log.folder, *files])
    other = AccountLog("hyperliquid", Store(tmp_path / "other"))
    assert other.name(FORTY[0]) != log.name(FORTY[0])


def test_damage_costs_a_line_and_is_said(venue: Any) -> None:
    accounts = three(venue)
    read(venue, accounts=accounts)
    log = AccountLog("hyperliquid")
    (path,) = log.folder.glob("hyperliquid-*.jsonl")
    whole = path.read_bytes()
    told = {repr(one) for one in log.snapshots()[0].accounts.values()}
    for place in range(0, len(whole), 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        assert {repr(one) for shot in log.snapshots() for one in shot.accounts.values()} <= told
    path.write_bytes(b"x" + whole[1:])
    assert any("1 damaged lines" in note for note in read(venue, accounts="kept").notes)


# ------------------------------------------------------------------ odd answers

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("1.5"))
NAMES = st.sampled_from(
    ["assetPositions", "position", "coin", "szi", "entryPx", "liquidationPx", "leverage", "value", "universe", "name",
     "markPx", "openInterest", "leaderboardRows", "ethAddress", "accountValue"]
)  # fmt: skip
ODD = st.recursive(SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(NAMES, part, max_size=5))
ROWS = st.fixed_dictionaries(
    {"coin": st.sampled_from(["BTC", "ETH"]) | SCALARS, "szi": SCALARS, "entryPx": SCALARS, "liquidationPx": SCALARS,
     "leverage": ODD}
)  # fmt: skip


@settings(max_examples=40)
@given(ODD | st.lists(ROWS, max_size=3).map(lambda rows: state(*({"position": row} for row in rows))))
def test_an_odd_answer_is_refused_or_sound(answer: Any) -> None:
    try:
        held = held_of(answer)
    except UnusableError:
        held = ()
    for one in held:
        assert one.size != 0
        assert np.isfinite(one.size)
        assert all(np.isnan(value) or 0 < value < 1e18 for value in one[2:])
    for mark, interest in markets_of(answer).values():
        assert mark > 0
        assert np.isnan(interest) or interest >= 0
    with contextlib.suppress(UnusableError):
        assert largest_accounts(answer, 5)


@pytest.mark.parametrize(
    "rows",
    [
        [position("", "1.0", "1.0", None)],
        [position("BTC", "1e30", "1.0", None)],
        [position("BTC", "nan", "1.0", None)],
        [position("BTC", "1.0", "-1.0", None)],
        [position("BTC", "1.0", "1.0", "soon")],
        [position("BTC", "1.0", "1.0", None, 0)],
        [position("BTC", "1.0", "1.0", None), position("BTC", "2.0", "1.0", None)],
        [position("BTC\n", "1.0", "1.0", None)],
        [None],
    ],
)
def test_an_account_with_a_position_that_cannot_be_is_refused(rows: list[Any]) -> None:
    assert held_of(state(position("BTC", "-1.0", "1.0", "-3.5"), position("ETH", "0.0", "1.0", None)))[0].size == -1.0
    with pytest.raises(UnusableError):
        held_of(state(*rows))


def test_a_coin_by_itself_comes_before_a_thousand_of_it() -> None:
    assert coin_of(parse_symbol("BTC"), ["kPEPE", "BTC"]) == ("BTC", 1.0)
    assert coin_of(parse_symbol("PEPE"), ["kPEPE", "PEPE"]) == ("PEPE", 1.0)
    assert coin_of(parse_symbol("1000PEPE"), ["kPEPE"]) == ("kPEPE", 1.0)
    assert coin_of(parse_symbol("ETH"), ["kPEPE"]) is None
