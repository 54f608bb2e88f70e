"""How Hypothesis runs here: a law is about values, and no test of one bets on the clock."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("liqwidget", deadline=None)
settings.load_profile("liqwidget")
