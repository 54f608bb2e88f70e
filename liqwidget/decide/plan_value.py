"""A plan as a value: what is meant to be done, what it costs where, and what to be warned of."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from liqwidget.decide.own_liquidation import one_nan
from liqwidget.domain.amount import UNKNOWN, estimate_text, plain_price
from liqwidget.domain.overlay import PriceLine
from liqwidget.domain.quotation import CURRENCIES, DOLLAR

if TYPE_CHECKING:
    from liqwidget.decide.own_liquidation import MarginStep, OwnLiquidation
    from liqwidget.decide.stop_places import OnTheWay
    from liqwidget.domain.quotation import Contract
    from liqwidget.domain.side import Side


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """What to be warned of.

    Parameters
    ----------
    code : str
        One of `liqwidget.decide.plan_warnings.CODES`; it does not change.
    text : str
        A sentence.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.PlanWarning("stop_near", "The stop lies within the noise of an hour").code
    'stop_near'
    """

    code: str
    text: str

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


@dataclass(frozen=True, slots=True)
class Plan:
    """A position that is planned: what it costs where, by estimates and by the venue's rules. No advice.

    Money is in `currency`: quote currency, or the coin where the contract is inverse. What is not known, or not asked
    for, is NaN.

    Parameters
    ----------
    side : Side
        Of the position.
    symbol, venue, mode, contract : str
        What, whose margin rules, 'isolated' or 'cross', 'linear' or 'inverse'.
    quote, currency, unit : str
        What prices are in, what the contract settles in, and estimated sizes ('rel.' where they are no money).
    time : int
        As of when [ns].
    last_price : float
        [quote/base].
    entries, weights : tuple of float
        Prices [quote/base], and the share of the size at each.
    entry : float
        The average entry [quote/base]; of an inverse contract the harmonic one.
    stop : float
        [quote/base].
    stop_proposed : bool
        Whether it was found here rather than given.
    stop_reason : str
        Why it stands where it does.
    target : float
        [quote/base].
    size : float
        [base]; of an inverse contract its value at entry.
    value : float
        At entry [quote].
    margin, account : float
        What stands behind the position alone; the account's equity [currency].
    leverage : float
        Value at entry over margin.
    fee : float
        Of the value, at entry and at exit.
    risk : float
        What was asked to be lost at the stop at most [currency].
    loss, reward : float
        At the stop, with fees, and slippage if counted, and at the target, after fees [currency].
    reward_to_risk : float
        The second over the first.
    break_even : float
        The price at which the fees are earned [quote/base].
    fees_at_stop : float
        Of entry and of exit at the stop [currency].
    impact : str
        What moves the price as the stop is filled; '' if none was given.
    slippage_counted : bool
        Whether the loss holds it.
    stop_fill : float
        The average price at which it is filled [quote/base].
    slippage : float
        How far that is from the stop, as a share of it; 0 without an impact.
    stop_in_cascade : float
        Where a move to the stop would end by the forced orders that it sets off [quote/base]; NaN without an impact.
    liquidation_price : float
        The own one, by `venue` and `mode` [quote/base]; NaN where no price liquidates the position.
    max_leverage : float
        The largest that the venue allows for that size.
    liquidations : tuple of OwnLiquidation
        By venue and margin mode.
    added_margin : tuple of MarginStep
        What more margin does.
    margin_for_stop : float
        What must stand behind the position so that the stop comes before the own liquidation [currency]; NaN where it
        does already.
    on_the_way : tuple of OnTheWay
        Clusters and gaps between entry, stop, own liquidation and target.
    liquidated_to_stop, liquidated_to_target : float
        What stands between the last price and these, and would be liquidated on the way [quote], estimated.
    chance_stop, chance_target, chance_liquidation : float
        That price gets there within `horizon`, as a walk without drift of the volatility known.
    horizon : str
        Of the chances.
    volume_share, interest_share : float
        `value` over what is traded in a day, and over what is open, on the venue where it is shown, else on all.
    warnings : tuple of PlanWarning
        What to be warned of.
    assumptions : tuple of str
        What it stands on, sentence by sentence.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> p = liqwidget.plan(ledger, "short", leverage=3, risk=500, stop=ledger.last_price() * 1.02, now=ledger.end)
    >>> round(p.size * (p.stop - p.entry)), p.codes
    (500, ('stop_in_cluster', 'stop_near'))
    """

    side: Side
    symbol: str
    venue: str
    mode: str
    contract: Contract
    time: int
    last_price: float
    entries: tuple[float, ...]
    weights: tuple[float, ...]
    entry: float
    stop: float
    stop_reason: str
    size: float
    value: float
    margin: float
    leverage: float
    loss: float
    liquidation_price: float
    target: float = math.nan
    stop_proposed: bool = False
    account: float = math.nan
    fee: float = 0.0
    risk: float = math.nan
    reward: float = math.nan
    reward_to_risk: float = math.nan
    break_even: float = math.nan
    fees_at_stop: float = 0.0
    impact: str = ""
    slippage_counted: bool = True
    stop_fill: float = math.nan
    slippage: float = 0.0
    stop_in_cascade: float = math.nan
    max_leverage: float = math.nan
    margin_for_stop: float = math.nan
    liquidated_to_stop: float = math.nan
    liquidated_to_target: float = math.nan
    chance_stop: float = math.nan
    chance_target: float = math.nan
    chance_liquidation: float = math.nan
    horizon: str = "24h"
    volume_share: float = math.nan
    interest_share: float = math.nan
    quote: str = DOLLAR
    currency: str = DOLLAR
    unit: str = DOLLAR
    liquidations: tuple[OwnLiquidation, ...] = field(default=(), repr=False)
    added_margin: tuple[MarginStep, ...] = field(default=(), repr=False)
    on_the_way: tuple[OnTheWay, ...] = field(default=(), repr=False)
    warnings: tuple[PlanWarning, ...] = field(default=(), repr=False)
    assumptions: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Let plans of the same be equal: NaN is one."""
        for name in _NAMES:
            object.__setattr__(self, name, one_nan(float(getattr(self, name))))

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the warnings."""
        return tuple(one.code for one in self.warnings)

    def distance_pct(self, price: float) -> float:
        """Return how far a price is from the average entry [%], below it negative."""
        return (price / self.entry - 1) * 100

    def to_frame(self) -> pd.DataFrame:
        """Return the numbers by name.

        Returns
        -------
        DataFrame
            Indexed by name, those of the attributes: value (float), unit ('USD/BTC', 'USD', 'BTC', 'x' for times,
            'share' for a fraction of 1), distance_pct: of prices, from the average entry [%].
        """
        units = {
            **dict.fromkeys(_PRICES, f"{self.quote}/{_coin(self)}"),
            **dict.fromkeys(_MONEY, self.currency),
            "value": self.quote,
            **dict.fromkeys(_STANDING, self.unit),
            **dict.fromkeys(_TIMES, "x"),
            **dict.fromkeys(_SHARES, "share"),
            "size": _coin(self),
        }
        rows = [(name, float(getattr(self, name)), units[name], self._away(name)) for name in _NAMES]
        return pd.DataFrame(rows, columns=["name", "value", "unit", "distance_pct"]).set_index("name")

    def _away(self, name: str) -> float:
        return self.distance_pct(getattr(self, name)) if name in _PRICES else math.nan

    def liquidations_frame(self) -> pd.DataFrame:
        """Return the own liquidation by venue and margin mode: the attributes of `OwnLiquidation` as columns."""
        names = ["venue", "mode", "price", "distance_pct", "max_leverage", "known", "note"]
        return pd.DataFrame([[getattr(one, name) for name in names] for one in self.liquidations], columns=names)

    def margin_frame(self) -> pd.DataFrame:
        """Return what more margin does: the attributes of `MarginStep` as columns, indexed by what is added."""
        names = ["added", "margin", "leverage", "liquidation_price", "distance_pct"]
        rows = [[getattr(one, name) for name in names] for one in self.added_margin]
        return pd.DataFrame(rows, columns=names).set_index("added")

    def on_the_way_frame(self) -> pd.DataFrame:
        """Return clusters and gaps between its prices: the attributes of `OnTheWay` as columns, side as a word."""
        names = ["where", "kind", "side", "price_low", "price_high", "size", "id"]
        rows = [[getattr(one, name) for name in names] for one in self.on_the_way]
        frame = pd.DataFrame(rows, columns=names)
        frame["side"] = [one.side.label for one in self.on_the_way]
        return frame

    def warnings_frame(self) -> pd.DataFrame:
        """Return the warnings: code, text."""
        return pd.DataFrame([(one.code, one.text) for one in self.warnings], columns=["code", "text"])

    def overlays(self) -> tuple[PriceLine, ...]:
        """Return its prices as lines: entries, stop, target, own liquidation."""
        several = len(self.entries) > 1
        names = [f"entry {number}" for number in range(1, len(self.entries) + 1)] if several else ["entry"]
        lines = [PriceLine(price, name, kind="entry") for price, name in zip(self.entries, names, strict=True)]
        if several:
            lines.append(PriceLine(self.entry, "average entry", kind="entry"))
        lines.append(PriceLine(self.stop, "proposed stop" if self.stop_proposed else "stop", kind="stop"))
        if not math.isnan(self.target):
            lines.append(PriceLine(self.target, "target", kind="target"))
        if not math.isnan(self.liquidation_price):
            label = f"own liquidation ({self.venue}, {self.mode})"
            lines.append(PriceLine(self.liquidation_price, label, kind="liquidation"))
        return tuple(lines)

    def __repr__(self) -> str:
        """Return what is planned, what it may lose and earn, and how many warnings there are."""
        money = partial(amount_words, currency=self.currency)
        loses = "" if math.isnan(self.loss) else f", loses {money(self.loss)}"
        ends = [f"stop {plain_price(self.stop)} ({self.distance_pct(self.stop):+.2f} %{loses})"]
        if not math.isnan(self.target):
            ends.append(
                f"target {plain_price(self.target)} ({self.distance_pct(self.target):+.2f} %, "
                f"{self.reward_to_risk:.2f} x the risk)"
            )
        own = "no price liquidates it" if math.isnan(self.liquidation_price) else self._own()
        many = len(self.warnings)
        told = f"; {many} warning{'s' * (many > 1)}: {', '.join(self.codes)}" if many else ""
        return (
            f"Plan({self.side.label} {self._sized()}{self.symbol} at {plain_price(self.entry)}, {self.leverage:.3g}x "
            f"{self.mode} on {self.venue}: {', '.join(ends)}, {own}{told}; an estimate, no advice)"
        )

    def _own(self) -> str:
        away = self.distance_pct(self.liquidation_price)
        return f"own liquidation {plain_price(self.liquidation_price)} ({away:+.2f} %)"

    def _sized(self) -> str:
        if math.isnan(self.size):
            return ""
        if self.contract == "inverse":
            return f"{amount_words(self.value, self.quote)} of "
        return f"{self.size:,.6g} "

    def _repr_html_(self) -> str:
        """Return the sentence, the warnings, the numbers, what lies on the way, and what it assumes."""
        parts = [f"<p><b>{escape(repr(self))}</b></p>", f"<p>Stop: {escape(self.stop_reason)}.</p>"]
        if self.warnings:
            listed = "".join(f"<li><code>{one.code}</code> {escape(one.text)}</li>" for one in self.warnings)
            parts.append(f"<p>Warnings</p><ul>{listed}</ul>")
        parts.append(self._numbers())
        parts += [
            f"<p>{title}</p>{frame.to_html(index=False)}"
            for title, frame in (
                ("On the way, estimated", self._shown_on_the_way()),
                ("Own liquidation", self._shown_liquidations()),
                (f"What more margin does [{escape(self.currency)}]", self._shown_margin()),
            )
            if len(frame)
        ]
        said = "".join(f"<li>{escape(one)}</li>" for one in self.assumptions)
        parts.append(f"<p>It assumes</p><ul>{said}</ul><p>An estimate, no advice.</p>")
        return f'<div class="mathjax_ignore">{"".join(parts)}</div>'

    def _numbers(self) -> str:
        frame = self.to_frame().dropna(subset="value")
        texts = [_text(str(name), row.value, row.unit) for name, row in frame.iterrows()]
        away = ["" if math.isnan(one) else f"{one:+.2f} %" for one in frame["distance_pct"]]
        return pd.DataFrame({"": frame.index, "value": texts, "from entry": away}).to_html(index=False)

    def _shown_on_the_way(self) -> pd.DataFrame:
        frame = self.on_the_way_frame().drop(columns="id")
        frame["size"] = frame["size"].map(partial(estimate_text, quote=self.unit))
        frame[["price_low", "price_high"]] = frame[["price_low", "price_high"]].map(plain_price)
        return frame

    def _shown_liquidations(self) -> pd.DataFrame:
        frame = self.liquidations_frame()
        frame["price"] = [
            "none" if math.isnan(one) and not note else plain_price(one)
            for one, note in zip(frame["price"], frame["note"], strict=True)
        ]
        frame["distance_pct"] = frame["distance_pct"].map(_percent)
        frame["max_leverage"] = frame["max_leverage"].map(lambda one: UNKNOWN if math.isnan(one) else f"{one:g}x")
        return frame

    def _shown_margin(self) -> pd.DataFrame:
        frame = self.margin_frame().reset_index()
        for name in ("added", "margin"):
            frame[name] = frame[name].map(partial(amount_words, currency=self.currency))
        frame["leverage"] = frame["leverage"].map("{:.3g}x".format)
        frame["liquidation_price"] = frame["liquidation_price"].map(
            lambda one: "none" if math.isnan(one) else plain_price(one)
        )
        frame["distance_pct"] = frame["distance_pct"].map(_percent)
        return frame


_PRICES = ("last_price", "entry", "stop", "stop_fill", "stop_in_cascade", "target", "break_even", "liquidation_price")
_MONEY = ("margin", "account", "risk", "loss", "reward", "fees_at_stop", "margin_for_stop")
_STANDING = ("liquidated_to_stop", "liquidated_to_target")
_SHARES = (
    "slippage", "fee", "chance_stop", "chance_target", "chance_liquidation", "volume_share", "interest_share",
)  # fmt: skip
_LEAST_SHARE = 1e-4
_TIMES = ("leverage", "max_leverage", "reward_to_risk")
_NAMES = (
    "last_price", "entry", "stop", "target", "liquidation_price", "break_even", "size", "value", "margin", "leverage",
    "max_leverage", "margin_for_stop", "account", "risk", "loss", "reward", "reward_to_risk", "fee", "fees_at_stop",
    "stop_fill", "slippage", "stop_in_cascade", "liquidated_to_stop", "liquidated_to_target", "chance_stop",
    "chance_target", "chance_liquidation", "volume_share", "interest_share",
)  # fmt: skip


def _coin(plan: Plan) -> str:
    return plan.currency if plan.contract == "inverse" else plan.symbol


def _text(name: str, value: float, unit: str) -> str:
    """Return a number of the frame as it is read."""
    if name in _PRICES:
        return plain_price(value)
    if name in _MONEY or name == "value":
        return amount_words(value, unit)
    if name in _STANDING:
        return f"est. {estimate_text(value, unit)}"
    if name in _SHARES:
        return "<0.01%" if 0 < value < _LEAST_SHARE else f"{value:.2%}"
    return f"{value:,.3g}x" if name in _TIMES else f"{value:,.6g} {unit}"


def amount_words(amount: float, currency: str) -> str:
    """Return an amount that is no estimate: '$1,234.56', '1,234.56 EUR', '0.0123457 BTC'."""
    if math.isnan(amount):
        return UNKNOWN
    if currency == DOLLAR:
        return f"${amount:,.2f}"
    return f"{amount:,.2f} {currency}" if currency in CURRENCIES else f"{amount:,.6g} {currency}"


def _percent(value: float) -> str:
    return UNKNOWN if math.isnan(value) else f"{value:+.2f} %"
