"""Margin tiers as a venue shows them to everyone today; ccxt reads them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import pandas as pd

from liqwidget.errors import SourceError
from liqwidget.market.venue.payload import number, said

if TYPE_CHECKING:
    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.venue import Venue

COLUMNS = ("limit", "unit", "max_leverage", "maintenance_margin_rate")


async def read_tiers(client: Client, instrument: Instrument) -> pd.DataFrame:
    """Return the margin tiers of one contract, the lowest first; of one limit the largest leverage first (HTX).

    Parameters
    ----------
    client : Client
        Whom to ask; open.
    instrument : Instrument
        The contract.

    Returns
    -------
    DataFrame
        limit: largest position of the tier in `unit`, 'quote' or 'base' (of the wanted coin); inf where none is told;
        max_leverage; maintenance_margin_rate: fraction of the position's value.

    Raises
    ------
    SourceError
        If the venue shows them only to those with a key, does not answer, or sends what cannot be used.
    """
    name = client.venue.name
    if client.venue.tiers != "public":
        message = f"{name} shows its margin tiers only to those with a key; dated tables of it are in the package"
        raise SourceError(message, venue=name)
    market = client.api.markets[instrument.symbol]
    rows = await client.venue.margin_tiers(client.call, instrument, market)
    unit, factor = _unit(client.venue, instrument)
    frame = pd.DataFrame(
        [
            (
                number(row.get("maxNotional")) * factor,
                unit,
                number(row.get("maxLeverage")),
                number(row.get("maintenanceMarginRate")),
            )
            for row in rows
            if isinstance(row, dict)
        ],
        columns=list(COLUMNS),
    )
    usable = frame["max_leverage"].between(1, 1000) & frame["maintenance_margin_rate"].between(
        0, 1, inclusive="neither"
    )
    if not len(frame) or not usable.all():
        message = f"{name} sent margin tiers of {instrument.id[:40]} that cannot be used: {said(rows, 120)}"
        raise SourceError(message, venue=name)
    frame["limit"] = frame["limit"].fillna(math.inf)
    return frame.sort_values(["limit", "max_leverage"], ascending=[True, False], ignore_index=True)


def _unit(venue: Venue, instrument: Instrument) -> tuple[Literal["quote", "base"], float]:
    """Return the unit of a tier's limit, and by what ccxt's number is multiplied to be in it."""
    contracts = venue.tier_limits == "contracts"
    if contracts == instrument.inverse:
        return "quote", instrument.contract_size if contracts else 1.0
    return "base", instrument.scale * (instrument.contract_size if contracts else 1.0)
