"""Mirrored candles: volume and the size of every move stay, the way they go is a coin's."""

from __future__ import annotations

import numpy as np
import pytest

from liqwidget.domain.time import HOUR
from liqwidget.estimate.estimator import estimate
from liqwidget.trust.surrogates import mirrored, signs
from tests.ledgers import content
from tests.markets import walk

HEAT = estimate(walk(3, 300, "1h", gaps=True).market()).heat
assert HEAT is not None
PART = HEAT.venues[0]


def test_every_candle_is_itself_or_its_mirror() -> None:
    assert HEAT is not None
    other = mirrored(HEAT, 4, HEAT.end).venues[0]
    kept = signs(PART.known, 4) > 0
    for before, after in ((PART, other),):
        assert after.known.tolist() == before.known.tolist()
        assert after.inputs.volume.tolist() == pytest.approx(before.inputs.volume.tolist(), nan_ok=True)
    old, new = (np.log(np.stack([one.inputs.low, one.inputs.high, one.close])) for one in (PART, other))
    from_old, from_new = (one[:, 1:] - one[2, :-1] for one in (old, new))
    same = kept[1:]
    np.testing.assert_allclose(from_new[:, same], from_old[:, same], atol=1e-12)
    np.testing.assert_allclose(from_new[:, ~same], -from_old[[1, 0, 2]][:, ~same], atol=1e-12)
    assert 0.4 < same.mean() < 0.6


def test_all_coins_and_venues_have_the_same_sign_at_an_instant() -> None:
    times = np.arange(1, 5000) * HOUR
    drawn = signs(times, 0)
    np.testing.assert_array_equal(signs(times[::12], 0), drawn[::12])
    assert set(drawn.tolist()) == {-1.0, 1.0}
    assert abs(drawn.mean()) < 0.05
    assert abs((drawn[1:] * drawn[:-1]).mean()) < 0.05
    assert abs((drawn * signs(times, 1)).mean()) < 0.05


def test_the_same_seed_gives_the_same_bytes_and_later_candles_do_not_count() -> None:
    assert HEAT is not None
    whole, again = (mirrored(HEAT, 0, HEAT.end).venues[0] for _ in range(2))
    assert content(whole.inputs) == content(again.inputs)
    assert content(whole.opened) == content(again.opened)
    until = int(PART.known[200])
    short = mirrored(HEAT, 0, until).venues[0]
    assert short.known[-1] == until
    assert content(short.inputs.cut(slice(0, 201))) == content(whole.inputs.cut(slice(0, 201)))
