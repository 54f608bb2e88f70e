"""What a plan stands on, sentence by sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from liqwidget.domain.amount import plain_price
from liqwidget.domain.time import timestamp

if TYPE_CHECKING:
    from liqwidget.decide.own_liquidation import MarginRules
    from liqwidget.decide.plan_value import Plan
    from liqwidget.domain.ledger import Ledger


def assumptions_of(found: Plan, rules: MarginRules, ledger: Ledger) -> tuple[str, ...]:
    """Return what the plan stands on."""
    when = f"{timestamp(found.time):%Y-%m-%d %H:%M} UTC"
    said = [
        f"Clusters and amounts are estimates from {', '.join(ledger.names)} as of {when}.",
        "They say where forced orders would come, not that price goes there.",
        _rules_sentence(found, rules),
        _backing_sentence(found),
        _fees_sentence(found),
        _slippage_sentence(found),
        "Price is the mark price; funding is not counted.",
        f"Chances are those of a walk without drift within {found.horizon}.",
    ]
    if len(found.entries) > 1:
        shares = zip(found.entries, found.weights, strict=True)
        filled = ", ".join(f"{share:.0%} at {plain_price(price)}" for price, share in shares)
        said.append(f"All entries are filled before stop, target or own liquidation: {filled}.")
    if math.isnan(found.size):
        said.append("Neither risk nor size is given: the own liquidation is that of the lowest tier.")
    if any(part.relative for part in ledger):
        said.append("Open interest is not known on some venue: what stands there is a share, not an amount.")
    return tuple(said)


def _backing_sentence(found: Plan) -> str:
    if found.mode == "isolated":
        return "Isolated: its margin alone stands behind it."
    behind = f"{found.account:,.6g} {found.currency}"
    return f"Cross: the account's equity of {behind} stands behind it, and nothing else in the account changes."


def _fees_sentence(found: Plan) -> str:
    if found.fee == 0:
        return "No fees are counted: fee=0.0005 counts 0.05 % of the value at entry and at exit."
    return f"Fees of {100 * found.fee:.4g} % of the value at entry and at exit are counted."


def _slippage_sentence(found: Plan) -> str:
    if not found.impact:
        return "No slippage is counted: the stop is filled at its price. impact= says what its order moves."
    counted = "its slippage is counted" if found.slippage_counted else "its slippage is shown, not counted in the loss"
    return f"The stop is a market order ({found.impact}); {counted}."


def _rules_sentence(found: Plan, rules: MarginRules) -> str:
    if rules.tiers is not None:
        return f"Own liquidation by tiers of {found.venue} that were given ({rules.tiers.source})."
    if rules.known == "given":
        return f"Own liquidation by the formula of {found.venue} and a maintenance rate of {rules.rate:.2%}, as given."
    if rules.table is None:
        return f"Own liquidation by a maintenance rate of {rules.rate:.2%}: {rules.note}."
    since = rules.table.since
    dated = f"in force from {since:%Y-%m-%d}" if since is not None else f"undated, read on {rules.table.read_on}"
    note = f"; {rules.note}" if rules.note else ""
    return f"Own liquidation by {found.venue}'s {found.contract} tiers, {dated} ({rules.table.source}){note}."
