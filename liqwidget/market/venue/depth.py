"""The order book of a contract, as a venue shows it to everyone now; ccxt reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain.order_book import OrderBook
from liqwidget.domain.time import MILLISECOND, timestamp
from liqwidget.errors import DataError, SourceError
from liqwidget.market.venue.payload import fields, number, said

if TYPE_CHECKING:
    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Instrument


async def read_order_book(client: Client, instrument: Instrument) -> OrderBook:
    """Return the order book of one contract, as deep as the venue shows it.

    ccxt tells sizes as the venue does: in contracts, which are coins, a share of one, or an amount of quote currency.

    Parameters
    ----------
    client : Client
        Whom to ask; open.
    instrument : Instrument
        The contract.

    Raises
    ------
    SourceError
        If the venue does not answer, or sends what is no order book.
    """
    name = client.venue.name
    book = fields(await client.call("fetch_order_book", instrument.symbol, client.venue.book_rows))
    stamp = number(book.get("timestamp"))
    time = client.now if np.isnan(stamp) else round(stamp * MILLISECOND)
    try:
        bids, asks = (_rows(book.get(side), instrument) for side in ("bids", "asks"))
        return OrderBook(bids, asks, timestamp(time), name)
    except DataError as error:
        message = f"{name} sent an order book of {instrument.id[:40]} that cannot be used: {said(error)}"
        raise SourceError(message, venue=name, retryable=True) from error


def _rows(given: Any, instrument: Instrument) -> npt.NDArray[np.float64]:
    """Return prices and sizes of the shown coin, shape (N, 2)."""
    parts = [row[:2] for row in given if isinstance(row, list | tuple)] if isinstance(given, list | tuple) else []
    rows = np.array([[number(part) for part in row] for row in parts if len(row) > 1], dtype=np.float64).reshape(-1, 2)
    price, contracts = rows.T
    coins = contracts * instrument.contract_size / (price if instrument.inverse else 1.0)
    return np.stack([price / instrument.scale, coins * instrument.scale], axis=1)
