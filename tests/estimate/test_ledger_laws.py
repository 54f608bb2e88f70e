"""Law 4, ledger: coins are conserved, books hold their share of open interest, and what price touched is gone."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from liqwidget.domain.lattice import CELL, PRICE_CELL, cell_centre
from liqwidget.domain.ledger import Ledger, RowFlag, RowKind, VenueLedger
from liqwidget.domain.leverage import LEVERAGE_GROUPS, NEAR_BOOK, NEAR_SHARE
from liqwidget.domain.passages import Passages
from liqwidget.errors import DataError
from liqwidget.estimate.books import landed, run_books
from liqwidget.estimate.estimator import estimate
from liqwidget.field.density import FINE_DISTANCE, Prior, density, venue_density
from liqwidget.study.levels import levels, lives
from liqwidget.study.profile import profile
from tests.ledgers import coins, edges_of, traded_cells
from tests.markets import Frames, frames, walk

laws = settings(max_examples=12, deadline=None)
priors = st.sampled_from(["effective", "isolated", "nominal", (5.0, 0.3)])


def frozen(ledger: Ledger) -> np.ndarray:
    return (ledger.venues[0].flags & RowFlag.FROZEN) > 0


def shown_row(part: VenueLedger, share: float) -> int:
    """Return one of the rows that a map shows: any but the first, and those of gaps, which stand with the next."""
    rows = 1 + np.flatnonzero(part.inputs.kind[1:] != RowKind.GAP)
    return int(rows[int(share * (len(rows) - 1))])


@laws
@given(frames(), st.one_of(priors, st.just({2.0: 0.5})))
def test_opened_is_standing_and_no_level_and_swept_and_unwound(drawn: Frames, prior: Any) -> None:
    """Law 4: in coins, per side and group: each term is found by itself, and every book holds w_g x OI after each row.

    Swept coins come from the levels that ended, unwound coins from survival, coins without a level from the share of
    longs that lie beyond 0.999 of their entry. Under a ladder of 2x alone the nearest group holds the book at the cap.
    """
    ladder = isinstance(prior, dict)
    ledger = estimate(drawn.market(), prior=prior, near=NEAR_SHARE if ladder else 0.0)
    part, found = ledger.venues[0], levels(ledger, width=CELL)
    spread = venue_density(part, ledger.prior)
    rows = len(part.time)
    ended = lives(part, ledger.prior, 1)[:, 4].astype(np.int64) % (rows + 1)
    for side, group in np.ndindex(2, len(LEVERAGE_GROUPS)):
        mine = (found.side == 1 - 2 * side) & (found.group == group)
        held = found.size[mine] / cell_centre(found.cell[mine])
        swept = np.bincount(ended[mine], held, minlength=rows + 1)
        index = NEAR_BOOK if ladder and group == spread.nearest else group
        kept = np.exp(np.diff(part.survivals[int(index == NEAR_BOOK)], prepend=0.0))
        opened, weight, book, unwound = part.opened[:, side, index], spread.weights[index], 0.0, 0.0
        scale = max(part.open_interest.max(), 1e-12)
        for row in range(rows):
            unwound += book * (1 - kept[row])
            book = book * kept[row] - swept[row] + opened[row]
            if not frozen(ledger)[row]:
                assert book == pytest.approx(weight * part.open_interest[row], rel=1e-9, abs=1e-9 * scale)
        with_level = spread.table[side, index].sum() / weight if weight else 1.0
        alive = np.exp(part.survivals[int(index == NEAR_BOOK), -1] - part.survivals[int(index == NEAR_BOOK)])
        no_level = (1 - with_level) * (opened * alive).sum()
        standing = swept[rows]
        assert opened.sum() == pytest.approx(
            standing + no_level + swept[:rows].sum() + unwound, rel=1e-9, abs=1e-9 * scale
        )


@laws
@given(frames(), priors)
def test_every_book_holds_its_share_of_open_interest(drawn: Frames, prior: str | tuple[float, float]) -> None:
    """Law 4: books after the last row hold w_g x OI to 1e-9, and openings are never negative."""
    ledger = estimate(drawn.market(), prior=prior)
    part = ledger.venues[0]
    assert (part.opened >= 0).all()
    if not frozen(ledger)[-1]:
        held = venue_density(part, ledger.prior).weights * part.open_interest[-1]
        np.testing.assert_allclose(
            part.books.mass, np.stack([held, held]), rtol=1e-9, atol=1e-9 * part.open_interest[-1]
        )


@laws
@given(frames(), st.floats(0, 1))
def test_standing_of_each_side_never_exceeds_open_interest(drawn: Frames, share: float) -> None:
    """Law 4: exactly at most open interest [base], at any time."""
    ledger = estimate(drawn.market(), prior=(8.0, 0.5))
    part = ledger.venues[0]
    row = shown_row(part, share)
    _, standing = coins(ledger, part.time[row])
    assert (standing.sum(axis=1) <= part.open_interest[: row + 1].max(initial=0) * (1 + 1e-12)).all()
    if not frozen(ledger)[row]:
        assert (standing.sum(axis=1) <= part.open_interest[row] * (1 + 1e-12)).all()


@laws
@given(frames(), st.floats(0, 1))
def test_no_standing_long_at_or_above_and_no_short_at_or_below_the_last_close(drawn: Frames, share: float) -> None:
    """Law 4, to the lattice cell."""
    ledger = estimate(drawn.market(), prior="nominal")
    part = ledger.venues[0]
    row = shown_row(part, share)
    cells, standing = coins(ledger, part.time[row])
    closed = int(np.floor(part.coordinates[2, row]))
    assert standing[0, cells >= closed].max() <= 1e-9 * standing.max()
    assert standing[1, cells <= closed].max() <= 1e-9 * standing.max()


@laws
@given(frames())
def test_nothing_survives_in_a_price_that_was_touched(drawn: Frames) -> None:
    """Law 4: what opened before a touch is gone from the touched cells; what stands there was opened since.

    Openings after a row are taken away, so that everything left was there before the row. Elsewhere some of it is left,
    unless all was closed: a market that is settled holds nothing.
    """
    ledger = estimate(drawn.market(), prior="nominal")
    part = ledger.venues[0]
    row = len(part.time) // 2
    opened = part.opened.copy()
    opened[row:] = 0
    cells, old = coins(
        Ledger("BTC", ledger.prior, (replace(part, opened=opened, checkpoints=(), passages=Passages.none()),))
    )
    last_close = part.coordinates[2, row - 1 : -1]
    bottom = np.floor(np.minimum(part.coordinates[0, row:], last_close).min())
    top = np.floor(np.maximum(part.coordinates[1, row:], last_close).max())
    assert old[0, cells >= bottom].max() <= 1e-9 * max(old.max(), 1e-300)
    assert old[1, cells <= top].max() <= 1e-9 * max(old.max(), 1e-300)
    assert old[0, cells < bottom - 1].sum() > 0 or part.open_interest[row - 1 :].min() == 0


@laws
@given(frames(most=40), st.integers(0, 40), st.integers(0, 40))
def test_a_wider_candle_leaves_no_cell_with_more_after_its_sweep(drawn: Frames, down: int, up: int) -> None:
    """Law 4: a frozen row sweeps and does nothing else."""
    ledger = estimate(drawn.market(), prior="nominal")
    part = ledger.venues[0]
    spread, last = venue_density(part, ledger.prior), float(part.coordinates[2, -1])
    after = []
    for wider in (0, 1):
        line = np.array([[last - 20 - wider * down], [last + 15 + wider * up], [last + 3]])
        frozen_row = np.ones((2, 1)), part.open_interest[-1:], np.ones(1, np.bool_)
        done = run_books(part.books, last, line, *frozen_row, spread)
        assert not done.opened.any()
        after.append(landed(done.state, spread))
    narrow, wide = after
    less, more = wide.checkpoint(spread.units), narrow.checkpoint(spread.units)
    shift = more.base - less.base
    assert shift >= 0
    inner = less.standing[:, :, shift : shift + more.cells]
    assert (inner <= more.standing * (1 + 1e-12)).all()
    assert (wide.mass <= narrow.mass * (1 + 1e-12) + 1e-12 * part.open_interest[-1]).all()


@laws
@given(frames(), st.sampled_from([0.003, 0.01, 0.05]))
def test_nothing_stands_nearer_than_the_venue_allows(drawn: Frames, minimum_distance: float) -> None:
    """Law 4: nothing is nearer than d_min to every entry since the touch, to the width of a unit and of an entry's."""
    ledger = estimate(drawn.market(minimum_distance=minimum_distance), prior="nominal")
    part = ledger.venues[0]
    unit = 1 if minimum_distance < FINE_DISTANCE else 5
    low, high, close = part.coordinates
    last_close = np.append(close[0], close[:-1])
    cells, standing = coins(ledger)
    opens = part.opened.sum(axis=(1, 2)) > 0
    assume(opens.any())
    for side, sign in ((0, -1), (1, 1)):
        nearest = -np.log1p(-minimum_distance) / CELL if side == 0 else np.log1p(minimum_distance) / CELL
        for cell in cells[standing[side] > 1e-9 * standing.max()][::25]:
            touched = (
                np.floor(np.minimum(low, last_close)) <= cell
                if side == 0
                else np.floor(np.maximum(high, last_close)) >= cell
            )
            since = int(np.flatnonzero(touched)[-1]) if touched.any() else 0
            entries = (high if side == 0 else low)[since:][opens[since:]]
            assert (sign * (cell + 0.5 - entries)).max() >= nearest - 1.5 * unit


