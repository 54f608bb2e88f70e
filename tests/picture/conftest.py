"""The heatmap that is drawn: that of the widget's tests, at one time, so that pictures of the same are the same."""

from __future__ import annotations

import pandas as pd
import pytest

from liqwidget.picture import heatmap as picture
from tests.widget.conftest import heatmap, markets

__all__ = ["heatmap", "markets"]


@pytest.fixture(autouse=True)
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "present", lambda: pd.Timestamp("2026-03-01 12:00", tz="UTC"))
