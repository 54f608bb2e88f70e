"""Contracts that were found once, so that what is stored of them can be shown before a venue answers, or without it."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from liqwidget.errors import DataError
from liqwidget.market.store.files import encoded, read_plain, replace_whole, sweep
from liqwidget.market.store.parquet import BrokenFileError
from liqwidget.market.venue.instrument import Instrument, Wanted

if TYPE_CHECKING:
    from pathlib import Path

    from liqwidget.market.venue.venue import Venue

_NAME = "contract.json"
_LARGEST = 10_000
_TEXTS, _VERSION = ("symbol", "id", "quote", "coin"), 1


def series_symbol(contract: Instrument) -> str:
    """Return the symbol under which a contract is stored: shown in other units it is another series."""
    factor = contract.wanted.factor
    return contract.symbol if factor == 1 else f"{contract.symbol} {factor}"


def remember(root: Path, contract: Instrument) -> None:
    """Write a contract beside its series; OSError if that cannot be done."""
    folder = root / encoded(contract.venue, "a venue", upper=False)
    path = folder / encoded(series_symbol(contract), "a symbol", upper=True) / _NAME
    found = {
        "version": _VERSION, "symbol": contract.symbol, "id": contract.id, "quote": contract.quote,
        "coin": contract.wanted.coin, "inverse": contract.inverse, "contract_size": contract.contract_size,
        "factor": contract.factor, "shown_factor": contract.wanted.factor,
    }  # fmt: skip
    text = json.dumps(found, indent=1)
    with suppress(OSError, UnicodeDecodeError, BrokenFileError):
        if read_plain(path, _LARGEST).decode() == text:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    replace_whole(path, text.encode())


def known_contract(root: Path, wanted: Wanted, venue: Venue) -> Instrument | None:
    """Return the contract that a symbol was found to ask for, in the quote currency that the venue prefers."""
    quotes = ("USD",) if wanted.inverse else (wanted.quote,) if wanted.quote else venue.quotes
    found = []
    with suppress(OSError, DataError):
        for path in sorted((root / encoded(venue.name, "a venue", upper=False)).glob(f"*/{_NAME}")):
            contract = _read(path, wanted, venue.name)
            if contract is not None and contract.quote in quotes:
                found.append(contract)
    return min(found, key=lambda one: quotes.index(one.quote), default=None)


def _read(path: Path, wanted: Wanted, venue: str) -> Instrument | None:
    """Return the contract of a file, if it is whole and the wanted one."""
    try:
        found: Any = json.loads(read_plain(path, _LARGEST).decode())
        texts = {name: found[name] for name in _TEXTS}
        size, factors = float(found["contract_size"]), (found["factor"], found["shown_factor"])
        if (
            found["version"] != _VERSION
            or not all(isinstance(text, str) for text in texts.values())
            or not all(type(factor) is int and factor > 0 for factor in factors)
            or not 0 < size < math.inf
            or (texts["coin"], factors[1], found["inverse"]) != (wanted.coin, wanted.factor, wanted.inverse)
        ):
            return None
    except (OSError, BrokenFileError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Instrument(
        venue=venue, symbol=texts["symbol"], id=texts["id"], wanted=wanted, quote=texts["quote"],
        inverse=wanted.inverse, contract_size=size, factor=factors[0],
    )  # fmt: skip