@laws
@given(frames(), st.integers(-500, 500), st.sampled_from([1e-3, 7.0, 1e3]))
def test_scaled_prices_and_coins_give_the_scaled_map(drawn: Frames, cells_up: int, factor: float) -> None:
    """Law 4: prices x exp(0.001 k) shift the lattice by k price cells; open interest x b multiplies every coin."""
    assume(drawn.open_interest is not None)
    price = float(np.exp(cells_up * PRICE_CELL))
    ledger, scaled = estimate(drawn.market()), estimate(drawn.scaled(price, factor).market())
    cells = traded_cells(ledger, down=10_000, up=4000)
    found, moved = profile(ledger, edges_of(cells)), profile(scaled, edges_of(cells + 5 * cells_up))
    for one, other in ((found.long, moved.long), (found.short, moved.short)):
        np.testing.assert_allclose(other, one * price * factor, rtol=1e-6, atol=1e-9 * factor * price * one.max())


def test_groups_wholly_nearer_than_the_venue_allows_have_no_book_but_stay_in_the_ledger() -> None:
    """d_min of 5 %: groups over 20x cannot exist; the 10-25x group starts at 5 %."""
    ledger = estimate(walk(1, 20).market(minimum_distance=0.05))
    part = ledger.venues[0]
    assert part.opened.shape[2] == len(LEVERAGE_GROUPS) + 1
    assert not part.opened[:, :, :2].any()
    assert (part.opened[0, :, 2:] > 0).all()


