"""The budgets of speed, and by which benchmark each is measured: those of the design, and of the issues that set more.

The frame that a control takes is measured where the page is tested, the time of the tests by those who run them.
"""

from __future__ import annotations

from typing import NamedTuple


class Budget(NamedTuple):
    """What something may take: a figure of a benchmark, and its limit in the figure's unit."""

    what: str
    test: str
    """The benchmark, without the folder."""
    figure: str
    """What it tells: 'median_ms', or the name of a property."""
    limit: float
    unit: str

    @property
    def where(self) -> str:
        """The benchmark, as pytest names it."""
        folder = "browser/lab" if self.test.startswith("test_speed") else "benchmarks"
        return f"tests/{folder}/{self.test}"

    @property
    def least(self) -> bool:
        """Whether the limit is the least that is wanted."""
        return self.unit in ("/s", "times")


_ONE, _GROWTH = "test_budgets.py::test_", "test_growth.py::test_growth"
_FIVE = "test_five_years.py::test_five_years_of_minutes"
_YEAR, _MONTH = f"{_ONE}one_forward_pass_of_a_year_of_1m", f"{_ONE}one_forward_pass_of_30_days_of_5m"
_FILE = "test_ledger_file.py::test_a_year_of_minutes"
_BUNDLE = "test_bundle.py::test_the_bundle"
_LIVE = "test_live.py::test_"
_FAR = "test_speed.py::test_over_a_slow_line"

BUDGETS = (
    Budget("`import liqwidget`", f"{_ONE}import", "median_ms", 600, "ms"),
    Budget("run to painted, in JupyterLab", "test_speed.py::test_run_to_painted", "first_s", 3, "s"),
    Budget("eight heatmaps on one page", "test_speed.py::test_run_to_painted", "eight_s", 4, "s"),
    Budget("wheel to sharp, p50", "test_speed.py::test_wheel_to_sharp", "p50_ms", 70, "ms"),
    Budget("wheel to sharp, p95", "test_speed.py::test_wheel_to_sharp", "p95_ms", 120, "ms"),
    Budget("live in the page, 3 venues", "test_speed.py::test_live_updates_taken_by_the_page", "per_second", 10, "/s"),
    Budget("live, 3 venues", f"{_LIVE}updates_a_second_of_three_venues", "per_second", 10, "/s"),
    Budget("over a slow line: first picture", _FAR, "first_s", 5, "s"),
    Budget("the same: wheel to sharp, p50", _FAR, "wheel_p50_s", 0.5, "s"),
    Budget("the same: 8 s of replay", _FAR, "replay_mb", 0.8, "MB"),
    Budget("the same: replay, of its set speed", _FAR, "replay_speed", 0.95, "times"),
    Budget("the same: replay at 50x, of its set speed", _FAR, "replay_speed_50", 0.95, "times"),
    Budget("forward pass, 30 days of 5m", _MONTH, "median_ms", 60, "ms"),
    Budget("forward pass, a year of 1m", _YEAR, "median_ms", 3000, "ms"),
    Budget("its memory at the peak", _YEAR, "peak_mb", 500, "MB"),
    Budget("estimate with heat, in passes", f"{_ONE}estimate_a_year_of_1m", "times_one_pass", 2, "passes"),
    Budget("picture, a week of 5m", f"{_ONE}raster[size-week-of-5m]", "median_ms", 15, "ms"),
    Budget("picture, a week of a year of 1m", f"{_ONE}raster[size-week-of-year-of-1m]", "median_ms", 20, "ms"),
    Budget("picture, a week of five years of 1m", _GROWTH, "last week, 1200x600", 20, "ms"),
    Budget("picture of five years of 1m", _GROWTH, "whole, 1200x600", 150, "ms"),
    Budget("clusters, a month of 5m", f"{_ONE}clusters[month-of-5m]", "median_ms", 10, "ms"),
    Budget("clusters, five years of 1m", _GROWTH, "clusters", 10, "ms"),
    Budget("profile, five years of 1m", _GROWTH, "profile", 10, "ms"),
    Budget("newest column, five years of 1m", _GROWTH, "newest column", 10, "ms"),
    Budget("levels, a year of 1m", f"{_ONE}levels[year-of-1m]", "median_ms", 1500, "ms"),
    Budget("a live candle, a month of 5m", f"{_ONE}a_live_candle[month-of-5m]", "median_ms", 3, "ms"),
    Budget("a live candle, a year of 1m", f"{_ONE}a_live_candle[year-of-1m]", "median_ms", 3, "ms"),
    Budget("a live candle to its column", f"{_LIVE}a_live_candle_of_one_venue_to_its_column", "median_ms", 3, "ms"),
    Budget("a ledger of a year of 1m, its file", _FILE, "mb", 20, "MB"),
    Budget("the same, loaded", _FILE, "load_s", 6, "s"),
    Budget("five years of 1m as a heatmap", _FIVE, "shown_s", 30, "s"),
    Budget("the same as a file", _FIVE, "written_s", 15, "s"),
    Budget("30 live symbols on 4 venues", "test_watchlist.py::test_thirty_live_symbols", "share", 0.4, "cores"),
    Budget("our own front end", _BUNDLE, "kb", 120, "KB"),
    Budget("the same, packed", _BUNDLE, "packed_kb", 45, "KB"),
)
