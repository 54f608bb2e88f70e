"""The contract of a file: as the store knows it, or by the usual name of the venue, so that no list has to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqwidget.market.store.contracts import known_contract
from liqwidget.market.venue.instrument import Instrument
from liqwidget.market.venue.venues import VENUES

if TYPE_CHECKING:
    from pathlib import Path

    from liqwidget.market.venue.instrument import Wanted

_OWN_NAMES = {"binance": ("{base}{quote}", "{base}USD_PERP"), "bybit": ("{base}{quote}", "{base}USD"),
              "okx": ("{base}-{quote}-SWAP", "{base}-USD-SWAP")}  # fmt: skip
"""How a venue names a linear and an inverse swap."""
_SIZES = {"okx": {"BTC": 0.01, "ETH": 0.1}, "gate": {"BTC": 0.0001, "ETH": 0.01}}
_INVERSE_SIZES = {"binance": {"BTC": 100.0, "": 10.0}, "okx": {"BTC": 100.0, "": 10.0}, "htx": {"BTC": 100.0, "": 10.0}}
"""Of contracts, by coin; '' is any other [quote]."""


def contract_of(venue: str, wanted: Wanted, root: Path) -> Instrument:
    """Return the contract of a venue that a symbol asks for, without asking the venue.

    Parameters
    ----------
    venue : str
        Its name; one that cannot be read has contracts too, for files of the analyst.
    wanted : Wanted
        What is asked for.
    root : Path
        Folder of the store, which knows the contracts that were found before.

    Returns
    -------
    Instrument
        The stored one; else one by the usual names. The size of a contract is then that of the venue's documents, or 1.
    """
    known = VENUES.get(venue)
    found = None if known is None else known_contract(root, wanted, known)
    if found is not None:
        return found
    quotes = ("USDT",) if known is None else known.quotes
    quote = "USD" if wanted.inverse else wanted.quote or quotes[0]
    base = wanted.name.upper() if wanted.factor > 1 else wanted.coin
    settle = wanted.coin if wanted.inverse else quote
    pattern = _OWN_NAMES.get(venue, ("{base}{quote}", "{base}USD"))[int(wanted.inverse)]
    sizes = (_INVERSE_SIZES if wanted.inverse else _SIZES).get(venue, {})
    symbol = wanted.text if known is None and "/" in wanted.text else f"{base}/{quote}:{settle}"
    return Instrument(
        venue=venue, symbol=symbol, id=pattern.format(base=base, quote=quote), wanted=wanted,
        quote=quote, inverse=wanted.inverse, contract_size=sizes.get(wanted.coin, sizes.get("", 1.0)),
        factor=wanted.factor,
    )  # fmt: skip