def test_weights_are_the_normal_masses_of_the_specification() -> None:
    """ln(leverage) ~ Normal(ln 2.5, 1): 3x to 5x is Phi(ln 2) - Phi(ln 1.2) = 0.75589 - 0.57234."""
    spread = density(Prior.parse("effective"), 0.004)
    assert spread.weights[4] == pytest.approx(0.7558914 - 0.5723376, abs=1e-5)
    np.testing.assert_allclose(spread.table[1].sum(axis=1), spread.weights, rtol=1e-6)
    assert 1 - spread.table[0].sum() == pytest.approx(0.18, abs=0.005), "about 18 % of long open interest has no level"


@laws
@given(st.floats(0.5, 60), st.floats(0.1, 2.5), st.floats(0.002, 0.3))
def test_densities_are_masses_cut_to_what_the_venue_allows(
    median: float, sigma: float, minimum_distance: float
) -> None:
    spread = density(Prior.parse((median, sigma)), minimum_distance)
    assert (spread.table >= 0).all()
    assert (spread.weights >= 0).all()
    assert spread.weights.sum() <= 1 + 1e-12
    assert (spread.table.sum(axis=2) <= spread.weights * (1 + 1e-9) + 1e-15).all()
    nearest = np.array([-np.log1p(-minimum_distance), np.log1p(minimum_distance)]) / CELL
    for side, (book, unit) in itertools.product(range(2), enumerate(spread.units)):
        assert not spread.table[side, book, : int(np.floor(nearest[side] / unit + 0.5))].any()


@pytest.mark.parametrize("minimum_distance", [0.004, 0.01, 0.0199])
def test_the_book_at_the_cap_is_as_near_as_the_specification_says(minimum_distance: float) -> None:
    """Its share nearer than 1.125, 1.25, 1.5 and 2 d_min (docs/method.md, section 3)."""
    spread = density(Prior.parse("effective"), minimum_distance)
    for side in range(2):
        table = spread.table[side, NEAR_BOOK]
        upto = np.concatenate([[0.0], np.cumsum(table)]) / spread.weights[NEAR_BOOK]
        for factor, share in ((1.125, 0.3054), (1.25, 0.5430), (1.5, 0.8235), (2.0, 0.9791)):
            distance = factor * minimum_distance
            offset = (-np.log1p(-distance) if side == 0 else np.log1p(distance)) / CELL + 0.5
            assert np.interp(offset, np.arange(len(upto)), upto) == pytest.approx(share, abs=4e-3)
    assert spread.weights[NEAR_BOOK] == pytest.approx(NEAR_SHARE, rel=1e-4)


def test_a_full_ladder_makes_room_for_the_book_at_the_cap() -> None:
    spread = density(Prior.parse({10: 0.5, 20: 0.5}), 0.004)
    assert spread.weights[:NEAR_BOOK].sum() == pytest.approx(1 - NEAR_SHARE)
    assert density(Prior.parse({10: 0.5}), 0.004).weights[:NEAR_BOOK].sum() == pytest.approx(0.5)
    assert not density(Prior.parse("effective"), 0.004, near=0).weights[NEAR_BOOK]


@pytest.mark.parametrize(("minimum_distance", "group"), [(0.004, 0), (0.03, 1), (0.05, 2)])
def test_the_book_at_the_cap_counts_to_the_nearest_group(minimum_distance: float, group: int) -> None:
    market = walk(1, 60).market(minimum_distance=minimum_distance)
    _, with_it = coins(estimate(market), leverage=[LEVERAGE_GROUPS[group]])
    _, without = coins(estimate(market, near=0), leverage=[LEVERAGE_GROUPS[group]])
    assert with_it.sum() > without.sum() * (1 + 1e-5)
    for other in set(LEVERAGE_GROUPS) - {LEVERAGE_GROUPS[group]}:
        one, same = (coins(estimate(market, near=near), leverage=[other])[1] for near in (0.0, NEAR_SHARE))
        np.testing.assert_array_equal(one, same)


def test_the_book_at_the_cap_is_closed_faster() -> None:
    part = estimate(walk(1, 60).market()).venues[0]
    quiet = np.exp(np.diff(part.log_survival)) > np.exp(np.diff(part.near_log_survival))
    assert quiet.any()
    ratio = np.diff(part.near_log_survival)[quiet] / np.diff(part.log_survival)[quiet]
    assert ratio.max() == pytest.approx(3.0 / 0.4)


@pytest.mark.parametrize("near", [-0.1, 1.0, float("nan"), "much"])
def test_a_share_that_is_none_is_refused(near: Any) -> None:
    with pytest.raises(DataError, match="near= as a share"):
        estimate(walk(1, 3).market(), near=near)
